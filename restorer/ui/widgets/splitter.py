"""A splitter with a line of one pixel that is easy to grab."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from restorer.ui import theme
from restorer.ui.tokens import SPLITTER_HIT

_SIDE = (SPLITTER_HIT - 1) // 2


class _Handle(QSplitterHandle):
    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        # QSplitter lays its handles out by contents and raises them above its widgets; with the mask the margins
        # take the mouse and are not painted. (Qt does the same for 5 px.)
        if self.orientation() == Qt.Orientation.Horizontal:
            self.setContentsMargins(_SIDE, 0, _SIDE, 0)
        else:
            self.setContentsMargins(0, _SIDE, 0, _SIDE)
        self.setAttribute(Qt.WidgetAttribute.WA_MouseNoMask)
        self.setMask(QRegion(self.contentsRect()))
        QWidget.resizeEvent(self, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.contentsRect(), theme.tokens().color("edge"))
        painter.end()


class Splitter(QSplitter):
    """1 px to see, 7 px to grab; nothing in it collapses to nothing.

    A widget that lowers its greatest size, as a panel does that folds to its header, gives the rest to its neighbours,
    and gets it back when it raises it again. ``QSplitter`` leaves a gap instead.
    """

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self._lent: dict[QWidget, int] = {}
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show):
            self._settle()
        return handled

    def _settle(self) -> None:
        """Take room from widgets that may not use it, give it back to those that may again."""
        widgets = [self._at(place) for place in range(self.count())]
        sizes = self.sizes()
        spare = 0
        for place, widget in enumerate(widgets):
            size, limit = sizes[place], self._limit(widget)
            if size > limit:
                self._lent[widget] = size
                spare += size - limit
                sizes[place] = limit
            elif widget in self._lent and limit > size:
                before = self._lent.pop(widget)
                spare -= before - size
                sizes[place] = before
        if spare == 0:
            return
        # The first that stretches, or else the first with room, is the one that gives and takes.
        roomy = [
            place for place, widget in enumerate(widgets) if widget.isVisible() and self._limit(widget) > sizes[place]
        ]
        roomy.sort(key=lambda place: not self._stretches(widgets[place]))
        if roomy:
            sizes[roomy[0]] = max(sizes[roomy[0]] + spare, 0)
            self.setSizes(sizes)

    def _at(self, place: int) -> QWidget:
        widget = self.widget(place)
        assert widget is not None, "a place below the count"
        return widget

    def _limit(self, widget: QWidget) -> int:
        greatest = widget.maximumSize()
        return greatest.width() if self.orientation() == Qt.Orientation.Horizontal else greatest.height()

    def _stretches(self, widget: QWidget) -> bool:
        policy = widget.sizePolicy()
        if self.orientation() == Qt.Orientation.Horizontal:
            return policy.horizontalStretch() > 0
        return policy.verticalStretch() > 0

    def createHandle(self) -> QSplitterHandle:  # noqa: N802
        return _Handle(self.orientation(), self)
