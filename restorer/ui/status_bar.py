"""The status bar: what the photo is, what is under the pointer, and how much of it was generated."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStatusBar, QWidget

from restorer.ui import theme
from restorer.ui.tokens import STATUS_H
from restorer.ui.widgets.labels import ElidedLabel, Separator, TintedLabel
from restorer.ui.widgets.meter import Meter

FIELDS = ("zoom", "pixels", "print", "dpi", "depth", "profile", "saved", "pointer", "color")
_GIVE_WAY = ("color", "pointer", "saved", "print", "pixels", "profile", "dpi", "depth", "zoom")
"""First to go when the window is too narrow; the sentence at the right end never leaves."""
_METER_PX = 96
_TITLES = {
    "zoom": "Zoom",
    "pixels": "Size in pixels",
    "print": "Size of a print at this resolution",
    "dpi": "Resolution",
    "depth": "Bit depth and channels",
    "profile": "Colour profile",
    "saved": "When all of your work was last on the disk",
    "pointer": "Pixel under the pointer",
    "color": "Its value",
}


class _Swatch(QWidget):
    """A small square in the colour under the pointer."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(10, 10)
        self.color = QColor()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if self.color.isValid():
            painter = QPainter(self)
            painter.fillRect(self.rect(), theme.tokens().color("border"))
            painter.fillRect(self.rect().adjusted(1, 1, -1, -1), self.color)
            painter.end()


class _Field(QWidget):
    """A value and the line after it. It grows to the widest text it showed, so that its neighbours stand still."""

    def __init__(self, name: str, *, swatch: _Swatch | None = None) -> None:
        super().__init__()
        self.label = TintedLabel(role="text_2")
        self.label.setFont(theme.tabular(self.label.font()))
        self.label.setAccessibleName(_TITLES[name])
        self.setToolTip(_TITLES[name])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        if swatch is not None:
            layout.addWidget(swatch)
        layout.addWidget(self.label)
        line = Separator(Qt.Orientation.Vertical)
        line.setFixedHeight(12)
        layout.addSpacing(4)
        layout.addWidget(line)
        self.line = line

    def set_text(self, text: str) -> None:
        self.label.setText(text)
        self.label.setMinimumWidth(max(self.label.minimumWidth(), self.label.sizeHint().width()))

    def forget_width(self) -> None:
        self.label.setMinimumWidth(0)


class StatusBar(QStatusBar):
    """Shows texts; knows no photo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setFixedHeight(STATUS_H)
        self._swatch = _Swatch()
        self._fields = {name: _Field(name, swatch=self._swatch if name == "color" else None) for name in FIELDS}
        self._left = TintedLabel(role="text_2")
        self._meter = Meter("Share of the photo that was generated")
        self._meter.setFixedWidth(_METER_PX)
        self._sentence = TintedLabel(role="text", font="strong")
        self._sentence.setFont(theme.tabular(self._sentence.font()))
        self._quiet = TintedLabel(role="text_2")
        self._has_photo = False
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(8, 0, 12, 0)
        layout.setSpacing(12)
        layout.addWidget(self._left)
        for field in self._fields.values():
            layout.addWidget(field)
        self._hint = ElidedLabel(role="text_3")
        self._hint.setAccessibleName("What to do with the tool")
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setRetainSizeWhenHidden(True)
        self._hint.setSizePolicy(policy)
        layout.addWidget(self._hint, 1)
        layout.addWidget(self._meter)
        layout.addWidget(self._sentence)
        layout.addWidget(self._quiet)
        # It takes what it gets: which fields fit is decided here, not by the window's smallest size.
        row.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.addWidget(row, 1)
        self.show_nothing("Ready", "Everything runs on this computer")

    def show_nothing(self, left: str, right: str) -> None:
        """Without a photo: two sentences."""
        self._has_photo = False
        self._hint.hide()
        self._left.setText(left)
        self._left.show()
        self._meter.hide()
        self._say(right, strong=False)

    def show_photo(self, texts: dict[str, str]) -> None:
        """Facts of another photo, by field name; an empty text hides the field."""
        self._has_photo = True
        self._hint.show()
        self._left.hide()
        for name, field in self._fields.items():
            field.forget_width()
            field.set_text(texts.get(name, ""))
        self._swatch.color = QColor()
        self._fit()

    def set_field(self, name: str, text: str) -> None:
        field = self._fields[name]
        if field.label.text() != text:
            was_there = bool(field.label.text())
            field.set_text(text)
            if bool(text) != was_there or field.isHidden():
                self._fit()

    def set_color(self, color: QColor, text: str) -> None:
        """Value under the pointer, with its colour as shown on the screen."""
        self._swatch.color = color
        self._swatch.update()
        self.set_field("color", text)

    def set_hint(self, text: str) -> None:
        """What to do with the tool in hand; takes what room is left."""
        self._hint.setText(text)

    def set_provenance(self, share: float, sentence: str) -> None:
        """How much of the photo was generated, 0 to 1, and that in words."""
        self._meter.set_segments(((1 - share, "text_3"), (share, "accent_line")))
        self._meter.setVisible(share > 0)
        self._say(sentence, strong=share > 0)

    def text(self, name: str) -> str:
        """What a field shows, ``provenance`` and ``hint`` included."""
        if name == "hint":
            return self._hint.text()
        return self._said().text() if name == "provenance" else self._fields[name].label.text()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        # The style sheet has a rule for status bars, and with one the palette's background is not used.
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.color("chrome"))
        painter.fillRect(0, 0, self.width(), 1, tokens.color("edge"))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(0, STATUS_H)

    def _say(self, sentence: str, *, strong: bool) -> None:
        self._sentence.setVisible(strong)
        self._quiet.setVisible(not strong)
        self._said().setText(sentence)
        self._fit()

    def _said(self) -> TintedLabel:
        return self._quiet if self._sentence.isHidden() else self._sentence

    def _fit(self) -> None:
        wanted = [name for name in FIELDS if self._has_photo and self._fields[name].label.text()]
        taken = 40 + self._said().sizeHint().width() + (_METER_PX + 12 if not self._meter.isHidden() else 0)
        widths = {name: self._fields[name].sizeHint().width() + 12 for name in wanted}
        leaving = [name for name in _GIVE_WAY if name in wanted]
        while leaving and taken + sum(widths.values()) > self.width():
            widths.pop(leaving.pop(0))
        for name, field in self._fields.items():
            field.setVisible(name in widths)
            field.line.setVisible(name in widths and name != list(widths)[-1])
