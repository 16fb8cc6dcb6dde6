"""Cards of unsaved work in the empty view: what is there, what is lost, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from restorer.ui import icons, theme
from restorer.ui.tokens import BUTTON_H, GAP
from restorer.ui.widgets.labels import ElidedLabel, TintedLabel
from restorer.ui.widgets.painting import paint_box

_PICTURE = QSize(72, 54)
_SHOWN = 3
_BAR_PX = 3


@dataclass(frozen=True, slots=True, eq=False)
class RecoveryCard:
    """Unsaved work on one photo.

    Attributes:
        name: of the photo.
        amount: how much was done, and until when.
        lost: what is lost, a sentence.
        picture: of the photo after the last step, or null.
    """

    name: str
    amount: str
    lost: str
    picture: QPixmap


class RecoveryCards(QWidget):
    """A heading and a card for each; nothing where there is none."""

    opened = Signal(int)
    """Place of a card whose work is to be opened."""
    discarded = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._title = TintedLabel("Unsaved work", role="text", font="section")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(GAP)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self._title)
        layout.addLayout(self._rows)
        self.hide()

    def set_cards(self, cards: Sequence[RecoveryCard]) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for place, card in enumerate(cards[:_SHOWN]):
            row = _Card(card)
            row.open_button.clicked.connect(lambda _checked=False, place=place: self.opened.emit(place))
            row.discard_button.clicked.connect(lambda _checked=False, place=place: self.discarded.emit(place))
            self._rows.addWidget(row)
        if len(cards) > _SHOWN:
            self._rows.addWidget(TintedLabel(f"{len(cards) - _SHOWN} more", role="text_2", font="small"))
        self.setVisible(bool(cards))


class _Card(QWidget):
    def __init__(self, card: RecoveryCard) -> None:
        super().__init__()
        self.setAccessibleName(f"Unsaved work on {card.name}")
        self.setAccessibleDescription(f"{card.amount}. {card.lost}")
        self._picture = card.picture
        self._place = QLabel()
        self._place.setFixedSize(_PICTURE)
        self._place.setAccessibleName(f"{card.name} as it was left")
        if not card.picture.isNull():
            ratio = self.devicePixelRatioF()
            size = _PICTURE * ratio
            scaled = card.picture.scaled(
                size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
            )
            shown = scaled.copy(
                (scaled.width() - size.width()) // 2,
                (scaled.height() - size.height()) // 2,
                size.width(),
                size.height(),
            )
            shown.setDevicePixelRatio(ratio)
            self._place.setPixmap(shown)
        self.open_button = QPushButton("Open")
        self.open_button.setProperty("primary", True)
        self.open_button.setAccessibleName(f"Open the unsaved work on {card.name}")
        self.discard_button = QPushButton("Throw away")
        self.discard_button.setAccessibleName(f"Throw the unsaved work on {card.name} away")
        for button in (self.open_button, self.discard_button):
            button.setFixedHeight(BUTTON_H)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(ElidedLabel(card.name, role="text", font="strong"))
        words.addWidget(ElidedLabel(card.amount, role="text_2", font="small"))
        words.addWidget(ElidedLabel(card.lost, role="text_2", font="small"))
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12 + _BAR_PX, 10, 12, 10)
        layout.setSpacing(12)
        layout.addWidget(self._place)
        layout.addLayout(words, 1)
        layout.addWidget(self.discard_button)
        layout.addWidget(self.open_button)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), 4, fill=tokens.color("chrome"), border=tokens.color("line"))
        painter.fillRect(QRectF(0, 4, _BAR_PX, self.height() - 8), tokens.color("warning"))
        if self._picture.isNull():
            place = QRectF(self._place.geometry())
            paint_box(painter, place, 2, fill=tokens.color("groove"))
            square = QRectF(place.center().x() - 10, place.center().y() - 10, 20, 20)
            icons.draw_icon(painter, "photo", square, tokens.color("text_3"))
        painter.end()
