"""Several answers of one run, and deep holes that a network works out from a coarse start."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tasks.fake_generators import FakeEngine, FakeGenerator, Outcome, constant, run_inpaint

from restorer.core.contract import FloatPixels, FloatPlane, Variation
from restorer.core.errors import Cancelled
from restorer.core.image import Image
from restorer.core.noise import white_noise
from restorer.core.progress import CancelToken, Notice, TaskEvent, TileFinished, TilesPlanned
from restorer.tasks.classical import load_patchmatch


class Varying(FakeGenerator):
    """Fills with 0.5, and variations with noise that belongs to their seed and place; a start is taken as it is."""

    def __call__(
        self,
        pixels: FloatPixels,
        mask: FloatPlane | None = None,
        *,
        start: FloatPixels | None = None,
        variation: Variation | None = None,
    ) -> FloatPixels:
        filled = super().__call__(pixels, mask, start=start, variation=variation)
        assert mask is not None
        if variation is not None:
            assert (variation.place.height, variation.place.width) == mask.shape
            noise = 0.5 + 0.1 * white_noise(variation.place, 1, variation.seed)
            filled = np.where(mask[..., None] > 0, np.clip(noise, 0, 1), filled)
        if start is not None:
            filled = np.where(np.isnan(start) | (mask[..., None] == 0), filled, start)
        return filled.astype(np.float32)


def varying(**options: Any) -> Varying:
    return Varying(constant(0.5), **({"can_vary": True} | options))


def scratch(height: int = 120, width: int = 700) -> npt.NDArray[np.uint8]:
    plane = np.zeros((height, width), np.uint8)
    plane[58:62, 20 : width - 20] = 255
    return plane


def disc(side: int, radius: int) -> npt.NDArray[np.uint8]:
    y, x = np.mgrid[:side, :side] - side // 2
    return np.where(x**2 + y**2 <= radius**2, np.uint8(255), np.uint8(0))


def gray(height: int = 120, width: int = 700) -> npt.NDArray[np.uint8]:
    return np.full((height, width, 1), 200, np.uint8)


def answers(outcome: Outcome) -> list[npt.NDArray[Any]]:
    photo = Image(outcome.before)
    return [photo.with_patches(each.patches).pixels for each in outcome.result.alternatives]


def notices(outcome: Outcome) -> list[str]:
    return [event.message for event in outcome.events if isinstance(event, Notice)]


def test_the_first_is_the_most_likely_and_the_others_are_drawn_from_the_seed() -> None:
    outcome = run_inpaint(gray(), scratch(), varying(), params={"variants": 4})
    fills = answers(outcome)
    assert len(fills) == 4
    assert np.array_equal(fills[0], outcome.after)
    assert np.array_equal(outcome.after, run_inpaint(gray(), scratch(), varying()).after)
    region = np.zeros(scratch().shape, bool)
    for piece in outcome.result.filled:
        region[piece.bounds.slices] |= piece.values > 0
    assert all((fill == gray())[~region].all() for fill in fills)
    for index, fill in enumerate(fills):
        assert all((fill != other).any() for other in fills[:index])
    again = answers(run_inpaint(gray(), scratch(), varying(), params={"variants": 4}))
    assert all(map(np.array_equal, fills, again))
    other = answers(run_inpaint(gray(), scratch(), varying(), seed=1, params={"variants": 4}))
    assert np.array_equal(fills[0], other[0])
    assert all((one != another).any() for one, another in zip(fills[1:], other[1:], strict=True))


def test_each_answer_can_be_had_alone() -> None:
    outcome = run_inpaint(gray(), scratch(), varying(), params={"variants": 3})
    for alternative, fill in zip(outcome.result.alternatives, answers(outcome), strict=True):
        alone = run_inpaint(gray(), scratch(), varying(), params=dict(alternative.params))
        assert np.array_equal(alone.after, fill)
        assert alone.result.alternatives == ()
    later = run_inpaint(gray(), scratch(), varying(), params={"variants": 2, "variant": 2})
    assert [each.params for each in later.result.alternatives] == [
        {"variant": 2, "variants": 1},
        {"variant": 3, "variants": 1},
    ]
    assert np.array_equal(later.after, answers(outcome)[1])


def test_a_draw_does_not_depend_on_how_the_tiles_are_cut() -> None:
    params = {"variant": 2, "feather_px": 0}
    whole, cut = (
        run_inpaint(gray(), scratch(), engine=FakeEngine(generator, limit), generator=generator, params=params)
        for limit, generator in ((384, varying()), (128, varying()))
    )
    assert cut.result.tiles > whole.result.tiles
    assert np.abs(cut.after.astype(int) - whole.after).max() <= 1


def test_a_network_with_one_answer_says_so_and_gives_it_once() -> None:
    for params in ({"variants": 4}, {"variant": 3}):
        outcome = run_inpaint(gray(), scratch(), varying(can_vary=False), params=params)
        assert notices(outcome) == ["There is only one fill, so no variants were made."]
        assert outcome.result.alternatives == ()
        assert np.array_equal(outcome.after, run_inpaint(gray(), scratch(), varying()).after)


def test_answers_that_are_all_the_same_are_given_once() -> None:
    generator = FakeGenerator(constant(0.5), can_vary=True)
    outcome = run_inpaint(gray(), scratch(), generator, params={"variants": 4})
    assert notices(outcome) == ["All fills of this region come out the same, so there is only one."]
    assert outcome.result.alternatives == ()
    assert len({variation and variation.seed for variation in generator.variations}) == 2, "not tried further"


def test_tiles_of_all_answers_are_counted_through() -> None:
    outcome = run_inpaint(gray(), scratch(), varying(), params={"variants": 3})
    (planned,) = (event for event in outcome.events if isinstance(event, TilesPlanned))
    finished = [event for event in outcome.events if isinstance(event, TileFinished)]
    total = len(planned.tiles)
    assert total % 3 == 0
    assert [(event.index, event.total) for event in finished] == [(index, total) for index in range(total)]
    assert outcome.result.tiles == total


def test_memory_that_runs_out_at_the_second_answer_costs_neither() -> None:
    generator = varying()

    def shrink_memory(event: TaskEvent) -> None:
        if isinstance(event, TileFinished) and event.index == event.total // 2:
            generator.fits_px = 200

    outcome = run_inpaint(gray(), scratch(), generator, params={"variants": 2}, watch=shrink_memory)
    plain = run_inpaint(gray(), scratch(), varying(), params={"variants": 2})
    assert notices(outcome) == ["smaller: 192"]
    first, second = (event for event in outcome.events if isinstance(event, TilesPlanned))
    assert len(second.tiles) > 0
    assert len(first.tiles) == plain.result.tiles
    for mine, wanted in zip(answers(outcome), answers(plain), strict=True):
        assert np.abs(mine.astype(int) - wanted).max() <= 2


def test_cancelling_between_answers() -> None:
    token, generator = CancelToken(), varying()

    def cancel(event: TaskEvent) -> None:
        if isinstance(event, TileFinished) and event.index == event.total // 2:
            token.cancel()

    with pytest.raises(Cancelled):
        run_inpaint(gray(), scratch(), generator, params={"variants": 2}, token=token, watch=cancel)
    assert generator.variations[-1] is not None


@pytest.mark.skipif(load_patchmatch() is None, reason="pypatchmatch is not installed")
def test_patchmatch_varies_in_large_holes(photo: Image) -> None:
    pixels = photo.pixels[60:140, 60:160]
    large = np.zeros(pixels.shape[:2], np.uint8)
    large[30:54, 40:66] = 255
    outcome = run_inpaint(pixels, large, params={"variants": 2, "method": "patchmatch"})
    fills = answers(outcome)
    assert notices(outcome) == []
    assert len(fills) == 2
    assert (fills[0] != fills[1]).any()
    assert np.array_equal(outcome.after, run_inpaint(pixels, large, params={"method": "patchmatch"}).after)


def test_a_method_without_chance_has_one_answer(photo: Image) -> None:
    plane = np.zeros(photo.pixels.shape[:2], np.uint8)
    plane[80:83, 20:200] = 255
    outcome = run_inpaint(photo.pixels, plane, params={"variants": 2, "method": "telea"})
    assert notices(outcome) == ["There is only one fill, so no variants were made."]


def test_detail_is_the_share_of_the_vivid_partner() -> None:
    engine = FakeEngine(varying())
    run_inpaint(gray(), scratch(), engine.generator, engine=engine)
    run_inpaint(gray(), scratch(), engine.generator, engine=engine, params={"detail": 35})
    assert engine.mixes == [0.0, 0.35]


def test_a_deep_hole_is_worked_out_at_every_scale_by_a_network_that_can() -> None:
    pixels, plane = gray(400, 400), disc(400, 150)
    generator = varying(can_refine=True)
    run_inpaint(pixels, plane, generator)
    starts = [start for start in generator.starts if start is not None]
    assert starts
    for (_, mask), start in zip(generator.calls, generator.starts, strict=True):
        if start is None:
            continue
        assert start.shape[:2] == mask.shape
        given = ~np.isnan(start).any(axis=2)
        assert given.any()
        assert (mask[given] == 1).all(), "what is known needs no start"
        assert ((mask == 1) & ~given).any(), "near the rim the network begins by itself"
    finest = [mask for (_, mask), start in zip(generator.calls, generator.starts, strict=True) if start is not None][-1]
    assert finest.shape[0] <= 384


def test_a_deep_hole_is_left_smooth_by_a_network_that_cannot() -> None:
    generator = varying()
    run_inpaint(gray(400, 400), disc(400, 150), generator)
    assert generator.starts == [None] * len(generator.calls)


def test_texture_that_the_network_makes_reaches_the_middle_of_a_deep_hole() -> None:
    plane = disc(400, 150)
    middle = disc(400, 60) > 0

    def detail(can_refine: bool) -> float:
        textured = Textured(constant(0.5), can_vary=True, can_refine=can_refine)
        after = run_inpaint(gray(400, 400), plane, textured).after[..., 0].astype(float)
        return float(np.abs(np.diff(after, axis=1))[middle[:, 1:]].mean())

    assert detail(True) > 10
    assert detail(False) < 4


class Textured(Varying):
    """Lays a checkerboard over whatever it fills."""

    def __call__(self, pixels: FloatPixels, mask: FloatPlane | None = None, **extras: Any) -> FloatPixels:
        filled = super().__call__(pixels, mask, **extras)
        assert mask is not None
        y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
        return np.where(mask[..., None] > 0, 0.5 + 0.05 * (-1.0) ** (x + y)[..., None], filled).astype(np.float32)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_grain_makes_up_for_what_a_fill_lacks_and_no_more(share: float) -> None:
    """Whatever texture of the grain's kind the network made, the fill ends as lively as its surroundings."""
    random = np.random.default_rng(8)
    grain = random.normal(0, 0.03, (300, 300, 1))
    photo = np.rint(np.clip(0.5 + grain, 0, 1) * 65535).astype(np.uint16)
    plane = disc(300, 30)
    made = random.normal(0, 0.03 * np.sqrt(share), (300, 300, 1))

    class Lively(FakeGenerator):
        def __call__(self, pixels: FloatPixels, mask: FloatPlane | None = None, **extras: Any) -> FloatPixels:
            assert mask is not None
            texture = 0.5 + made[: mask.shape[0], : mask.shape[1]]
            return np.where(mask[..., None] > 0, texture, pixels).astype(np.float32)

    after = run_inpaint(photo, plane, Lively(constant(0.5)), params={"match_grain": 100}).after / 65535
    inside, outside = after[disc(300, 26) > 0], after[plane == 0]
    assert inside.std() == pytest.approx(outside.std(), rel=0.12)
