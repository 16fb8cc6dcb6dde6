"""PNG: 8 and 16 bits in every channel layout; chunks are read here, pixels by libpng.

Source: Portable Network Graphics Specification (Third Edition), W3C.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from restorer.core.image import Pixels
from restorer.formats import _exif, _iptc, _pillow
from restorer.formats._codec import Decoded, check_page, check_size, damaged
from restorer.formats._png_write import INCHES_PER_METRE, IPTC_KEYWORD, SIGNATURE, XMP_KEYWORD, write
from restorer.formats._source import Source
from restorer.formats.metadata import Dpi, Metadata

__all__ = ["decode", "write"]

_PICTURE_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_CHANNELS = {0: 1, 2: 3, 3: 4, 4: 2, 6: 4}
_TEXT_CHUNKS = frozenset({b"iTXt", b"zTXt", b"tEXt"})
_IPTC_KEYWORDS = (IPTC_KEYWORD, b"Raw profile type 8bim")
_MAX_TEXT_BYTES = 64 * 2**20


def decode(source: Source, name: str, page: int) -> Decoded:
    """A PNG; of an animated one the default picture. Palettes become RGB (or gray), fewer bits than 8 become 8."""
    check_page(name, page, 1)
    kept = bytearray(SIGNATURE)
    found: dict[bytes, bytes] = {}
    texts: dict[bytes, bytes] = {}
    for kind, chunk in _chunks(source, name):
        if kind == b"IHDR":
            _check_header(chunk[8:-4], source, name)
        if kind in _PICTURE_CHUNKS:
            kept += chunk
        if kind == b"IDAT" or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            continue
        body = chunk[8:-4]
        if kind in _TEXT_CHUNKS:
            _add_text(texts, kind, body)
        else:
            found.setdefault(kind, body)
    pixels = _decode_pixels(kept, palette=found.get(b"PLTE") if _is_indexed(found) else None)
    exif = found[b"eXIf"].removeprefix(b"Exif\0\0") if b"eXIf" in found else None
    iptc = next((texts[keyword] for keyword in _IPTC_KEYWORDS if keyword in texts), None)
    metadata = Metadata(
        _physical_size(found) or (_exif.resolution(exif) if exif else None),
        exif or None,
        texts.get(XMP_KEYWORD) or None,
        _iptc.from_hex_profile(iptc) if iptc else None,
    )
    icc = _profile(found[b"iCCP"]) if b"iCCP" in found else None
    notes = ("Its colour profile is damaged and was left out.",) if b"iCCP" in found and icc is None else ()
    return Decoded(pixels, icc, metadata, _exif.orientation(exif) if exif else 1, notes)


def _chunks(source: Source, name: str) -> Iterator[tuple[bytes, bytes]]:
    """Type and whole chunk (length, type, body, checksum) of each chunk up to IEND."""
    position, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        head = source[position : position + 8]
        if len(head) < 8:
            raise damaged(name, "its end is missing")
        length, kind = struct.unpack(">I4s", head)
        if (position == len(SIGNATURE)) != (kind == b"IHDR"):
            raise damaged(name, "it does not begin with one picture header")
        end = position + 12 + length
        if end > len(source):
            raise damaged(name, "its end is missing")
        yield kind, source[position:end]
        position = end


def _check_header(header: bytes, source: Source, name: str) -> None:
    if len(header) != 13:
        raise damaged(name, "its picture header has the wrong length")
    width, height, bits, color_type = struct.unpack_from(">IIBB", header)
    pixel_bytes = _CHANNELS.get(color_type, 4) * (2 if bits == 16 else 1)
    check_size(name, width, height, pixel_bytes, source, must_have_bytes=True)


def _is_indexed(found: dict[bytes, bytes]) -> bool:
    return found.get(b"IHDR", b"")[9:10] == b"\3"


def _decode_pixels(data: bytearray, palette: bytes | None) -> Pixels:
    import imagecodecs

    pixels: Pixels = _pillow.channels_last(imagecodecs.png_decode(data))
    if palette is not None and _pillow.is_gray(np.frombuffer(palette, np.uint8).reshape(-1, 3)):
        return np.ascontiguousarray(pixels[:, :, [0, 3] if pixels.shape[2] == 4 else [0]])
    return pixels


def _physical_size(found: dict[bytes, bytes]) -> Dpi | None:
    body = found.get(b"pHYs", b"")
    if len(body) != 9 or body[8] != 1:
        return None
    x, y = struct.unpack_from(">II", body)
    return _exif.sane_dpi(x / INCHES_PER_METRE, y / INCHES_PER_METRE)


def _profile(body: bytes) -> bytes | None:
    _, separator, rest = body.partition(b"\0")
    return _inflate(rest[1:]) if separator else None


def _inflate(data: bytes) -> bytes | None:
    """Uncompressed data; None where they are damaged or absurdly large."""
    inflater = zlib.decompressobj()
    try:
        result = inflater.decompress(data, _MAX_TEXT_BYTES)
    except zlib.error:
        return None
    return result if inflater.eof else None


def _add_text(texts: dict[bytes, bytes], kind: bytes, body: bytes) -> None:
    """Adds the text of one chunk, where it is one that is kept, the first of its kind, and whole."""
    keyword, _, rest = body.partition(b"\0")
    if keyword in texts or keyword not in (XMP_KEYWORD, *_IPTC_KEYWORDS):
        return
    text: bytes | None = rest
    if kind == b"zTXt":
        text = _inflate(rest[1:])
    elif kind == b"iTXt":
        *_, text = rest[2:].split(b"\0", 2)
        text = _inflate(text) if rest[:1] == b"\1" else text
    if text:
        texts[keyword] = text
