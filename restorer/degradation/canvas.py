"""Drawing marks with OpenCV: where they cover a photo, and what they do to it there.

A mark is an affine change of each pixel, ``photo * keep + light``; any number of them laid over each other still is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from restorer.core.damage import DAMAGE_CLASSES
from restorer.core.lazy import load_cv2

Plane = npt.NDArray[np.float32]
"""``H x W`` float32."""
Points = npt.NDArray[np.float64]
"""``N x 2``: x and y in pixels."""
Place = Sequence[float] | npt.NDArray[np.float64]
"""x and y."""
Color = tuple[float, float, float]
"""Red, green and blue, 0 to 1."""

VISIBLE = 0.03
"""Coverage below which a mark is cut off, so that soft tails nobody sees do not widen the mask."""
_SHARP_PX = 0.2
"""Blur that is not worth its time."""
_LINE_GROWTH_PX = 1.4
"""By how much OpenCV's antialiasing makes a filled outline wider."""
_FINEST = 4
_SHIFT = 4
"""Binary digits of sub-pixel position that OpenCV's drawing takes."""

cv2 = load_cv2()


class Layer:
    """All marks on one photo.

    Attributes:
        keep: ``3 x H x W``, what is left of the photo.
        light: ``3 x H x W``, what is added to that.
        coverage: planes by class, 0 to 1; only of classes that were laid.
        scale: of all sizes, see :func:`restorer.degradation.draws.scan_scale`.
    """

    def __init__(self, height: int, width: int, scale: float = 1.0) -> None:
        self.height = height
        self.width = width
        self.scale = scale
        self.keep = np.ones((3, height, width), np.float32)
        self.light = np.zeros((3, height, width), np.float32)
        self.coverage: dict[str, Plane] = {}

    @property
    def side(self) -> float:
        """Geometric mean of height and width at scale 1, in pixels; counts of marks follow it."""
        return float((self.height * self.width) ** 0.5 / self.scale)

    def cover(self, kind: str, cover: Plane, color: Color, opacity: Plane | float = 1.0) -> None:
        """Lays something of one colour over the photo.

        Args:
            kind: one of DAMAGE_CLASSES.
            cover: how much of each pixel lies under it, 0 to 1.
            opacity: how much of the photo it hides there, 0 to 1.
        """
        part, cover = self._mark(kind, cover)
        alpha = cover * (opacity[part] if isinstance(opacity, np.ndarray) else np.float32(opacity))
        left = 1 - alpha
        for channel, value in enumerate(color):
            self.keep[channel][part] *= left
            self.light[channel][part] *= left
            self.light[channel][part] += alpha * np.float32(value)

    def tint(self, kind: str, cover: Plane, density: Plane, absorbs: Color) -> None:
        """Lets light through a filter, as a liquid that dried does: ``exp(-density * absorbs)`` of it is left."""
        part, cover = self._mark(kind, cover)
        thickness = cover * density[part]
        for channel, value in enumerate(absorbs):
            passed = np.exp(thickness * np.float32(-value))
            self.keep[channel][part] *= passed
            self.light[channel][part] *= passed

    def _mark(self, kind: str, cover: Plane) -> tuple[tuple[slice, slice], Plane]:
        """Notes what is covered; returns the rectangle around it, and the coverage there without what nobody sees."""
        if kind not in DAMAGE_CLASSES:
            raise ValueError(f"there is no class of damage {kind!r}")
        part = _occupied(cover > VISIBLE)
        cover = cover[part]
        cover = np.where(cover > VISIBLE, np.minimum(cover, 1), 0).astype(np.float32, copy=False)
        whole = self.coverage.setdefault(kind, np.zeros((self.height, self.width), np.float32))
        whole[part] = 1 - (1 - whole[part]) * (1 - cover)
        return part, cover


def _occupied(seen: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    """The smallest rectangle around everything True; empty where nothing is."""
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


class Drawing:
    """Shapes drawn finer than the photo, for exact coverage of thin marks."""

    def __init__(self, layer: Layer) -> None:
        self._size = (layer.width, layer.height)
        self._fine = max(1, min(_FINEST, round(_FINEST / layer.scale)))
        self._plane = np.zeros((layer.height * self._fine, layer.width * self._fine), np.uint8)
        self._line = cv2.LINE_8 if self._fine > 1 else cv2.LINE_AA
        self._strength = np.full((layer.height, layer.width), 255, np.uint8)

    def polygon(self, points: Points) -> None:
        """Fills an outline."""
        cv2.fillPoly(self._plane, [self._fixed(points)], 255, self._line, _SHIFT)

    def stroke(self, path: Points, width: npt.NDArray[np.float64] | float, strength: float = 1.0) -> None:
        """A line along ``path``, ``width`` pixels wide at each of its points, as opaque as ``strength`` says."""
        if len(path) < 2:
            return
        reach = int(np.max(width)) + 7
        fixed = np.rint(np.clip(path, -8000, 60000)).astype(np.int32)
        cv2.polylines(self._strength, [fixed], False, round(255 * strength), min(reach, 200))
        width = np.asarray(width, np.float64)
        if self._line == cv2.LINE_AA:
            width = np.maximum(width - _LINE_GROWTH_PX, 0)
        half = np.broadcast_to(width / 2, (len(path),))[:, None]
        side = normals(path) * half
        self.polygon(np.concatenate([path + side, (path - side)[::-1]]))

    def ellipse(self, center: Place, axes: Place, angle: float) -> None:
        """A filled ellipse; ``axes`` are half its lengths, ``angle`` is in degrees."""
        middle = self._fixed(np.asarray(center)[None])[0].tolist()
        lengths = np.maximum(np.rint(np.asarray(axes) * self._fine * (1 << _SHIFT)), 1).astype(int).tolist()
        cv2.ellipse(self._plane, middle, lengths, angle, 0, 360, 255, -1, self._line, _SHIFT)

    def coverage(self, soft_px: float = 0.0) -> Plane:
        """``H x W``, 0 to 1, blurred by ``soft_px``."""
        plane = self._plane
        if self._fine > 1:
            plane = cv2.resize(plane, self._size, interpolation=cv2.INTER_AREA)
        cover = plane.astype(np.float32) / np.float32(255)
        if soft_px > _SHARP_PX:
            cover = cv2.GaussianBlur(cover, (0, 0), soft_px)
        return cover

    def strength(self) -> Plane:
        """``H x W``, 0 to 1: how opaque the strokes here were said to be."""
        return self._strength.astype(np.float32) / np.float32(255)

    def _fixed(self, points: Points) -> npt.NDArray[np.int32]:
        # Pixel centres lie at whole numbers, also on the finer grid.
        fine = (np.clip(points, -8000, 60000) + 0.5) * self._fine - 0.5
        return np.rint(fine * (1 << _SHIFT)).astype(np.int32)


def normals(path: Points) -> Points:
    """Unit vectors across a path, at each of its points."""
    along = np.gradient(path, axis=0)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    return np.stack([-along[:, 1], along[:, 0]], axis=1) / length[:, None]


def noise_plane(layer: Layer, rng: np.random.Generator, cell_px: float) -> Plane:
    """Smooth noise, standard normal at each place, with bumps about ``cell_px`` (at scale 1) wide."""
    cell = max(1.0, cell_px * layer.scale)
    rows, columns = int(layer.height / cell) + 3, int(layer.width / cell) + 3
    coarse = rng.standard_normal((rows, columns), np.float32)
    if cell == 1.0:
        return coarse[: layer.height, : layer.width]
    size = (int(columns * cell) + 1, int(rows * cell) + 1)
    smooth = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    top, left = (int(v) for v in rng.integers(0, max(1, int(cell)), 2))
    cut: Plane = smooth[top : top + layer.height, left : left + layer.width]
    return cut
