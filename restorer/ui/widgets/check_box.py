"""A check box drawn flat, as in the design."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QWidget

from restorer.ui import theme
from restorer.ui.tokens import FIELD_H, GAP
from restorer.ui.widgets.painting import paint_box

_BOX = 16


class CheckBox(QCheckBox):
    """A ``QCheckBox`` in everything but its looks: Fusion shades the box and frames the label on focus."""

    def __init__(self, text: str = "", *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAccessibleName(name or text)

    def indicator_rect(self) -> QRect:
        """The box alone; the focus ring goes around it."""
        return QRect(0, (self.height() - _BOX) // 2, _BOX, _BOX)

    def reset(self) -> None:
        """Unchecked, as if the person had clicked."""
        if self.isChecked():
            self.click()

    def sizeHint(self) -> QSize:  # noqa: N802
        text = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(_BOX + (GAP + text if self.text() else 0), FIELD_H)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def hitButton(self, position: object) -> bool:  # noqa: N802
        return True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        box = QRectF(self.indicator_rect())
        painter = QPainter(self)
        if not self.isEnabled():
            paint_box(painter, box, 3, border=tokens.color("border"))
        elif self.isChecked():
            paint_box(painter, box, 3, fill=tokens.color("accent_fill_hover" if self.underMouse() else "accent_fill"))
        else:
            border = tokens.color("text" if self.underMouse() else "border_strong")
            paint_box(painter, box, 3, fill=tokens.color("field"), border=border)
        if self.isChecked():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            color = tokens.color("white" if self.isEnabled() else "text_off")
            cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
            painter.setPen(QPen(color, 1.75, Qt.PenStyle.SolidLine, cap, join))
            corner = box.topLeft()
            tick = [QPointF(4.0, 8.25), QPointF(6.75, 11.0), QPointF(12.0, 5.25)]
            painter.drawPolyline(QPolygonF([corner + point for point in tick]))
        if self.text():
            painter.setPen(tokens.color("text" if self.isEnabled() else "text_off"))
            text = self.rect().adjusted(_BOX + GAP, 0, 0, 0)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.end()
