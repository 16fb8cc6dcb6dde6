"""Pictures and metadata blocks to write and read, made by other means than the program's own."""

from __future__ import annotations

import numpy as np
import PIL.Image

DTYPES = {8: np.uint8, 16: np.uint16, 32: np.float32}


def make_pixels(bits: int, channels: int, height: int = 37, width: int = 53) -> np.ndarray:
    """A smooth picture with some noise that uses the full range; alpha is a ramp from nothing to full."""
    rng = np.random.default_rng(bits * 10 + channels)
    rows, columns = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    planes = [0.5 + 0.45 * np.sin(3 * rows + (2 + channel) * columns) for channel in range(channels)]
    pixels = np.clip(np.stack(planes, axis=2) + rng.normal(0, 0.02, (height, width, channels)), 0, 1)
    pixels[0, 0], pixels[-1, -1] = 0, 1
    if channels in (2, 4):
        pixels[:, :, -1] = columns
    return pixels.astype(np.float32) if bits == 32 else np.rint(pixels * (2**bits - 1)).astype(DTYPES[bits])


def make_exif(orientation: int = 1) -> bytes:
    """An EXIF block by Pillow: make, artist, date taken, a place, and the given orientation."""
    exif = PIL.Image.Exif()
    exif[0x010F] = "Agfa"
    exif[0x0112] = orientation
    exif[0x013B] = "A. Fotografin"
    exif.get_ifd(0x8769)[0x9003] = "1935:05:17 12:00:00"
    exif.get_ifd(0x8769)[0xA002] = 53
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return exif.tobytes().removeprefix(b"Exif\0\0")


def make_xmp(orientation: int = 1) -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{orientation}"/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


IPTC = b"\x1c\x02\x05\x00\x05Oma 1\x1c\x02\x50\x00\x03A.F"
"""Object name and by-line; an odd number of bytes, so that padding shows."""
