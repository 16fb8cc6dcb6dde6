"""Finding damage once and reviewing it: panel, canvas and keys together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from restorer.core.damage import DAMAGE_CLASSES, DamageMap
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import MaskEdit, MaskPiece
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.formats.raster import write_photo
from restorer.ui.furnishing import Furnishing
from restorer.ui.job_queue import JobState
from restorer.ui.photo import OpenPhoto

SCRATCH, SPECK, STAIN = Bounds(10, 20, 110, 23), Bounds(120, 60, 124, 64), Bounds(30, 70, 60, 90)


@pytest.fixture
def photo(furnishing: Furnishing, tmp_path: Path, qtbot: QtBot) -> OpenPhoto:
    """A photo in the window, and a map of what is wrong with it in the session."""
    path = tmp_path / "opa.png"
    pixels = np.random.default_rng(1).normal(100, 3, (120, 160, 3))
    pixels[SCRATCH.slices] = 250
    write_photo(path, Image(np.clip(pixels, 0, 255).astype(np.uint8)))
    with qtbot.waitSignal(furnishing.workspace.photo_shown):
        furnishing.workspace.open_files([path])
    photo = furnishing.workspace.current
    assert photo is not None
    furnishing.editor.tasks.select_model("repair-scratches", "classical")
    return photo


@pytest.fixture
def known(furnishing: Furnishing, photo: OpenPhoto) -> DamageMap:
    planes = np.zeros((len(DAMAGE_CLASSES), 120, 160), np.uint8)
    for kind, box, value in (("scratch", SCRATCH, 240), ("dust", SPECK, 200), ("stain", STAIN, 90)):
        planes[(DAMAGE_CLASSES.index(kind), *box.slices)] = value
    damage = DamageMap(planes)
    furnishing.workspace.session.damage_maps.put(photo.document.state, "classical", damage)
    return damage


@pytest.fixture
def reviewed(furnishing: Furnishing, known: DamageMap, qtbot: QtBot) -> Furnishing:
    """The review, begun by its shortcut's action."""
    furnishing.commands.find_damage()
    surveyed(furnishing, qtbot, "2 finds")
    return furnishing


def surveyed(furnishing: Furnishing, qtbot: QtBot, text: str) -> None:
    qtbot.waitUntil(lambda: furnishing.editor.review.place_text() == text)


def key(furnishing: Furnishing, key: Qt.Key) -> None:
    QTest.keyClick(furnishing.editor.canvas, key)


def test_a_search_is_a_job_and_is_not_run_twice(furnishing: Furnishing, photo: OpenPhoto, qtbot: QtBot) -> None:
    review = furnishing.editor.review
    assert not review.isVisible()
    furnishing.commands.find_damage()
    qtbot.waitUntil(review.isVisible, timeout=20_000)
    jobs = furnishing.workspace.jobs
    assert [job.state for job in jobs.jobs] == [JobState.DONE]
    qtbot.waitUntil(lambda: review.place_text().endswith(("find", "finds")))
    assert int(review.count_of("scratch")) >= 1
    review.close_button.click()
    assert not review.isVisible()
    assert furnishing.editor.canvas.tool() == "brush"
    furnishing.commands.find_damage()
    qtbot.waitUntil(review.isVisible)
    assert len(jobs.jobs) == 1, "the map was kept"
    furnishing.workspace.close_photo(photo)
    assert not review.isVisible()


def test_keys_go_from_find_to_find_and_decide(reviewed: Furnishing, qtbot: QtBot) -> None:
    review = reviewed.editor.review
    key(reviewed, Qt.Key.Key_Period)
    assert review.place_text() == "Find 1 of 2"
    key(reviewed, Qt.Key.Key_D)
    assert review.place_text() == "Find 2 of 2, 1 dropped"
    assert review.repair.text() == "Repair 1"
    key(reviewed, Qt.Key.Key_Comma)
    key(reviewed, Qt.Key.Key_A)
    assert review.place_text() == "Find 2 of 2"
    key(reviewed, Qt.Key.Key_Period)
    assert review.place_text() == "Find 1 of 2"


def test_sensitivity_and_classes_read_the_same_map(
    reviewed: Furnishing, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewed.workspace.detections, "search", None)
    review = reviewed.editor.review
    review.sensitivity.spin_box.setValue(75)
    surveyed(reviewed, qtbot, "3 finds")
    assert review.count_of("stain") == "1"
    QTest.mouseClick(review.class_box("scratch"), Qt.MouseButton.LeftButton)
    surveyed(reviewed, qtbot, "2 finds")
    review.smallest.spin_box.setValue(10)
    surveyed(reviewed, qtbot, "1 find")
    review.sensitivity.spin_box.setValue(0)
    surveyed(reviewed, qtbot, "Nothing found")
    assert not review.add.isEnabled()
    assert not review.next.isEnabled()


def test_a_click_on_a_find_turns_it_round(reviewed: Furnishing) -> None:
    canvas, review = reviewed.editor.canvas, reviewed.editor.review
    canvas.fit()
    x, y = canvas._navigator.viewport.to_view(122, 62)
    place = canvas.rect().topLeft() + type(canvas.rect().topLeft())(round(x), round(y))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    assert review.place_text() == "Find 2 of 2, 1 dropped"
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    assert review.place_text() == "Find 2 of 2"
    QTest.mouseClick(canvas, Qt.MouseButton.RightButton, pos=place)
    assert review.place_text() == "Find 2 of 2"


def test_what_is_kept_becomes_the_mask_in_one_step(reviewed: Furnishing, known: DamageMap, photo: OpenPhoto) -> None:
    key(reviewed, Qt.Key.Key_Period)
    key(reviewed, Qt.Key.Key_Period)
    key(reviewed, Qt.Key.Key_D)
    reviewed.editor.review.add.click()
    expected = known.mask_at().plane.copy()
    expected[SPECK.slices] = 0
    document = photo.document
    assert (document.mask.plane == expected).all()
    assert [entry.label for entry in document.history.entries] == ["1 find"]
    assert not reviewed.editor.review.isVisible()
    reviewed.commands.undo()
    assert document.mask.is_empty


def test_repair_marks_and_runs_inpaint(reviewed: Furnishing, photo: OpenPhoto, qtbot: QtBot) -> None:
    reviewed.editor.tasks.select_model("inpaint", "classical")
    before = photo.document.image
    with qtbot.waitSignal(reviewed.workspace.finished, timeout=30_000):
        reviewed.editor.review.repair.click()
    assert [entry.label for entry in photo.document.history.entries] == ["2 finds", "Inpaint"]
    assert (photo.document.image.pixels[SCRATCH.slices] != before.pixels[SCRATCH.slices]).any()
    assert photo.document.mask.is_empty


def test_what_was_decided_is_there_after_closing(reviewed: Furnishing, qtbot: QtBot) -> None:
    key(reviewed, Qt.Key.Key_Period)
    key(reviewed, Qt.Key.Key_D)
    reviewed.editor.review.close_button.click()
    assert not reviewed.editor.review.isVisible()
    reviewed.commands.find_damage()
    surveyed(reviewed, qtbot, "Find 2 of 2, 1 dropped")
    assert reviewed.editor.review.isVisible()


def test_protecting_takes_finds_away(reviewed: Furnishing, photo: OpenPhoto, qtbot: QtBot) -> None:
    values = np.full((SPECK.height + 4, SPECK.width + 4), 255, np.uint8)
    change = photo.document.edit_mask(MaskEdit((MaskPiece(SPECK.pad(2), values),)), "Protect", protects=True)
    reviewed.workspace.changed.emit(change)
    surveyed(reviewed, qtbot, "1 find")
    reviewed.editor.review.add.click()
    assert not photo.document.mask.plane[SPECK.slices].any()


def test_another_state_of_the_photo_ends_the_review(reviewed: Furnishing, photo: OpenPhoto) -> None:
    document = photo.document
    patch = Patch(Bounds(0, 0, 2, 2), np.zeros((2, 2, 3), np.uint8))
    change = document.apply(document.state, Step("inpaint", 1), TaskResult((patch,)), label="Inpaint")
    reviewed.workspace.changed.emit(change)
    assert not reviewed.editor.review.isVisible()
    assert reviewed.editor.canvas._selected is None


def test_the_tool_without_a_review_says_what_to_do(furnishing: Furnishing, photo: OpenPhoto) -> None:
    heard: list[str] = []
    furnishing.workspace.message_raised.connect(lambda message: heard.append(message.title))
    furnishing.editor.canvas.set_tool("review")
    QTest.mouseClick(furnishing.editor.canvas, Qt.MouseButton.LeftButton, pos=furnishing.editor.canvas.rect().center())
    assert heard == ["Nothing is under review"]
    assert not furnishing.editor.review.isVisible()
