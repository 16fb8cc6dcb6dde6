"""ICC profiles: what they are called, and pixels through them to sRGB, by LittleCMS."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
from PIL import ImageCms

from restorer.core.image import Pixels

_PROFILES_KEPT = 16
_RAMP = np.linspace(0.0, 1.0, 4096, dtype=np.float32)
_FIT_TOLERANCE = 0.004
"""Largest error of a fitted shaper, in gamma-encoded sRGB: one level of 255."""

_Plane = npt.NDArray[np.float32]
_Bytes = npt.NDArray[np.uint8]


@functools.lru_cache(maxsize=_PROFILES_KEPT)
def _opened(icc: bytes) -> ImageCms.ImageCmsProfile | None:
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


@functools.lru_cache(maxsize=_PROFILES_KEPT)
def color_space(icc: bytes) -> str:
    """``"RGB"``, ``"GRAY"``, ``"CMYK"``, ``"Lab"`` … ; empty where the profile is damaged."""
    profile = _opened(icc)
    return profile.profile.xcolor_space.strip() if profile else ""


@functools.lru_cache(maxsize=_PROFILES_KEPT)
def description(icc: bytes) -> str:
    """The name the profile gives itself; empty where it is damaged or nameless."""
    profile = _opened(icc)
    text = (profile.profile.profile_description or "") if profile else ""
    return " ".join(text.replace("\0", " ").split())


@functools.cache
def srgb_profile() -> bytes:
    """LittleCMS's own sRGB profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _cms(pixels: Pixels, icc: bytes, space: str, output: bytes, dtype: str) -> Pixels:
    """Through LittleCMS without the coarse tables it otherwise makes of 16-bit transforms (up to 20 levels off)."""
    import imagecodecs

    flags = imagecodecs.CMS.FLAGS.NOOPTIMIZE | imagecodecs.CMS.FLAGS.NOCACHE
    converted: Any = imagecodecs.cms_transform(
        pixels, icc, output, colorspace=space, outcolorspace="rgb", outdtype=dtype, flags=flags
    )
    return np.asarray(converted)


@functools.lru_cache(maxsize=_PROFILES_KEPT)
def _transform8(icc: bytes) -> ImageCms.ImageCmsTransform | None:
    """8-bit RGB to sRGB; None where the profile is not usable for RGB."""
    profile = _opened(icc)
    if profile is None or color_space(icc) != "RGB":
        return None
    try:
        return ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    except ImageCms.PyCMSError:
        return None


@functools.lru_cache(maxsize=_PROFILES_KEPT)
def is_srgb(icc: bytes) -> bool:
    """Whether values through this RGB profile stay what they are, to one level of 255."""
    transform = _transform8(icc)
    if transform is None:
        return False
    levels = np.arange(0, 256, 17, dtype=np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(16, -1, 3)
    shown = np.asarray(ImageCms.applyTransform(PIL.Image.fromarray(grid), transform))
    return bool(np.abs(shown.astype(np.int16) - grid).max() <= 1)


def rgb8_to_srgb8(pixels: _Bytes, icc: bytes) -> _Bytes | None:
    """``H x W x 3`` uint8 through the profile; None where it is unusable or is sRGB itself."""
    transform = None if is_srgb(icc) else _transform8(icc)
    if transform is None:
        return None
    return np.asarray(ImageCms.applyTransform(PIL.Image.fromarray(np.ascontiguousarray(pixels)), transform))


@dataclass(frozen=True, slots=True, eq=False)
class _Shaper:
    """A matrix profile as three curves to linear light and one matrix to linear sRGB."""

    curves: tuple[_Plane, _Plane, _Plane]
    matrix: _Plane

    def __call__(self, pixels: npt.NDArray[np.uint16]) -> _Bytes:
        linear = [np.take(curve, pixels[:, :, channel]) for channel, curve in enumerate(self.curves)]
        result = np.empty(pixels.shape, np.uint8)
        encode = _srgb_table()
        total, term = np.empty_like(linear[0]), np.empty_like(linear[0])
        for row in range(3):
            np.multiply(linear[0], self.matrix[row, 0], out=total)
            for column in (1, 2):
                total += np.multiply(linear[column], self.matrix[row, column], out=term)
            np.clip(total, 0.0, 1.0, out=total)
            total *= 65535.0
            total += 0.5
            result[:, :, row] = np.take(encode, total.astype(np.uint16))
        return result


@functools.cache
def _srgb_table() -> _Bytes:
    """8-bit sRGB of 65536 steps of linear light."""
    table: _Bytes = np.rint(encode_srgb(np.linspace(0.0, 1.0, 65536)) * 255.0).astype(np.uint8)
    return table


def encode_srgb(linear: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    """Linear light 0 to 1 to sRGB's encoding (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0) ** (1 / 2.4) - 0.055)


def _to_linear(pixels: Pixels, icc: bytes) -> _Plane:
    """RGB through the profile to linear sRGB, unbounded."""
    encoded = _cms(pixels, icc, "rgb", srgb_profile(), "float32")
    powers = (np.maximum(encoded, 0.0) + 0.055) / 1.055
    linear: _Plane = np.where(encoded <= 0.04045, encoded / 12.92, powers**2.4).astype(np.float32)
    return linear


@functools.lru_cache(maxsize=_PROFILES_KEPT)
def _shaper(icc: bytes) -> _Shaper | None:
    """The profile's curves and matrix, measured from LittleCMS; None where it is not a matrix profile.

    A matrix profile sends a ramp in one channel along a line in linear light: the end of the line is a column of the
    matrix, the position on it the curve. Whether the profile is one shows in how well that predicts other colours.
    """
    curves, columns = [], []
    for channel in range(3):
        ramp = np.zeros((1, len(_RAMP), 3), np.float32)
        ramp[0, :, channel] = _RAMP
        line = _to_linear(ramp, icc)[0]
        column = line[-1]
        curve = line @ column / max(float(column @ column), 1e-12)
        curves.append(np.interp(np.linspace(0.0, 1.0, 65536), _RAMP, curve).astype(np.float32))
        columns.append(column)
    shaper = _Shaper((curves[0], curves[1], curves[2]), np.stack(columns, axis=1).astype(np.float32))
    levels = np.linspace(0, 65535, 9).astype(np.uint16)
    probe = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(9, -1, 3)
    exact = np.clip(_to_linear(probe, icc), 0.0, 1.0)
    error = np.abs(shaper(probe) / 255.0 - encode_srgb(exact)).max()
    return shaper if error <= _FIT_TOLERANCE else None


def rgb16_to_srgb8(pixels: npt.NDArray[np.uint16], icc: bytes) -> _Bytes | None:
    """As :func:`rgb8_to_srgb8`, of uint16, without passing through 8 bits on the way."""
    if _transform8(icc) is None or is_srgb(icc):
        return None
    shaper = _shaper(icc)
    if shaper is not None:
        return shaper(pixels)
    return _cms(np.ascontiguousarray(pixels), icc, "rgb", srgb_profile(), "uint8")


@functools.lru_cache(maxsize=_PROFILES_KEPT)
def gray_table(icc: bytes, steps: int) -> _Bytes | None:
    """8-bit sRGB (``steps x 3``) of every gray level through a gray or an RGB profile; None where it is neither.

    Args:
        steps: 256 or 65536.
    """
    space = {"GRAY": "gray", "RGB": "rgb"}.get(color_space(icc))
    if space is None or (space == "rgb" and _transform8(icc) is None):
        return None
    ramp = np.linspace(0.0, 65535.0, steps).astype(np.uint16)[None, :, None]
    levels = np.ascontiguousarray(ramp if space == "gray" else np.repeat(ramp, 3, axis=2))
    try:
        table = _cms(levels[:, :, 0] if space == "gray" else levels, icc, space, srgb_profile(), "uint8")
    except RuntimeError:
        return None
    return np.ascontiguousarray(table.reshape(steps, 3), dtype=np.uint8)
