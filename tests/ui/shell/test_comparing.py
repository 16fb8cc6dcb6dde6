"""States of any branches compared in the window: chosen by name, made on a lane, shown in their extent."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.working import crop, fill

from restorer.core.change import Change
from restorer.core.geometry import Bounds
from restorer.core.kept_state import KeptState
from restorer.ui.furnishing import Furnishing
from restorer.ui.photo import OpenPhoto
from restorer.ui.state_chooser import state_rows

from .conftest import titles

WHITE, GRAY, DARK = 65535, 30000, 1000
SECOND, FRAME = Bounds(30, 20, 50, 40), Bounds(4, 4, 44, 36)


@pytest.fixture
def branched(furnishing: Furnishing, with_scan: OpenPhoto) -> OpenPhoto:
    """One fill, and after it three ends: a second fill (shown), and as branches a darker one and a crop with a name."""
    document = with_scan.document
    fill(document, WHITE)
    fill(document, DARK, box=SECOND)
    document.undo()
    crop(document, FRAME)
    document.rename(document.history.tip, "For the album")
    document.undo()
    change = Change(history=True, image=document.image.bounds)
    fill(document, GRAY, box=SECOND)
    furnishing.workspace.changed.emit(change)
    return with_scan


def compared(furnishing: Furnishing, qtbot: QtBot, one: int, other: int):
    """What comes of comparing two states, and what the canvas then shows before and after."""
    workspace = furnishing.workspace
    assert workspace.current is not None
    with qtbot.waitSignal(workspace.comparing.ready) as told:
        workspace.comparing.compare(workspace.current, one, other)
    return told.args[0]


def test_two_branches_are_compared_and_the_photo_stays_as_it_is(
    furnishing: Furnishing, branched: OpenPhoto, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    make = KeptState.picture

    def watched(state: KeptState):
        threads.append(threading.current_thread())
        return make(state)

    monkeypatch.setattr(KeptState, "picture", watched)
    document, canvas = branched.document, furnishing.editor.canvas
    shown, cursor, rows = document.image.digest(), document.history.cursor, document.history.entries
    pair = compared(furnishing, qtbot, 2, 3)
    assert threading.main_thread() not in threads
    assert len(threads) == 2
    assert pair.names == ("Inpaint", "For the album")
    assert canvas.compare() == "split"
    assert canvas.compares_others()
    assert (canvas._navigator.viewport.image_width, canvas._navigator.viewport.image_height) == (40, 32)
    inside = SECOND.intersect(FRAME).translate(-FRAME.left, -FRAME.top)
    assert (pair.pictures.before.pixels[inside.slices] == DARK).all()
    assert (document.image.digest(), document.history.cursor, document.history.entries) == (shown, cursor, rows)
    furnishing.commands.undo()
    assert not canvas.compares_others(), "who goes somewhere wants to see it"
    assert canvas._navigator.viewport.image_width == 64
    assert canvas.compare() == "split"


def test_a_branch_and_now_can_still_be_painted_on(furnishing: Furnishing, branched: OpenPhoto, qtbot: QtBot) -> None:
    canvas, menu = furnishing.editor.canvas, furnishing.editor.history.branch_menu()
    (compare,) = [each.menu() for each in menu.actions() if each.text() == "Compare with the photo as it is now"]
    with qtbot.waitSignal(furnishing.workspace.comparing.ready) as told:
        next(each for each in compare.actions() if each.text().startswith("Inpaint")).trigger()
    menu.deleteLater()
    assert (told.args[0].pictures.before.pixels[SECOND.slices] == DARK).all()
    assert not canvas.compares_others()
    assert canvas.editable_document() is branched.document
    assert canvas._scene is not None
    assert canvas._scene.badges == ("Inpaint, earlier", "Now")


def test_states_are_asked_for_by_name(furnishing: Furnishing, branched: OpenPhoto, qtbot: QtBot) -> None:
    chosen: list[int] = []
    rows = list(state_rows(branched, chosen.append))
    assert [(row.title, row.kind) for row in rows] == [
        ("Inpaint", "The photo as it is now"),
        ("Inpaint", "Step 1"),
        ("Original", "As it was opened"),
        ("For the album", "Branch “For the album”"),
        ("Inpaint", "Branch “Inpaint”"),
    ]
    furnishing.editor.history.two_wanted.emit()
    chooser = furnishing.editor.window().findChildren(type(furnishing._photos._history._chooser.palette))[-1]
    QTest.keyClicks(chooser.field, "album")
    assert [row.title for row in chooser.found()] == ["For the album"]
    QTest.keyClick(chooser.field, Qt.Key.Key_Return)
    second = furnishing._photos._history._chooser.palette
    assert second is not None
    assert second.field.placeholderText() == "Compare “For the album” with…"
    assert "For the album" not in [row.title for row in second.found()]
    QTest.keyClicks(second.field, "now")
    with qtbot.waitSignal(furnishing.workspace.comparing.ready) as told:
        QTest.keyClick(second.field, Qt.Key.Key_Return)
    assert told.args[0].names == ("For the album", "Inpaint")
    assert told.args[0].after_is_now


def test_a_result_that_comes_meanwhile_waits(furnishing: Furnishing, branched: OpenPhoto, qtbot: QtBot) -> None:
    compared(furnishing, qtbot, 2, 3)
    canvas, document = furnishing.editor.canvas, branched.document
    fill(document, DARK, box=Bounds(0, 0, 6, 6))
    furnishing.workspace.changed.emit(Change(image=Bounds(0, 0, 6, 6), history=True))
    assert canvas.compares_others()
    document.undo()
    furnishing.workspace.changed.emit(Change(image=Bounds(0, 0, 6, 6), history=True))
    assert not canvas.compares_others()


def test_only_the_states_asked_for_last_are_shown(furnishing: Furnishing, branched: OpenPhoto, qtbot: QtBot) -> None:
    comparing, told = furnishing.workspace.comparing, []
    comparing.ready.connect(told.append)
    comparing.compare(branched, 1, 2)
    comparing.compare(branched, 1, 3)
    qtbot.waitUntil(lambda: not comparing.is_busy)
    assert [each.names[1] for each in told] == ["For the album"]
    comparing.compare(branched, 99, 1)
    assert not comparing.is_busy, "a branch that is gone"


def test_what_cannot_be_compared_is_said(
    furnishing: Furnishing, branched: OpenPhoto, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparing = furnishing.workspace.comparing
    comparing.compare(branched, 1, 1)
    assert titles(furnishing) == ["Both states show the same pixels"]

    def gone(_state: KeptState) -> None:
        raise FileNotFoundError(2, "No such file", "12.group")

    monkeypatch.setattr(KeptState, "picture", gone)
    shown = np.array(branched.document.image.pixels)
    comparing.compare(branched, 1, 2)
    qtbot.waitUntil(lambda: not comparing.is_busy)
    assert titles(furnishing)[0].endswith("could not be compared")
    assert np.array_equal(branched.document.image.pixels, shown)


def test_a_photo_that_is_closed_meanwhile_takes_its_pictures_along(
    furnishing: Furnishing, branched: OpenPhoto, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparing, told, gate = furnishing.workspace.comparing, [], threading.Event()
    comparing.ready.connect(told.append)

    def late(_state: KeptState) -> None:
        gate.wait(10)
        raise FileNotFoundError(2, "No such file", "12.group")

    monkeypatch.setattr(KeptState, "picture", late)
    comparing.compare(branched, 1, 2)
    furnishing.workspace.close_photo(branched)
    gate.set()
    qtbot.waitUntil(lambda: not comparing.is_busy)
    assert told == []
    assert titles(furnishing) == [], "nobody asks for them any more"
