"""Pairs of models and several answers, as the session sees them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from session.conftest import write_model

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.result import Alternative, TaskResult
from restorer.session.resolver import ModelChoice
from restorer.session.session import Session
from restorer.session.variants import variant_pictures
from restorer.store import Catalogue
from restorer.tasks import get_task


@pytest.fixture
def session(tmp_path: Path) -> Session:
    write_model(tmp_path, "inpaint-clean", priority=2)
    write_model(tmp_path, "inpaint-vivid", priority=9, interpolates_with="inpaint-clean")
    write_model(tmp_path, "inpaint-other", priority=1)
    return Session(catalogue=Catalogue([tmp_path]))


def test_a_pair_is_one_choice(session: Session) -> None:
    assert session.models_for("inpaint") == (
        ModelChoice("inpaint-clean", "Inpaint Clean", has_vivid=True),
        ModelChoice("inpaint-other", "Inpaint Other"),
        ModelChoice("classical", "Classical"),
    )


def test_a_step_names_the_mix(session: Session) -> None:
    clean, vivid = (session.catalogue.get(f"inpaint-{name}") for name in ("clean", "vivid"))
    for model in ("", clean.id, vivid.id):
        step = session.resolve_step("inpaint", {"detail": 40}, model=model)
        assert (step.model, step.params["detail"]) == (clean.id, 40)
        assert step.model_hash == f"{clean.sha256}+{vivid.sha256}@0.40"
        assert session.model_title(step) == "Inpaint Clean, 40 % detail"


def test_without_detail_it_is_the_faithful_model_alone(session: Session) -> None:
    clean = session.catalogue.get("inpaint-clean")
    step = session.resolve_step("inpaint", model=clean.id)
    assert (step.model, step.model_hash, step.params["detail"]) == (clean.id, clean.sha256, 0)
    other = session.resolve_step("inpaint", {"detail": 40}, model="inpaint-other")
    assert other.model_hash == session.catalogue.get("inpaint-other").sha256


@pytest.mark.parametrize("params", [None, {}, {"grow_px": 4}])
def test_who_asks_for_the_vivid_model_means_all_of_it(session: Session, params: dict[str, object] | None) -> None:
    step = session.resolve_step("inpaint", params, model="inpaint-vivid")
    assert (step.model, step.params["detail"]) == ("inpaint-clean", 100)
    assert step.model_hash.endswith("@1.00")
    assert step.params["grow_px"] == (params or {}).get("grow_px", 1)


def test_unless_something_else_was_said(session: Session) -> None:
    for params in ({"detail": 0}, get_task("inpaint").params(detail=0.0)):
        assert session.resolve_step("inpaint", params, model="inpaint-vivid").params["detail"] == 0


# -- pictures


def patch(bounds: Bounds, value: int) -> Patch:
    return Patch(bounds, np.full((bounds.height, bounds.width, 3), value, np.uint8))


def result(*parts: Bounds, values: tuple[int, ...] = (10, 200)) -> TaskResult:
    answers = tuple(Alternative(tuple(patch(part, value) for part in parts)) for value in values)
    return TaskResult(answers[0].patches, alternatives=answers)


def test_one_answer_needs_no_pictures(photo: Image) -> None:
    assert variant_pictures(photo, TaskResult((patch(Bounds(0, 0, 9, 9), 1),)), 100) == ()


def test_pictures_show_the_largest_region_with_its_surroundings(photo: Image) -> None:
    big = Bounds(100, 50, 140, 90), Bounds(135, 60, 160, 80)  # two tiles of one hole
    small = Bounds(0, 0, 8, 8)
    pictures = variant_pictures(photo, result(small, *big), 1000)
    assert [picture.shape for picture in pictures] == [(70, 90, 3)] * 2
    window = photo.crop(Bounds(85, 35, 175, 105))
    for picture, value in zip(pictures, (10, 200), strict=True):
        inside = np.zeros(picture.shape[:2], bool)
        for bounds in big:
            inside[bounds.translate(-85, -35).slices] = True
        assert (picture[inside] == value).all()
        assert (picture[~inside] == window[~inside]).all()


def test_pictures_are_small_and_stay_within_the_photo(photo: Image) -> None:
    (one, other) = variant_pictures(photo, result(Bounds(0, 0, 200, 30)), 64)
    assert one.shape == other.shape
    assert max(one.shape[:2]) == 64
    assert not np.array_equal(one, other)
