from __future__ import annotations

import numpy as np
import pytest

from restorer.core.geometry import Bounds
from restorer.core.placement import Placement, stack

W, H = 12, 7
PLANE = np.random.default_rng(1).integers(0, 256, (H, W)).astype(np.uint8)
EXACT = {
    "crop": (Placement.crop(Bounds(2, 1, 9, 6), W, H), PLANE[1:6, 2:9]),
    "right": (Placement.turned(1, W, H), np.rot90(PLANE, -1)),
    "half": (Placement.turned(2, W, H), np.rot90(PLANE, 2)),
    "left": (Placement.turned(-1, W, H), np.rot90(PLANE)),
    "across": (Placement.mirrored(W, H, across=True), PLANE[:, ::-1]),
    "down": (Placement.mirrored(W, H, down=True), PLANE[::-1]),
    "turned, then cropped": (
        Placement.turned(1, W, H).then(Placement.crop(Bounds(1, 2, 6, 11), H, W)),
        np.rot90(PLANE, -1)[2:11, 1:6],
    ),
    "mirrored, turned, cropped": (
        Placement.mirrored(W, H, down=True)
        .then(Placement.turned(3, W, H))
        .then(Placement.crop(Bounds(0, 3, 7, 8), H, W)),
        np.rot90(PLANE[::-1])[3:8],
    ),
}


@pytest.mark.parametrize(("placement", "expected"), EXACT.values(), ids=EXACT)
def test_exact_placements_move_whole_pixels(placement: Placement, expected: np.ndarray) -> None:
    assert placement.is_exact
    assert (placement.height, placement.width) == expected.shape
    assert np.array_equal(placement.take(PLANE), expected)
    assert np.shares_memory(placement.take(PLANE), PLANE)
    assert np.array_equal(placement.carry_coverage(PLANE), expected)
    assert np.array_equal(placement.carry_classes(PLANE), expected)


@pytest.mark.parametrize(("placement", "expected"), EXACT.values(), ids=EXACT)
def test_points_and_bounds_agree_with_pixels(placement: Placement, expected: np.ndarray) -> None:
    for y, x in ((0, 0), (expected.shape[0] - 1, 0), (2, 3)):
        old_x, old_y = placement.to_old(x + 0.5, y + 0.5)
        assert PLANE[int(old_y), int(old_x)] == expected[y, x]
        assert placement.to_new(old_x, old_y) == pytest.approx((x + 0.5, y + 0.5))
        assert placement.bounds_in_old(Bounds(x, y, x + 1, y + 1)) == Bounds(
            int(old_x), int(old_y), int(old_x) + 1, int(old_y) + 1
        )


def test_an_inverse_undoes_and_enlarging_is_not_exact() -> None:
    way = (
        Placement.turned(1, W, H)
        .then(Placement.scaled(H, W, 2 * H, 3 * W))
        .then(Placement.straightened(7, 2 * H, 3 * W))
    )
    assert not way.is_exact
    back = way.then(way.inverse())
    assert back.matrix == pytest.approx(Placement.identity(W, H).matrix)
    assert way.scale == pytest.approx(6**0.5)
    assert not Placement.crop(Bounds(2, 1, 9, 6), W, H).inverse().is_exact, "what was cut off is not there"


def test_straightening_turns_clockwise_about_the_middle() -> None:
    placement = Placement.straightened(90, 8, 8)
    assert placement.to_old(4, 4) == pytest.approx((4, 4))
    assert placement.matrix == pytest.approx(Placement.turned(1, 8, 8).matrix, abs=1e-12)


def test_a_mask_is_carried_between_pixels_by_bilinear_weights() -> None:
    plane = np.zeros((4, 4), np.uint8)
    plane[1, 1] = 200
    half = Placement(4, 4, 4, 4, (1, 0, 0.5, 0, 1, 0))
    carried = half.carry_coverage(plane)
    assert carried[1].tolist() == [100, 100, 0, 0]
    doubled = Placement.scaled(4, 4, 8, 8).carry_coverage(np.full((4, 4), 99, np.uint8))
    assert (doubled == 99).all(), "the last pixels reach up to the edge"


def test_shrinking_averages_a_mask_and_keeps_the_gravest_class() -> None:
    plane = np.zeros((9, 9), np.uint8)
    plane[4, 4] = 90
    third = Placement.scaled(9, 9, 3, 3)
    assert third.carry_coverage(plane)[1, 1] == 10
    assert third.carry_classes(plane)[1, 1] == 90


def test_what_lies_outside_is_empty() -> None:
    turned = Placement.straightened(45, 20, 20)
    carried = turned.carry_classes(np.full((20, 20), 5, np.uint8))
    assert carried[0, 0] == 0
    assert carried[10, 10] == 5


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not lie on"):
        Placement.identity(3, 3).then(Placement.identity(4, 4))
    with pytest.raises(ValueError, match="folds"):
        Placement(3, 3, 3, 3, (1, 1, 0, 1, 1, 0))
    with pytest.raises(ValueError, match="pixels"):
        Placement(0, 3, 3, 3)
    with pytest.raises(ValueError, match="whole pixels"):
        Placement.scaled(4, 4, 8, 8).take(np.zeros((4, 4), np.uint8))


def test_stacking_passes_over_what_changes_nothing() -> None:
    turn = Placement.turned(1, W, H)
    assert stack(None, None) is None
    assert stack(None, turn, None) == turn
    joined = stack(turn, Placement.turned(3, H, W))
    assert joined is not None
    assert joined.is_identity
