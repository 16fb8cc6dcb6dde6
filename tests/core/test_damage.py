from __future__ import annotations

import numpy as np
import pytest

from restorer import degradation
from restorer.core.damage import DAMAGE_CLASSES, DamageMap, check_classes, threshold_at
from restorer.core.errors import InputError


@pytest.fixture
def damage() -> DamageMap:
    """A certain scratch along row 2, dust that is half likely at (5, 5), a faint stain in the last column."""
    planes = np.zeros((len(DAMAGE_CLASSES), 8, 10), np.uint8)
    planes[DAMAGE_CLASSES.index("scratch"), 2] = 255
    planes[DAMAGE_CLASSES.index("dust"), 5, 5] = 128
    planes[DAMAGE_CLASSES.index("stain"), :, 9] = 40
    return DamageMap(planes)


def test_the_degradation_model_means_the_same_classes() -> None:
    assert degradation.DAMAGE_CLASSES == DAMAGE_CLASSES


def test_one_half_is_marked_at_the_default_sensitivity_and_not_below(damage: DamageMap) -> None:
    assert threshold_at(0.5) == 128
    mask = damage.mask_at()
    assert mask.plane[2].all()
    assert mask.plane[5, 5] == 255
    assert np.count_nonzero(mask.plane) == 11
    assert damage.mask_at(0.49).plane[5, 5] == 0


@pytest.mark.parametrize(("sensitivity", "count"), [(-1.0, 10), (0.0, 10), (0.5, 11), (1.0, 18), (7.0, 18)])
def test_more_is_marked_as_sensitivity_rises(damage: DamageMap, sensitivity: float, count: int) -> None:
    assert np.count_nonzero(damage.mask_at(sensitivity).plane) == count


def test_only_the_classes_asked_for_are_marked(damage: DamageMap) -> None:
    assert np.argwhere(damage.mask_at(0.5, ["dust"]).plane).tolist() == [[5, 5]]
    assert damage.pixels_at(0.5) == {**dict.fromkeys(DAMAGE_CLASSES, 0), "scratch": 10, "dust": 1}


def test_classes_come_back_in_order_and_once() -> None:
    assert check_classes(["stain", "dust", "dust"]) == ("dust", "stain")


@pytest.mark.parametrize(("classes", "said"), [(["rust"], "rust"), ([], "No kind")])
def test_unknown_classes_are_refused(damage: DamageMap, classes: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        damage.mask_at(0.5, classes)


def test_it_is_read_only_and_of_one_shape(damage: DamageMap) -> None:
    assert (damage.width, damage.height) == (10, 8)
    assert not damage.planes.flags.writeable
    with pytest.raises(ValueError, match="8 bit"):
        DamageMap(np.zeros((3, 8, 10), np.uint8))
