from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from restorer.core.params import param
from restorer.tasks import TASKS
from restorer.tasks.spec import Fidelity, Task
from restorer.ui import icons
from restorer.ui.panels import TaskPanel
from restorer.ui.panels.task_section import TaskSection
from restorer.ui.widgets import PictureOption


@dataclass(frozen=True)
class Params:
    strength: float = param(70.0, "How much.", low=0, high=100, step=1, unit="%")
    grain: bool = param(True, "Whether.")
    seed: int = param(0, "Of chance.", low=0, advanced=True)


def never_run(*_: object) -> Generator[Any, None, Any]:
    raise AssertionError("a panel runs nothing")


def task(task_id: str, fidelity: Fidelity) -> Task:
    return Task(task_id, 1, task_id.capitalize(), f"{task_id} it.", fidelity, Params, True, "inpaint", never_run)


@pytest.fixture
def panel(qtbot: QtBot) -> TaskPanel:
    panel = TaskPanel([task("inpaint", Fidelity.REPAIR), task("denoise", Fidelity.CONSERVE)])
    qtbot.addWidget(panel)
    panel.set_models("inpaint", [("unet", "U-Net"), ("classical", "Classical")])
    panel.resize(344, 600)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def section(panel: TaskPanel, task_id: str) -> TaskSection:
    return panel._sections[task_id]


def test_the_first_task_is_open(panel: TaskPanel) -> None:
    assert panel.current_task() == "inpaint"
    assert section(panel, "inpaint").form.isVisible()
    assert not section(panel, "denoise").form.isVisible()


def test_opening_one_closes_the_other(panel: TaskPanel, qtbot: QtBot) -> None:
    spy = QSignalSpy(panel.task_changed)
    QTest.mouseClick(section(panel, "denoise").header, Qt.MouseButton.LeftButton)
    assert panel.current_task() == "denoise"
    qtbot.waitUntil(lambda: not section(panel, "inpaint").form.isVisible())
    assert section(panel, "denoise").form.isVisible()
    assert [spy.at(place)[0] for place in range(spy.count())] == ["denoise"]
    assert section(panel, "inpaint").header.accessibleDescription() == "Collapsed"


def test_closing_the_open_one_leaves_none(panel: TaskPanel) -> None:
    spy = QSignalSpy(panel.task_changed)
    QTest.keyClick(section(panel, "inpaint").header, Qt.Key.Key_Return)
    assert panel.current_task() is None
    assert spy.at(0) == [""]
    runs = QSignalSpy(panel.run_requested)
    panel.request_run()
    assert runs.count() == 0


def test_opening_by_the_program_is_silent(panel: TaskPanel) -> None:
    spy = QSignalSpy(panel.task_changed)
    panel.open_task("denoise")
    assert panel.current_task() == "denoise"
    assert spy.count() == 0
    with pytest.raises(KeyError):
        panel.open_task("mauve")


def test_run_carries_parameters_and_model(panel: TaskPanel) -> None:
    runs = QSignalSpy(panel.run_requested)
    panel.set_values("inpaint", {"strength": 40.0, "grain": False})
    panel.select_model("inpaint", "classical")
    QTest.mouseClick(section(panel, "inpaint").run_button, Qt.MouseButton.LeftButton)
    assert runs.at(0) == ["inpaint", {"strength": 40.0, "grain": False, "seed": 0}, "classical"]
    panel.request_run()
    assert runs.at(1) == runs.at(0)


def test_the_model_chosen_survives_a_new_list(panel: TaskPanel) -> None:
    panel.select_model("inpaint", "classical")
    panel.set_models("inpaint", [("new", "New"), ("classical", "Classical")])
    assert panel.model("inpaint") == "classical"
    panel.set_models("inpaint", [("new", "New")])
    assert panel.model("inpaint") == "new"
    assert panel.model("denoise") == ""


def test_busy_changes_the_word_and_nothing_else(panel: TaskPanel) -> None:
    button = section(panel, "inpaint").run_button
    assert button.text() == "Run"
    panel.set_busy(True)
    assert button.text() == "Add to queue"
    assert button.isEnabled()
    panel.set_busy(False)
    assert button.text() == "Run"


def test_without_a_photo_forms_rest_and_headers_do_not(panel: TaskPanel) -> None:
    runs = QSignalSpy(panel.run_requested)
    panel.set_photo_open(False)
    assert not section(panel, "inpaint").run_button.isEnabled()
    assert section(panel, "denoise").header.isEnabled()
    panel.request_run()
    assert runs.count() == 0
    panel.set_photo_open(True)
    panel.request_run()
    assert runs.count() == 1


def test_a_change_of_parameter_or_model_is_told(panel: TaskPanel) -> None:
    spy = QSignalSpy(panel.params_changed)
    QTest.mouseClick(section(panel, "inpaint").form.field("grain"), Qt.MouseButton.LeftButton)
    QTest.keyClick(section(panel, "inpaint").models, Qt.Key.Key_Down)
    assert [spy.at(place)[0] for place in range(spy.count())] == ["inpaint", "inpaint"]


def test_the_hint_comes_and_goes(panel: TaskPanel) -> None:
    hint = section(panel, "inpaint")._hint
    assert not hint.isVisible()
    panel.set_hint("inpaint", "Pixels outside the mask stay identical.")
    assert hint.isVisible()
    assert section(panel, "inpaint").hint() == "Pixels outside the mask stay identical."
    panel.set_hint("inpaint", "Paint over the damage first.", "warning")
    picture = hint.grab().toImage()
    panel.set_hint("inpaint", "Paint over the damage first.", "lock")
    assert hint.grab().toImage() != picture
    panel.set_hint("inpaint", "")
    assert not hint.isVisible()


def test_values_survive_closing(panel: TaskPanel) -> None:
    panel.set_values("inpaint", {"strength": 5.0})
    panel.open_task("denoise")
    panel.open_task("inpaint")
    assert panel.values("inpaint")["strength"] == 5.0


def test_tab_walks_through_the_open_task(panel: TaskPanel, qtbot: QtBot) -> None:
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    opened = section(panel, "inpaint")
    opened.header.setFocus()
    form = opened.form
    expected = [
        opened.models,
        opened.compare_button,
        form.field("strength").slider,
        form.field("strength").spin_box,
        form.field("grain"),
    ]  # type: ignore[attr-defined]
    expected += [form.advanced, opened.preview_button, opened.run_button, section(panel, "denoise").header]
    current = opened.header
    for wanted in expected:
        QTest.keyClick(current, Qt.Key.Key_Tab)
        assert wanted.hasFocus(), wanted
        current = wanted


def test_no_tasks_make_an_empty_panel(qtbot: QtBot) -> None:
    panel = TaskPanel([])
    qtbot.addWidget(panel)
    assert panel.current_task() is None
    panel.request_run()


def test_the_programs_own_tasks_fit(qtbot: QtBot) -> None:
    panel = TaskPanel(list(TASKS.values()))
    qtbot.addWidget(panel)
    for identifier, one in TASKS.items():
        assert not icons.icon(one.icon).isNull()
        panel.open_task(identifier)
        assert set(panel.values(identifier)) == set(one.params.__dataclass_fields__)


def variants(count: int) -> list[PictureOption]:
    return [PictureOption(None, str(number), f"Variant {number}") for number in range(1, count + 1)]


def test_what_means_nothing_to_a_model_is_hidden(panel: TaskPanel) -> None:
    panel.set_models("inpaint", [("unet", "U-Net"), ("classical", "Classical")], {"classical": ("strength",)})
    strength = section(panel, "inpaint").form.field("strength")
    assert strength.isVisible()
    panel.select_model("inpaint", "classical")
    assert not strength.isVisible()
    assert panel.values("inpaint")["strength"] == 70
    section(panel, "inpaint").models.reset()
    assert strength.isVisible()


def test_variants_stand_below_run_of_their_task(panel: TaskPanel) -> None:
    choice = section(panel, "inpaint").variants
    run = section(panel, "inpaint").run_button
    place = run.mapTo(panel, run.pos())
    assert not choice.isVisible()
    panel.set_variants("inpaint", variants(5), 1)
    assert choice.isVisible()
    assert (choice.count(), choice.current()) == (5, 1)
    assert run.mapTo(panel, run.pos()) == place, "nothing moves"
    assert not section(panel, "denoise").variants.count()
    panel.set_variants("", (), -1)
    assert not choice.isVisible()
    assert choice.count() == 0


def test_in_a_low_panel_they_are_scrolled_to(panel: TaskPanel, qtbot: QtBot) -> None:
    panel.resize(344, 200)
    panel.set_variants("inpaint", variants(4), 0)
    choice = section(panel, "inpaint").variants
    qtbot.waitUntil(lambda: choice.visibleRegion().boundingRect() == choice.rect())


def test_choosing_a_variant_is_told_once(panel: TaskPanel) -> None:
    spy = QSignalSpy(panel.variant_chosen)
    panel.set_variants("inpaint", variants(4), 0)
    QTest.mouseClick(section(panel, "inpaint").variants.button(2), Qt.MouseButton.LeftButton)
    assert [spy.at(index)[0] for index in range(spy.count())] == [2]
