"""Colours of the mask."""

from __future__ import annotations

import numpy as np
import pytest

from restorer.ui.canvas.overlay import Overlay, colour, reach
from restorer.ui.qimage import ArgbPixels

SHOWN = [Overlay.TINT, Overlay.OUTLINE, Overlay.MATTE]


def coloured(overlay: Overlay, inner: np.ndarray, ratio: float = 1.0, left: int = 0, top: int = 0) -> ArgbPixels:
    margin = reach(overlay, ratio)
    return colour(overlay, np.pad(inner, margin).astype(np.uint8), ratio, left, top)


def channels(words: ArgbPixels) -> np.ndarray:
    """Alpha, red, green, blue."""
    return np.stack([(words >> shift) & 255 for shift in (24, 16, 8, 0)], axis=-1).astype(int)


@pytest.mark.parametrize("overlay", SHOWN)
@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
def test_colours_are_premultiplied_and_of_the_asked_size(overlay: Overlay, ratio: float) -> None:
    plane = np.random.default_rng(3).integers(0, 256, (30, 40), np.uint8)
    words = coloured(overlay, plane, ratio)
    assert words.shape == (30, 40)
    parts = channels(words)
    assert (parts[..., 1:] <= parts[..., :1]).all()


def test_tint_is_azure_by_coverage_with_a_dark_casing_outside() -> None:
    plane = np.zeros((20, 20), np.uint8)
    plane[5:10, 5:10] = 255
    plane[15, 15] = 128
    parts = channels(coloured(Overlay.TINT, plane))
    assert tuple(parts[7, 7]) == (153, 18, 86, 153)
    assert parts[15, 15, 0] == pytest.approx(153 / 2, abs=1)
    assert tuple(parts[4, 4]) == (115, 0, 0, 0)
    assert tuple(parts[3, 7]) == (0, 0, 0, 0)


def test_the_casing_is_one_logical_pixel() -> None:
    plane = np.zeros((40, 40), np.uint8)
    plane[15:25, 15:25] = 255
    for ratio, width in ((1.0, 1), (1.25, 1), (1.5, 2), (2.0, 2), (3.0, 3)):
        dark = (channels(coloured(Overlay.TINT, plane, ratio)) == (115, 0, 0, 0)).all(axis=2)
        assert dark[20].sum() == 2 * width


def test_outline_has_no_fill_and_two_tones() -> None:
    plane = np.zeros((60, 60), np.uint8)
    plane[10:50, 10:50] = 255
    parts = channels(coloured(Overlay.OUTLINE, plane))
    assert parts[30, 30, 0] == 0
    on_edge = parts[10, 10:50]
    lit, dark = (on_edge == 255).all(axis=1), (on_edge == (153, 0, 0, 0)).all(axis=1)
    assert (lit | dark).all()
    assert 16 <= lit.sum() <= 24, "dashes and gaps are of one length"
    assert tuple(parts[9, 30]) == (153, 0, 0, 0), "dark outside"


def test_a_speck_has_an_outline() -> None:
    plane = np.zeros((9, 9), np.uint8)
    plane[4, 4] = 3
    assert channels(coloured(Overlay.OUTLINE, plane))[4, 4, 0] > 0


def test_matte_is_the_mask_itself() -> None:
    plane = np.arange(256, dtype=np.uint8).reshape(16, 16)
    parts = channels(coloured(Overlay.MATTE, plane))
    assert (parts[..., 0] == 255).all()
    assert np.array_equal(parts[..., 2], plane)


@pytest.mark.parametrize("overlay", SHOWN)
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_tiles_meet(overlay: Overlay, ratio: float) -> None:
    """Colouring two halves gives the same as colouring the whole."""
    plane = np.zeros((64, 64), np.uint8)
    plane[20:40, 10:55] = 255
    plane[50:53, 30:33] = 90
    margin = reach(overlay, ratio)
    padded = np.pad(plane, margin)
    everything = colour(overlay, padded, ratio, 100, 200)
    left = colour(overlay, np.ascontiguousarray(padded[:, : 31 + 2 * margin]), ratio, 100, 200)
    right = colour(overlay, np.ascontiguousarray(padded[:, 31:]), ratio, 131, 200)
    assert np.array_equal(np.hstack([left, right]), everything)


def test_the_cycle_visits_all_and_returns() -> None:
    seen = [Overlay.TINT]
    while (following := seen[-1].next) is not Overlay.TINT:
        seen.append(following)
    assert sorted(seen) == sorted(Overlay)
