"""Colour spaces that photos are exported in, as ICC profiles made here: small, and the same bytes every time.

Sources: ICC.1:2010 (profile version 4.3); IEC 61966-2-1 (sRGB); Adobe RGB (1998) Color Image Encoding; SMPTE EG 432-1
(the primaries of Display P3); ISO 22028-2 (ROMM RGB, called ProPhoto RGB).
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

_Matrix = npt.NDArray[np.float64]
_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_D65_XY, _D50_XY = (0.3127, 0.3290), (0.3457, 0.3585)
_HEADER_BYTES = 128
_COPYRIGHT = "No copyright, use freely"

# Exponent alone, or exponent a b c d of a curve with a straight beginning (function type 3 of the ICC).
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


@dataclass(frozen=True, slots=True)
class ColorSpace:
    """One colour space: its name, the chromaticities of its primaries and white, and its curve."""

    title: str
    primaries: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    white: tuple[float, float]
    curve: tuple[float, ...]


SPACES: Mapping[str, ColorSpace] = MappingProxyType(
    {
        "srgb": ColorSpace("sRGB", ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), _D65_XY, _SRGB_CURVE),
        "adobe-rgb": ColorSpace(
            "Adobe RGB (1998) compatible", ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), _D65_XY, (563 / 256,)
        ),
        "display-p3": ColorSpace("Display P3", ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), _D65_XY, _SRGB_CURVE),
        "prophoto": ColorSpace(
            "ProPhoto RGB compatible", ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), _D50_XY, (1.8,)
        ),
    }
)
"""By id, as in :class:`~restorer.formats.export.ExportOptions`."""


@functools.cache
def standard_profile(space: str, *, gray: bool = False) -> bytes:
    """The profile of one of :data:`SPACES`, or of a single gray channel with its curve."""
    found = SPACES[space]
    title = f"Gray, {found.title} curve" if gray else found.title
    white, adaptation = _white_and_adaptation(found.white)
    tags = {
        b"desc": _text(title),
        b"cprt": _text(_COPYRIGHT),
        b"wtpt": _xyz(_D50),
        b"chad": b"sf32" + bytes(4) + _fixed(adaptation.ravel()),
    }
    if gray:
        tags[b"kTRC"] = _curve(found.curve)
    else:
        columns = adaptation @ _to_xyz(found.primaries, white)
        for name, column in zip((b"r", b"g", b"b"), columns.T, strict=True):
            tags[name + b"XYZ"] = _xyz(column)
            tags[name + b"TRC"] = _curve(found.curve)
    return _profile(tags, b"GRAY" if gray else b"RGB ")


def _white_and_adaptation(white_xy: tuple[float, float]) -> tuple[_Matrix, _Matrix]:
    """White as XYZ, and the Bradford matrix from it to D50."""
    x, y = white_xy
    white = np.array([x / y, 1.0, (1 - x - y) / y])
    gains = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    return white, np.linalg.inv(_BRADFORD) @ np.diag(gains) @ _BRADFORD


def _to_xyz(primaries: tuple[tuple[float, float], ...], white: _Matrix) -> _Matrix:
    """Matrix from linear values to XYZ, such that full values are white."""
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in primaries]).T
    return columns * np.linalg.solve(columns, white)


def _profile(tags: dict[bytes, bytes], space: bytes) -> bytes:
    table, body = bytearray(struct.pack(">I", len(tags))), bytearray()
    begin = _HEADER_BYTES + 4 + 12 * len(tags)
    placed: dict[bytes, int] = {}
    for name, data in tags.items():
        if data not in placed:
            placed[data] = begin + len(body)
            body += data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, placed[data], len(data))
    header = bytearray(_HEADER_BYTES)
    struct.pack_into(">I4xI4s4s4s", header, 0, begin + len(body), 0x04300000, b"mntr", space, b"XYZ ")
    struct.pack_into(">6H4s", header, 24, 2026, 1, 1, 0, 0, 0, b"acsp")
    header[68:80] = _fixed(_D50)
    return bytes(header + table + body)


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II4sII", 1, 12, b"enUS", len(encoded), 28) + encoded


def _xyz(values: npt.NDArray[Any]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(values)


def _curve(curve: tuple[float, ...]) -> bytes:
    return b"para" + bytes(4) + struct.pack(">HH", 0 if len(curve) == 1 else 3, 0) + _fixed(np.array(curve))


def _fixed(values: npt.NDArray[Any]) -> bytes:
    """Signed numbers with 16 bits behind the point."""
    return bytes(np.rint(values * 65536).astype(">i4").tobytes())
