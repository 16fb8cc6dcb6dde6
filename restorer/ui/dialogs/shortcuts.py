"""All shortcuts as they are in force, by area."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from restorer.ui.actions import ROWS, Actions
from restorer.ui.keymap import PRESETS
from restorer.ui.language import tr
from restorer.ui.widgets.key_cap import KeyCap
from restorer.ui.widgets.labels import Separator, TintedLabel

_ROW_H = 21
_COLUMNS = (("Canvas",), ("Mark",), ("Brush", "Window"), ("Work",))
_ELSEWHERE = "Work"
"""Heading of actions that name none."""
_WITH_POINTER: dict[str, tuple[tuple[str, str], ...]] = {
    "Canvas": (("Zoom at pointer", "Wheel"), ("Pan", "Space drag"), ("Original while held", "\\ or Tab")),
    "Brush": (("Straight line", "Shift click"), ("Scrub size", "Shift drag"), ("Erase", "Right drag")),
    "Mark": (("Add, subtract once", "Shift, Alt"), ("Close polygon, ribbon", "Enter"), ("Point back", "Backspace")),
}
"""What is done with the pointer or by holding a key, and so is no action, by heading."""


class ShortcutsDialog(QDialog):
    """Closed by Esc, by ``?`` and by a click beside it; follows the keys as they change.

    Args:
        actions: whose keys are shown.
        edit: opens the page where they are changed.
    """

    def __init__(self, actions: Actions, edit: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Shortcuts"))
        self._actions = actions
        self._edit = edit
        self._columns = QHBoxLayout()
        self._columns.setSpacing(28)
        self._foot = TintedLabel(role="text_3", font="small")
        title = QHBoxLayout()
        title.addWidget(TintedLabel(tr("Shortcuts"), font="title"), 1)
        title.addWidget(KeyCap("Esc"))
        change = QPushButton(tr("Change shortcuts…"))
        change.setAutoDefault(False)
        change.clicked.connect(self._on_edit)
        foot = QHBoxLayout()
        foot.addWidget(self._foot, 1)
        foot.addWidget(change)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(title)
        layout.addWidget(Separator())
        layout.addLayout(self._columns)
        layout.addStretch(1)
        layout.addLayout(foot)
        actions.keys_changed.connect(self._fill)
        self._fill()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.text() == "?" or event.key() == Qt.Key.Key_F1:
            self.close()
        else:
            super().keyPressEvent(event)

    def _fill(self) -> None:
        while (item := self._columns.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for headings in _COLUMNS:
            self._columns.addWidget(self._column(headings), 1)
        preset = PRESETS[self._actions.keymap.preset]
        shown = sum(1 for heading in _headings() for _ in self._rows(heading))
        changed = len(self._actions.keymap.changed)
        own = tr(", {} changed").format(changed) if changed else ""
        self._foot.setText(
            tr("Preset {}{}. {} of {} actions; Ctrl+K finds all of them.").format(preset, own, shown, len(ROWS))
        )

    def _column(self, headings: Iterable[str]) -> QWidget:
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        for heading in headings:
            layout.addLayout(self._block(heading))
        layout.addStretch(1)
        return column

    def _block(self, heading: str) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(1)
        grid.setHorizontalSpacing(12)
        grid.addWidget(TintedLabel(tr(heading), font="section"), 0, 0, 1, 2)
        rows: list[tuple[str, QWidget]] = [
            *((tr(name), _hint(tr(keys))) for name, keys in _WITH_POINTER.get(heading, ())),
            *((tr(name), KeyCap(keys)) for name, keys in self._rows(heading)),
        ]
        for row, (name, keys) in enumerate(rows, start=1):
            grid.setRowMinimumHeight(row, _ROW_H)
            grid.addWidget(TintedLabel(name, role="text_2"), row, 0)
            grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)
        return grid

    def _rows(self, heading: str) -> Iterator[tuple[str, str]]:
        """Name and first shortcut of every action under a heading that has one."""
        for row in ROWS:
            keys = self._actions.keymap.keys(row)
            if (row.group or _ELSEWHERE) == heading and keys:
                yield row.hint or row.name, keys[0]

    def _on_edit(self) -> None:
        self.close()
        self._edit()


def _headings() -> Iterator[str]:
    return (heading for headings in _COLUMNS for heading in headings)


def _hint(text: str) -> QWidget:
    return TintedLabel(text, role="text_3", font="small")
