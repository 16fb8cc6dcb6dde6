"""Review of detections: finds, decisions, sensitivity without the network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from restorer.core.damage import DAMAGE_CLASSES, DamageMap, threshold_at
from restorer.core.geometry import Bounds
from restorer.core.marks import MarkMode, mark
from restorer.core.mask import Mask
from restorer.session.marking import find_levels
from restorer.session.marking.find_levels import DROPPED, HIDDEN, FindLevels
from restorer.session.marking.review import ReviewSettings, Surveyor

WIDTH, HEIGHT = 300, 240
SCRATCH, SPECK, FAINT, STAIN = (
    Bounds(20, 30, 220, 33),
    Bounds(250, 100, 254, 104),
    Bounds(40, 150, 60, 156),
    Bounds(150, 160, 190, 200),
)


@pytest.fixture
def damage() -> DamageMap:
    planes = np.zeros((len(DAMAGE_CLASSES), HEIGHT, WIDTH), np.uint8)
    for kind, box, value in (
        ("scratch", SCRATCH, 240),
        ("dust", SPECK, 200),
        ("hair", FAINT, 90),
        ("stain", STAIN, 180),
    ):
        planes[(DAMAGE_CLASSES.index(kind), *box.slices)] = value
    planes[DAMAGE_CLASSES.index("crease"), 30:33, 20:60] = 200
    return DamageMap(planes)


def kinds(survey) -> list[str]:  # type: ignore[no-untyped-def]
    return [find.kind for find in survey.finds]


def test_finds_have_a_class_a_place_and_a_number_in_reading_order(damage: DamageMap) -> None:
    survey = Surveyor(damage).survey(ReviewSettings())
    assert kinds(survey) == ["scratch", "dust", "stain"]
    assert [find.number for find in survey.finds] == [1, 2, 3]
    assert [find.bounds for find in survey.finds] == [SCRATCH, SPECK, STAIN]
    assert survey.finds[0].sureness == pytest.approx(240 / 255)
    assert survey.finds[1].area_px == 16
    assert survey.counts() == {"scratch": 1, "dust": 1, "hair": 0, "crease": 0, "tear": 0, "stain": 1}
    assert survey.kept == 3


def test_another_sensitivity_finds_more_and_classes_can_be_left_out(damage: DamageMap) -> None:
    surveyor = Surveyor(damage)
    assert "hair" in kinds(surveyor.survey(ReviewSettings(sensitivity=0.75)))
    assert kinds(surveyor.survey(ReviewSettings(sensitivity=0.05))) == ["scratch"]
    assert kinds(surveyor.survey(ReviewSettings(classes=("crease", "dust")))) == ["crease", "dust"]
    assert surveyor.survey(ReviewSettings(classes=())).finds == []


def test_what_is_small_is_passed_over(damage: DamageMap) -> None:
    survey = Surveyor(damage).survey(ReviewSettings(smallest_px=5))
    assert kinds(survey) == ["scratch", "stain"]
    assert survey.levels.base[101, 251] & HIDDEN
    assert not survey.shape().coverage(SPECK).any()


def test_the_shape_is_the_map_at_its_threshold(damage: DamageMap) -> None:
    settings = ReviewSettings(sensitivity=0.6, classes=("scratch", "crease", "dust", "stain", "hair"))
    whole = Bounds.of_size(WIDTH, HEIGHT)
    survey = Surveyor(damage).survey(settings)
    assert (survey.shape().coverage(whole) == damage.mask_at(0.6, settings.classes).plane).all()
    mask = Mask.empty(WIDTH, HEIGHT)
    mask.swap(mark(mask, survey.shape(), MarkMode.ADD))
    assert (mask.plane == damage.mask_at(0.6, settings.classes).plane).all()


def test_a_dropped_find_is_drawn_but_not_repaired_and_can_be_kept_again(damage: DamageMap) -> None:
    survey = Surveyor(damage).survey(ReviewSettings())
    find, decision = survey.decide(2, kept=False)
    assert (find.kind, find.kept, decision.kept) == ("dust", False, False)
    assert survey.kept == 2
    assert (survey.levels.base[SPECK.slices] & DROPPED).all()
    assert not survey.levels.base[SCRATCH.slices].astype(int).__and__(DROPPED).any()
    assert not survey.shape().coverage(SPECK).any()
    survey.decide(2, kept=True)
    assert survey.shape().coverage(SPECK).all()
    with pytest.raises(IndexError):
        survey.decide(4, kept=True)


def test_decisions_outlive_another_sensitivity_until_the_find_runs_into_others(damage: DamageMap) -> None:
    planes = damage.planes.copy()
    column = planes[DAMAGE_CLASSES.index("dust"), 34:180, 252]
    column[column == 0] = 60
    surveyor = Surveyor(DamageMap(planes))
    first = surveyor.survey(ReviewSettings())
    _, dropped = first.decide(2, kept=False)
    later = surveyor.survey(ReviewSettings(sensitivity=0.6), [dropped])
    assert [find.kept for find in later.finds if find.kind == "dust"] == [False]
    merged = surveyor.survey(ReviewSettings(sensitivity=0.9), [dropped])
    assert all(find.kept for find in merged.finds)
    again = surveyor.survey(ReviewSettings(), [dropped, replace(dropped, kept=True)])
    assert again.kept == len(again.finds)


def test_nothing_is_found_where_it_is_protected(damage: DamageMap) -> None:
    plane = np.zeros((HEIGHT, WIDTH), np.uint8)
    plane[:, 100:] = 1
    survey = Surveyor(damage).survey(ReviewSettings(), protected=Mask(plane))
    assert kinds(survey) == ["crease" if survey.finds[0].kind == "crease" else "scratch"]
    assert survey.finds[0].bounds == Bounds(20, 30, 100, 33)
    assert not survey.shape().coverage(Bounds(100, 0, WIDTH, HEIGHT)).any()


def test_a_find_is_found_by_its_place_or_near_it(damage: DamageMap) -> None:
    survey = Surveyor(damage).survey(ReviewSettings())
    assert survey.at(251.5, 102.2) == survey.finds[1]
    assert survey.at(246, 102) is None
    assert survey.at(246, 102, reach_px=6) == survey.finds[1]
    assert survey.at(5, 235, reach_px=3) is None


def test_a_large_photo_is_told_apart_at_a_coarser_scale_and_repaired_at_its_own(
    damage: DamageMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find_levels, "BASE_PX", WIDTH * HEIGHT // 4)
    survey = Surveyor(damage).survey(ReviewSettings())
    assert survey.levels.step == 2
    assert kinds(survey) == ["scratch", "dust", "stain"]
    assert survey.at(251, 102) == survey.finds[1]
    survey.decide(3, kept=False)
    plane = survey.shape().coverage(Bounds.of_size(WIDTH, HEIGHT))
    expected = damage.mask_at().plane.copy()
    expected[STAIN.slices] = 0
    assert (plane == expected).all()


@pytest.mark.parametrize("zoom", [0.03, 0.1, 0.33, 0.5, 1.0, 2.5])
def test_no_find_vanishes_at_any_zoom(damage: DamageMap, zoom: float) -> None:
    levels = Surveyor(damage).survey(ReviewSettings()).levels
    shown = levels.sample(Bounds(-2, -2, round(WIDTH * zoom) + 3, round(HEIGHT * zoom) + 3), zoom)
    seen = shown[(shown >> 8) >= threshold_at(0.5)] & 7
    assert DAMAGE_CLASSES.index("scratch") in seen
    if zoom >= 0.1:
        assert {DAMAGE_CLASSES.index("dust"), DAMAGE_CLASSES.index("stain")} <= set(seen.tolist())
    assert (shown[:2] == 0).all()


def test_levels_follow_what_is_decided() -> None:
    base = np.full((8, 8), (200 << 8) | 1, np.uint16)
    levels = FindLevels(base, 8, 8)
    levels.set_dropped(Bounds(0, 0, 8, 8), np.ones((8, 8), bool), True)
    assert (levels.sample(Bounds(0, 0, 1, 1), 1 / 8) & DROPPED).all()
    levels.set_dropped(Bounds(0, 0, 8, 8), np.ones((8, 8), bool), False)
    assert not (levels.sample(Bounds(0, 0, 1, 1), 1 / 8) & DROPPED).any()
