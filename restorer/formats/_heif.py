"""HEIC and HEIF, 8 bits or more, by pillow-heif where that is installed: opened, not written."""

from __future__ import annotations

import numpy as np

from restorer.formats import _exif, _pillow
from restorer.formats._codec import Decoded, check_page, check_size
from restorer.formats._samples import full_range
from restorer.formats._source import Source
from restorer.formats.metadata import Metadata

_HIGH_DEPTH_BITS = 16


def decode(source: Source, name: str, page: int) -> Decoded:
    """The main picture, turned upright by the decoder; 10 and 12 bits become 16."""
    import pillow_heif

    check_page(name, page, 1)
    file = pillow_heif.open_heif(source.file(), convert_hdr_to_8bit=False)
    width, height = file.size
    check_size(name, width, height, 8, source, must_have_bytes=True)
    pixels = _pillow.channels_last(np.array(file))
    info = file.info
    exif = (info.get("exif") or b"").removeprefix(b"Exif\0\0") or None
    notes = () if len(file) == 1 else (f"Only the main one of {len(file)} pictures was opened.",)
    if info.get("bit_depth", 8) > 8:
        pixels = full_range(pixels, _HIGH_DEPTH_BITS)
    # libheif has turned the pixels already, whatever EXIF says.
    dpi = _exif.resolution(exif) if exif else None
    return Decoded(
        np.ascontiguousarray(pixels), info.get("icc_profile"), Metadata(dpi, exif, info.get("xmp") or None), 1, notes
    )
