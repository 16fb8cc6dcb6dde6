"""The profiles made here are what their names say, by LittleCMS and by the published figures."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest

from restorer.formats import _profile
from restorer.formats.color import profile_fits, profile_name
from restorer.formats.intent import Intent
from restorer.formats.profiles import SPACES, standard_profile


def through(icc: bytes, target: bytes) -> tuple[np.ndarray, np.ndarray]:
    levels = np.linspace(0, 1, 9, dtype=np.float32)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(9, -1, 3)
    return grid, _profile.convert(grid, icc, target, Intent.RELATIVE, "float32")


@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize("space", sorted(SPACES))
def test_they_are_valid_named_and_small(space, gray) -> None:
    icc = standard_profile(space, gray=gray)
    assert imagecodecs.cms_profile_validate(icc) is None
    assert SPACES[space].title in profile_name(icc)
    assert profile_fits(icc, 1 if gray else 3)
    assert len(icc) < 600
    assert int.from_bytes(icc[:4], "big") == len(icc)


@pytest.mark.parametrize(
    ("space", "other"), [("srgb", _profile.srgb_profile()), ("adobe-rgb", bytes(imagecodecs.cms_profile("adobergb")))]
)
def test_they_agree_with_those_of_littlecms(space, other) -> None:
    grid, found = through(standard_profile(space), other)
    assert np.abs(found - grid).max() < 0.005


@pytest.mark.parametrize(
    ("space", "white", "red"),
    # XYZ of full red relative to D50, as published for each space (B. Lindbloom; ICC registry for Display P3).
    [
        ("srgb", (0.9642, 1.0, 0.8249), (0.4360, 0.2225, 0.0139)),
        ("adobe-rgb", (0.9642, 1.0, 0.8249), (0.6097, 0.3111, 0.0195)),
        ("display-p3", (0.9642, 1.0, 0.8249), (0.5151, 0.2412, -0.0011)),
        ("prophoto", (0.9642, 1.0, 0.8249), (0.7977, 0.2880, 0.0)),
    ],
)
def test_white_and_red_are_where_they_belong(space, white, red) -> None:
    colors = np.array([[[1, 1, 1], [1, 0, 0]]], np.float32)
    found = _profile.convert(colors, standard_profile(space), _profile.xyz_profile(), Intent.RELATIVE, "float32")[0]
    assert np.allclose(found, (white, red), atol=0.0006)


def test_a_header_that_claims_other_channels_than_the_profile_has_is_not_believed() -> None:
    gray = bytearray(standard_profile("srgb", gray=True))
    gray[16:20] = b"RGB "
    assert not profile_fits(bytes(gray), 3)
    color = bytearray(standard_profile("srgb"))
    color[16:20] = b"GRAY"
    assert not profile_fits(bytes(color), 1)


@pytest.mark.parametrize(("position", "value"), [(16, b"\xb3\xff\0\0"), (20, b"????"), (300, b"\xff" * 60)])
def test_damage_in_any_place_is_survived(position, value) -> None:
    for space in SPACES:
        icc = bytearray(standard_profile(space))
        icc[position : position + len(value)] = value
        assert isinstance(profile_fits(bytes(icc), 3), bool)
        assert profile_name(bytes(icc))
