from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from tasks.fake_generators import FakeGenerator, constant, run_inpaint

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.errors import Cancelled
from restorer.core.geometry import Bounds
from restorer.core.progress import CancelToken
from restorer.session.recipes import migrated
from restorer.tasks import get_task
from restorer.tasks.similar_places import PATCH_PX, corrected

SHOW_MODEL = {"grow_px": 0, "feather_px": 0}


def weave(height: int, width: int, channels: int = 3) -> FloatPixels:
    """Cloth: nothing in it is smooth, and everything comes again."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    planes = [0.5 + 0.2 * np.sin(0.9 * x + 0.35 * y + c) + 0.2 * np.sin(0.7 * y - 0.2 * x) for c in range(channels)]
    return np.stack(planes, 2).astype(np.float32)


def scratch(height: int, width: int, thickness: int = 5) -> FloatPlane:
    mask = np.zeros((height, width), np.float32)
    for x in range(8, width - 8):
        y = 10 + (x * (height - 30)) // width
        mask[y : y + thickness, x] = 1
    return mask


def smoothed(photo: FloatPixels, mask: FloatPlane) -> FloatPixels:
    """What a method makes of a hole that knows nothing but the photo's mean."""
    return np.where(mask[..., None] > 0, photo[mask == 0].mean(axis=0), photo).astype(np.float32)


def error(fill: FloatPixels, photo: FloatPixels, mask: FloatPlane) -> float:
    return float(np.sqrt(((fill - photo)[mask > 0] ** 2).mean()))


def fixed(fill: FloatPixels, mask: FloatPlane, passes: int = 1) -> FloatPixels:
    return corrected(fill, mask, Bounds(0, 0, mask.shape[1], mask.shape[0]), passes=passes, token=CancelToken())


@pytest.mark.parametrize("channels", [1, 3])
def test_what_comes_again_is_found_again(channels: int) -> None:
    photo, mask = weave(96, 128, channels), scratch(96, 128)
    fill = smoothed(photo, mask)
    once = fixed(fill, mask)
    assert error(once, photo, mask) < 0.25 * error(fill, photo, mask)
    assert error(fixed(once, mask, passes=2), photo, mask) < error(once, photo, mask)


def test_a_second_pass_looks_in_what_the_first_made() -> None:
    photo, mask = weave(96, 128), scratch(96, 128, thickness=9)
    fill = smoothed(photo, mask)
    assert error(fixed(fill, mask, passes=2), photo, mask) < 0.9 * error(fixed(fill, mask), photo, mask)


@pytest.mark.parametrize("channels", [1, 3])
def test_known_pixels_are_kept_bit_for_bit(channels: int) -> None:
    photo = np.random.default_rng(0).random((64, 80, channels), np.float32)
    mask = scratch(64, 80)
    done = fixed(smoothed(photo, mask), mask)
    assert np.array_equal(done[mask == 0], photo[mask == 0])
    assert done.dtype == np.float32
    assert 0 <= done.min() <= done.max() <= 1


def test_grain_is_not_made_into_a_pattern() -> None:
    noise = np.random.default_rng(1).normal(0, 0.06, (96, 128, 1)).astype(np.float32)
    photo, mask = np.full((96, 128, 3), 0.5, np.float32) + noise, scratch(96, 128)
    done = fixed(np.where(mask[..., None] > 0, np.float32(0.5), photo), mask)
    assert (done[mask > 0] - 0.5).std() < 0.5 * 0.06, "what cannot be known is not invented"


def test_only_the_part_that_is_asked_for_is_worked_on() -> None:
    photo, mask = weave(96, 128), scratch(96, 128)
    fill = smoothed(photo, mask)
    whole, part = fixed(fill, mask), Bounds(40, 20, 80, 60)
    done = corrected(fill, mask, part, passes=1, token=CancelToken())
    assert np.array_equal(done[part.slices], whole[part.slices])
    outside = part.pad(2 * PATCH_PX)
    assert np.allclose(done[:, : outside.left], fill[:, : outside.left], atol=1e-6)


def test_a_fill_that_is_right_stays_right() -> None:
    photo, mask = weave(96, 128), scratch(96, 128)
    assert error(fixed(photo, mask), photo, mask) < 0.005


def test_the_middle_of_a_wide_hole_stays_as_it_was_filled() -> None:
    photo, mask = weave(120, 120), np.zeros((120, 120), np.float32)
    mask[30:90, 30:90] = 1
    fill = smoothed(photo, mask)
    done = fixed(fill, mask)
    deep = slice(30 + PATCH_PX, 90 - PATCH_PX)
    assert np.allclose(done[deep, deep], fill[deep, deep], atol=1e-6)
    assert not np.allclose(done[30:32, 40:80], fill[30:32, 40:80], atol=0.02)


def test_there_may_be_nothing_to_learn_from() -> None:
    tiny, everything = weave(PATCH_PX - 1, 40), np.ones((40, 40), np.float32)
    assert np.array_equal(fixed(tiny, np.ones(tiny.shape[:2], np.float32)), tiny)
    assert np.allclose(fixed(weave(40, 40), everything), weave(40, 40), atol=1e-6)
    assert np.array_equal(fixed(weave(40, 40), 0 * everything), weave(40, 40))


def test_it_stops_when_told_to() -> None:
    token = CancelToken()
    token.cancel()
    photo, mask = weave(64, 64), scratch(64, 64)
    with pytest.raises(Cancelled):
        corrected(photo, mask, Bounds(0, 0, 64, 64), passes=1, token=token)


def _photo() -> npt.NDArray[np.uint8]:
    return np.rint(weave(96, 128) * 255).astype(np.uint8)


def test_a_models_only_answer_is_corrected_unless_told_otherwise() -> None:
    photo, plane = _photo(), (scratch(96, 128) * 255).astype(np.uint8)

    def wrong(can_vary: bool = False, **params: object) -> float:
        network = FakeGenerator(constant(0.5), can_vary=can_vary)
        done = run_inpaint(photo, plane, network, params={**SHOW_MODEL, **params})
        return float(np.abs(done.after.astype(float) - photo)[plane > 0].mean())

    alone, once = wrong(similar=False), wrong(similar=True)
    assert once < 0.4 * alone
    assert wrong(similar=True, thorough=True) < once, "twice"
    assert wrong(similar=True, can_vary=True) == alone, "what is made up is meant to be seen"


def test_older_recipes_keep_the_models_own_fill() -> None:
    for name in ("inpaint", "repair-scratches"):
        assert migrated(get_task(name), 2, {"texture": 40.0}) == {"texture": 40.0, "similar": False}
