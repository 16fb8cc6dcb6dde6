"""How the mask is drawn over the photo: mask values in, premultiplied colour words out."""

from __future__ import annotations

import enum
import functools

import numpy as np
import numpy.typing as npt

from restorer.core.lazy import load_cv2
from restorer.core.mask import Plane
from restorer.ui.qimage import ArgbPixels
from restorer.ui.tokens import MASK_TINT, MASK_TINT_OPACITY

_CASING_OPACITY = 0.45
_CASING_PX = 1.0
_LINE_PX = 1.25
_LINE_CASING_PX = 1.0
_LINE_CASING_OPACITY = 0.6
_DASH_PX = 4.0
_HATCH_PITCH_PX = 8.0
_HATCH_LINE_PX = 1.5
_HATCH_OPACITY = 0.35

# Codes of the outline, indices into its table.
_NONE, _DARK, _LIGHT, _HATCHED = 0, 1, 2, 3
_CASING_CODE = 255
"""Takes the place of full coverage in the tint's table, which is worth a step of 1 / 255."""


class Overlay(enum.StrEnum):
    """Ways to show the mask, in the order they are cycled through."""

    TINT = "tint"
    OUTLINE = "outline"
    MATTE = "matte"
    OFF = "off"

    @property
    def next(self) -> Overlay:
        modes = list(Overlay)
        return modes[(modes.index(self) + 1) % len(modes)]


def reach(overlay: Overlay, ratio: float) -> int:
    """How many device pixels around a pixel its colour depends on.

    Args:
        overlay: how the mask is shown.
        ratio: device pixels per logical pixel.
    """
    if overlay is Overlay.TINT:
        return _whole(_CASING_PX * ratio)
    if overlay is Overlay.OUTLINE:
        return _whole(_LINE_PX * ratio) + _whole(_LINE_CASING_PX * ratio)
    return 0


def colour(overlay: Overlay, plane: Plane, ratio: float, left: int, top: int) -> ArgbPixels:
    """Colours the inner part of a plane of mask values.

    Args:
        overlay: anything but ``OFF``.
        plane: mask values per device pixel, with :func:`reach` pixels more on every side than what is returned.
        ratio: device pixels per logical pixel.
        left, top: scaled coordinates of the first returned pixel, so that dashes meet across tiles.
    """
    margin = reach(overlay, ratio)
    word = flat_colour(overlay, plane)
    if word is not None:
        return np.full((plane.shape[0] - 2 * margin, plane.shape[1] - 2 * margin), word, np.uint32)
    if overlay is Overlay.TINT:
        return _tint(plane, margin)
    if overlay is Overlay.OUTLINE:
        return _outline(plane, ratio, left, top)
    return _looked_up(_matte_table(), plane)


def hatch_reach(ratio: float) -> int:
    """As :func:`reach`, for :func:`hatch`."""
    return reach(Overlay.OUTLINE, ratio)


def hatch(plane: Plane, ratio: float, left: int, top: int) -> ArgbPixels:
    """What is protected: a white diagonal hatch inside of a white line on a dark one. Arguments as of :func:`colour`,
    with :func:`hatch_reach` pixels more on every side."""
    width, casing = _whole(_LINE_PX * ratio), _whole(_LINE_CASING_PX * ratio)
    margin = width + casing
    solid = (plane > 0).astype(np.uint8)
    line = solid & ~_shrunk(solid, width)
    codes = _grown(line, casing)[margin:-margin, margin:-margin]
    pitch = _whole(_HATCH_PITCH_PX * ratio)
    rows, columns = np.ogrid[top : top + codes.shape[0], left : left + codes.shape[1]]
    on_line = (rows + columns) % pitch < _whole(_HATCH_LINE_PX * ratio)
    codes[solid[margin:-margin, margin:-margin].astype(bool) & on_line & (codes == _NONE)] = _HATCHED
    codes[line[margin:-margin, margin:-margin].astype(bool)] = _LIGHT
    return _looked_up(_outline_table(), codes)


def flat_colour(overlay: Overlay, plane: Plane) -> np.uint32 | None:
    """The one word of a plane of one value: the inside of a large brush, or of an inverted mask; None of any other."""
    value = int(plane[0, 0])
    if value != plane[-1, -1] or plane.min() != plane.max():
        return None
    if overlay is Overlay.TINT:
        return np.uint32(_tint_table()[min(value, _CASING_CODE - 1)])
    return np.uint32(_matte_table()[value] if overlay is Overlay.MATTE else 0)


def _tint(plane: Plane, casing: int) -> ArgbPixels:
    """Azure by coverage, and a dark casing outside of the edge, so that it is told from the photo by more than hue."""
    inner = plane[casing:-casing, casing:-casing]
    codes = np.minimum(inner, _CASING_CODE - 1)
    around = (_grown(plane, casing)[casing:-casing, casing:-casing] > 0) & (inner == 0)
    # A true byte is 1, and minus 1 is the code; far quicker than writing through a boolean index.
    codes |= np.negative(around.view(np.uint8))
    return _looked_up(_tint_table(), codes)


def _outline(plane: Plane, ratio: float, left: int, top: int) -> ArgbPixels:
    """A dashed light line just inside the edge, on a dark one."""
    width, casing = _whole(_LINE_PX * ratio), _whole(_LINE_CASING_PX * ratio)
    margin = width + casing
    solid = (plane > 0).astype(np.uint8)
    line = solid & ~_shrunk(solid, width)
    codes = _grown(line, casing)[margin:-margin, margin:-margin]
    dash = _whole(_DASH_PX * ratio)
    rows, columns = np.ogrid[top : top + codes.shape[0], left : left + codes.shape[1]]
    lit = ((rows + columns) // dash) % 2 == 0
    codes[line[margin:-margin, margin:-margin].astype(bool) & lit] = _LIGHT
    return _looked_up(_outline_table(), codes)


def _looked_up(table: ArgbPixels, codes: Plane) -> ArgbPixels:
    """The word of every code; OpenCV has no unsigned words, so they pass as signed ones."""
    words: ArgbPixels = load_cv2().LUT(codes, table.view(np.int32)).view(np.uint32)
    return words


def _grown(plane: Plane, radius: int) -> Plane:
    grown: Plane = load_cv2().dilate(plane, _square(radius))
    return grown


def _shrunk(plane: Plane, radius: int) -> Plane:
    shrunk: Plane = load_cv2().erode(plane, _square(radius))
    return shrunk


def _square(radius: int) -> Plane:
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)


def _whole(length: float) -> int:
    """A line is a whole number of device pixels wide, one at least."""
    return max(1, int(length + 0.5))


def _words(red: int, green: int, blue: int, opacity: npt.ArrayLike) -> ArgbPixels:
    """Premultiplied words of a colour at some opacities, 0 to 1."""
    alpha = np.asarray(opacity, np.float64)
    words = np.zeros(alpha.shape, np.uint32)
    for value, shift in ((255, 24), (red, 16), (green, 8), (blue, 0)):
        words |= np.round(alpha * value).astype(np.uint32) << np.uint32(shift)
    return words


@functools.cache
def _tint_table() -> ArgbPixels:
    red, green, blue = bytes.fromhex(MASK_TINT.lstrip("#"))
    table = _words(red, green, blue, np.arange(256) / (_CASING_CODE - 1) * MASK_TINT_OPACITY)
    table[_CASING_CODE] = _words(0, 0, 0, _CASING_OPACITY)
    return table


@functools.cache
def _outline_table() -> ArgbPixels:
    table = np.zeros(256, np.uint32)
    table[_DARK] = _words(0, 0, 0, _LINE_CASING_OPACITY)
    table[_LIGHT] = _words(255, 255, 255, 1.0)
    table[_HATCHED] = _words(255, 255, 255, _HATCH_OPACITY)
    return table


@functools.cache
def _matte_table() -> ArgbPixels:
    return np.array([0xFF000000 | gray * 0x010101 for gray in range(256)], np.uint32)
