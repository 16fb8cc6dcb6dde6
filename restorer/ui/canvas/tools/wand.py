"""The wand: a click marks what has a similar colour, a drag says how similar."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.marks import mark
from restorer.core.shapes import Point
from restorer.session.marking.order import MaskOrder, mark_label
from restorer.session.marking.similar import Similarity, similar_pixels
from restorer.ui.canvas.tools.base import Outline, Pointer, ToolHost, mode_of
from restorer.ui.canvas.tools.shapes import MarkTool
from restorer.ui.mark_options import MarkOptions

_PX_PER_PERCENT = 4.0
"""Logical pixels of a sideways drag that change the tolerance by one per cent."""
_PREVIEW_PX = 1_500_000
"""The outline is worked out on no more pixels than this."""


class WandTool(MarkTool):
    """Marks pixels of a similar colour. Dragging sideways changes the tolerance; what would be marked is outlined."""

    name, icon = "Similar colour", "wand"

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._start: Pointer | None = None
        self._options = MarkOptions()
        self._lines: tuple[tuple[Point, ...], ...] = ()

    def press(self, pointer: Pointer) -> bool:
        document = self._host.editable_document()
        x, y = math.floor(pointer.image_x), math.floor(pointer.image_y)
        if document is None or not document.image.bounds.contains(Bounds(x, y, x + 1, y + 1)):
            return False
        self._start, self._options = pointer, self._host.options()
        self._mode = mode_of(pointer, self._options)
        self._preview()
        return True

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        percent = round((pointer.view_x - self._start.view_x) / pointer.ratio / _PX_PER_PERCENT)
        tolerance = min(max(self._options.tolerance + percent, 0.0), 100.0)
        if tolerance != self._host.options().tolerance:
            self._host.change_options(replace(self._host.options(), tolerance=tolerance))
            self._preview()

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        document, mode, start = self._host.editable_document(), self._mode, self._start
        if document is not None and mode is not None and start is not None:
            x, y = math.floor(start.image_x), math.floor(start.image_y)
            wanted, photo = self._host.options().similarity, document.image
            self._host.order(
                MaskOrder(
                    mark_label(self.name, mode),
                    lambda _photo, mask: mark(mask, similar_pixels(photo, x, y, wanted), mode),
                    photo.bounds.area,
                )
            )
        self._end()

    def cancel(self) -> None:
        if self._start is not None:
            self._host.change_options(replace(self._host.options(), tolerance=self._options.tolerance))
        self._end()

    def outline(self) -> Outline | None:
        return Outline(self._lines) if self._start is not None and self._lines else None

    def _end(self) -> None:
        self._start, self._lines = None, ()
        self._forget()

    def _preview(self) -> None:
        document, start = self._host.editable_document(), self._start
        if document is None or start is None:
            return
        photo, wanted = document.image, self._host.options().similarity
        seen = self._host.visible_bounds()
        x, y = math.floor(start.image_x), math.floor(start.image_y)

        def show(lines: tuple[tuple[Point, ...], ...]) -> None:
            if self._start is start:
                self._lines = lines
                self._host.outline_changed()

        self._host.compute(lambda: similar_outline(photo, x, y, wanted, seen), show)


def similar_outline(photo: Image, x: int, y: int, wanted: Similarity, seen: Bounds) -> tuple[tuple[Point, ...], ...]:
    """Outlines, in image pixels, of what would be marked in view; of large views from every second, third … pixel."""
    seen = seen.union(Bounds(x, y, x + 1, y + 1)).intersect(photo.bounds)
    step = max(1, math.ceil(math.sqrt(seen.area / _PREVIEW_PX)))
    # So that the pixel that was pointed at is one of those looked at.
    left, top = seen.left + (x - seen.left) % step, seen.top + (y - seen.top) % step
    crop = photo.pixels[top : seen.bottom : step, left : seen.right : step]
    few = Image(np.ascontiguousarray(crop), photo.color)
    sample_px = max(1, wanted.sample_px // step)
    sparse = replace(wanted, sample_px=sample_px, smooth=False)
    found = similar_pixels(few, (x - left) // step, (y - top) // step, sparse)
    cv2 = load_cv2()
    # Of twice the size, since contours run through the middles of pixels and not around them.
    doubled = np.pad(found.values, 1).repeat(2, 0).repeat(2, 1)
    contours, _ = cv2.findContours(doubled, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    place = found.place
    return tuple(
        tuple(
            (left + ((px + 0.5) / 2 - 1 + place.left) * step, top + ((py + 0.5) / 2 - 1 + place.top) * step)
            for px, py in contour[:, 0].tolist()
        )
        for contour in contours
        if len(contour) > 2
    )
