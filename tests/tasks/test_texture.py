"""Texture from the photo itself in wide holes: where, from what, and that nothing else changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tasks.fake_generators import FakeEngine, FakeGenerator, Outcome, constant, run_inpaint

from restorer.core.errors import Cancelled
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.noise import white_noise
from restorer.core.params import build_params
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.session.recipes import migrated
from restorer.tasks import get_task
from restorer.tasks.holes import Holes
from restorer.tasks.spec import TaskInput
from restorer.tasks.texture.blend import screened_blend
from restorer.tasks.texture.copies import Copies
from restorer.tasks.texture.scale import Scale
from restorer.tasks.texture.synthesis import Synthesis
from restorer.tasks.texture.wide import CORE_PX, wide_pieces

SIDE = 160
EXACT = {"grow_px": 0, "feather_px": 0}


def weave(height: int = SIDE, width: int = SIDE, channels: int = 3) -> npt.NDArray[np.float32]:
    """A lively pattern that is the same everywhere, 0 to 1."""
    y, x = np.mgrid[:height, :width]
    pattern = 0.5 + 0.2 * np.sin(x * 0.9) * np.sin(y * 0.7) + 0.1 * np.sin((x + y) * 1.7)
    tint = np.linspace(0.8, 1.0, channels)
    return (pattern[..., None] * tint).astype(np.float32)


def coded(pixels: npt.NDArray[np.float32], dtype: type = np.uint8) -> npt.NDArray[Any]:
    return np.rint(pixels * np.iinfo(dtype).max).astype(dtype)


def box(height: int = SIDE, width: int = SIDE, *, left: int = 50, right: int = 110) -> npt.NDArray[np.uint8]:
    plane = np.zeros((height, width), np.uint8)
    plane[50:110, left:right] = 255
    return plane


def scratch() -> npt.NDArray[np.uint8]:
    plane = np.zeros((SIDE, SIDE), np.uint8)
    plane[20:28, 5:155] = 255
    return plane


def smooth() -> FakeGenerator:
    """Fills with the mean of the weave: what a network does where it cannot know."""
    return FakeGenerator(constant(0.45))


def textured(pixels: npt.NDArray[Any], plane: npt.NDArray[np.uint8], **more: Any) -> Outcome:
    params = {**EXACT, "texture": 100, **more.pop("params", {})}
    return run_inpaint(pixels, plane, more.pop("generator", smooth()), params=params, **more)


def contrast(pixels: npt.NDArray[Any], plane: npt.NDArray[np.uint8]) -> float:
    white = np.iinfo(pixels.dtype).max
    return float(pixels[60:100, 60:100, 0].std() / white)


@pytest.mark.parametrize(("channels", "dtype"), [(3, np.uint8), (1, np.uint8), (3, np.uint16)])
def test_a_wide_hole_gets_the_texture_around_it_and_nothing_else_changes(channels: int, dtype: type) -> None:
    photo = coded(weave(channels=channels), dtype)
    plane = box()
    outcome = textured(photo, plane)
    assert np.array_equal(outcome.after[plane == 0], photo[plane == 0])
    assert outcome.after.dtype == dtype
    plain = run_inpaint(photo, plane, smooth(), params=EXACT)
    assert contrast(plain.after, plane) < 0.01
    assert contrast(outcome.after, plane) > 0.7 * contrast(photo, plane)
    if dtype == np.uint16:
        assert len(np.unique(outcome.after[60:100, 60:100] % 256)) > 200, "no more than 8 bits came out"


def test_thin_scratches_stay_bit_for_bit_what_they_are_without() -> None:
    photo = coded(weave())
    plane = scratch()
    for params in ({}, {"match_grain": 100}):
        with_texture = textured(photo, plane, params=params)
        without = run_inpaint(photo, plane, smooth(), params={**EXACT, **params})
        assert np.array_equal(with_texture.after, without.after)
    margins = {"grow_px": 4, "feather_px": 4}
    grown = textured(photo, plane, params=margins)
    assert np.array_equal(grown.after, run_inpaint(photo, plane, smooth(), params=margins).after), (
        "what is painted counts"
    )
    both = textured(photo, np.maximum(plane, box()))
    alone = run_inpaint(photo, np.maximum(plane, box()), smooth(), params=EXACT)
    assert np.array_equal(both.after[:40], alone.after[:40]), "a scratch beside a wide hole"
    assert not np.array_equal(both.after[50:110], alone.after[50:110])


def test_zero_is_the_fill_alone_and_half_lies_between() -> None:
    photo, plane = coded(weave()), box()
    none = textured(photo, plane, params={"texture": 0})
    assert np.array_equal(none.after, run_inpaint(photo, plane, smooth(), params=EXACT).after)
    half, full = (textured(photo, plane, params={"texture": amount}) for amount in (50, 100))
    middle = (none.after.astype(int) + full.after) / 2
    assert np.abs(half.after - middle).max() <= 1


def test_the_same_seed_gives_the_same_and_variants_differ() -> None:
    photo, plane = coded(np.clip(weave() + 0.1 * white_noise(Bounds.of_size(SIDE, SIDE), 3, 1), 0, 1)), box()
    first = textured(photo, plane, params={"variants": 3}, seed=5)
    again = textured(photo, plane, params={"variants": 3}, seed=5)
    fills = [Image(photo).with_patches(each.patches).pixels for each in first.result.alternatives]
    assert len(fills) == 3
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert not np.array_equal(fills[one], fills[other])
    for mine, theirs in zip(first.result.alternatives, again.result.alternatives, strict=True):
        assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(mine.patches, theirs.patches, strict=True))
    third = textured(photo, plane, params={"variant": 3}, seed=5)
    assert np.array_equal(third.after, fills[2])


def test_variants_of_texture_run_the_network_once() -> None:
    photo, plane = coded(weave()), box()
    one, two = smooth(), smooth()
    textured(photo, plane, generator=one)
    textured(photo, plane, generator=two, params={"variants": 2})
    assert len(one.calls) == len(two.calls)


def test_steps_are_counted_with_the_tiles() -> None:
    outcome = textured(coded(weave()), box(), params={"variants": 2})
    (planned,) = (event for event in outcome.events if isinstance(event, TilesPlanned))
    for kind in (TileStarted, TileFinished):
        counted = [(event.index, event.total) for event in outcome.events if isinstance(event, kind)]
        assert counted == [(index, len(planned.tiles)) for index in range(len(planned.tiles))]


def test_it_can_be_cancelled_in_the_middle_of_the_texture() -> None:
    token = CancelToken()
    generator = smooth()
    plain = run_inpaint(coded(weave()), box(), smooth(), params=EXACT)
    tiles = sum(isinstance(event, TileFinished) for event in plain.events)

    def cancel(event: TaskEvent) -> None:
        if isinstance(event, TileFinished) and event.index == tiles:
            token.cancel()

    with pytest.raises(Cancelled):
        textured(coded(weave()), box(), generator=generator, token=token, watch=cancel)


def test_what_a_part_of_the_photo_shows_is_what_the_whole_run_gives() -> None:
    photo, plane = coded(weave(SIDE, 600)), np.concatenate([box(), np.zeros((SIDE, 280), np.uint8), box()], axis=1)
    whole = textured(photo, plane)
    within = Bounds(80, 60, 130, 100)
    task = get_task("inpaint")
    params = build_params(task.params, {**EXACT, "match_grain": 0, "texture": 100, "similar": False})
    given = TaskInput(Image(photo), Mask(plane), params, "fake", within=within)
    work = task.run(given, FakeEngine(smooth()), CancelToken())
    while True:
        try:
            next(work)
        except StopIteration as stop:
            result = stop.value
            break
    part = result.applied_to(Image(photo)).pixels
    assert np.array_equal(part[within.slices], whole.after[within.slices])
    assert np.array_equal(part[:, 440:], photo[:, 440:]), "the other hole is left alone"


def test_where_too_little_is_known_the_fill_stays() -> None:
    photo = coded(weave())
    plane = np.full((SIDE, SIDE), 255, np.uint8)
    plane[:, :9] = 0
    outcome = textured(photo, plane)
    assert np.array_equal(outcome.after, run_inpaint(photo, plane, smooth(), params=EXACT).after)


def test_a_network_that_varies_has_texture_of_its_own() -> None:
    photo, plane = coded(weave()), box()
    outcome = textured(photo, plane, generator=FakeGenerator(constant(0.45), can_vary=True))
    assert contrast(outcome.after, plane) < 0.01


def test_numbers_that_are_none_are_not_copied() -> None:
    photo = weave()
    photo[10, 10] = np.nan
    photo[120:130, 20:30] = np.inf
    outcome = textured(photo, box())
    assert np.isfinite(outcome.after[50:110, 50:110]).all()
    assert outcome.after[50:110, 50:110].std() > 0.05


def test_holes_wider_than_a_piece_are_worked_at_a_coarser_scale_and_get_fine_detail() -> None:
    side = 1100
    photo = coded(weave(side, side, 1))
    plane = np.zeros((side, side), np.uint8)
    plane[300:800, 300:800] = 255
    holes = Holes(Image(photo), Mask(plane), grow_px=0, feather_px=0, depth_px=40)
    (piece,) = wide_pieces(holes, CancelToken())
    assert piece.level == 1
    outcome = textured(photo, plane)
    assert np.array_equal(outcome.after[plane == 0], photo[plane == 0])
    middle = outcome.after[500:600, 500:600].astype(float)
    assert (
        np.abs(np.diff(middle, axis=1)).mean()
        > 0.6 * np.abs(np.diff(photo[500:600, 500:600].astype(float), axis=1)).mean()
    )


def test_long_wide_damage_is_cut_into_pieces_at_the_photos_own_scale() -> None:
    plane = np.zeros((200, 3000), np.uint8)
    plane[80:120, 20:2980] = 255
    holes = Holes(Image(np.zeros((200, 3000, 1), np.uint8)), Mask(plane), grow_px=0, feather_px=0, depth_px=40)
    pieces = wide_pieces(holes, CancelToken())
    assert len(pieces) >= 2960 // (CORE_PX + 100)
    assert {piece.level for piece in pieces} == {0}
    assert max(piece.core.width for piece in pieces) <= CORE_PX + 2 * 20


def test_older_recipes_keep_their_smooth_fills() -> None:
    for name in ("inpaint", "repair-scratches"):
        task = get_task(name)
        assert migrated(task, 1, {"grow_px": 3}) == {"grow_px": 3, "texture": 0.0, "similar": False}


def test_a_synthesis_copies_nothing_unknown() -> None:
    guide = weave(96, 96, 1)
    unknown = box(96, 96, left=30, right=70)[..., None][..., 0] > 0
    unknown[:, 80:] = True
    guide[:, 80:] = 9
    wanted = unknown.copy()
    wanted[:, 80:] = False
    *_, (picture, scale) = Synthesis(guide, unknown, wanted).run(0, CancelToken())
    assert picture[wanted].max() < 1.5
    assert not unknown.ravel()[scale.matches].any()
    assert np.array_equal(picture[~wanted], guide[~wanted])


def test_blending_is_the_solution_of_its_equation() -> None:
    rng = np.random.default_rng(0)
    inside = np.zeros((40, 44), bool)
    inside[8:30, 6:36] = True
    rim = np.zeros_like(inside)
    rim[6:32, 4:38] = True
    guide = np.cumsum(rng.normal(0, 0.02, (40, 44, 1)), axis=1).astype(np.float32)
    copied = (guide + 0.3 + 0.1 * rng.normal(size=guide.shape)).astype(np.float32)
    screening = np.full(inside.shape, 1 / 64, np.float32)
    result = screened_blend(copied, guide, inside, rim, screening)
    assert np.array_equal(result[~inside], guide[~inside])
    gap = guide - copied
    for _ in range(1000):
        around = sum(np.roll(gap, shift, axis) for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)))
        solved = (around + screening[..., None] * (guide - copied)) / (4 + screening[..., None])
        gap = np.where(inside[..., None], solved, guide - copied)
    assert np.abs(result - (copied + gap))[inside].mean() < 0.01


def test_copies_are_the_photos_own_pixels_at_its_own_scale() -> None:
    photo = Image(coded(weave(128, 128, 1)))
    small = photo.pixels.reshape(64, 2, 64, 2, 1).mean(axis=(1, 3)).astype(np.float32) / 255
    wanted = np.zeros((64, 64), bool)
    wanted[24:40, 24:40] = True
    scale = Scale(small, wanted, wanted)
    scale.matches = scale.targets - 64 * 20
    copies = Copies(
        photo,
        photo.bounds,
        1,
        small[scale.sources_by_pixel().ravel() // 64, scale.sources_by_pixel().ravel() % 64].reshape(64, 64, 1),
        scale,
    )
    shown = copies.pixels(Bounds(52, 52, 76, 76))
    assert np.abs(shown * 255 - photo.pixels[12:36, 52:76]).max() < 1e-3
