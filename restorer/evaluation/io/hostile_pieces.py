"""What files made to break the program are put together from."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

TRUNCATION, FLIPS, TAGS, BOMB, GIGAPIXEL = "truncation", "bit flips", "contradiction", "bomb", "gigapixel header"
FLOATS, PROFILE, OTHER = "NaN and infinity", "lying profile", "no picture"
KINDS = (TRUNCATION, FLIPS, TAGS, BOMB, GIGAPIXEL, FLOATS, PROFILE, OTHER)
PNG_HEADER_END = 33
"""Bytes of a PNG's signature and first chunk."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file: its name says what was done to it."""

    kind: str
    name: str
    data: bytes


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int, bits: int = 8, color_type: int = 2, **last: int) -> bytes:
    """Signature and first chunk of a PNG. ``last``: ``packing``, ``filtering``, ``interlace``."""
    rest = (last.get("packing", 0), last.get("filtering", 0), last.get("interlace", 0))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color_type, *rest))
