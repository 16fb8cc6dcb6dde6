"""All shortcuts as they are in force, in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from restorer.ui.actions import shortcut_rows
from restorer.ui.widgets.key_cap import KeyCap
from restorer.ui.widgets.labels import Separator, TintedLabel

_ROW_H = 22
_WITH_POINTER: dict[str, tuple[tuple[str, str], ...]] = {
    "Canvas": (("Zoom at pointer", "Wheel"), ("Pan", "Space drag"), ("Original while held", "\\ or Tab")),
    "Brush": (("Straight line", "Shift click"), ("Scrub size", "Shift drag"), ("Erase", "Right drag")),
    "Mark": (("Add, subtract once", "Shift, Alt"), ("Close polygon, ribbon", "Enter"), ("Point back", "Backspace")),
    "Work": (),
}
"""What is done with the pointer or by holding a key, and so is no action, by heading."""


class ShortcutsDialog(QDialog):
    """Closed by Esc, by ``?`` and by a click beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        columns = QHBoxLayout()
        columns.setSpacing(40)
        for heading, gestures in _WITH_POINTER.items():
            columns.addLayout(_column(heading, gestures), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(16)
        layout.addWidget(TintedLabel("Shortcuts", font="title"))
        layout.addWidget(Separator())
        layout.addLayout(columns)
        layout.addStretch(1)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.text() == "?" or event.key() == Qt.Key.Key_F1:
            self.close()
        else:
            super().keyPressEvent(event)


def _column(heading: str, gestures: Iterable[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setVerticalSpacing(2)
    grid.setHorizontalSpacing(16)
    grid.addWidget(TintedLabel(heading, font="section"), 0, 0, 1, 2)
    rows: Iterator[tuple[str, QWidget]] = iter(
        (
            *((name, _hint(keys)) for name, keys in gestures),
            *((name, KeyCap(keys)) for name, keys in shortcut_rows(heading)),
        )
    )
    row = 0
    for row, (name, keys) in enumerate(rows, start=1):
        grid.setRowMinimumHeight(row, _ROW_H)
        grid.addWidget(TintedLabel(name, role="text_2"), row, 0)
        grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
    grid.setRowStretch(row + 1, 1)
    grid.setColumnStretch(0, 1)
    return grid


def _hint(text: str) -> QWidget:
    return TintedLabel(text, role="text_3", font="small")
