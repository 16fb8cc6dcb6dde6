from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tasks.fake_generators import FakeEngine, FakeGenerator, constant, plane_oracle, run_inpaint

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.errors import Cancelled, InputError
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.result import filled_fraction
from restorer.tasks import get_task
from restorer.tasks.inpaint import InpaintParams
from restorer.tasks.means import TILE_SIDE_PX
from restorer.tasks.spec import TaskInput

Plane = npt.NDArray[np.uint8]


def distance_to_paint(plane: Plane) -> npt.NDArray[np.float32]:
    cv2 = load_cv2()
    return np.asarray(cv2.distanceTransform((plane == 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE))


def gradient(height: int, width: int, *, dtype: type = np.uint16) -> npt.NDArray[np.generic]:
    y, x = np.mgrid[:height, :width]
    values = 0.2 + 0.6 * (x / width * 0.7 + y / height * 0.3)
    return np.rint(values * np.iinfo(dtype).max).astype(dtype)[..., None]


def diagonal(height: int, width: int, thickness: int = 4) -> Plane:
    plane = np.zeros((height, width), np.uint8)
    load_cv2().line(plane, (10, 10), (width - 10, height - 10), 255, thickness)
    return plane


@st.composite
def boxes(draw: st.DrawFn) -> Plane:
    """A mask of 90 x 120 with a few rectangles, thin and thick, some at the edges."""
    plane = np.zeros((90, 120), np.uint8)
    for _ in range(draw(st.integers(1, 4))):
        top, left = draw(st.integers(0, 85)), draw(st.integers(0, 115))
        height, width = draw(st.sampled_from([1, 2, 5, 30])), draw(st.sampled_from([1, 3, 8, 60]))
        plane[top : top + height, left : left + width] = 255
    return plane


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@given(plane=boxes(), grow=st.integers(0, 6), feather=st.integers(0, 6), seed=st.integers(0, 3))
@settings(max_examples=15)
def test_not_one_bit_changes_outside_of_the_region(
    dtype: type, plane: Plane, grow: int, feather: int, seed: int
) -> None:
    pixels = np.random.default_rng(seed).integers(0, np.iinfo(dtype).max, (90, 120, 3), dtype=dtype, endpoint=True)
    params = {"grow_px": grow, "feather_px": feather, "match_grain": 100}
    after = run_inpaint(pixels, plane, FakeGenerator(constant(0.5)), params=params).after
    far = distance_to_paint(plane) > grow + feather
    assert (after[far] == pixels[far]).all()


@given(plane=boxes())
@settings(max_examples=10)
def test_a_constant_fill_shows_exactly_the_region(plane: Plane) -> None:
    pixels = np.full((90, 120, 3), 10, np.uint8)
    outcome = run_inpaint(pixels, plane, FakeGenerator(constant(1)), params={"grow_px": 2, "feather_px": 1})
    distance = distance_to_paint(plane)
    assert (outcome.after[distance <= 2] == 255).all()
    assert (outcome.after[distance > 3] == 10).all()
    between = (distance > 2) & (distance <= 3)
    assert ((outcome.after[between] > 10) & (outcome.after[between] < 255)).all()
    filled = np.zeros(plane.shape, bool)
    for piece, patch in zip(outcome.result.filled, outcome.result.patches, strict=True):
        assert patch.bounds.contains(piece.bounds)
        filled[piece.bounds.slices] |= piece.values > 0
    assert (filled == (distance <= 3)).all()


def test_a_generator_that_returns_its_input_changes_only_the_holes() -> None:
    pixels = np.random.default_rng(0).integers(1, 255, (300, 400, 3), dtype=np.uint8)
    plane = diagonal(300, 400)
    after = run_inpaint(pixels, plane, FakeGenerator(lambda given, mask: given.copy())).after
    assert (after[plane > 0] == 0).all(), "nothing of the damage may reach the generator"
    far = distance_to_paint(plane) > 2
    assert (after[far] == pixels[far]).all()


@pytest.mark.parametrize("thickness", [4, 30])
def test_a_long_scratch_over_a_gradient_leaves_no_trace(thickness: int) -> None:
    clean = gradient(700, 900)
    plane = diagonal(700, 900, thickness)
    damaged = np.where(plane[..., None] > 0, np.uint16(65535), clean)
    generator = FakeGenerator(plane_oracle)
    outcome = run_inpaint(damaged, plane, generator)
    assert len(generator.calls) >= 3, "cut along its length"
    assert outcome.result.tiles == len(generator.calls)
    assert np.abs(outcome.after.astype(int) - clean).max() <= 8, "of 65535"


def test_tiles_that_disagree_are_joined_softly() -> None:
    """Every call is off by another amount; along the scratch this must show as slopes, never as steps."""
    offsets = iter([0.1, -0.1] * 50)

    def wrong(pixels: FloatPixels, mask: FloatPlane) -> FloatPixels:
        return np.where(mask[..., None] > 0, np.float32(0.5 + next(offsets)), pixels)

    pixels = np.full((60, 900, 1), 32768, np.uint16)
    plane = np.zeros((60, 900), np.uint8)
    plane[28:32, 10:890] = 255
    outcome = run_inpaint(pixels, plane, FakeGenerator(wrong))
    profile = outcome.after[30, 20:880, 0].astype(float) / 65535
    assert np.ptp(profile) > 0.15
    assert np.abs(np.diff(profile)).max() < 0.02


def test_a_later_tile_sees_what_an_earlier_one_filled() -> None:
    generator = FakeGenerator(constant(0.75))
    pixels = np.full((60, 900, 1), 0.25, np.float32)
    plane = np.zeros((60, 900), np.uint8)
    plane[28:32, 10:890] = 255
    run_inpaint(pixels, plane, generator)
    first, *later = generator.calls
    assert not (first[0] == 0.75).any()
    for seen_pixels, mask in later:
        seen = np.isclose(seen_pixels, 0.75)[..., 0] & (mask == 0)
        assert seen.sum() > 4 * 20


@pytest.mark.parametrize("at_the_edge", [False, True])
def test_a_big_hole_is_filled_from_coarse_to_fine(at_the_edge: bool) -> None:
    clean = gradient(500, 620, dtype=np.uint8)
    plane = np.zeros((500, 620), np.uint8)
    left, top = (420, 300) if at_the_edge else (150, 100)
    plane[top : top + 280, left : left + 300] = 255
    damaged = np.where(plane[..., None] > 0, np.uint8(255), clean)
    generator = FakeGenerator(plane_oracle)
    outcome = run_inpaint(damaged, plane, generator)
    assert max(max(mask.shape) for _, mask in generator.calls) <= TILE_SIDE_PX
    error = np.abs(outcome.after.astype(int) - clean)
    assert error.max() <= 3
    assert error[plane == 0].max() <= 1
    bounds = Image(clean).bounds
    previews = [event.preview for event in outcome.events if isinstance(event, TileFinished)]
    assert all(bounds.contains(preview.bounds) for preview in previews)
    assert len(outcome.result.patches) < len(previews), "coarse tiles are shown, not kept"


@pytest.mark.parametrize("context_px", [0, 2000])
def test_any_context_a_card_may_ask_for(context_px: int) -> None:
    clean = gradient(300, 400, dtype=np.uint8)
    plane = diagonal(300, 400, 70)
    generator = FakeGenerator(plane_oracle, context_px=context_px)
    outcome = run_inpaint(np.where(plane[..., None] > 0, np.uint8(255), clean), plane, generator)
    assert all((mask == 0).any() for _, mask in generator.calls)
    assert np.abs(outcome.after.astype(int) - clean).max() <= 3


def test_events_come_in_order() -> None:
    pixels = np.zeros((300, 900, 3), np.uint8)
    outcome = run_inpaint(pixels, diagonal(300, 900), FakeGenerator(constant(0.5)))
    planned, *rest = outcome.events
    assert isinstance(planned, TilesPlanned)
    total = len(planned.tiles)
    assert total == outcome.result.tiles > 3
    for index, (started, finished) in enumerate(zip(rest[::2], rest[1::2], strict=True)):
        assert isinstance(started, TileStarted)
        assert isinstance(finished, TileFinished)
        assert (started.index, started.total, started.bounds) == (index, total, planned.tiles[index])
        assert (finished.index, finished.total) == (index, total)
        assert started.bounds.contains(finished.preview.bounds)
        after = outcome.result.patches[index]
        assert finished.preview is after


def test_cancelling_takes_effect_within_one_tile() -> None:
    token = CancelToken()
    generator = FakeGenerator(constant(0.5))
    engine = FakeEngine(generator)

    def cancel_after_the_first(event: TaskEvent) -> None:
        if isinstance(event, TileFinished):
            token.cancel()

    plane = diagonal(400, 900)
    with pytest.raises(Cancelled):
        run_inpaint(
            np.zeros((400, 900, 1), np.uint8),
            plane,
            generator,
            engine=engine,
            token=token,
            watch=cancel_after_the_first,
        )
    assert len(generator.calls) == 1
    assert engine.leased == 0


def test_a_cancelled_token_starts_nothing() -> None:
    token = CancelToken()
    token.cancel()
    generator = FakeGenerator(constant(0.5))
    with pytest.raises(Cancelled):
        run_inpaint(np.zeros((40, 90, 1), np.uint8), diagonal(40, 90), generator, token=token)
    assert not generator.calls


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_every_kind_of_photo(dtype: type, channels: int) -> None:
    rng = np.random.default_rng(channels)
    values = rng.random((80, 100, channels), np.float32)
    white = 1 if dtype == np.float32 else np.iinfo(dtype).max
    pixels = (values * white).astype(dtype)
    plane = diagonal(80, 100)
    after = run_inpaint(pixels, plane, FakeGenerator(constant(0.5))).after
    colors = channels - (channels in (2, 4))
    assert after.dtype == dtype
    assert after[plane > 0][:, :colors] == pytest.approx(0.5 * white, rel=0.02)
    if colors < channels:
        assert (after[..., -1] == pixels[..., -1]).all()


def test_float_photos_with_values_beyond_white_and_without_numbers() -> None:
    pixels = (gradient(120, 160).astype(np.float32) / 65535) * 4 - 1
    clean = pixels.copy()
    plane = diagonal(120, 160)
    pixels[plane > 0] = np.nan
    pixels[5, 100] = np.nan
    pixels[110, 8] = np.inf
    after = run_inpaint(pixels, plane, FakeGenerator(plane_oracle)).after
    assert np.isnan(after[5, 100])
    assert np.isposinf(after[110, 8])
    assert after[plane > 0] == pytest.approx(clean[plane > 0], abs=1e-3)


def test_same_seed_same_bits_other_seed_other_grain(photo: Image) -> None:
    rng = np.random.default_rng(0)
    noisy = np.clip(photo.pixels + rng.normal(0, 8, photo.pixels.shape), 0, 255).astype(np.uint8)
    plane = diagonal(192, 256)
    first, second, other = (
        run_inpaint(noisy, plane, seed=seed, params={"method": "telea", "match_grain": 100}).after for seed in (1, 1, 2)
    )
    assert (first == second).all()
    assert (first[plane > 0] != other[plane > 0]).any()


def test_results_say_how_much_was_invented() -> None:
    plane = np.zeros((100, 100), np.uint8)
    plane[40:60, 40:60] = 255
    pixels = np.zeros((100, 100, 3), np.uint8)
    outcome = run_inpaint(pixels, plane, FakeGenerator(constant(1)), params={"grow_px": 0, "feather_px": 0})
    assert filled_fraction(Image(pixels), outcome.result.filled) == pytest.approx(0.04)
    assert outcome.result.changed_pixels(Image(pixels)) == 400


@pytest.mark.parametrize("faint", [False, True])
def test_nothing_painted_is_refused(faint: bool) -> None:
    plane = np.zeros((20, 30), np.uint8)
    plane[5, 5] = 10 if faint else 0
    with pytest.raises(InputError, match="Nothing is painted"):
        run_inpaint(np.zeros((20, 30, 3), np.uint8), plane)


def test_no_mask_at_all_is_refused() -> None:
    task = get_task("inpaint")
    nothing = TaskInput(Image(np.zeros((20, 30, 3), np.uint8)), None, InpaintParams(), "classical")
    with pytest.raises(InputError, match="Nothing is painted"):
        next(task.run(nothing, FakeEngine(FakeGenerator(constant(0))), CancelToken()))


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(InputError, match=r"30 × 21 .* 30 × 20"):
        run_inpaint(np.zeros((20, 30, 3), np.uint8), np.full((21, 30), 255, np.uint8))


@pytest.mark.parametrize("gap", [0, 1])
def test_a_photo_painted_all_over_is_refused(gap: int) -> None:
    plane = np.full((20, 30), 255, np.uint8)
    plane[3, 3] = 255 * (1 - gap)
    with pytest.raises(InputError, match="whole photo is painted"):
        run_inpaint(np.zeros((20, 30, 3), np.uint8), plane)


def test_the_mask_is_only_read() -> None:
    plane = diagonal(50, 60)
    plane.flags.writeable = False
    pixels = np.zeros((50, 60, 3), np.uint8)
    pixels.flags.writeable = False
    run_inpaint(pixels, Mask(plane).plane, FakeGenerator(constant(0.5)))
    assert not pixels.any()
