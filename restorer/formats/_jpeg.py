"""JPEG: 8 bits, gray or colour, EXIF, XMP and IPTC in application segments."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import PIL.Image

from restorer.core.image import Pixels
from restorer.core.jpeg_tables import quality_of
from restorer.formats import _exif, _iptc, _jpeg_scan, _pillow
from restorer.formats._codec import Decoded, Encodable, UnfaithfulError, check_page, check_size, damaged
from restorer.formats._source import Source
from restorer.formats.metadata import Dpi, Metadata

_EXIF_PREFIX = b"Exif\0\0"
_PHOTOSHOP_PREFIX = b"Photoshop 3.0\0"
_EXTENDED_XMP_PREFIX = b"http://ns.adobe.com/xmp/extension/\0"
_IPTC_RESOURCE = 0x0404
_COEFFICIENT_BYTES = 2
_FILL_GRAY = 128
"""What libjpeg makes of missing coefficients, in every channel."""
_CMYK_COMPONENTS = 4


def decode(source: Source, name: str, page: int) -> Decoded:
    """A JPEG (baseline or progressive; of a multi-picture file the first)."""
    check_page(name, page, 1)
    data = source.all()
    picture = _pillow.open_picture(source, "JPEG", name)
    bands = len(picture.getbands())
    structure = _jpeg_scan.read_structure(data)
    # A progressive picture is kept as coefficients until its last scan.
    pixel_bytes = bands * (1 + _COEFFICIENT_BYTES * structure.progressive)
    check_size(name, picture.width, picture.height, pixel_bytes, source)
    # Every block of 8 x 8 pixels costs at least one bit; the decoder itself would fill up with gray.
    if (picture.width // 8) * (picture.height // 8) > 8 * len(data):
        raise damaged(name, "it has too few bytes for its size")
    missing = _jpeg_scan.missing(structure, data)
    if missing:
        raise damaged(name, missing)
    info = picture.info
    exif = info.get("exif", b"").removeprefix(_EXIF_PREFIX) or None
    xmp = info.get("xmp") or None
    resources = info.get("photoshop") or {}
    pixels, icc, notes = _pillow.to_pixels(picture, info.get("icc_profile"))
    _check_last_scan(structure, data, pixels, name)
    if any(body.startswith(_EXTENDED_XMP_PREFIX) for _, body in getattr(picture, "applist", ())):
        notes += ("Its extended XMP (such as depth maps or edit histories) was left out.",)
    return Decoded(
        pixels,
        icc,
        Metadata(
            _density(info) or (_exif.resolution(exif) if exif else None),
            exif,
            xmp,
            resources.get(_IPTC_RESOURCE),
            _quality(picture),
        ),
        _exif.orientation(exif) if exif else 1,
        notes,
    )


def _quality(picture: PIL.Image.Image) -> int | None:
    """By the table of the first component, which is brightness."""
    tables = getattr(picture, "quantization", None) or {}
    try:
        return quality_of(tables[min(tables)])
    except ValueError:
        return None


def _check_last_scan(structure: _jpeg_scan.Structure, data: bytes, pixels: Pixels, name: str) -> None:
    """Decodes a second time, where the last scan may be cut: only then does what follows it change the picture.

    In a sequential picture the last unit is then missing, and gray; a progressive one shows nothing.
    """
    looks_filled = np.abs(pixels[-1, -1].astype(np.int16) - _FILL_GRAY).max() <= 1
    if len(structure.components) == _CMYK_COMPONENTS or not (structure.progressive or looks_filled):
        return
    with PIL.Image.open(io.BytesIO(_jpeg_scan.with_filler(structure, data)), formats=("JPEG",)) as picture:
        filled = _pillow.to_pixels(picture, None)[0]
    if not np.array_equal(filled, pixels):
        raise damaged(name, "its last scan is cut short")


def _density(info: dict[str | tuple[int, int], object]) -> Dpi | None:
    """Density of the JFIF header, where it has a unit."""
    per_inch = {1: 1.0, 2: 2.54}.get(int(str(info.get("jfif_unit", 0))))
    density = info.get("jfif_density")
    if per_inch is None or not isinstance(density, tuple):
        return None
    return _exif.sane_dpi(density[0] * per_inch, density[1] * per_inch)


def write(encodable: Encodable, path: Path) -> None:
    """Full chroma resolution (4:4:4): scans have sharp colour edges, and files are opened and saved again.

    Raises UnfaithfulError where the file does not hold what was written, or not a whole JPEG of the same size.
    """
    metadata = encodable.metadata
    data = _pillow.save(
        path,
        _pillow.from_pixels(encodable.pixels()),
        "JPEG",
        quality=encodable.quality,
        subsampling=0,
        icc_profile=encodable.icc,
        exif=_EXIF_PREFIX + metadata.exif if metadata.exif else None,
        xmp=metadata.xmp,
        extra=_photoshop_segment(metadata.iptc) if metadata.iptc else None,
        dpi=tuple(min(max(round(value), 1), 65535) for value in metadata.dpi) if metadata.dpi else None,
    )
    structure = _jpeg_scan.read_structure(data)
    if (structure.width, structure.height) != (encodable.width, encodable.height):
        raise UnfaithfulError("it reads back in another size")
    if _jpeg_scan.missing(structure, data):
        raise UnfaithfulError("it reads back cut short")


def _photoshop_segment(iptc: bytes) -> bytes:
    content = _PHOTOSHOP_PREFIX + _iptc.wrap(iptc)
    return b"\xff\xed" + struct.pack(">H", len(content) + 2) + content
