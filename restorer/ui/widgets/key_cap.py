"""A shortcut as a key cap."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from restorer.ui import icons, theme
from restorer.ui.widgets.painting import paint_box

CAP_H = 18
_PADDING = 5
_SPACE = 4
_RETURN = "\N{RETURN SYMBOL}"
_RETURN_PX = 12


def key_text(sequence: QKeySequence | str) -> str:
    """A shortcut in the words of the platform: ``Ctrl+Z``, ``⌘Z``."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)


def _parts(sequence: QKeySequence | str) -> list[str]:
    """What stands on the cap, left to right; the return key as its symbol."""
    text = key_text(sequence)
    # A plus between keys is not the plus key, which comes last.
    words = [word for word in text.replace("++", "+\0").split("+") if word]
    return [_RETURN if word in ("Return", "Enter") else word.replace("\0", "+") for word in words]


def cap_size(sequence: QKeySequence | str) -> QSize:
    metrics = QFontMetrics(theme.font("small"))
    parts = _parts(sequence)
    widths = [_RETURN_PX if part == _RETURN else metrics.horizontalAdvance(part) for part in parts]
    return QSize(max(sum(widths) + _SPACE * (len(parts) - 1) + 2 * _PADDING, CAP_H), CAP_H)


def paint_cap(painter: QPainter, corner: QPointF, sequence: QKeySequence | str, text: QColor, border: QColor) -> None:
    """The cap with its top left at ``corner``."""
    size = cap_size(sequence)
    rect = QRectF(corner.x(), corner.y(), size.width(), size.height())
    paint_box(painter, rect, 3, border=border)
    painter.save()
    painter.setFont(theme.font("small"))
    painter.setPen(text)
    metrics = painter.fontMetrics()
    parts = _parts(sequence)
    widths = [_RETURN_PX if part == _RETURN else metrics.horizontalAdvance(part) for part in parts]
    left = rect.center().x() - (sum(widths) + _SPACE * (len(parts) - 1)) / 2
    for part, width in zip(parts, widths, strict=True):
        if part == _RETURN:
            # Few fonts hold the symbol.
            square = QRectF(left, rect.center().y() - _RETURN_PX / 2, _RETURN_PX, _RETURN_PX)
            icons.draw_icon(painter, "return", square, text)
        else:
            painter.drawText(QRectF(left, rect.top(), width + 1, rect.height()), Qt.AlignmentFlag.AlignVCenter, part)
        left += width + _SPACE
    painter.restore()


class KeyCap(QWidget):
    """The cap as a widget.

    Args:
        sequence: a shortcut, ``Ctrl+Return``.
    """

    def __init__(self, sequence: QKeySequence | str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sequence = QKeySequence(sequence)
        self.setAccessibleName(key_text(sequence))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        return cap_size(self._sequence)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        top = (self.height() - CAP_H) / 2
        paint_cap(painter, QPointF(0, top), self._sequence, tokens.color("text_2"), tokens.color("border"))
        painter.end()
