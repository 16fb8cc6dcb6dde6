"""WebP: 8 bits, colour with or without alpha; resolution lives in its EXIF block."""

from __future__ import annotations

from restorer.formats import _exif, _pillow
from restorer.formats._codec import Decoded, Encodable
from restorer.formats.metadata import Metadata

_EFFORT = 4


def decode(data: bytes, name: str) -> Decoded:
    """A WebP picture; of an animation the first frame."""
    picture = _pillow.open_picture(data, "WEBP", name)
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


def encode(encodable: Encodable) -> bytes:
    """Colours under transparent parts are kept, also where the rest is compressed with loss."""
    metadata = encodable.metadata
    exif = metadata.exif
    if metadata.dpi is not None:
        exif = _exif.with_resolution(exif, metadata.dpi)
    return _pillow.save(
        _pillow.from_pixels(encodable.pixels),
        "WEBP",
        quality=encodable.quality,
        lossless=encodable.compression == "lossless",
        exact=True,
        method=_EFFORT,
        icc_profile=encodable.icc,
        exif=exif,
        xmp=metadata.xmp,
    )
