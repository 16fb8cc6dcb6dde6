from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from restorer.tasks import TASKS
from restorer.ui.panels.task_panel import TaskPanel
from restorer.ui.photo import OpenPhoto
from restorer.ui.size_hints import SizeHints
from restorer.ui.widgets.combo_box import ComboBox
from restorer.ui.workspace import Workspace

TASK = "super-resolve"


@pytest.fixture
def panel(qtbot: QtBot) -> TaskPanel:
    panel = TaskPanel(tuple(TASKS.values()))
    qtbot.addWidget(panel)
    return panel


def hint(panel: TaskPanel) -> str:
    return panel._sections[TASK].hint()


def test_the_size_is_told_as_the_form_is_changed(workspace: Workspace, panel: TaskPanel, opened: OpenPhoto) -> None:
    hints = SizeHints(workspace, panel)
    assert hint(panel) == "Becomes 128 × 96 px."
    panel.set_values(TASK, {"size_by": "resolution", "dpi": 300})
    panel.params_changed.emit(TASK)
    assert hint(panel) == "Becomes 32 × 24 px.", "of the 64 × 48 px that are there at 600 dpi"
    assert hints.parent() is None


def test_without_a_photo_nothing_is_told(workspace: Workspace, panel: TaskPanel) -> None:
    SizeHints(workspace, panel)
    assert hint(panel) == ""


def test_only_the_rows_that_count_are_shown(panel: TaskPanel) -> None:
    form = panel._sections[TASK].form

    def shown() -> set[str]:
        return {name for name in panel.values(TASK) if not form.field(name).parentWidget().isHidden()}

    always = {"detail", "thorough", "masked"}
    assert shown() == {"size_by", "factor", "keep"} | always
    choice = form.field("size_by")
    assert isinstance(choice, ComboBox)
    panel.set_values(TASK, {"size_by": "print"})
    assert shown() == {"size_by", "print_size", "print_unit", "dpi"} | always
    form.hide_fields({"detail"})
    assert shown() == {"size_by", "print_size", "print_unit", "dpi"} | always - {"detail"}
