"""The fidelity of a task as four bars and a word: a promise, not an alarm, hence grey."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from restorer.ui import theme
from restorer.ui.tokens import Tokens
from restorer.ui.widgets.painting import paint_box

_HEIGHTS = (4, 6, 8, 10)
_BAR = 3
_GAP = 2
GLYPH_W = 4 * _BAR + 3 * _GAP
GLYPH_H = max(_HEIGHTS)
_WORD_GAP = 6


def paint_fidelity(painter: QPainter, left: float, middle: float, level: int, tokens: Tokens) -> None:
    """The bars, ``GLYPH_W`` wide, centred on ``middle``; ``level`` of them filled."""
    bottom = round(middle + GLYPH_H / 2)
    for position, height in enumerate(_HEIGHTS):
        bar = QRectF(round(left) + position * (_BAR + _GAP), bottom - height, _BAR, height)
        paint_box(painter, bar, 1.0, fill=tokens.color("text_2" if position < level else "border"))


class FidelityGlyph(QWidget):
    """The bars followed by the word.

    Args:
        level: 1 (nothing invented) to 4.
        word: its name.
    """

    def __init__(self, level: int, word: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level = level
        self._word = word
        self.setFont(theme.font("small"))
        self.setAccessibleName(f"Fidelity: {word}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        metrics = QFontMetrics(self.font())
        return QSize(GLYPH_W + _WORD_GAP + metrics.horizontalAdvance(self._word), max(metrics.height(), GLYPH_H))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        paint_fidelity(painter, 0, self.height() / 2, self._level, tokens)
        painter.setPen(tokens.color("text_2"))
        text = self.rect().adjusted(GLYPH_W + _WORD_GAP, 0, 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._word)
        painter.end()
