"""Photo files read by libraries that the program's own codecs do not go through.

Pixels: libtiff, libjpeg-turbo and libwebp by imagecodecs and OpenCV's own libpng, where the program uses tifffile,
Pillow and imagecodecs' libpng.
Metadata: directories and blocks by Pillow, where the program has readers of its own; exiftool where it is installed.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

from restorer.core.lazy import load_cv2
from restorer.evaluation.io.blocks import Pixels

Facts = dict[str, Any]
"""What a file says beside its pixels, by a name that is the same for every format."""

ICC, DPI, XMP, IPTC = "ICC profile", "resolution", "XMP", "IPTC"
_IFD_ICC, _IFD_XMP, _IFD_IPTC, _IFD_EXIF, _IFD_GPS = 34675, 700, 33723, 34665, 34853
_DESCRIBING = {270: "description", 271: "make", 272: "model", 306: "date", 315: "artist", 33432: "copyright"}
_ABOUT_PIXELS = {0xA002, 0xA003}
"""EXIF's own width and height, which follow the picture."""
_PHOTOSHOP_IPTC = 0x0404
_PNG_COLOR_TYPE, _GRAY_AND_ALPHA = 25, 4
"""Where a PNG says how it stores colours; OpenCV gives gray with alpha as four channels."""
EXIFTOOL_TIMEOUT_S = 60
_EXIFTOOL_GROUPS = ("ExifIFD", "GPS", "IPTC", "XMP", "ICC")
_EXIFTOOL_OWN_WORDS = {"ExifIFD:ExifImageWidth", "ExifIFD:ExifImageHeight", "XMP-tiff:Orientation", "XMP-x:XMPToolkit"}


def read_pixels(path: Path, page: int = 1) -> Pixels:
    """``H x W x C`` as stored: not turned, colours not converted.

    Args:
        page: of a TIFF, from 1.
    """
    import imagecodecs

    suffix, data = path.suffix.lower(), path.read_bytes()
    if suffix == ".tif":
        return _channels_last(imagecodecs.tiff_decode(data, index=page - 1))
    if suffix == ".heic":
        import pillow_heif

        return np.asarray(pillow_heif.open_heif(data))
    decode: Mapping[str, Callable[[bytes], Any]] = {
        ".png": _by_opencv,
        ".jpg": imagecodecs.jpeg8_decode,
        ".webp": imagecodecs.webp_decode,
        ".bmp": _by_opencv,
    }
    return _channels_last(decode[suffix](data))


def read_facts(path: Path, page: int = 1) -> Facts:
    """Profile, resolution, XMP, IPTC and every EXIF entry that describes the photo rather than how it is stored."""
    if path.suffix.lower() == ".tif":
        return _tiff_facts(path.read_bytes(), page)
    if path.suffix.lower() == ".heic":
        import pillow_heif

        info = pillow_heif.open_heif(path).info
    else:
        with PIL.Image.open(path) as picture:
            picture.load()
            info = dict(picture.info)
    facts: Facts = {}
    if info.get("icc_profile"):
        facts[ICC] = bytes(info["icc_profile"])
    if info.get("dpi") and all(float(value) > 1 for value in info["dpi"]):
        facts[DPI] = tuple(round(float(value)) for value in info["dpi"])
    xmp = info.get("xmp") or info.get("XML:com.adobe.xmp")
    if xmp:
        facts[XMP] = xmp.encode() if isinstance(xmp, str) else bytes(xmp)
    iptc = (info.get("photoshop") or {}).get(_PHOTOSHOP_IPTC)
    if iptc:
        facts[IPTC] = bytes(iptc)
    exif = (info.get("exif") or b"").removeprefix(b"Exif\0\0")
    return facts | (_exif_facts(exif, _directory(exif, 1)) if exif else {})


def exiftool_facts(paths: Iterable[Path]) -> dict[Path, Facts] | None:
    """What exiftool finds to describe each photo; None where it is not installed."""
    program = shutil.which("exiftool")
    files = [path.absolute() for path in paths]
    if program is None or not files:
        return None
    command = [program, "-json", "-G1", "-fast", *map(str, files)]
    done = subprocess.run(command, capture_output=True, timeout=EXIFTOOL_TIMEOUT_S, check=False)
    found = {Path(each["SourceFile"]): each for each in json.loads(done.stdout)}
    return {path: _described(found.get(path, {})) for path in files}


def _described(entries: Mapping[str, Any]) -> Facts:
    return {
        name: value
        for name, value in entries.items()
        if (name.startswith(_EXIFTOOL_GROUPS) or name in ("IFD0:Make", "IFD0:Artist"))
        and name not in _EXIFTOOL_OWN_WORDS
    }


def _tiff_facts(data: bytes, page: int) -> Facts:
    directory = _directory(data, page)
    facts = _exif_facts(data, directory)
    for tag, name in ((_IFD_ICC, ICC), (_IFD_XMP, XMP), (_IFD_IPTC, IPTC)):
        if directory.get(tag):
            facts[name] = bytes(directory[tag])
    if 282 in directory and 283 in directory and directory.get(296, 2) in (2, 3):
        per_inch = 2.54 if directory.get(296, 2) == 3 else 1.0
        facts[DPI] = tuple(round(float(directory[tag]) * per_inch) for tag in (282, 283))
    return facts


def _exif_facts(data: bytes, directory: ImageFileDirectory_v2) -> Facts:
    facts: Facts = {name: directory[tag] for tag, name in _DESCRIBING.items() if tag in directory}
    for tag, name in ((_IFD_EXIF, "EXIF"), (_IFD_GPS, "GPS")):
        if tag in directory:
            entries = _load(data, int(directory[tag]))
            facts |= {f"{name} {key}": _plain(entries[key]) for key in entries if key not in _ABOUT_PIXELS}
    return facts


def _directory(data: bytes, page: int) -> ImageFileDirectory_v2:
    directory = _load(data, ImageFileDirectory_v2(_head(data)).next)
    for _ in range(page - 1):
        directory = _load(data, directory.next)
    return directory


def _load(data: bytes, offset: int) -> ImageFileDirectory_v2:
    directory = ImageFileDirectory_v2(_head(data))
    file = io.BytesIO(data)
    file.seek(offset)
    directory.load(file)
    return directory


def _head(data: bytes) -> bytes:
    """The header of a TIFF, whose version 43 (BigTIFF) is twice as long."""
    return data[:16] if 43 in (data[2], data[3]) else data[:8]


def _plain(value: Any) -> Any:
    if isinstance(value, IFDRational):
        return round(float(value), 9)
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def _by_opencv(data: bytes) -> Pixels:
    cv2 = load_cv2()
    pixels = _channels_last(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
    if pixels.shape[2] == 4 and data[_PNG_COLOR_TYPE] == _GRAY_AND_ALPHA:
        return pixels[:, :, [0, 3]]
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}
    return pixels[:, :, order[pixels.shape[2]]]


def _channels_last(pixels: Any) -> Pixels:
    array = np.asarray(pixels)
    return array[:, :, None] if array.ndim == 2 else array
