"""The crop tool and the form of its task, in the whole window."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from restorer.core.crop_frame import CropFrame
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.ui import crop_presenter
from restorer.ui.furnishing import Furnishing
from restorer.ui.photo import OpenPhoto
from restorer.ui.shell import Shell


@pytest.fixture
def cropping(shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto) -> Furnishing:
    shell.window.actions_by_id["crop"].trigger()
    return furnishing


def values(furnishing: Furnishing) -> dict[str, object]:
    return dict(furnishing.editor.tasks.values("crop"))


def edit(furnishing: Furnishing, **changes: float | str | bool) -> None:
    """As the person would in the form."""
    furnishing.editor.tasks.set_values("crop", changes)
    furnishing.editor.tasks.params_changed.emit("crop")


def test_the_tool_opens_its_task_and_begins_with_the_whole_photo(cropping: Furnishing) -> None:
    assert cropping.editor.tasks.current_task() == "crop"
    frame = cropping.editor.canvas.crop_frame()
    assert frame is not None
    assert frame.bounds() == Bounds(0, 0, 64, 48)


def test_the_form_and_the_canvas_show_the_same_frame(cropping: Furnishing) -> None:
    canvas = cropping.editor.canvas
    canvas.change_crop(CropFrame.around(Bounds(10, 8, 40, 38), 64, 48, 0.0))
    assert [values(cropping)[name] for name in ("x", "y", "width", "height")] == [10, 8, 30, 30]
    edit(cropping, x=4)
    frame = canvas.crop_frame()
    assert frame is not None
    assert frame.bounds() == Bounds(4, 8, 34, 38)
    edit(cropping, angle=3.0)
    frame = canvas.crop_frame()
    assert frame is not None
    assert frame.degrees == 3.0
    assert values(cropping)["width"] == frame.bounds().width
    edit(cropping, width=0, height=0, aspect="1:1")
    frame = canvas.crop_frame()
    assert frame is not None
    assert frame.is_largest
    assert frame.width == pytest.approx(frame.height)


def test_numbers_that_do_not_fit_leave_the_frame_where_it_is(cropping: Furnishing) -> None:
    canvas = cropping.editor.canvas
    canvas.change_crop(CropFrame.around(Bounds(10, 8, 40, 38), 64, 48, 0.0))
    edit(cropping, x=60)
    frame = canvas.crop_frame()
    assert frame is not None
    assert frame.bounds() == Bounds(10, 8, 40, 38)


def test_enter_crops_and_the_tool_before_comes_back(cropping: Furnishing, qtbot: QtBot) -> None:
    canvas, photo = cropping.editor.canvas, cropping.workspace.current
    assert photo is not None
    canvas.change_crop(CropFrame.around(Bounds(10, 8, 40, 38), 64, 48, 0.0))
    with qtbot.waitSignal(cropping.workspace.finished):
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert (photo.document.image.width, photo.document.image.height) == (30, 30)
    assert (canvas.tool(), canvas.crop_frame()) == ("brush", None)
    assert values(cropping)["width"] == 0, "the next crop begins with all of the photo"
    assert photo.metadata.dpi == photo.file.metadata.dpi
    cropping.workspace.undo()
    assert photo.document.image is photo.document.original or photo.document.image.width == 64


def test_escape_leaves_without_a_crop(cropping: Furnishing) -> None:
    canvas = cropping.editor.canvas
    canvas.change_crop(CropFrame.around(Bounds(10, 8, 40, 38), 64, 48, 0.0))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert (canvas.tool(), canvas.crop_frame()) == ("brush", None)
    assert values(cropping)["width"] == 0
    document = cropping.workspace.document
    assert document is not None
    assert document.history.entries == ()


def test_opening_the_task_takes_the_tool_in_hand(furnishing: Furnishing, with_scan: OpenPhoto) -> None:
    tasks, canvas = furnishing.editor.tasks, furnishing.editor.canvas
    tasks.open_task("crop")
    tasks.task_changed.emit("crop")
    assert canvas.tool() == "crop"
    tasks.open_task("inpaint")
    tasks.task_changed.emit("inpaint")
    assert canvas.tool() == "brush"


def test_the_angle_is_found_or_it_is_said_that_there_is_none(
    cropping: Furnishing, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    found: list[Image] = []
    monkeypatch.setattr(crop_presenter, "suggested_angle", lambda image: found.append(image) or -1.4)
    edit(cropping, deskew=True)
    assert (values(cropping)["angle"], values(cropping)["deskew"]) == (-1.4, False)
    monkeypatch.setattr(crop_presenter, "suggested_angle", lambda image: None)
    with qtbot.waitSignal(cropping.workspace.message_raised) as heard:
        edit(cropping, deskew=True)
    assert "No angle was found" in heard.args[0].title
    assert values(cropping)["angle"] == -1.4


def test_the_photo_is_turned_at_once(shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, qtbot: QtBot) -> None:
    with qtbot.waitSignal(furnishing.workspace.finished):
        shell.window.actions_by_id["turn-right"].trigger()
    image = with_scan.document.image
    assert (image.width, image.height) == (48, 64)
    assert image.pixels[0, 47] == with_scan.document.original.pixels[0, 0]


def test_masks_follow_a_photo_that_is_turned_before_their_job_comes(
    furnishing: Furnishing, with_scan: OpenPhoto, qtbot: QtBot
) -> None:
    """A repair queued behind a turn repairs what was painted, and its mask can be used again."""
    workspace, document = furnishing.workspace, with_scan.document
    plane = np.zeros((48, 64), np.uint8)
    plane[10:14, 20:40] = 255
    workspace.replace_mask(plane, "Stroke")
    workspace.run("crop", {"turns": 1}, "classical")
    workspace.run("inpaint", {"grow_px": 0, "feather_px": 0}, "classical")
    qtbot.waitUntil(lambda: not workspace.jobs.open_jobs, timeout=20_000)
    assert [step.task for step in document.history.recipe().steps] == ["crop", "inpaint"]
    turned = np.rot90(plane, -1) > 0
    changed = (document.image.pixels != np.rot90(document.original.pixels, -1)).any(axis=2)
    assert changed.any()
    assert not (changed & ~turned).any()
    assert document.mask.is_empty
    assert workspace.last_mask is not None
    assert np.array_equal(workspace.last_mask.plane > 0, turned)
    workspace.jump(0)
    assert workspace.last_mask is not None
    assert np.array_equal(workspace.last_mask.plane > 0, plane > 0)
