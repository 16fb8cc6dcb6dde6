"""JPEG: 8 bits, gray or colour, EXIF, XMP and IPTC in application segments."""

from __future__ import annotations

import struct

from restorer.formats import _exif, _iptc, _pillow
from restorer.formats._codec import Decoded, Encodable, damaged
from restorer.formats.metadata import Dpi, Metadata

_EXIF_PREFIX = b"Exif\0\0"
_PHOTOSHOP_PREFIX = b"Photoshop 3.0\0"
_IPTC_RESOURCE = 0x0404


def decode(data: bytes, name: str) -> Decoded:
    """A JPEG (baseline or progressive; of a multi-picture file the first)."""
    picture = _pillow.open_picture(data, "JPEG", name)
    # Every block of 8 x 8 pixels costs at least one bit; the decoder itself would fill up with gray.
    if (picture.width // 8) * (picture.height // 8) > 8 * len(data):
        raise damaged(name, "it has too few bytes for its size")
    info = picture.info
    exif = info.get("exif", b"").removeprefix(_EXIF_PREFIX) or None
    xmp = info.get("xmp") or None
    resources = info.get("photoshop") or {}
    pixels, icc, notes = _pillow.to_pixels(picture, info.get("icc_profile"))
    return Decoded(
        pixels,
        icc,
        Metadata(
            _density(info) or (_exif.resolution(exif) if exif else None), exif, xmp, resources.get(_IPTC_RESOURCE)
        ),
        _exif.orientation(exif) if exif else 1,
        notes,
    )


def _density(info: dict[str | tuple[int, int], object]) -> Dpi | None:
    """Density of the JFIF header, where it has a unit."""
    per_inch = {1: 1.0, 2: 2.54}.get(int(str(info.get("jfif_unit", 0))))
    density = info.get("jfif_density")
    if per_inch is None or not isinstance(density, tuple):
        return None
    return _exif.sane_dpi(density[0] * per_inch, density[1] * per_inch)


def encode(encodable: Encodable) -> bytes:
    """Full chroma resolution (4:4:4): scans have sharp colour edges, and files are opened and saved again."""
    metadata = encodable.metadata
    return _pillow.save(
        _pillow.from_pixels(encodable.pixels),
        "JPEG",
        quality=encodable.quality,
        subsampling=0,
        icc_profile=encodable.icc,
        exif=_EXIF_PREFIX + metadata.exif if metadata.exif else None,
        xmp=metadata.xmp,
        extra=_photoshop_segment(metadata.iptc) if metadata.iptc else None,
        dpi=tuple(min(max(round(value), 1), 65535) for value in metadata.dpi) if metadata.dpi else None,
    )


def _photoshop_segment(iptc: bytes) -> bytes:
    content = _PHOTOSHOP_PREFIX + _iptc.wrap(iptc)
    return b"\xff\xed" + struct.pack(">H", len(content) + 2) + content
