"""Finds on the canvas: drawn over the photo, picked with the review tool, one of them in hand."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Signal
from PySide6.QtGui import QPainter

from restorer.session.marking.find_levels import FindLevels
from restorer.session.marking.review import Find
from restorer.ui.canvas.finds_layer import paint_selected, selected_reach
from restorer.ui.canvas.input import InputSurface

_ROOM = 0.12
"""Share of the view at each side within which a find in hand is brought further in."""


class ReviewSurface(InputSurface):
    """A surface that shows a review. It knows nothing of what is decided; see :attr:`find_picked`."""

    find_picked = Signal(float, float, bool)
    """Place in image pixels that was clicked in the review, and whether the find there is to be turned round."""

    _selected: Find | None = None

    def pick_find(self, x: float, y: float, *, turns: bool) -> None:
        """The person clicked with the review tool."""
        self.find_picked.emit(x, y, turns)

    def set_finds(self, levels: FindLevels | None, threshold: int = 128) -> None:
        """Shows finds that are at least as sure as the threshold; None ends the review. Costs what is on screen."""
        if self._scene is not None:
            self._scene.show_finds(levels, threshold, self._ratio())
        if levels is None:
            self._selected = None
        self.update()

    def select_find(self, find: Find | None, *, shows: bool = False) -> None:
        """Puts a ring around a find.

        Args:
            shows: whether the photo moves so that the find is well in view.
        """
        self._repaint_selected()
        self._selected = find
        self._repaint_selected()
        if find is not None and shows and self._scene is not None and self._scene.frame is None:
            self._navigator.bring(find.x + 0.5, find.y + 0.5, _ROOM)

    def _repaint_selected(self) -> None:
        if self._selected is not None:
            self.update(selected_reach(self._selected, self._to_canvas, self._ratio()).toAlignedRect())

    def _to_canvas(self, x: float, y: float) -> tuple[float, float]:
        view_x, view_y = self._navigator.viewport.to_view(x, y)
        shift = QPointF(*self._shift())
        return view_x + self._pane_offset() + shift.x(), view_y + shift.y()

    def _paint_over(self, painter: QPainter, part: QRect) -> None:
        super()._paint_over(painter, part)
        if self._selected is not None and self._scene is not None and self._scene.shows_live:
            paint_selected(painter, self._selected, self._to_canvas, self._ratio(), self.width())
