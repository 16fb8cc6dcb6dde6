"""Colours between the nodes of a lattice, beside LittleCMS."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from restorer.evaluation.io.scanner_profile import scanner_profile
from restorer.formats import _transform
from restorer.formats._lattice import Lattice
from restorer.formats.color_chart import delta_e, lab
from restorer.formats.intent import Intent
from restorer.formats.profiles import standard_profile


def test_what_is_linear_in_each_tetrahedron_is_followed_exactly() -> None:
    """Any piecewise linear function over the Kuhn triangulation, in every order of the channels."""
    random = np.random.default_rng(0)
    table = random.random((5, 5, 5, 3)).astype(np.float32)

    def exact(pixels: np.ndarray) -> np.ndarray:
        return table[tuple(np.rint(pixels * 4).astype(int).transpose(2, 0, 1))]

    lattice = Lattice(exact, 5, 1)
    for order in itertools.permutations(range(3)):
        shares = np.sort(random.random((50, 3)), axis=1)[:, ::-1]
        node = random.integers(0, 4, (50, 3))
        expected = table[tuple(node.T)] * (1 - shares[:, :1])
        corner = node.copy()
        for position, channel in enumerate(order):
            corner[np.arange(50), channel] += 1
            weight = shares[:, position] - (shares[:, position + 1] if position < 2 else 0)
            expected = expected + table[tuple(corner.T)] * weight[:, None]
        placed = np.empty_like(shares)
        placed[:, order] = shares
        pixels = ((node + placed) / 4).astype(np.float32)[None]
        assert np.abs(lattice(pixels, 32)[0] - expected).max() < 1e-4


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_nodes_and_corners_are_what_they_are(bits: int) -> None:
    lattice = Lattice(lambda pixels: 1 - pixels, 3, 1)
    pixels = np.array([[[0, 0, 0], [1, 1, 1], [0.5, 0, 1], [1, 0.5, 0], [7, -3, 0.5]]], np.float32)
    full = {8: 255, 16: 65535, 32: 1.0}[bits]
    assert np.abs(lattice(pixels, bits) / full - (1 - np.clip(pixels, 0, 1))).max() <= 0.5 / 255


@pytest.mark.parametrize("space", ["srgb", "display-p3"])
@pytest.mark.parametrize("gamma", [1.0, 2.0])
def test_grays_of_a_scanner_s_table_stay_within_a_third_of_a_level(space: str, gamma: float) -> None:
    """Encoded values between nodes were off by up to 2.7 levels near black, and tinted up to 0.2 in the darks."""
    icc, screen = scanner_profile(gamma), standard_profile(space)
    found = _transform.transform(icc, screen, Intent.PERCEPTUAL)
    assert isinstance(found, Lattice)
    grays = np.repeat(np.linspace(0, 65535, 1021).round().astype(np.uint16)[None, :, None], 3, axis=2)
    wanted = _transform.ExactTransform(icc, screen, Intent.PERCEPTUAL)(grays, 32)
    shown = found(grays, 32)
    assert np.abs(shown - wanted).max() * 255 < 0.34
    assert np.ptp(shown - wanted, axis=2).max() * 255 < 0.1
    assert delta_e(lab(shown, screen), lab(wanted, screen)).max() < 0.15
