"""Changes of masks in the window: at once or on a thread, one entry each, between photos and from earlier steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from ui.shell.conftest import REGION, StagedJobs, paint

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.marks import MarkMode, mark
from restorer.core.mask import Mask, MaskEdit
from restorer.core.shapes import Rectangle
from restorer.formats.raster import write_photo
from restorer.session.marking.order import MaskOrder, shape_order
from restorer.ui import mask_work
from restorer.ui.furnishing import Furnishing
from restorer.ui.mark_options import MarkOptions
from restorer.ui.messages import Message
from restorer.ui.photo import OpenPhoto
from restorer.ui.workspace import Workspace

BOX = Rectangle((4, 4), (20, 12), smooth=False)


@pytest.fixture(params=[mask_work._READY_FROM_PX, 0], ids=["values", "made ready"])
def on_a_thread(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mask_work, "AT_ONCE_PX", 0)
    monkeypatch.setattr(mask_work, "_READY_FROM_PX", request.param)


def order(photo: OpenPhoto, before: Callable[[], None] = lambda: None) -> MaskOrder:
    def work(_image: Image, mask: Mask) -> MaskEdit:
        edit = mark(mask, BOX, MarkMode.ADD)
        before()
        return edit

    return MaskOrder("Rectangle", work, 100)


def test_small_orders_are_carried_out_at_once(workspace: Workspace, opened: OpenPhoto) -> None:
    done: list[str] = []
    photo = opened.document.image
    workspace.mask_work.submit(opened, shape_order("Rectangle", BOX, MarkMode.ADD, photo), lambda: done.append("then"))
    assert done == ["then"]
    assert opened.document.mask.occupied() == Bounds(4, 4, 20, 12)


@pytest.mark.usefixtures("on_a_thread")
def test_large_ones_on_a_thread_one_after_another_while_tools_rest(
    workspace: Workspace, opened: OpenPhoto, qtbot: QtBot
) -> None:
    busy: list[bool] = []
    workspace.mask_work.busy_changed.connect(busy.append)
    workspace.mask_work.submit(opened, order(opened))
    workspace.mask_work.submit(opened, MaskOrder("Again", lambda _p, m: mark(m, BOX, MarkMode.SUBTRACT), 100))
    assert opened.document.mask.is_empty
    qtbot.waitUntil(lambda: not workspace.mask_work.is_busy)
    assert busy == [True, False]
    assert [entry.label for entry in opened.document.history.entries] == ["Rectangle", "Again"]
    assert opened.document.mask.is_empty


@pytest.mark.usefixtures("on_a_thread")
def test_an_order_is_worked_out_anew_where_the_mask_changed_meanwhile(
    workspace: Workspace, opened: OpenPhoto, qtbot: QtBot
) -> None:
    calls: list[int] = []

    def disturb() -> None:
        calls.append(1)
        if len(calls) == 1:
            paint(opened.document, Bounds(10, 8, 40, 30))

    workspace.mask_work.submit(opened, order(opened, disturb))
    qtbot.waitUntil(lambda: not workspace.mask_work.is_busy)
    assert len(calls) == 2
    expected = np.zeros((48, 64), np.uint8)
    expected[8:30, 10:40] = expected[4:12, 4:20] = 255
    assert (opened.document.mask.plane == expected).all()
    opened.document.undo()
    assert opened.document.mask.occupied() == Bounds(10, 8, 40, 30)


@pytest.mark.usefixtures("on_a_thread")
def test_where_the_mask_changes_every_time_the_values_are_put_in_at_last(
    workspace: Workspace, opened: OpenPhoto, qtbot: QtBot
) -> None:
    calls: list[int] = []

    def disturb() -> None:
        calls.append(1)
        paint(opened.document, Bounds(40 + len(calls), 30, 41 + len(calls), 31))

    workspace.mask_work.submit(opened, order(opened, disturb))
    qtbot.waitUntil(lambda: not workspace.mask_work.is_busy)
    assert len(calls) == mask_work._TRIES
    assert (opened.document.mask.plane[4:12, 4:20] == 255).all()
    assert (opened.document.mask.plane[30, 41:45] == 255).all(), "and what was painted meanwhile stays"


@pytest.mark.parametrize("at_once", [1 << 20, 0], ids=["at once", "on a thread"])
def test_a_failure_is_told_and_changes_nothing(
    workspace: Workspace,
    opened: OpenPhoto,
    messages: list[Message],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
) -> None:
    monkeypatch.setattr(mask_work, "AT_ONCE_PX", at_once)

    def fail(_photo: Image, _mask: Mask) -> MaskEdit:
        raise MemoryError

    workspace.mask_work.submit(opened, MaskOrder("Grow mask", fail, 100), pytest.fail)
    qtbot.waitUntil(lambda: bool(messages) and not workspace.mask_work.is_busy)
    assert messages[0].title == "Grow mask did not work"
    assert not opened.document.history.entries


def test_of_what_waits_in_a_channel_only_the_latest_is_worked_out(workspace: Workspace, qtbot: QtBot) -> None:
    done: list[object] = []
    for number in range(5):
        workspace.mask_work.compute(lambda number=number: number, done.append)
    workspace.mask_work.compute(lambda: "other", done.append, channel="review")
    qtbot.waitUntil(lambda: len(done) == 3)
    assert done == [0, 4, "other"]


def test_a_mask_is_copied_to_another_photo_of_the_same_size_only(
    furnishing: Furnishing, with_scan: OpenPhoto, tmp_path: Path, qtbot: QtBot
) -> None:
    paint(with_scan.document)
    furnishing.commands.copy_mask()
    heard: list[str] = []
    furnishing.workspace.message_raised.connect(lambda message: heard.append(message.text))
    for size, fits in (((48, 64), True), ((50, 64), False)):
        path = tmp_path / f"{size[0]}.png"
        write_photo(path, Image(np.zeros((*size, 1), np.uint8)))
        with qtbot.waitSignal(furnishing.workspace.photo_shown):
            furnishing.workspace.open_files([path])
        furnishing.commands.paste_mask()
        document = furnishing.workspace.document
        assert document is not None
        assert (document.mask.occupied() == REGION) == fits
    assert heard == ["The mask is 64 × 48 pixels, the photo is 64 × 50. They must be of the same size."]


def test_operations_are_actions_with_the_amount_of_the_options_bar(
    furnishing: Furnishing, with_scan: OpenPhoto
) -> None:
    document = with_scan.document
    plane = document.mask.plane.copy()
    plane[REGION.slices] = 255
    furnishing.workspace.replace_mask(plane, "Stroke")
    furnishing.editor.options.mask_buttons.amount.setValue(2)
    furnishing.editor.options.mask_buttons.buttons["grow-mask"].click()
    assert document.mask.occupied() == REGION.pad(2)
    actions = furnishing._window.actions_by_id
    for name in ("shrink-mask", "feather-mask", "invert-mask", "fill-holes", "mark-all", "clear-mask"):
        actions[name].trigger()
    assert document.mask.is_empty
    labels = [entry.label for entry in document.history.entries]
    assert labels[1:4] == ["Grow mask by 2 px", "Shrink mask by 2 px", "Feather mask by 2 px"]
    for _ in labels[1:]:
        furnishing.commands.undo()
    assert document.mask.occupied() == REGION
    actions["protect-marked"].trigger()
    assert document.protected.occupied() == REGION
    actions["protect-nothing"].trigger()
    assert document.protected.is_empty


def test_the_mask_of_an_earlier_step_is_used_again(
    furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
) -> None:
    menu = furnishing._window.menus["step-masks>"]
    assert not menu.isEnabled()
    paint(with_scan.document)
    staged.release()
    with qtbot.waitSignal(furnishing.workspace.finished):
        furnishing.workspace.run("inpaint", {}, "classical")
    assert with_scan.document.mask.is_empty
    assert menu.isEnabled()
    menu.aboutToShow.emit()
    action, *others = menu.actions()
    assert (action.text(), others) == ("1. Inpaint", [])
    action.trigger()
    assert with_scan.document.mask.occupied() == REGION
    assert with_scan.document.history.entries[-1].label == "Mask of Inpaint"


def test_options_of_tools_are_remembered(furnishing: Furnishing) -> None:
    marks = furnishing.editor.options.marks
    marks.tolerance.spin_box.setValue(33)
    marks.sample.reset()
    marks.contiguous.click()
    furnishing._save_brush()
    settings = furnishing.workspace.session.settings
    assert (settings.wand_tolerance, settings.wand_contiguous) == (33.0, False)
    again = MarkOptions.of(replace(settings, wand_sample_px=4.4))
    assert (again.tolerance, again.contiguous, again.sample_px, again.mode) == (33.0, False, 5, MarkMode.ADD)


def test_the_status_bar_tells_what_to_do_with_the_tool(furnishing: Furnishing, with_scan: OpenPhoto) -> None:
    furnishing.editor.canvas.set_tool("ribbon")
    assert furnishing._status.text("hint").startswith("Click along a scratch")
    furnishing.editor.canvas.set_tool("protect")
    assert "never be touched" in furnishing._status.text("hint")
