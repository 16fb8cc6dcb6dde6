"""A crop frame being adjusted: it lies turned over the photo, and never reaches outside of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from restorer.core.framing import largest_frame
from restorer.core.geometry import Bounds
from restorer.core.placement import Placement

Point = tuple[float, float]

SMALLEST_PX = 8.0
MOST_DEGREES = 45.0
CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))
"""Of a frame, clockwise from its top left: share of width and height."""
EDGES = ((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5))
"""Middles of its sides: top, right, bottom, left."""
_INSIDE = 1e-7


@dataclass(frozen=True, slots=True)
class CropFrame:
    """Every change gives another frame that fits.

    Attributes:
        photo_width, photo_height: of the photo it lies on.
        degrees: by how much the photo is to be turned clockwise: the frame lies on it turned the other way.
        center: in pixels of the photo.
        width, height: of the frame, in pixels.
        aspect: width in parts of the height, to be kept; None for a free frame.
        is_largest: whether it stays as large as the photo allows when it is turned: until somebody sizes it.
    """

    photo_width: int
    photo_height: int
    degrees: float
    center: Point
    width: float
    height: float
    aspect: float | None = None
    is_largest: bool = False

    @classmethod
    def largest(cls, width: int, height: int, degrees: float = 0.0, aspect: float | None = None) -> CropFrame:
        """The largest frame about the middle of a photo."""
        bounds = largest_frame(width, height, degrees, aspect)
        return replace(cls.around(bounds, width, height, degrees, aspect), is_largest=True)

    @classmethod
    def around(cls, bounds: Bounds, width: int, height: int, degrees: float, aspect: float | None = None) -> CropFrame:
        """A frame given in pixels of the straightened photo, as :meth:`bounds` gives it."""
        middle = ((bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2)
        center = Placement.straightened(degrees, width, height).to_old(*middle)
        return cls(width, height, degrees, center, float(bounds.width), float(bounds.height), aspect)

    def bounds(self) -> Bounds:
        """Whole pixels of the straightened photo that lie inside of the frame."""
        x, y = self._straightened().to_new(*self.center)
        left, top = math.ceil(x - self.width / 2 - _INSIDE * 10), math.ceil(y - self.height / 2 - _INSIDE * 10)
        right, bottom = math.floor(x + self.width / 2 + _INSIDE * 10), math.floor(y + self.height / 2 + _INSIDE * 10)
        return Bounds(left, top, max(right, left + 1), max(bottom, top + 1))

    def point(self, across: float, down: float) -> Point:
        """Where a share of the frame's width and height lies in the photo."""
        return self._at((across - 0.5) * self.width, (down - 0.5) * self.height)

    def local(self, x: float, y: float) -> Point:
        """A point of the photo in the frame's own directions, in pixels from its centre."""
        cos, sin = self._turn()
        dx, dy = x - self.center[0], y - self.center[1]
        return cos * dx - sin * dy, sin * dx + cos * dy

    # -- changes

    def moved(self, dx: float, dy: float) -> CropFrame:
        """Shifted by pixels of the photo, as far as there is room; a level frame by whole ones, so that it stays as
        large."""
        if self.degrees == 0.0:
            dx, dy = round(dx), round(dy)
        reach_x, reach_y = self._reach(self.width, self.height)
        x = min(max(self.center[0] + dx, reach_x), self.photo_width - reach_x)
        y = min(max(self.center[1] + dy, reach_y), self.photo_height - reach_y)
        return replace(self, center=(x, y), is_largest=False)

    def turned(self, degrees: float) -> CropFrame:
        """At another angle about its centre; it shrinks where it would reach outside, and keeps its proportions."""
        degrees = min(max(degrees, -MOST_DEGREES), MOST_DEGREES)
        if self.is_largest:
            return CropFrame.largest(self.photo_width, self.photo_height, degrees, self.aspect)
        turned = replace(self, degrees=degrees)
        reach_x, reach_y = turned._reach(self.width, self.height)
        room_x = min(self.center[0], self.photo_width - self.center[0])
        room_y = min(self.center[1], self.photo_height - self.center[1])
        share = min(1.0, room_x / reach_x, room_y / reach_y)
        return replace(turned, width=self.width * share, height=self.height * share)

    def levelled(self, start: Point, end: Point) -> CropFrame:
        """At the angle that makes a line of the photo level or upright, whichever is nearer, to 0.01°.

        Args:
            start, end: two different points of the photo.
        """
        slope = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
        return self.turned(round((45.0 - slope) % 90.0 - 45.0, 2))

    def with_aspect(self, aspect: float | None) -> CropFrame:
        """With other proportions, inside of what it was."""
        if self.is_largest:
            return CropFrame.largest(self.photo_width, self.photo_height, self.degrees, aspect)
        if aspect is None:
            return replace(self, aspect=None)
        width, height = min(self.width, self.height * aspect), min(self.height, self.width / aspect)
        return replace(self, aspect=aspect, width=width, height=height)

    def dragged(self, across: float, down: float, x: float, y: float) -> CropFrame:
        """With one of its corners or the middle of a side pulled to a point of the photo; what is opposite stays.

        Args:
            across, down: one of :data:`CORNERS` or :data:`EDGES`.
            x, y: in pixels of the photo.
        """
        local_x, local_y = self.local(x, y)
        width, height = self.width, self.height
        toward_x, toward_y = round(2 * across - 1), round(2 * down - 1)
        if toward_x:
            width = max(SMALLEST_PX, self.width / 2 + toward_x * local_x)
        if toward_y:
            height = max(SMALLEST_PX, self.height / 2 + toward_y * local_y)
        if self.aspect is None:
            frame = self._stretched(toward_x, 0, width) if toward_x else self
            return frame._stretched(0, toward_y, height) if toward_y else frame
        if toward_x and toward_y:
            width = max(width, height * self.aspect)
            height = width / self.aspect
        elif toward_x:
            height = width / self.aspect
        else:
            width = height * self.aspect
        # What does not move: the opposite corner, or the middle of the opposite side.
        anchor = (-toward_x * self.width / 2, -toward_y * self.height / 2)
        sides = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ends = [
            (anchor[0] + (toward_x + side_x) * width / 2, anchor[1] + (toward_y + side_y) * height / 2)
            for side_x, side_y in sides
        ]
        share = min(self._room(anchor, end) for end in ends)
        width, height = max(1.0, width * share), max(1.0, height * share)
        middle = anchor[0] + toward_x * width / 2, anchor[1] + toward_y * height / 2
        return replace(self, center=self._at(*middle), width=width, height=height, is_largest=False)

    def _stretched(self, toward_x: int, toward_y: int, size: float) -> CropFrame:
        """With one side elsewhere: ``size`` becomes the width or the height, as far as there is room."""
        half_x, half_y = self.width / 2, self.height / 2
        share = 1.0
        for side in (-1, 1):
            if toward_x:
                start, end = (-toward_x * half_x, side * half_y), (toward_x * (size - half_x), side * half_y)
            else:
                start, end = (side * half_x, -toward_y * half_y), (side * half_x, toward_y * (size - half_y))
            share = min(share, self._room(start, end))
        size = max(1.0, size * share)
        middle = (toward_x * (size / 2 - half_x), toward_y * (size / 2 - half_y))
        width, height = (size, self.height) if toward_x else (self.width, size)
        return replace(self, center=self._at(*middle), width=width, height=height, is_largest=False)

    # -- arithmetic

    def _room(self, start: Point, end: Point) -> float:
        """How much of the way between two points, of which the first is inside, lies in the photo."""
        share = 1.0
        sizes = (self.photo_width, self.photo_height)
        for here, there, most in zip(self._at(*start), self._at(*end), sizes, strict=True):
            if there < -_INSIDE and there < here:
                share = min(share, max(0.0, here / (here - there)))
            if there > most + _INSIDE and there > here:
                share = min(share, max(0.0, (most - here) / (there - here)))
        return share

    def _reach(self, width: float, height: float) -> Point:
        """How far a frame of this size reaches from its centre, across and down the photo."""
        cos, sin = (abs(each) for each in self._turn())
        return (width * cos + height * sin) / 2, (width * sin + height * cos) / 2

    def _at(self, x: float, y: float) -> Point:
        cos, sin = self._turn()
        return self.center[0] + cos * x + sin * y, self.center[1] - sin * x + cos * y

    def _turn(self) -> Point:
        angle = math.radians(self.degrees)
        return math.cos(angle), math.sin(angle)

    def _straightened(self) -> Placement:
        return Placement.straightened(self.degrees, self.photo_width, self.photo_height)
