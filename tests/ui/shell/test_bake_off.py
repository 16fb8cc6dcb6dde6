"""The bake-off in the window: candidates one after another, one view for all, and one that is taken."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from support.tasks import offer_first

from restorer.core.errors import InputError
from restorer.core.image import Patch
from restorer.core.params import param
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned
from restorer.core.result import TaskResult
from restorer.session.bake_off import Candidate
from restorer.tasks.spec import Fidelity, Task, TaskInput
from restorer.ui.dialogs.bake_off import BakeOffDialog
from restorer.ui.furnishing import Furnishing
from restorer.ui.photo import OpenPhoto


@dataclass(frozen=True, slots=True)
class LevelParams:
    """One parameter."""

    level: int = param(40, "What every pixel becomes, in 16 bit by 256.", label="Level", low=0, high=200)


class Levels:
    """A task that paints what it is given, when it may."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.refused = -1
        self.gate = threading.Event()
        self.gate.set()

    def run(self, given: TaskInput, _engine: object, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
        level = given.params.level
        self.seen.append(level)
        if level == self.refused:
            raise InputError("That level is refused.")
        bounds = given.photo.bounds
        patch = Patch(bounds, np.full_like(given.photo.pixels, level * 256))
        yield TilesPlanned((bounds, bounds))
        while not self.gate.wait(0.002):
            token.raise_if_cancelled()
        yield TileFinished(0, 2, patch)
        return TaskResult((patch,), tiles=1)


@pytest.fixture(autouse=True)
def levels(monkeypatch: pytest.MonkeyPatch) -> Levels:
    levels = Levels()
    task = Task(
        "level", 1, "Level", "Levels.", Fidelity.CONSERVE, LevelParams, False, "brush", levels.run, weightless=True
    )
    offer_first(monkeypatch, task)
    return levels


@pytest.fixture
def dialog(furnishing: Furnishing, with_scan: OpenPhoto, qtbot: QtBot) -> Iterator[BakeOffDialog]:
    furnishing.commands.compare_models()
    found = next(each for each in QApplication.topLevelWidgets() if isinstance(each, BakeOffDialog))
    yield found
    if shiboken6.isValid(found):
        found.close()
    qtbot.waitUntil(lambda: furnishing.workspace.lanes.device("cpu").is_idle)


def shown(dialog: BakeOffDialog) -> list[int | None]:
    """The level that each pane shows."""
    trials = [pane.view.trial() for pane in dialog.panes()]
    return [int(trial.patch.pixels[0, 0, 0]) // 256 if trial and trial.patch else None for trial in trials]


def add(dialog: BakeOffDialog, *more: int) -> None:
    for level in more:
        dialog.bake_off.add()
        dialog.bake_off.set_candidate(len(dialog.bake_off.entries) - 1, Candidate("classical", {"level": level}))


def test_candidates_run_one_after_another(dialog: BakeOffDialog, levels: Levels, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog.bake_off.is_done)
    assert levels.seen == [40, 120]
    assert shown(dialog) == [40, 120]
    assert [pane._facts.text() for pane in dialog.panes()] == ["Level 40", "Level 120"]
    add(dialog, 7, 9)
    qtbot.waitUntil(lambda: dialog.bake_off.is_done)
    assert shown(dialog) == [40, 120, 7, 9]
    dialog.bake_off.remove(1)
    assert shown(dialog) == [40, 7, 9]
    assert not dialog.add.isHidden()


def test_it_is_shown_as_it_comes(
    dialog: BakeOffDialog, levels: Levels, furnishing: Furnishing, with_scan: OpenPhoto, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: dialog.bake_off.is_done)
    levels.gate.clear()
    add(dialog, 55, 66)
    qtbot.waitUntil(lambda: levels.seen[-1] == 55)
    assert shown(dialog) == [40, 120, None, None]
    assert dialog._state(dialog.bake_off.entries[3]) == "Waiting"
    dialog.bake_off.set_candidate(2, Candidate("classical", {"level": 77}))
    levels.gate.set()
    qtbot.waitUntil(lambda: shown(dialog) == [40, 120, 77, 66])
    assert with_scan.document.image is with_scan.document.original
    assert furnishing.workspace.jobs.jobs == ()


def test_one_is_taken_into_the_panel(dialog: BakeOffDialog, furnishing: Furnishing, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog.bake_off.is_done)
    assert not dialog.run_button.isEnabled()
    dialog.panes()[1].choose.click()
    assert furnishing.editor.tasks.values("level") == {"level": 120}
    assert furnishing.editor.tasks.model("level") == "classical"
    assert dialog.panes()[1].choose.text() == "Chosen"
    assert dialog._status.text() == "B is Classical, Level 120. That is set in the panel now."
    dialog.run_button.click()
    assert not dialog.isVisible()
    document = furnishing.workspace.document
    assert document is not None
    qtbot.waitUntil(lambda: document.history.can_undo)
    assert int(document.image.pixels[0, 0, 0]) == 120 * 256


def test_keys_choose_and_leave(dialog: BakeOffDialog, furnishing: Furnishing, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog.bake_off.is_done)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_2)
    assert furnishing.editor.tasks.values("level") == {"level": 120}
    QTest.keyClick(dialog, Qt.Key.Key_4)  # there is none
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_blind_hides_names_until_one_is_chosen(dialog: BakeOffDialog, qtbot: QtBot) -> None:
    add(dialog, 7, 9)
    qtbot.waitUntil(lambda: dialog.bake_off.is_done)
    orders = set()
    for _ in range(20):
        dialog.blind.click()
        if dialog.is_blind:
            orders.add(tuple(shown(dialog)))
            assert all(
                pane.models.isHidden() and pane._facts.text() == pane._seconds.text() == "" for pane in dialog.panes()
            )
    assert len(orders) > 1
    if not dialog.is_blind:
        dialog.blind.click()
    before = shown(dialog)
    dialog.panes()[2].choose.click()
    assert shown(dialog) == before
    assert not any(pane.models.isHidden() for pane in dialog.panes())


def test_all_show_the_same_part(dialog: BakeOffDialog, qtbot: QtBot) -> None:
    add(dialog, 7)
    qtbot.waitUntil(lambda: dialog.bake_off.is_done)
    views = [pane.view for pane in dialog.panes()]
    for leader in views:
        leader.zoom_to(leader.zoom() * 3)
        leader.pan_by(25, -10)
        qtbot.waitUntil(lambda: len({round(view.zoom(), 6) for view in views}) == 1)
        middles = []
        for view in views:
            viewport = view._navigator.viewport
            middles.append(viewport.to_image(viewport.view_width / 2, viewport.view_height / 2))
        np.testing.assert_allclose(middles, middles[:1] * len(middles), atol=1.5 / leader.zoom())


def test_a_refusal_is_said_in_its_place(dialog: BakeOffDialog, levels: Levels, qtbot: QtBot) -> None:
    levels.refused = 13
    add(dialog, 13, 14)
    qtbot.waitUntil(lambda: dialog.bake_off.is_done)
    assert shown(dialog)[2:] == [None, 14]
    assert dialog._state(dialog.bake_off.entries[2]) == "That level is refused."


def test_where_they_disagree(dialog: BakeOffDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog.bake_off.is_done)
    dialog.disagreement.click()
    qtbot.waitUntil(lambda: dialog._document.mask.plane.min() == 255)
    dialog.disagreement.click()
    assert dialog._document.mask.is_empty


def test_another_photo_state_starts_it_over_and_leaving_ends_it(
    dialog: BakeOffDialog, levels: Levels, furnishing: Furnishing, with_scan: OpenPhoto, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: dialog.bake_off.is_done)
    furnishing.commands.run()
    qtbot.waitUntil(lambda: with_scan.document.history.can_undo)
    qtbot.waitUntil(lambda: levels.seen.count(120) == 2 and dialog.bake_off.is_done)
    assert "Nothing changes" in dialog._state(dialog.bake_off.entries[0])
    levels.gate.clear()
    furnishing.commands.undo()
    qtbot.waitUntil(lambda: levels.seen.count(40) == 4)  # at work when its photo goes
    furnishing.workspace.close_photo(with_scan)
    assert not dialog.isVisible()


def test_settings_are_changed_in_a_form(dialog: BakeOffDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog.bake_off.is_done)
    pane = dialog.panes()[0]
    pane.settings.click()
    popup = next(each for each in pane.children() if each.__class__.__name__ == "SettingsPopup")
    popup.form.field("level")._on_dragged(0.8)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: shown(dialog) == [160, 120])
    popup.close()  # type: ignore[attr-defined]
