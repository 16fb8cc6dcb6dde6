from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from restorer.core.agreement import Agreement, Flags, agreement, near


def line(column: int) -> Flags:
    plane = np.zeros((20, 20), bool)
    plane[:, column] = True
    return plane


def test_near_is_a_dilation_by_a_disc() -> None:
    flags = np.random.default_rng(2).random((23, 31)) < 0.02
    y, x = np.mgrid[-3:4, -3:4]
    assert np.array_equal(near(flags, 3), ndimage.binary_dilation(flags, x * x + y * y <= 9))


@pytest.mark.parametrize(("shift", "f1", "iou"), [(0, 1.0, 1.0), (2, 1.0, 0.0), (3, 0.0, 0.0)])
def test_a_displacement_within_tolerance_is_right(shift: int, f1: float, iou: float) -> None:
    result = agreement(line(8 + shift), line(8), tolerance_px=2)
    assert result.f1 == f1
    assert result.iou == iou


def test_half_found_and_half_made_up() -> None:
    marked = line(15)
    marked[:10, 3] = True
    result = agreement(marked, line(3), tolerance_px=0)
    assert result.precision == pytest.approx(10 / 30)
    assert result.recall == pytest.approx(0.5)
    assert result.f1 == pytest.approx(0.4)
    assert result.iou == pytest.approx(10 / 40)


def test_what_is_not_known_does_not_count() -> None:
    known = ~line(15)
    result = agreement(line(3) | line(15), line(3), known=known)
    assert (result.precision, result.recall, result.iou) == (1.0, 1.0, 1.0)


def test_nothing_found_where_nothing_is_is_perfect() -> None:
    empty = np.zeros((5, 5), bool)
    result = agreement(empty, empty)
    assert (result.precision, result.recall, result.f1, result.iou) == (1.0, 1.0, 1.0, 1.0)


def test_counts_of_photos_add_up() -> None:
    first, second = agreement(line(3), line(3)), agreement(line(3), line(12))
    total = sum((first, second), Agreement())
    assert total == Agreement(marked=40, right=20, true=40, found=20, overlap=20)
    assert total.f1 == 0.5
