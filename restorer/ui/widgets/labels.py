"""Text: labels that elide, labels of fields, lines between things."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

from restorer.ui import theme


@runtime_checkable
class Resettable(Protocol):
    def reset(self) -> None: ...


class TintedLabel(QLabel):
    """A label in one of the text colours and fonts of the theme, by role."""

    def __init__(
        self, text: str = "", *, role: str = "text", font: str = "body", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._role = role
        self.setFont(theme.font(font))
        self._tint()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def _tint(self) -> None:
        wanted = theme.tokens().color(self._role)
        colors = self.palette()
        # Setting a palette raises PaletteChange again; the comparison ends it.
        if colors.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText) != wanted:
            colors.setColor(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText, wanted)
            colors.setColor(QPalette.ColorGroup.Inactive, QPalette.ColorRole.WindowText, wanted)
            self.setPalette(colors)


class ElidedLabel(TintedLabel):
    """One line that gives way: it elides rather than widen its surroundings, and shows the whole as a tooltip.

    Args:
        text: the whole text.
        mode: ``ElideRight``, or ``ElideMiddle`` for file names.
    """

    def __init__(
        self,
        text: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        *,
        role: str = "text",
        font: str = "body",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, role=role, font=font, parent=parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def shown_text(self) -> str:
        """What fits now."""
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())

    def event(self, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return super().event(event)
        whole = self.text()
        lines = [whole] if self.shown_text() != whole else []
        if self.toolTip():
            lines.append(self.toolTip())
        QToolTip.showText(event.globalPos(), "\n".join(lines), self)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), self.shown_text())
        painter.end()


class FieldLabel(ElidedLabel):
    """The label beside a field; a double click sets the field back to its default."""

    def __init__(self, text: str, field: QWidget, *, parent: QWidget | None = None) -> None:
        super().__init__(text, role="text_2", parent=parent)
        self._field = field
        self.setBuddy(field)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self.isEnabled() and isinstance(self._field, Resettable):
            self._field.reset()


class Separator(QWidget):
    """A 1 px line between two things on one surface."""

    def __init__(
        self,
        orientation: Qt.Orientation = Qt.Orientation.Horizontal,
        *,
        role: str = "line",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role = role
        if orientation == Qt.Orientation.Horizontal:
            self.setFixedHeight(1)
        else:
            self.setFixedWidth(1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.tokens().color(self._role))
        painter.end()
