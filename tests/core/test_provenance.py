from __future__ import annotations

import numpy as np
import pytest

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import MaskPiece
from restorer.core.placement import Placement
from restorer.core.provenance import Marking, PixelClass, ProvenanceMap
from restorer.core.result import Reframed, TaskResult

W, H = 700, 530
BOX = Bounds(200, 100, 620, 530)


def marking(bounds: Bounds, of: PixelClass) -> Marking:
    return Marking(bounds, np.full((bounds.height, bounds.width), of, np.uint8))


def test_an_untouched_photo_is_original_and_takes_nothing() -> None:
    known = ProvenanceMap(W, H)
    assert known.counts()[PixelClass.ORIGINAL] == W * H
    assert known.invented_fraction == 0
    assert not known.plane().any()
    assert known.bytes == 0


def test_the_gravest_class_stays() -> None:
    known = ProvenanceMap(W, H).marked([marking(BOX, PixelClass.GENERATED)])
    later = known.marked([marking(Bounds.of_size(W, H), PixelClass.DENOISED)])
    assert later.counts()[PixelClass.GENERATED] == BOX.area
    assert later.counts()[PixelClass.DENOISED] == W * H - BOX.area
    assert later.invented_fraction == BOX.area / (W * H)
    assert known.counts()[PixelClass.DENOISED] == 0, "a map is a value"
    assert later.at_least(PixelClass.FILLED).counts() == {
        **dict.fromkeys(PixelClass, 0),
        PixelClass.GENERATED: BOX.area,
        PixelClass.FILLED: W * H - BOX.area,
    }


def test_classes_are_read_back_exactly_wherever_they_lie() -> None:
    rng = np.random.default_rng(3)
    classes = rng.integers(0, len(PixelClass), (BOX.height, BOX.width)).astype(np.uint8)
    known = ProvenanceMap(W, H).marked([Marking(BOX, classes)])
    plane = np.zeros((H, W), np.uint8)
    plane[BOX.slices] = classes
    assert np.array_equal(known.plane(), plane)
    part = Bounds(190, 250, 300, 530)
    assert np.array_equal(known.region(part), plane[part.slices])
    counts = known.counts()
    assert [counts[each] for each in PixelClass] == np.bincount(plane.ravel(), minlength=len(PixelClass)).tolist()


@pytest.mark.parametrize(
    "placement",
    [
        Placement.turned(1, W, H),
        Placement.crop(Bounds(3, 2, 603, 402), W, H),
        Placement.straightened(3.3, W, H).then(Placement.crop(Bounds(60, 50, 600, 470), W, H)),
        Placement.scaled(W, H, 2 * W, 2 * H),
        Placement.scaled(W, H, 200, 151),
    ],
    ids=["turned", "crop", "straightened", "enlarged", "shrunk"],
)
def test_a_map_is_carried_as_its_plane_is(placement: Placement) -> None:
    spots = [Bounds(10, 10, 14, 14), BOX, Bounds(0, 520, 700, 530)]
    known = ProvenanceMap(W, H).marked([marking(spot, PixelClass(4 + n)) for n, spot in enumerate(spots[:2])])
    carried = known.carried(placement)
    assert (carried.width, carried.height) == (placement.width, placement.height)
    assert np.array_equal(carried.plane(), placement.carry_classes(known.plane()))


def test_a_result_says_what_it_changed_and_what_it_filled() -> None:
    photo = Image(np.arange(100, dtype=np.uint8).reshape(10, 10, 1))
    pixels = photo.pixels[2:6, 2:8].copy()
    pixels[1:, 1:] += 1
    filled = MaskPiece(Bounds(3, 3, 5, 5), np.array([[255, 0], [1, 0]], np.uint8))
    patch = Patch(Bounds(2, 2, 8, 6), pixels)
    result = TaskResult((patch,), (filled,), changed_as=PixelClass.TONE, filled_as=PixelClass.FACE)
    plane = result.provenance_after(ProvenanceMap(10, 10), photo, result.applied_to(photo)).plane()
    assert (plane == PixelClass.FACE).sum() == 2
    assert plane[3, 3] == plane[4, 3] == PixelClass.FACE
    assert (plane == PixelClass.TONE).sum() == 15 - 2
    assert ((plane > 0) == (result.applied_to(photo).pixels != photo.pixels)[..., 0]).all()


def test_a_new_picture_is_original_only_where_its_pixels_are() -> None:
    photo = Image(np.arange(60, dtype=np.uint8).reshape(6, 10, 1))
    exact = Placement.turned(1, 10, 6)
    turned = TaskResult((), reframed=Reframed(Image(exact.take(photo.pixels)), exact), changed_as=PixelClass.TONE)
    assert turned.provenance_after(ProvenanceMap(10, 6), photo, turned.applied_to(photo)).bytes == 0
    assert turned.changed_pixels(photo) == 0
    larger = Image(np.zeros((12, 20, 1), np.uint8))
    scaled = TaskResult((), reframed=Reframed(larger, Placement.scaled(10, 6, 20, 12)), changed_as=PixelClass.GENERATED)
    assert scaled.provenance_after(ProvenanceMap(10, 6), photo, larger).invented_fraction == 1
    assert scaled.changed_pixels(photo) == 240


def test_results_that_contradict_themselves_are_refused() -> None:
    photo = Image(np.zeros((6, 10, 1), np.uint8))
    reframed = Reframed(photo, Placement.identity(10, 6))
    with pytest.raises(ValueError, match="without patches"):
        TaskResult((Patch(photo.bounds, photo.pixels),), reframed=reframed)
    with pytest.raises(ValueError, match="not placed by"):
        Reframed(photo, Placement.identity(6, 10))
    with pytest.raises(ValueError, match="not of a photo"):
        TaskResult((), reframed=reframed).applied_to(Image(np.zeros((3, 3, 1), np.uint8)))
