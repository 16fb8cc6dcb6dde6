"""The ribbon: clicks along a scratch or crease, which the band between them follows."""

from __future__ import annotations

import itertools
import math

from restorer.core.image import Image
from restorer.core.marks import mark
from restorer.core.shapes import Point
from restorer.session.marking.order import MaskOrder, mark_label
from restorer.session.marking.ribbon import Trace, follow, join
from restorer.ui.canvas.tools.base import Outline, ToolHost
from restorer.ui.canvas.tools.clicked import ClickedTool

Leg = tuple[Point, Point]


class RibbonTool(ClickedTool):
    """A point per click; between them the band follows what lies there, and is as wide. Enter or a double click marks
    it, Backspace takes the last point back."""

    name, icon = "Ribbon", "ribbon"
    apart_px = 4.0

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._traces: dict[Leg, Trace] = {}
        self._live: tuple[Leg, Trace] | None = None

    def cancel(self) -> None:
        self._traces, self._live = {}, None
        super().cancel()

    def outline(self) -> Outline | None:
        if not self._points:
            return None
        widen_px = self._host.options().widen_px
        shown = [self._traces[leg] for leg in itertools.pairwise(self._points) if leg in self._traces]
        straight: tuple[Point, ...] = ()
        if self._at is not None:
            if self._live is not None and self._live[0][0] == self._points[-1]:
                # A little behind the pointer, until what is worked out has caught up with it.
                shown.append(self._live[1])
            else:
                straight = (self._points[-1], self._at)
        lines = tuple(trace.sides(widen_px) for trace in shown)
        return Outline(lines, handles=tuple(self._points), guide=straight)

    def _complete(self) -> None:
        document, mode, points = self._host.editable_document(), self._mode, tuple(self._points)
        if document is None or mode is None or len(points) < 2:
            return
        photo, widen_px, known = document.image, self._host.options().widen_px, dict(self._traces)
        long_px = sum(math.dist(a, b) for a, b in itertools.pairwise(points))
        self._host.order(
            MaskOrder(
                mark_label(self.name, mode),
                lambda _photo, mask: mark(mask, _whole(photo, points, known).ribbon(widen_px), mode),
                round(long_px**2),
            )
        )

    def _changed(self) -> None:
        self._follow()
        super()._changed()

    def _follow(self) -> None:
        """Works out the legs that are not known yet, and the one to the pointer."""
        document = self._host.editable_document()
        if document is None:
            return
        photo, points, at = document.image, list(self._points), self._at
        missing = [leg for leg in itertools.pairwise(points) if leg not in self._traces]
        live = (points[-1], at) if at is not None and at != points[-1] else None
        wanted = [*missing, *([live] if live is not None else [])]

        def show(found: dict[Leg, Trace]) -> None:
            legs = set(itertools.pairwise(self._points))
            self._traces.update({leg: trace for leg, trace in found.items() if leg in legs})
            if live is not None and self._points and live[0] == self._points[-1]:
                self._live = live, found[live]
            self._host.outline_changed()

        if wanted:
            self._host.compute(lambda: {leg: follow(photo, leg) for leg in wanted}, show)


def _whole(photo: Image, points: tuple[Point, ...], known: dict[Leg, Trace]) -> Trace:
    """All legs, as they were shown; those that nobody saw yet are followed now."""
    return join([known[leg] if leg in known else follow(photo, leg) for leg in itertools.pairwise(points)])
