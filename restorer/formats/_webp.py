"""WebP: 8 bits, colour with or without alpha; resolution lives in its EXIF block."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from restorer.formats import _exif, _pillow
from restorer.formats._codec import Decoded, Encodable, UnfaithfulError, check_page, require_same
from restorer.formats._source import Source
from restorer.formats.metadata import Metadata

_EFFORT = 4


def decode(source: Source, name: str, page: int) -> Decoded:
    """A WebP picture; of an animation the first frame."""
    check_page(name, page, 1)
    picture = _pillow.open_picture(source, "WEBP", name)
    info = picture.info
    exif = info.get("exif", b"").removeprefix(b"Exif\0\0") or None
    frames = int(getattr(picture, "n_frames", 1))
    pixels, icc, notes = _pillow.to_pixels(picture, info.get("icc_profile"))
    if frames > 1:
        notes += (f"Only the first of {frames} frames was opened.",)
    dpi = _exif.resolution(exif) if exif else None
    return Decoded(
        pixels, icc, Metadata(dpi, exif, info.get("xmp") or None), _exif.orientation(exif) if exif else 1, notes
    )


def write(encodable: Encodable, path: Path) -> None:
    """Colours under transparent parts are kept, also where the rest is compressed with loss.

    Raises UnfaithfulError where what was written does not read back.
    """
    metadata = encodable.metadata
    exif = metadata.exif
    if metadata.dpi is not None:
        exif = _exif.with_resolution(exif, metadata.dpi)
    pixels, lossless = encodable.pixels(), encodable.compression == "lossless"
    data = _pillow.save(
        path,
        _pillow.from_pixels(pixels),
        "WEBP",
        quality=encodable.quality,
        lossless=lossless,
        exact=True,
        method=_EFFORT,
        icc_profile=encodable.icc,
        exif=exif,
        xmp=metadata.xmp,
    )
    found = np.asarray(_pillow.open_picture(Source.of(data), "WEBP", path.name))
    if found.shape[2] == 3 and pixels.shape[2] == 4 and (pixels[:, :, 3] == 255).all():
        pixels = pixels[:, :, :3]  # WebP drops an alpha channel that says nothing.
    if lossless:
        require_same(found, pixels)
    elif found.shape != pixels.shape:
        raise UnfaithfulError("it reads back in another size")
