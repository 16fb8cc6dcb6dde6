"""Taking away noise, JPEG's blocks and blur without a network: what stands behind it where no weights are installed.

All three work on float32 in 0 to 1 of one or three channels, in the photo's own encoding, and keep 16-bit precision.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.jpeg_tables import cosine_matrix, quantisation_table
from restorer.core.lazy import load_cv2

_WHITE = np.float32(65535)
_BLOCK = 8
_SHIFTS = tuple((down, across) for down in (0, 2, 4, 6) for across in (1, 3, 5, 7))
"""Of the 64 grids, those the picture is compressed on again: evenly spread, and none the file's own."""
_TO_YCC = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]],
    np.float32,
)
"""From RGB to brightness and two colour differences (ITU-R BT.601), as JPEG has them."""
_FROM_YCC = np.linalg.inv(_TO_YCC.astype(np.float64)).astype(np.float32)


def to_ycc(pixels: FloatPixels) -> FloatPixels:
    """Brightness and colour differences, those around 0; gray stays as it is."""
    return pixels if pixels.shape[2] == 1 else np.asarray(pixels @ _TO_YCC.T, np.float32)


def from_ycc(planes: FloatPixels) -> FloatPixels:
    """Inverse of :func:`to_ycc`."""
    return planes if planes.shape[2] == 1 else np.asarray(planes @ _FROM_YCC.T, np.float32)


@dataclass(frozen=True, slots=True)
class NonLocalMeans:
    """Denoises by averaging what looks alike (Buades, Coll and Morel 2005), by OpenCV in 16 bits.

    Brightness and colours are averaged apart, each as strongly as its share of the noise asks. The strength that
    belongs to a level was found by trying: the best of several on photos with noise added.

    Attributes:
        noise: standard deviation in each channel, full white at 1.
    """

    noise: float

    CONTEXT_PX = 7 + 2
    """Half of the search window and half of a patch."""
    _STRENGTH = 0.85

    def __call__(self, pixels: FloatPixels) -> FloatPixels:
        if self.noise <= 0:
            return pixels.copy()
        planes = to_ycc(pixels)
        result = np.empty_like(planes)
        result[..., 0] = self._average(planes[..., :1], 0 if planes.shape[2] == 1 else 1)[..., 0]
        if planes.shape[2] == 3:
            result[..., 1:] = self._average(planes[..., 1:] + np.float32(0.5), 2) - np.float32(0.5)
        return np.clip(from_ycc(result), 0, 1)

    def _average(self, planes: FloatPixels, kind: int) -> FloatPixels:
        """Args: ``kind`` 0 = gray, 1 = brightness of colours, 2 = colour differences: each has its share of noise."""
        share = (1.0, float(np.linalg.norm(_TO_YCC[0])), float(np.linalg.norm(_TO_YCC[1])))[kind]
        cv2 = load_cv2()
        coded = np.ascontiguousarray(np.rint(np.clip(planes, 0, 1) * _WHITE).astype(np.uint16))
        strength = [self.noise * share * self._STRENGTH * float(_WHITE)] * coded.shape[2]
        averaged = cv2.fastNlMeansDenoising(coded, strength, None, 5, 15, cv2.NORM_L1)
        return np.asarray(averaged.reshape(planes.shape) / _WHITE, np.float32)


@dataclass(frozen=True)
class ShiftedCompression:
    """Takes away a JPEG's blocks: compressed again on shifted grids and averaged (Nosratinia 2001), in float.

    Attributes:
        quality: of the JPEG, 1 to 100.
    """

    quality: int

    CONTEXT_PX = 2 * _BLOCK
    MULTIPLE = _BLOCK
    """The file's own grid begins where the photo does."""

    @cached_property
    def _tables(self) -> tuple[npt.NDArray[np.float32], ...]:
        luma, chroma = quantisation_table(self.quality), quantisation_table(self.quality, chroma=True)
        return tuple(table.astype(np.float32) / np.float32(255) for table in (luma, chroma, chroma))

    def __call__(self, pixels: FloatPixels) -> FloatPixels:
        planes = to_ycc(pixels)
        result = [self._average(planes[..., index], self._tables[index]) for index in range(planes.shape[2])]
        return np.clip(from_ycc(np.stack(result, axis=2)), 0, 1)

    def _average(self, plane: FloatPlane, table: npt.NDArray[np.float32]) -> FloatPlane:
        height, width = plane.shape
        below, right = _BLOCK + -height % _BLOCK, _BLOCK + -width % _BLOCK
        wide = np.pad(plane, ((_BLOCK, below), (_BLOCK, right)), mode="edge")
        total = np.zeros_like(plane)
        for down, across in _SHIFTS:
            rows, columns = -(-(height + _BLOCK) // _BLOCK) * _BLOCK, -(-(width + _BLOCK) // _BLOCK) * _BLOCK
            part = wide[_BLOCK - down : _BLOCK - down + rows, _BLOCK - across : _BLOCK - across + columns]
            total += self._compressed(part, table)[down : down + height, across : across + width]
        return np.asarray(total / np.float32(len(_SHIFTS)), np.float32)

    @staticmethod
    def _compressed(plane: FloatPlane, table: npt.NDArray[np.float32]) -> FloatPlane:
        cosines = cosine_matrix()
        height, width = plane.shape
        blocks = plane.reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK).transpose(0, 2, 1, 3)
        values = cosines @ blocks @ cosines.T
        means = values[..., 0, 0].copy()
        values = np.rint(values / table) * table
        values[..., 0, 0] = means  # Steps between blocks lie in the other frequencies, on any grid but the file's own.
        back = cosines.T @ values @ cosines
        return np.asarray(back.transpose(0, 2, 1, 3).reshape(height, width), np.float32)


@dataclass(frozen=True, slots=True)
class RichardsonLucy:
    """Sharpens what a Gaussian blurred (Richardson 1972, Lucy 1974), damped where there is nothing but noise.

    Only brightness is sharpened, and the colours with it: colour is softer than that in most photos anyway.

    Attributes:
        blur_px: standard deviation of the blur.
        noise: of the photo, full white at 1: differences of its size are not sharpened.
    """

    blur_px: float
    noise: float = 0.0

    ITERATIONS = 10
    _DARK = np.float32(1e-3)

    @property
    def context_px(self) -> int:
        """Further than this nothing shows: each iteration looks twice as far as the blur, less and less of it."""
        return int(np.ceil(8 * self.blur_px)) + 4

    def __call__(self, pixels: FloatPixels) -> FloatPixels:
        if self.blur_px <= 0:
            return pixels.copy()
        planes = to_ycc(pixels)
        blurred = planes[..., 0] + self._DARK
        estimate = blurred.copy()
        for _ in range(self.ITERATIONS):
            again = self._blur(estimate)
            difference = blurred - again
            if self.noise > 0:
                difference = difference * (1 - np.exp(-np.square(difference / np.float32(2 * self.noise))))
            ratio = np.asarray(difference / np.maximum(again, self._DARK) + 1, np.float32)
            estimate *= self._blur(ratio)
        change = np.clip(estimate - self._DARK, 0, 1) - planes[..., 0]
        return np.asarray(np.clip(pixels + change[..., None], 0, 1), np.float32)

    def _blur(self, plane: FloatPlane) -> FloatPlane:
        cv2 = load_cv2()
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), self.blur_px, borderType=cv2.BORDER_REPLICATE), np.float32)
