"""Similar colours and operations on masks."""

from __future__ import annotations

import numpy as np
import pytest

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.session.marking import operations, similar
from restorer.session.marking.operations import OPERATIONS
from restorer.session.marking.similar import Similarity, similar_pixels


@pytest.fixture(params=[np.uint8, np.uint16, np.float32])
def steps(request: pytest.FixtureRequest) -> Image:
    """Four grey bars, a tenth of white apart, and in the first one a far-off spot like the last; with alpha."""
    gray = np.repeat(np.arange(4) * 0.1 + 0.3, 20)[None, :].repeat(60, axis=0)
    gray[50:54, 3:7] = 0.6
    white = 1 if request.param == np.float32 else np.iinfo(request.param).max
    pixels = np.stack([gray * white] * 3 + [np.random.default_rng(0).random(gray.shape) * white], axis=2)
    return Image(pixels.astype(request.param))


def marked(image: Image, tolerance: float, **more: object) -> np.ndarray:
    wanted = Similarity(tolerance=tolerance, smooth=False, **more)  # type: ignore[arg-type]
    return similar_pixels(image, 70, 30, wanted).coverage(image.bounds)


@pytest.mark.parametrize(("tolerance", "bars"), [(0.0, 1), (0.05, 1), (0.11, 2), (0.21, 3), (1.0, 4)])
def test_tolerance_says_how_far_a_colour_may_be_off(steps: Image, tolerance: float, bars: int) -> None:
    plane = marked(steps, tolerance)
    assert (plane[5] == np.repeat([255 * (4 - bar <= bars) for bar in range(4)], 20)).all()


def test_connected_or_everywhere(steps: Image) -> None:
    assert not marked(steps, 0.05)[51, 5]
    assert marked(steps, 0.05, contiguous=False)[51, 5] == 255


def test_the_colour_is_a_mean_but_the_pixel_itself_always_counts(steps: Image) -> None:
    pixels = steps.pixels.copy()
    pixels[30, 70, :3] = 0
    dark = Image(pixels)
    assert np.count_nonzero(marked(dark, 0.05, sample_px=1)) == 1
    assert np.count_nonzero(marked(dark, 0.1, sample_px=11)) > 1000


def test_a_region_larger_than_the_first_window_is_found_whole(monkeypatch: pytest.MonkeyPatch, steps: Image) -> None:
    expected = marked(steps, 0.11)
    monkeypatch.setattr(similar, "FIRST_WINDOW_PX", 8)
    assert (marked(steps, 0.11) == expected).all()


def test_nothing_is_marked_outside_of_what_is_allowed(steps: Image) -> None:
    part = Bounds(65, 10, 80, 40)
    plane = similar_pixels(steps, 70, 30, Similarity(1.0, smooth=False), within=part).coverage(steps.bounds)
    assert Mask(plane).occupied() == part
    with pytest.raises(IndexError):
        similar_pixels(steps, 80, 30, Similarity())


def test_smooth_edges_are_soft_for_a_pixel(steps: Image) -> None:
    row = similar_pixels(steps, 70, 30, Similarity(0.05)).coverage(steps.bounds)[5]
    assert list(row[57:64]) == [0, 0, 64, 191, 255, 255, 255]


# -- operations


@pytest.fixture
def disc() -> Mask:
    y, x = np.mgrid[:90, :120]
    return Mask(np.where((x - 60) ** 2 + (y - 45) ** 2 < 20**2, np.uint8(255), np.uint8(0)))


def after(mask: Mask, operation: str, amount_px: int = 0) -> np.ndarray:
    """The mask after an operation, which is then taken back."""
    before = mask.plane.copy()
    edit = OPERATIONS[operation].work(mask, amount_px)
    assert (mask.plane == before).all()
    inverse = mask.swap(edit)
    result = mask.plane.copy()
    mask.swap(inverse)
    assert (mask.plane == before).all()
    return result


def radius(plane: np.ndarray) -> float:
    return float(np.sqrt(plane.astype(float).sum() / 255 / np.pi))


@pytest.mark.parametrize("amount", [1, 5, 12])
def test_grow_and_shrink_move_the_edge_by_their_amount(disc: Mask, amount: int) -> None:
    assert radius(after(disc, "grow", amount)) == pytest.approx(20 + amount, abs=0.5)
    assert radius(after(disc, "shrink", amount)) == pytest.approx(20 - amount, abs=0.5)


@pytest.mark.parametrize("name", ["grow", "shrink", "feather"])
def test_blocks_leave_no_seam(disc: Mask, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = after(disc, name, 6)
    monkeypatch.setattr(operations, "_BLOCK_PX", 17)
    assert (after(disc, name, 6) == whole).all()


def test_feather_softens_and_keeps_the_amount_of_paint(disc: Mask) -> None:
    soft = after(disc, "feather", 8)
    assert radius(soft) == pytest.approx(20, abs=0.2)
    assert soft[45, 60] == 255
    assert 100 < soft[45, 80] < 155


def test_shrink_keeps_what_lies_at_the_photos_edge() -> None:
    assert (after(Mask(np.full((20, 30), 255, np.uint8)), "shrink", 5) == 255).all()


def test_invert_everything_and_nothing(disc: Mask) -> None:
    assert (after(disc, "invert") == 255 - disc.plane).all()
    assert (after(disc, "select-all") == 255).all()
    assert not after(disc, "clear").any()


def test_holes_are_filled_bays_are_not() -> None:
    plane = np.zeros((30, 30), np.uint8)
    plane[5:25, 5:25] = 255
    plane[10:20, 8:12] = 0
    plane[10:20, 20:25] = 0
    filled = after(Mask(plane), "fill-holes")
    assert filled[15, 10] == 255
    assert filled[15, 22] == 0
    assert not after(Mask(np.zeros((9, 9), np.uint8)), "fill-holes").any()


def test_an_empty_mask_has_nothing_to_grow() -> None:
    empty = Mask.empty(5000, 4000)
    for name in ("grow", "shrink", "feather", "clear"):
        assert OPERATIONS[name].work(empty, 9).pieces == ()
