"""Integer rectangles in image coordinates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Bounds:
    """Half-open pixel rectangle ``[left, right) x [top, bottom)``, origin at the top left."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of_size(cls, width: int, height: int) -> Bounds:
        return cls(0, 0, width, height)

    @classmethod
    def around(cls, rectangles: Iterable[Bounds]) -> Bounds:
        """Smallest rectangle that holds all non-empty ones; empty if there is none."""
        full = [r for r in rectangles if not r.is_empty]
        if not full:
            return cls(0, 0, 0, 0)
        return cls(
            min(r.left for r in full),
            min(r.top for r in full),
            max(r.right for r in full),
            max(r.bottom for r in full),
        )

    @property
    def width(self) -> int:
        return max(0, self.right - self.left)

    @property
    def height(self) -> int:
        return max(0, self.bottom - self.top)

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def is_empty(self) -> bool:
        return self.right <= self.left or self.bottom <= self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Row and column slices into an ``H x W`` array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def intersect(self, other: Bounds) -> Bounds:
        """Common part; an empty rectangle if there is none."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        return Bounds(left, top, max(left, min(self.right, other.right)), max(top, min(self.bottom, other.bottom)))

    def union(self, other: Bounds) -> Bounds:
        return Bounds.around((self, other))

    def pad(self, margin: int) -> Bounds:
        """Grown by ``margin`` pixels on every side (shrunk if negative); not clipped."""
        return Bounds(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def clip(self, width: int, height: int) -> Bounds:
        return self.intersect(Bounds.of_size(width, height))

    def translate(self, dx: int, dy: int) -> Bounds:
        return Bounds(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def contains(self, other: Bounds) -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def overlaps(self, other: Bounds) -> bool:
        return not self.intersect(other).is_empty
