from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from session.conftest import write_model

from restorer.core.errors import InputError, WeightsError
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.params import build_params
from restorer.core.progress import CancelToken
from restorer.formats.metadata import Metadata
from restorer.formats.raster import write_photo
from restorer.session.jobs import JobFinished, run_job
from restorer.session.resolver import ModelChoice
from restorer.session.session import Session
from restorer.session.settings import Settings
from restorer.session.settings_file import SettingsStore
from restorer.store import Catalogue
from restorer.tasks import get_task


@pytest.fixture
def session(catalogue):
    return Session(catalogue=catalogue)


@pytest.fixture
def document(session, photo, tmp_path):
    path = tmp_path / "photo.png"
    write_photo(path, photo, Metadata())
    document = session.make_document(session.open_photo(path))
    yield document
    document.close()


def test_the_best_installed_model_is_chosen(session, catalogue):
    step = session.resolve_step("inpaint")
    assert step.model == "inpaint-big"
    assert step.model_hash == catalogue.get("inpaint-big").sha256
    assert step.version == get_task("inpaint").version
    assert set(step.params) == set(session.resolve_step("inpaint", {}).params)


def test_without_models_the_classical_method_is_chosen(tmp_path):
    step = Session(catalogue=Catalogue([tmp_path])).resolve_step("inpaint")
    assert (step.model, step.model_hash) == ("classical", "")


def test_models_without_weights_are_not_offered(session, models_folder):
    (models_folder / "inpaint-big.safetensors").unlink()
    assert session.models_for("inpaint") == (
        ModelChoice("inpaint-small", "Inpaint Small"),
        ModelChoice("classical", "Classical"),
    )
    assert session.resolve_step("inpaint").model == "inpaint-small"
    with pytest.raises(WeightsError, match="inpaint-big"):
        session.resolve_step("inpaint", model="inpaint-big")


def test_parameters_may_be_plain_values_or_an_instance(session):
    task = get_task("inpaint")
    values = {"grow_px": 5}
    wanted = session.resolve_step("inpaint", values).params
    assert wanted["grow_px"] == 5
    assert session.resolve_step("inpaint", build_params(task.params, values)).params == wanted


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"task_id": "inpant"}, "inpant"),
        ({"task_id": "inpaint", "model": "nobody"}, "nobody"),
        ({"task_id": "inpaint", "params": {"colour": 1}}, "colour"),
        ({"task_id": "inpaint", "params": {"grow_px": -1}}, "grow_px"),
    ],
)
def test_unusable_requests_are_named(session, arguments, said):
    with pytest.raises(InputError, match=said):
        session.resolve_step(**arguments)


def test_a_model_of_another_task_is_refused(session, models_folder):
    card = models_folder / "inpaint-big.json"
    card.write_text(card.read_text().replace('"task": "inpaint"', '"task": "denoise"'))
    with pytest.raises(InputError, match="denoise"):
        session.resolve_step("inpaint", model="inpaint-big")


def test_an_empty_mask_is_refused(session, document):
    with pytest.raises(InputError, match="nothing is marked"):
        session.make_request(document, session.resolve_step("inpaint", model="classical"))


def test_open_repair_undo(session, document, photo):
    plane = np.zeros((photo.height, photo.width), np.uint8)
    plane[40:44, 30:90] = 255
    document.replace_mask(plane, "Mask")
    step = session.resolve_step("inpaint", model="classical")
    request = session.make_request(document, step)
    document.replace_mask(np.zeros_like(plane), "Cleared")
    assert not request.mask.is_empty, "the request holds a snapshot"
    finished = list(run_job(request, lambda: session.engine_for(step), CancelToken()))[-1]
    assert isinstance(finished, JobFinished)
    document.apply(request.base_state, finished.step, finished.result, label=request.title, used_mask=request.mask)
    changed = (document.image.pixels != photo.pixels).any(axis=2)
    assert changed[40:44, 30:90].mean() > 0.5
    assert document.history.recipe().steps == (finished.step,)
    document.undo()
    assert document.image.digest() == photo.digest()
    assert document.history.entries[-1].thumbnail is not None


def test_requests_have_ids_of_their_own(session, document):
    document.replace_mask(np.full_like(document.mask.plane, 255), "All")
    step = session.resolve_step("inpaint", model="classical")
    first, second = session.make_request(document, step), session.make_request(document, step)
    assert first.id != second.id
    assert first.base_state == document.state
    assert first.model_title == "Classical"


def test_unknown_devices_are_named_without_torch(session):
    step = session.resolve_step("inpaint", model="classical")
    with pytest.raises(InputError, match="tpu"):
        session.engine_for(step, "tpu")
    assert session.engine_for(step, "cpu").device_name == "cpu"


def test_the_sample_is_a_photo_with_its_damage(session):
    sample = session.open_sample()
    assert (sample.mask.width, sample.mask.height) == (sample.photo.image.width, sample.photo.image.height)
    assert not sample.mask.is_empty
    assert sample.photo.metadata.dpi == (300.0, 300.0)


def test_pasted_bytes_open_as_a_photo(session, tmp_path, photo):
    path = tmp_path / "clip.png"
    write_photo(path, photo, Metadata())
    assert session.open_bytes(path.read_bytes(), "clipboard").image.digest() == photo.digest()


def test_settings_are_kept(tmp_path):
    store = SettingsStore(tmp_path / "settings.toml")
    session = Session.load(store)
    assert session.update_settings(theme="dark") == ""
    assert session.remember_recent(tmp_path / "a.tif") == ""
    for name in ("b.tif", "a.tif"):
        session.remember_recent(tmp_path / name)
    again = Session.load(store).settings
    assert again.theme == "dark"
    assert again.recent == (tmp_path / "a.tif", tmp_path / "b.tif")
    assert again.last_folder == tmp_path


def test_a_broken_settings_file_is_told_at_the_start(user_folder):
    store = SettingsStore()
    assert user_folder in store.path.parents
    store.path.parent.mkdir(parents=True)
    store.path.write_text("theme =", "utf-8")
    session = Session.load()
    assert session.settings == Settings()
    assert len(session.startup_notices) == 1


def test_settings_that_cannot_be_saved_are_used_all_the_same(tmp_path):
    (tmp_path / "file").write_text("")
    session = Session(store=SettingsStore(tmp_path / "file" / "settings.toml"), catalogue=Catalogue([]))
    assert "cannot be saved" in session.update_settings(theme="light")
    assert session.settings.theme == "light"


def test_nothing_heavy_is_imported_before_work_starts():
    code = (
        "import sys, restorer.session.session, restorer.session.headless, restorer.session.diagnosis\n"
        "from restorer.session import Session\n"
        "Session().resolve_step('inpaint')\n"
        "print(sorted({'torch', 'cv2', 'skimage', 'PySide6', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_settings_and_display_are_known_before_numpy_is_imported():
    code = (
        "import sys\n"
        "from restorer.session.settings_file import SettingsStore\n"
        "from restorer.session.display import window_problem\n"
        "SettingsStore().load(), window_problem({})\n"
        "print(sorted({'numpy', 'typer', 'PySide6'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_masks_are_only_taken_where_wanted(session, photo, monkeypatch):
    import dataclasses

    from restorer.session import session as module

    maskless = dataclasses.replace(get_task("inpaint"), needs_mask=False)
    monkeypatch.setattr(module, "get_task", lambda task_id: maskless)
    step = session.resolve_step("inpaint", model="classical")
    mask = Mask(np.full((photo.height, photo.width), 255, np.uint8))
    assert session.request(photo, mask, step).mask is None


def test_export_through_the_session(session, tmp_path, photo):
    target = tmp_path / "out.png"
    session.export(target, photo, Metadata(), original=Path("elsewhere.png"))
    assert isinstance(session.open_photo(target).image, Image)


def test_models_of_several_factors_are_offered_as_one_first(tmp_path: Path) -> None:
    for name, scale in (("sr-x2", 2), ("sr-x4", 4)):
        write_model(tmp_path, name, task="super-resolve")
        path = tmp_path / f"{name}.json"
        path.write_text(
            json.dumps(json.loads(path.read_text("utf-8")) | {"hyperparameters": {"upscale": scale}}), "utf-8"
        )
    session = Session(catalogue=Catalogue([tmp_path]))
    choices = session.models_for("super-resolve")
    assert (choices[0].id, choices[0].title, choices[-1].id) == ("", "Best for the size", "classical")
    assert {choice.id for choice in choices[1:-1]} == {"sr-x2", "sr-x4"}
    assert session.resolve_step("super-resolve", {"factor": 2}, model="").model == "sr-x2"
    assert session.resolve_step("super-resolve", {"factor": 4}, model="").model == "sr-x4"
    assert session.resolve_step("super-resolve", {"size_by": "pixels"}, model="").model == "sr-x4"
