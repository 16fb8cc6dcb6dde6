"""Pixels, profiles and metadata to put into test files; none of it is made by the code that is tested."""

from __future__ import annotations

import struct
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image

Pixels = npt.NDArray[Any]

HEIGHT, WIDTH = 47, 61
"""Odd, so that padded rows, tiles and subsampled channels show."""
DPI = (600, 300)
"""Different across and down, so that a swap shows."""
NO_PROFILE = "none"
RGB_PROFILES = (NO_PROFILE, "sRGB", "Adobe RGB", "Display P3", "ProPhoto")
GRAY_PROFILES = (NO_PROFILE, "gray 1.8", "gray 2.2")
IPTC = b"\x1c\x02\x05\x00\x05Oma 1\x1c\x02\x50\x00\x0dA. Fotografin"
"""Object name and by-line, in records of the IPTC-IIM."""
ARTIST, MAKE = "A. Fotografin", "Agfa"
_DTYPES = {8: np.uint8, 16: np.uint16, 32: np.float32}
_DATE = struct.pack(">6H", 2024, 1, 1, 0, 0, 0)
_ICC_NAMES = {"sRGB": "srgb", "Adobe RGB": "adobergb"}
_PRIMARIES = {
    "Display P3": ((0.3127, 0.3290, 1), (0.680, 0.320, 1, 0.265, 0.690, 1, 0.150, 0.060, 1), 2.2),
    "ProPhoto": ((0.3457, 0.3585, 1), (0.7347, 0.2653, 1, 0.1596, 0.8404, 1, 0.0366, 0.0001, 1), 1.8),
}
"""White, primaries (x, y, Y each) and gamma of the profiles that LittleCMS has no name for."""


def make_pixels(bits: int, channels: int, *, height: int = HEIGHT, width: int = WIDTH) -> Pixels:
    """``H x W x C``: a smooth picture with noise in its last bits, black and white included.

    Args:
        bits: 8, 16, or 32 for floating point, which then also lies below 0 and above 1.
        channels: 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
    """
    rng = np.random.default_rng(10 * bits + channels)
    rows, columns = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    planes = [0.5 + 0.45 * np.sin(3 * rows + (2 + channel) * columns) for channel in range(channels)]
    values = np.stack(planes, axis=2) + rng.normal(0, 0.02, (height, width, channels))
    if bits == 32:
        values[1, 1], values[2, 2] = -0.25, 1.75
    else:
        values = np.clip(values, 0, 1)
    values[0, 0], values[-1, -1] = 0, 1
    if channels in (2, 4):
        values[:, :, -1] = columns
    return values.astype(np.float32) if bits == 32 else np.rint(values * (2**bits - 1)).astype(_DTYPES[bits])


@cache
def make_profile(name: str) -> bytes | None:
    """An ICC profile by LittleCMS, with a fixed date; None for :data:`NO_PROFILE`."""
    import imagecodecs

    if name == NO_PROFILE:
        return None
    if name.startswith("gray"):
        made = imagecodecs.cms_profile("gray", gamma=float(name.removeprefix("gray ")))
    elif name in _PRIMARIES:
        white, primaries, gamma = _PRIMARIES[name]
        made = imagecodecs.cms_profile("rgb", whitepoint=white, primaries=primaries, gamma=gamma)
    else:
        made = imagecodecs.cms_profile(_ICC_NAMES[name])
    return bytes(made[:24]) + _DATE + bytes(made[36:])


def make_exif(orientation: int = 1) -> bytes:
    """An EXIF block by Pillow, without ``Exif\\0\\0``: maker, photographer, date taken, place, orientation."""
    exif = PIL.Image.Exif()
    exif[0x010F] = MAKE
    exif[0x0112] = orientation
    exif[0x013B] = ARTIST
    exif.get_ifd(0x8769)[0x9003] = "1935:05:17 12:00:00"
    exif.get_ifd(0x8769)[0x920A] = 50.0
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return exif.tobytes().removeprefix(b"Exif\0\0")


def make_xmp(orientation: int = 1) -> bytes:
    """An XMP packet with a title and the orientation."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
        f'tiff:Orientation="{orientation}" photoshop:Headline="Großmutter, 1935"/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()
