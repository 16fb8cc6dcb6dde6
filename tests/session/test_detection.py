"""Looking for damage as a job."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from session.conftest import write_model

from restorer.core.damage import DAMAGE_CLASSES, DamageMap
from restorer.core.errors import Cancelled, InputError, RestorerError
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken
from restorer.core.step import ModelUse
from restorer.session.detection import (
    DetectionFinished,
    detect_damage,
    detection_engine,
    detection_request,
    run_detection,
)
from restorer.session.jobs import JobCancelled, JobFailed, JobFinished, JobProgress, JobStarted, run_job
from restorer.session.session import Session
from restorer.store import Catalogue


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(catalogue=Catalogue([tmp_path / "none"]))


@pytest.fixture
def scratched() -> Image:
    pixels = np.random.default_rng(1).normal(100, 3, (120, 160, 3))
    pixels[60:62, 20:140] = 250
    return Image(np.clip(pixels, 0, 255).astype(np.uint8))


def test_a_search_is_a_job_like_others(session: Session, scratched: Image) -> None:
    request = detection_request(session, scratched, photo_name="opa.tif")
    events = list(run_detection(request, lambda: detection_engine(session, request), CancelToken()))
    assert events[0] == JobStarted(request.id, "Classical", "cpu")
    assert any(isinstance(event, JobProgress) for event in events)
    finished = events[-1]
    assert isinstance(finished, DetectionFinished)
    assert finished.damage.mask_at().plane[60, 30:130].all()
    assert finished.device == "cpu"
    assert finished.seconds > 0
    assert {event.id for event in events} == {request.id}


def test_it_can_be_cancelled(session: Session, scratched: Image) -> None:
    token = CancelToken()
    token.cancel()
    request = detection_request(session, scratched)
    engine = detection_engine(session, request)
    assert list(run_detection(request, engine, token)) == [JobCancelled(request.id)]
    with pytest.raises(Cancelled):
        detect_damage(session, scratched, token=token)


def test_scripts_get_the_map_itself(session: Session, scratched: Image) -> None:
    damage = detect_damage(session, scratched)
    assert isinstance(damage, DamageMap)
    assert damage.planes.shape == (len(DAMAGE_CLASSES), 120, 160)


def test_weights_that_cannot_be_read_fail_with_a_report(session: Session, models_folder: Path, photo: Image) -> None:
    write_model(models_folder, "finder", task="repair-scratches")
    session = Session(catalogue=Catalogue([models_folder]))
    request = detection_request(session, photo)
    assert (request.model, request.model_title) == ("finder", "Finder")
    failed = list(run_detection(request, lambda: detection_engine(session, request), CancelToken()))[-1]
    assert isinstance(failed, JobFailed)
    assert "finder" in failed.message
    assert json.dumps(request.summary()) in failed.report
    with pytest.raises(RestorerError, match="finder"):
        detect_damage(session, photo)


@pytest.mark.parametrize("model", ["nobody", "inpaint-big"])
def test_only_models_that_find_damage_will_do(models_folder: Path, photo: Image, model: str) -> None:
    with pytest.raises(InputError, match=model):
        detection_request(Session(catalogue=Catalogue([models_folder])), photo, model=model)


def test_a_step_names_the_model_that_finds_and_the_one_that_fills(models_folder: Path) -> None:
    write_model(models_folder, "finder", task="repair-scratches")
    catalogue = Catalogue([models_folder])
    session = Session(catalogue=catalogue)
    step = session.resolve_step("repair-scratches")
    assert step.models == ("finder", "inpaint-big")
    assert step.uses["inpaint"].model_hash == catalogue.get("inpaint-big").sha256
    assert session.model_title(step) == "Finder + Inpaint Big"
    classical = session.resolve_step("repair-scratches", model="classical")
    assert classical.models == ("classical", "classical")
    assert session.model_title(classical) == "Classical"


def test_without_a_finder_the_best_fill_is_still_used(models_folder: Path) -> None:
    session = Session(catalogue=Catalogue([models_folder]))
    step = session.resolve_step("repair-scratches")
    assert step.model == "classical"
    assert step.uses == {"inpaint": ModelUse("inpaint-big", session.catalogue.get("inpaint-big").sha256)}


def test_a_mask_goes_along_where_something_is_painted(session: Session, scratched: Image) -> None:
    step = session.resolve_step("repair-scratches")
    painted = Mask(np.full((120, 160), 255, np.uint8))
    assert session.request(scratched, painted, step).mask is painted
    assert session.request(scratched, Mask.empty(160, 120), step).mask is None
    assert session.request(scratched, None, step).mask is None


def test_the_task_repairs_as_a_job(session: Session, scratched: Image) -> None:
    request = session.request(scratched, None, session.resolve_step("repair-scratches"))
    finished = list(run_job(request, lambda: session.engine_for(request.step), CancelToken()))[-1]
    assert isinstance(finished, JobFinished)
    assert finished.step == dataclasses.replace(request.step, mask="")
    assert scratched.with_patches(finished.result.patches).pixels[60:62, 30:130].max() < 150
