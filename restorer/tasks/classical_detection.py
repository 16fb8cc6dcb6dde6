"""Damage found without a network: thin ridges and specks that stand out of the grain around them."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import numpy.typing as npt

from restorer.core.contract import BytePlanes, FloatPlane
from restorer.core.damage import DAMAGE_CLASSES
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.lazy import load_cv2
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.unit import to_unit

TILE_PX = 960
CONTEXT_PX = 64
_SIDE_PX = (3, 5)
"""Distances from a ridge at which both sides of it are looked at; it is thinner than twice as much."""
_LINE_PX = 15
"""Length over which a line must hold out."""
_ORIENTATIONS = 12
_SPECK_SQUARE_PX = 9
"""Specks are smaller than a square of this side."""
_TEXTURE_PX = 65
"""Around a pixel, the square in which it is measured what grain and texture there is."""
_LEAST_USUAL = 0.005
"""Height, of full white, that is taken to be usual however clean a photo is."""
_LINE_FROM, _SPECK_FROM = 5.0, 7.0
"""Multiple of the usual height from which a line or a speck is marked at the default sensitivity."""
_GROWN_TO = 0.4
"""Share of its height down to which a mark is followed from its highest pixel (hysteresis, Canny 1986)."""
_OWN_SHARE = 0.2
"""Share of its own highest pixel below which a pixel is no part of a mark but a glow around it."""
_LEAST_LINE_PX = 12
_LONG_LINE_PX = 40
"""From this length on a line counts in full."""
_SPECK_AREA_PX = 60


def find_damage(
    photo: Image, token: CancelToken, *, within: Bounds | None = None
) -> Generator[TaskEvent, None, BytePlanes]:
    """Ridges become ``scratch``, specks become ``dust``; the other classes stay empty.

    Means along lines of twelve orientations are compared with those on both sides, and a top-hat finds what is small
    every way; both are compared with what is usual around, be it grain or texture, and followed with hysteresis. One
    strength holds for a whole mark; of lines, long ones count more.

    Args:
        within: only this part is looked at.

    Returns:
        ``K x H x W`` uint8 in the order of :data:`DAMAGE_CLASSES`; one half (128) is the strength from which a mark
        counts at the default sensitivity.

    Raises:
        Cancelled: between two tiles, once the token says so.
    """
    planes = np.zeros((len(DAMAGE_CLASSES), photo.height, photo.width), np.uint8)
    area = photo.bounds if within is None else within
    tiles = tuple(
        Bounds(left, top, left + TILE_PX, top + TILE_PX).intersect(area)
        for top in range(area.top, area.bottom, TILE_PX)
        for left in range(area.left, area.right, TILE_PX)
    )
    yield TilesPlanned(tiles)
    for index, core in enumerate(tiles):
        token.raise_if_cancelled()
        yield TileStarted(index, len(tiles), core)
        crop = core.pad(CONTEXT_PX).intersect(photo.bounds)
        inside = core.translate(-crop.left, -crop.top).slices
        lines, specks = _marks(_gray(photo, crop))
        planes[(DAMAGE_CLASSES.index("scratch"), *core.slices)] = lines[inside]
        planes[(DAMAGE_CLASSES.index("dust"), *core.slices)] = specks[inside]
        yield TileFinished(index, len(tiles), Patch(core, photo.crop(core)))
    return planes


def _gray(photo: Image, bounds: Bounds) -> FloatPlane:
    unit = to_unit(photo.crop(bounds)[..., : photo.color_channels]).mean(axis=2)
    return np.asarray(np.clip(np.nan_to_num(unit), 0, 1), np.float32)


def _marks(gray: FloatPlane) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Lines and specks of a crop, as 0 to 255."""
    specks = _specks(gray)
    # A line is as wide as what stands out itself: means along it reach beyond its sides and ends.
    ridges = np.minimum(_ridges(gray), load_cv2().blur(specks, (3, 3)))
    lines = _follow(_standing_out(ridges), _LINE_FROM, is_line=True)
    return lines, _follow(_standing_out(specks), _SPECK_FROM, is_line=False)


def _standing_out(height: FloatPlane) -> FloatPlane:
    """Heights as multiples of what is usual around them, be it grain or texture."""
    cv2 = load_cv2()
    window = (_TEXTURE_PX, _TEXTURE_PX)
    # Capped, so that a scratch does not pass for the texture that it lies in.
    usual = cv2.blur(np.minimum(height, 3 * cv2.blur(height, window)), window)
    return np.asarray(height / np.maximum(usual, _LEAST_USUAL), np.float32)


def _ridges(gray: FloatPlane) -> FloatPlane:
    """Height of the best line through each pixel above, or below, the higher of its two sides: steps have none."""
    cv2 = load_cv2()
    best = np.zeros_like(gray)
    for step in range(_ORIENTATIONS):
        angle = np.pi * step / _ORIENTATIONS
        along = cv2.filter2D(gray, -1, _line_kernel(angle), borderType=cv2.BORDER_REFLECT)
        for distance in _SIDE_PX:
            across = round(-distance * np.sin(angle)), round(distance * np.cos(angle))
            one, other = along - _moved(along, *across), along - _moved(along, -across[0], -across[1])
            best = np.maximum(best, np.maximum(np.minimum(one, other), -np.maximum(one, other)))
    return best


def _specks(gray: FloatPlane) -> FloatPlane:
    """Height of what is small in every direction: a top-hat, bright or dark (Meyer 1979)."""
    cv2 = load_cv2()
    square = np.ones((_SPECK_SQUARE_PX, _SPECK_SQUARE_PX), np.uint8)
    hats = (cv2.morphologyEx(gray, operation, square) for operation in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT))
    return np.asarray(np.maximum(*hats), np.float32)


def _moved(plane: FloatPlane, dx: int, dy: int) -> FloatPlane:
    """The plane with each pixel from ``dx``, ``dy`` further on; the edge is repeated."""
    padded = np.pad(plane, ((max(0, -dy), max(0, dy)), (max(0, -dx), max(0, dx))), mode="edge")
    top, left = max(0, dy), max(0, dx)
    return np.asarray(padded[top : top + plane.shape[0], left : left + plane.shape[1]])


def _line_kernel(angle: float) -> FloatPlane:
    kernel = np.zeros((_LINE_PX, _LINE_PX), np.uint8)
    middle, reach = _LINE_PX // 2, _LINE_PX / 2 - 0.5
    end = round(reach * np.cos(angle)), round(reach * np.sin(angle))
    load_cv2().line(kernel, (middle - end[0], middle - end[1]), (middle + end[0], middle + end[1]), 1)
    return np.asarray(kernel / np.float32(kernel.sum()), np.float32)


def _follow(height: FloatPlane, threshold: float, *, is_line: bool) -> npt.NDArray[np.uint8]:
    """Marks of one strength each: connected pixels, as strong as the highest of them, and lines by their length."""
    cv2 = load_cv2()
    low = (height >= _GROWN_TO * threshold).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(low, connectivity=8)
    peaks = _peaks(height, labels, count)
    rim = (_OWN_SHARE * peaks).astype(np.float32)
    length = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    area = stats[:, cv2.CC_STAT_AREA]
    if is_line:
        # Slender as well as long: what fills the square around it is texture.
        fits = (length >= _LEAST_LINE_PX) & (area < 0.25 * length**2)
        peaks = peaks * np.minimum(1, length / _LONG_LINE_PX) ** 0.5
    else:
        fits = (area <= _SPECK_AREA_PX) & (length**2 < 6 * area + 8)
    fits[0] = False
    values = np.rint(255 * np.clip(0.5 * peaks / threshold, 0, 1) * fits).astype(np.uint8)
    return np.where(height >= rim[labels], values[labels], np.uint8(0))


def _peaks(strength: FloatPlane, labels: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.float64]:
    peaks = np.zeros(count)
    occupied = labels > 0
    np.maximum.at(peaks, labels[occupied], strength[occupied])
    return peaks
