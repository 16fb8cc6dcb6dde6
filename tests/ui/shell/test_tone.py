"""Tone and colour in the whole window: histogram, live preview, curve, and the picker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from restorer.core.image import Image
from restorer.formats.raster import write_photo
from restorer.tasks.tone import ToneParams
from restorer.ui.furnishing import Furnishing
from restorer.ui.photo import OpenPhoto
from restorer.ui.widgets.curve_editor import CurveEditor

COLOR = (40000, 30000, 20000)


@pytest.fixture
def toning(furnishing: Furnishing, tmp_path: Path, qtbot: QtBot) -> Furnishing:
    """A yellowed photo, with the task open."""
    path = tmp_path / "yellow.tif"
    pixels = np.tile(np.array(COLOR, np.uint16), (48, 64, 1))
    pixels[:, 32:] //= 2
    write_photo(path, Image(pixels))
    with qtbot.waitSignal(furnishing.workspace.photo_shown):
        furnishing.workspace.open_files([path])
    furnishing.editor.tasks.open_task("tone")
    furnishing.editor.tasks.task_changed.emit("tone")
    qtbot.waitUntil(lambda: furnishing._tone.view.text() != "")
    return furnishing


def edit(furnishing: Furnishing, **changes: float | str) -> None:
    """As the person would in the form."""
    furnishing.editor.tasks.set_values("tone", changes)
    furnishing.editor.tasks.params_changed.emit("tone")


def test_the_histogram_shows_what_the_settings_will_do(toning: Furnishing, qtbot: QtBot) -> None:
    assert toning._tone.view.text() == "0.0 % at black, 0.0 % at white"
    edit(toning, exposure=3.0)
    qtbot.waitUntil(lambda: toning._tone.view.text() == "0.0 % at black, 50.0 % at white")
    edit(toning, black=60.0, white=50.0)
    qtbot.waitUntil(lambda: toning._tone.view.text() == "0.0 % at black, 0.0 % at white")


def test_the_first_change_begins_the_preview_which_equals_the_run(toning: Furnishing, qtbot: QtBot) -> None:
    canvas, photo = toning.editor.canvas, toning.workspace.current
    assert photo is not None
    edit(toning, curve="0:0,50:70,100:100")
    assert toning.editor.tasks.previewed_task() == "tone"
    qtbot.waitUntil(lambda: canvas.trial() is not None)
    with qtbot.waitSignal(toning.workspace.finished):
        toning.editor.tasks.request_run()
    assert canvas.trial() is None
    assert (photo.document.image.pixels > photo.document.original.pixels).all()
    assert toning.editor.tasks.values("tone")["curve"] == "", "it is in the photo now"
    assert photo.document.history.recipe().steps[0].params["curve"] == "0:0,50:70,100:100"


def test_the_curve_editor_is_the_field_of_the_parameter(toning: Furnishing, qtbot: QtBot) -> None:
    editor = toning.editor.tasks.field("tone", "curve")
    assert isinstance(editor, CurveEditor)
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_Insert)
    QTest.keyClick(editor, Qt.Key.Key_Up)
    assert toning.editor.tasks.values("tone")["curve"] == "0:0,50:51,100:100"
    assert toning.editor.tasks.previewed_task() == "tone"


def test_a_picked_pixel_sets_temperature_and_tint(toning: Furnishing, qtbot: QtBot) -> None:
    canvas, photo = toning.editor.canvas, toning.workspace.current
    assert photo is not None
    canvas.set_tool("neutral")
    viewport = canvas._navigator.viewport
    x, y = viewport.to_view(10.5, 10.5)
    ratio = canvas.devicePixelRatioF()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(int(x / ratio), int(y / ratio)))
    values = toning.editor.tasks.values("tone")
    assert float(values["temperature"]) < 0
    with qtbot.waitSignal(toning.workspace.finished):
        toning.editor.tasks.request_run()
    red, green, blue = photo.document.image.pixels[10, 10].astype(int)
    assert max(red, green, blue) - min(red, green, blue) < 300


def test_a_grey_photo_says_that_it_is_grey(furnishing: Furnishing, with_scan: OpenPhoto, qtbot: QtBot) -> None:
    with qtbot.waitSignal(furnishing.workspace.message_raised) as heard:
        furnishing.editor.canvas.pick(3, 3)
    assert "grey already" in heard.args[0].text


def test_inside_the_mask_alone_where_that_is_wanted(toning: Furnishing, qtbot: QtBot) -> None:
    photo = toning.workspace.current
    assert photo is not None
    plane = np.zeros((48, 64), np.uint8)
    plane[10:20, 10:20] = 255
    toning.workspace.replace_mask(plane, "Stroke")
    edit(toning, exposure=-1.0, masked=True, feather_px=0)
    with qtbot.waitSignal(toning.workspace.finished):
        toning.editor.tasks.request_run()
    changed = (photo.document.image.pixels != photo.document.original.pixels).any(axis=2)
    assert np.array_equal(changed, plane > 0)
    values = toning.editor.tasks.values("tone")
    assert (values["masked"], values["exposure"]) == (True, ToneParams().exposure)


def test_inside_the_mask_needs_a_mask(toning: Furnishing, qtbot: QtBot) -> None:
    edit(toning, exposure=-1.0, masked=True)
    with qtbot.waitSignal(toning.workspace.message_raised) as heard:
        toning.editor.tasks.request_run()
    assert heard.args[0].title == "Nothing is painted yet."


def test_a_painted_mask_confines_a_task_that_may_take_one(toning: Furnishing, qtbot: QtBot) -> None:
    """As the line above Run says; tone is asked whether it shall be."""
    plane = np.zeros((48, 64), np.uint8)
    plane[10:20, 10:20] = 255
    toning.workspace.replace_mask(plane, "Stroke")
    tasks = toning.editor.tasks
    assert "Only inside the mask" in tasks._sections["denoise"].hint()
    assert tasks._sections["tone"].hint() == ""
    edit(toning, masked=True)
    assert "Only inside the mask" in tasks._sections["tone"].hint()
    photo = toning.workspace.current
    assert photo is not None
    mask = toning.workspace.runs.submit(photo, "deblur", {}, "classical", "cpu")
    assert mask is not None
    assert np.array_equal(mask.plane, plane)
    qtbot.waitUntil(lambda: not toning.workspace.jobs.open_jobs)
