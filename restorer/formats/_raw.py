"""Camera raw (DNG, NEF, CR2, ARW, RAF …) by rawpy, which is LibRaw, where that is installed: developed, not written."""

from __future__ import annotations

import numpy as np

from restorer.formats import _exif
from restorer.formats._codec import Decoded, check_page, check_size
from restorer.formats._source import Source
from restorer.formats.metadata import Metadata
from restorer.formats.profiles import standard_profile

NOTE = "It was developed from camera raw: white balance of the camera, Adobe RGB, 16 bits."
_ADOBE_GAMMA = (563 / 256, 0.0)


def decode(source: Source, name: str, page: int) -> Decoded:
    """The picture, developed plainly and turned upright: camera white balance, no automatic brightness, 16 bits."""
    import rawpy

    check_page(name, page, 1)
    with rawpy.imread(source.file()) as raw:
        sizes = raw.sizes
        check_size(name, sizes.width, sizes.height, 6 * 3, source)
        pixels = raw.postprocess(
            output_bps=16,
            use_camera_wb=True,
            no_auto_bright=True,
            output_color=rawpy.ColorSpace.Adobe,
            gamma=_ADOBE_GAMMA,
        )
    try:
        exif = _exif.from_tiff(source)
    except ValueError:
        exif = None
    dpi = _exif.resolution(exif) if exif else None
    return Decoded(np.ascontiguousarray(pixels), standard_profile("adobe-rgb"), Metadata(dpi, exif), 1, (NOTE,))
