"""Several fills of one run in the window: shown, chosen by mouse and keyboard, undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from restorer.core.image import Patch
from restorer.core.progress import CancelToken
from restorer.core.result import Alternative
from restorer.session.jobs import JobFinished, JobRequest
from restorer.ui import runs
from restorer.ui.furnishing import Furnishing
from restorer.ui.photo import OpenPhoto
from restorer.ui.widgets import PictureChoice

from .conftest import REGION, StagedJobs, paint

VALUES = (65535, 40000, 20000)


class StagedVariants(StagedJobs):
    """As its base, with three fills."""

    def __call__(self, request: JobRequest, engine: object, token: CancelToken) -> Iterator[object]:
        for event in super().__call__(request, engine, token):
            yield _with_variants(event) if isinstance(event, JobFinished) else event


def _with_variants(event: JobFinished) -> JobFinished:
    answers = tuple(
        Alternative(
            (Patch(REGION, np.full((REGION.height, REGION.width, 1), value, np.uint16)),),
            {"variants": 1, "variant": number},
        )
        for number, value in enumerate(VALUES, 1)
    )
    return replace(event, result=replace(event.result, patches=answers[0].patches, alternatives=answers))


@pytest.fixture
def filled(furnishing: Furnishing, with_scan: OpenPhoto, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> OpenPhoto:
    """The scan with three fills to choose from."""
    staged = StagedVariants()
    staged.release()
    monkeypatch.setattr(runs, "run_job", staged)
    paint(with_scan.document)
    with qtbot.waitSignal(furnishing.workspace.finished):
        furnishing.workspace.run("inpaint", {"variants": 3}, "classical")
    return with_scan


@pytest.fixture
def choice(furnishing: Furnishing, filled: OpenPhoto) -> PictureChoice:
    return furnishing.editor.tasks._sections["inpaint"].variants


def value(photo: OpenPhoto) -> int:
    part = photo.document.image.crop(REGION)
    assert (part == part[0, 0, 0]).all()
    return int(part[0, 0, 0])


def history(furnishing: Furnishing) -> list[str]:
    model = furnishing.editor.history.view.model()
    return [str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(model.rowCount())]


def test_they_are_offered_and_the_first_is_shown(
    furnishing: Furnishing, filled: OpenPhoto, choice: PictureChoice
) -> None:
    assert choice.isVisible()
    assert (choice.count(), choice.current()) == (3, 0)
    assert choice.button(0).accessibleName() == "Variant 1, the most likely one"
    assert choice.button(2).accessibleName() == "Variant 3"
    assert all(each.picture is not None for each in filled.document.choices)
    assert history(furnishing)[0].startswith("Inpaint, Classical, 3 variants, 1 tile")


def test_a_click_takes_another_and_undo_takes_it_back(
    furnishing: Furnishing, filled: OpenPhoto, choice: PictureChoice
) -> None:
    QTest.mouseClick(choice.button(1), Qt.MouseButton.LeftButton)
    assert value(filled) == 40000
    assert history(furnishing)[0] == "Inpaint, Variant 2"
    furnishing.commands.undo()
    assert (value(filled), choice.current()) == (65535, 0)
    furnishing.commands.redo()
    assert (value(filled), choice.current()) == (40000, 1)


def test_arrow_keys_choose_and_keep_the_focus(
    furnishing: Furnishing, filled: OpenPhoto, choice: PictureChoice, qtbot: QtBot
) -> None:
    choice.window().activateWindow()
    choice.button(0).setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(choice.button(0).hasFocus)
    for place, wanted in ((1, 40000), (2, 20000)):
        QTest.keyClick(choice.button(place - 1), Qt.Key.Key_Right)
        assert value(filled) == wanted
        assert choice.button(place).hasFocus()


def test_actions_go_round(furnishing: Furnishing, filled: OpenPhoto, choice: PictureChoice) -> None:
    actions = furnishing._window.actions_by_id
    assert actions["next-variant"].isEnabled()
    actions["previous-variant"].trigger()
    assert (value(filled), choice.current()) == (20000, 2)
    actions["next-variant"].trigger()
    assert (value(filled), choice.current()) == (65535, 0)
    furnishing.workspace.jump(0)
    assert not actions["next-variant"].isEnabled()
    assert not choice.isVisible()
    furnishing.workspace.choose_neighbour(1)
    furnishing.workspace.choose(1)
    assert filled.document.history.cursor == 0


def test_without_a_photo_there_are_none(furnishing: Furnishing, filled: OpenPhoto, choice: PictureChoice) -> None:
    furnishing.workspace.close_photo(filled)
    assert choice.count() == 0
