"""Small pictures of the answers of one run, to choose from."""

from __future__ import annotations

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Pixels
from restorer.core.result import Alternative, TaskResult
from restorer.formats.color import thumbnail

_MARGIN = 0.25
"""How much of the surroundings is shown at each side, as a share of the region's longer side."""


def variant_pictures(photo: Image, result: TaskResult, side_px: int) -> tuple[Pixels, ...]:
    """What each alternative of a result makes of the largest region that it filled; empty where it has none.

    Returns:
        8-bit sRGB pictures of the same part of the photo, their longer side at most ``side_px``.
    """
    if not result.alternatives:
        return ()
    window = _shown(photo, result)
    return tuple(thumbnail(_part(photo, each, window), side_px) for each in result.alternatives)


def _shown(photo: Image, result: TaskResult) -> Bounds:
    """The largest filled patch with all that hang together with it, and some surroundings."""
    rest = [patch.bounds for patch in result.patches]
    region = max(rest, key=lambda bounds: bounds.area)
    while touching := [bounds for bounds in rest if bounds.overlaps(region)]:
        region = Bounds.around((region, *touching))
        rest = [bounds for bounds in rest if bounds not in touching]
    return region.pad(max(8, int(max(region.width, region.height) * _MARGIN))).intersect(photo.bounds)


def _part(photo: Image, answer: Alternative, window: Bounds) -> Image:
    """A window of the photo with an answer pasted in; what lies outside of it is not touched."""
    pixels = photo.crop(window).copy()
    for patch in answer.patches:
        common = patch.bounds.intersect(window)
        if not common.is_empty:
            inside = common.translate(-patch.bounds.left, -patch.bounds.top).slices
            pixels[common.translate(-window.left, -window.top).slices] = patch.pixels[inside]
    return Image(pixels, photo.color)
