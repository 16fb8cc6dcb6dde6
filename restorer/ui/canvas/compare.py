"""Before and after: which part of the canvas shows which, and the line between them. Pure arithmetic, no Qt."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from restorer.core.geometry import Bounds
from restorer.ui.canvas.viewport import Viewport

_GAP_PX = 2
"""Device pixels between the halves of side by side."""


class Compare(enum.StrEnum):
    """Ways to see two states at once."""

    SPLIT = "split"
    SIDE = "side"


@dataclass(frozen=True, slots=True)
class Pane:
    """A part of the canvas that shows one state.

    Attributes:
        clip: device pixels of the canvas it covers.
        offset_x: from the viewport's coordinates to the canvas's.
        shows_before: the reference, not the photo as it is.
    """

    clip: Bounds
    offset_x: int
    shows_before: bool


def viewport_width(mode: Compare | None, canvas_width: int) -> int:
    """Width of the viewport in a canvas: side by side has one of half the width, shown twice."""
    return max(0, canvas_width - _GAP_PX) // 2 if mode is Compare.SIDE else canvas_width


def panes(mode: Compare | None, canvas: Bounds, viewport: Viewport, split: float, *, original: bool) -> list[Pane]:
    """The panes of a canvas; they do not overlap.

    Args:
        mode: how two states are compared, or None.
        canvas: all of it, in device pixels.
        viewport: as wide as :func:`viewport_width` says.
        split: where the line is, 0 to 1; see :func:`split_x`.
        original: whether the reference alone is shown for a moment.
    """
    if original and mode is not Compare.SIDE:
        return [Pane(canvas, 0, True)]
    if mode is Compare.SPLIT:
        line = split_x(viewport, split)
        left = Bounds(canvas.left, canvas.top, line, canvas.bottom)
        return [Pane(left, 0, True), Pane(Bounds(line, canvas.top, canvas.right, canvas.bottom), 0, False)]
    if mode is Compare.SIDE:
        right = canvas.right - viewport.view_width
        before = Pane(Bounds(0, canvas.top, viewport.view_width, canvas.bottom), 0, True)
        return [before, Pane(Bounds(right, canvas.top, canvas.right, canvas.bottom), right, original)]
    return [Pane(canvas, 0, False)]


def _span(viewport: Viewport) -> Bounds:
    return viewport.photo_in_view.intersect(viewport.view)


def split_x(viewport: Viewport, split: float) -> int:
    """Where the line stands: at a share of the part of the photo that is in view, so that it never leaves it."""
    span = _span(viewport)
    return span.left + round(span.width * split)


def split_at(viewport: Viewport, x: float) -> float:
    """The share, 0 to 1, that puts the line at ``x``."""
    span = _span(viewport)
    return min(max((x - span.left) / max(1, span.width), 0.0), 1.0)
