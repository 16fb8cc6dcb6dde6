"""Review of what was found: how sensitive, which classes, one find after the other."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from restorer.ui import theme
from restorer.ui.finds_look import FIND_COLORS, FIND_PLURALS, HATCHED
from restorer.ui.icons import swatch
from restorer.ui.tokens import BUTTON_H, FIELD_H, GAP, LABEL_W, PADDING, ROW_H
from restorer.ui.widgets.buttons import IconButton, KeyButton
from restorer.ui.widgets.check_box import CheckBox
from restorer.ui.widgets.labels import ElidedLabel, FieldLabel, TintedLabel
from restorer.ui.widgets.value_slider import ValueSlider

_SWATCH = 12
_HATCH_PX = 1.75
_LARGEST_SMALLEST_PX = 100
_CLASS_ROW_H = 24


class _Swatch(QWidget):
    """What a class looks like on the photo."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._icon = swatch(FIND_COLORS[kind])
        self._hatched = kind in HATCHED
        self.setFixedSize(_SWATCH, _SWATCH)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        self._icon.paint(painter, QRectF(self.rect()).toRect())
        if self._hatched:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(Qt.GlobalColor.white), _HATCH_PX))
            side = float(_SWATCH)
            painter.setClipRect(QRectF(2, 2, side - 4, side - 4))
            painter.drawLine(QLineF(1, side / 2 + 1, side / 2 + 1, 1))
            painter.drawLine(QLineF(side / 2 - 1, side - 1, side - 1, side / 2 - 1))
        painter.end()


class _ClassRow(QWidget):
    """Whether a class counts, what it looks like and how much of it there is."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.box = CheckBox("", name=FIND_PLURALS[kind])
        self.box.setChecked(True)
        self.count = TintedLabel("0", role="text_2")
        self.count.setFont(theme.tabular(self.count.font()))
        self.setFixedHeight(_CLASS_ROW_H)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PADDING, 0, PADDING, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.box)
        layout.addWidget(_Swatch(kind))
        layout.addWidget(TintedLabel(FIND_PLURALS[kind]))
        layout.addStretch(1)
        layout.addWidget(self.count)


class ReviewPanel(QWidget):
    """Takes the place of a task's form while its finds are reviewed."""

    settings_changed = Signal()
    """The person changed the sensitivity, the classes or the smallest size."""
    step_requested = Signal(int)
    """The next find (1) or the one before (-1)."""
    decided = Signal(bool)
    """The find in hand is to be kept, or dropped."""
    mask_requested = Signal()
    repair_requested = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sensitivity = ValueSlider(0, 100, default=50, name="Sensitivity")
        self.sensitivity.setToolTip("From only what is certain (0) to whatever is suspicious (100)")
        self.smallest = ValueSlider(
            1, _LARGEST_SMALLEST_PX, default=1, unit="px", logarithmic=True, name="Smallest find"
        )
        self.smallest.setToolTip("Finds that are shorter are passed over")
        self._classes = {kind: _ClassRow(kind) for kind in FIND_PLURALS}
        self._place = ElidedLabel("", font="strong")
        self.previous = IconButton("chevron-left", "Previous find", shortcut=",", size=FIELD_H)
        self.next = IconButton("chevron-right", "Next find", shortcut=".", size=FIELD_H)
        self.keep = KeyButton("Keep", "A")
        self.drop = KeyButton("Drop", "D")
        self.close_button = IconButton("close", "End the review", role="text_2", size=FIELD_H)
        self.add = QPushButton("Add to mask")
        self.repair = QPushButton("Repair")
        self.repair.setProperty("primary", True)
        for button in (self.add, self.repair):
            button.setFont(theme.font("strong"))
            button.setFixedHeight(BUTTON_H)
        self._build()
        for slider in (self.sensitivity, self.smallest):
            slider.value_changed.connect(lambda _value: self.settings_changed.emit())
        for row in self._classes.values():
            row.box.clicked.connect(lambda _on: self.settings_changed.emit())
        self.previous.clicked.connect(lambda: self.step_requested.emit(-1))
        self.next.clicked.connect(lambda: self.step_requested.emit(1))
        self.keep.clicked.connect(lambda: self.decided.emit(True))
        self.drop.clicked.connect(lambda: self.decided.emit(False))
        self.add.clicked.connect(self.mask_requested)
        self.repair.clicked.connect(self.repair_requested)
        self.close_button.clicked.connect(self.closed)
        self.show_finds({}, 0, 0)

    def classes(self) -> tuple[str, ...]:
        """Those that count."""
        return tuple(kind for kind, row in self._classes.items() if row.box.isChecked())

    def set_settings(self, sensitivity: float, smallest_px: int, classes: tuple[str, ...]) -> None:
        """Show these; sensitivity is 0 to 1."""
        self.sensitivity.set_value(sensitivity * 100)
        self.smallest.set_value(smallest_px)
        for kind, row in self._classes.items():
            row.box.setChecked(kind in classes)

    def show_finds(self, counts: Mapping[str, int], kept: int, number: int) -> None:
        """How many finds of each class there are, how many of all are kept, and which is in hand (0 = none)."""
        for kind, row in self._classes.items():
            row.count.setText(str(counts.get(kind, 0)))
        total = sum(counts.values())
        dropped = f", {total - kept} dropped" if total > kept else ""
        if total == 0:
            text = "Nothing found"
        elif number:
            text = f"Find {number} of {total}{dropped}"
        else:
            text = f"{total} {'find' if total == 1 else 'finds'}{dropped}"
        self._place.setText(text)
        for widget in (self.previous, self.next):
            widget.setEnabled(total > 0)
        for button in (self.keep, self.drop):
            button.setEnabled(number > 0)
        for choice in (self.add, self.repair):
            choice.setEnabled(kept > 0)
        self.repair.setText(f"Repair {kept}" if kept else "Repair")

    def place_text(self) -> str:
        """What is said about the find in hand."""
        return self._place.text()

    def count_of(self, kind: str) -> str:
        """The figure beside a class."""
        return self._classes[kind].count.text()

    def class_box(self, kind: str) -> CheckBox:
        return self._classes[kind].box

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(0)
        for text, slider in (("Sensitivity", self.sensitivity), ("Smallest", self.smallest)):
            layout.addWidget(_row(text, slider))
        width = max(slider.spin_box.width() for slider in (self.sensitivity, self.smallest))
        for slider in (self.sensitivity, self.smallest):
            slider.spin_box.setFixedWidth(width)
        layout.addSpacing(GAP)
        for row in self._classes.values():
            layout.addWidget(row)
        layout.addSpacing(GAP)
        layout.addLayout(_line(self._place, self.previous, self.next, self.close_button, stretched=self._place))
        layout.addSpacing(GAP)
        layout.addLayout(_line(self.keep, self.drop))
        layout.addSpacing(PADDING)
        layout.addLayout(_line(self.add, self.repair, stretched=self.repair))


def _row(text: str, slider: ValueSlider) -> QWidget:
    row = QWidget()
    row.setFixedHeight(ROW_H)
    line = QHBoxLayout(row)
    line.setContentsMargins(PADDING, 0, PADDING, 0)
    line.setSpacing(0)
    label = FieldLabel(text, slider)
    label.setFixedWidth(LABEL_W)
    line.addWidget(label)
    line.addWidget(slider, 1)
    return row


def _line(*widgets: QWidget, stretched: QWidget | None = None) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setContentsMargins(PADDING, 0, PADDING, 0)
    line.setSpacing(GAP)
    for widget in widgets:
        line.addWidget(widget, int(stretched is None or widget is stretched))
    line.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    return line
