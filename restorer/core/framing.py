"""Frames to crop to: how large one may be that lies within a straightened photo."""

from __future__ import annotations

import math

from restorer.core.geometry import Bounds
from restorer.core.placement import Placement

_TOLERANCE_PX = 1e-6


def largest_size(width: float, height: float, degrees: float, aspect: float | None = None) -> tuple[float, float]:
    """Width and height of the largest frame about the middle of a photo turned by an angle, without blank corners.

    Args:
        width, height: of the photo.
        degrees: -90 to 90.
        aspect: width of the frame in parts of its height; that of the largest area if None.
    """
    sin, cos = abs(math.sin(math.radians(degrees))), abs(math.cos(math.radians(degrees)))
    if aspect is not None:
        tall = min(width / (aspect * cos + sin), height / (aspect * sin + cos))
        return aspect * tall, tall
    long, short = max(width, height), min(width, height)
    if short <= 2 * sin * cos * long or abs(sin - cos) < _TOLERANCE_PX:
        # Two corners touch the long sides and the others are free.
        half = short / 2
        return (half / sin, half / cos) if width >= height else (half / cos, half / sin)
    turned = cos * cos - sin * sin
    return (width * cos - height * sin) / turned, (height * cos - width * sin) / turned


def largest_frame(width: int, height: int, degrees: float, aspect: float | None = None) -> Bounds:
    """As :func:`largest_size`, in whole pixels of the straightened photo; at least one pixel."""
    across, down = largest_size(width, height, degrees, aspect)
    wide, tall = (max(1, math.floor(side + _TOLERANCE_PX)) for side in (across, down))
    left, top = (width - wide) // 2, (height - tall) // 2
    frame = Bounds(left, top, left + wide, top + tall)
    # A frame of odd size in a photo of even size lies half a pixel off the middle.
    while not fits(frame, width, height, degrees) and min(frame.width, frame.height) > 2:
        frame = Bounds(frame.left, frame.top, frame.right - 1, frame.bottom - 1)
        if not fits(frame, width, height, degrees):
            frame = Bounds(frame.left + 1, frame.top + 1, frame.right, frame.bottom)
    return frame


def fits(frame: Bounds, width: int, height: int, degrees: float) -> bool:
    """Whether a frame of the straightened photo shows nothing beyond the photo's edges."""
    placement = Placement.straightened(degrees, width, height)
    corners = ((x, y) for x in (frame.left, frame.right) for y in (frame.top, frame.bottom))
    return all(
        -_TOLERANCE_PX <= x <= width + _TOLERANCE_PX and -_TOLERANCE_PX <= y <= height + _TOLERANCE_PX
        for x, y in (placement.to_old(*corner) for corner in corners)
    )
