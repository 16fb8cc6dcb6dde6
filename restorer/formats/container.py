"""What each file format is called, how its files begin, and what it can hold."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from restorer.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Container:
    """One picture file format and its limits.

    Attributes:
        name: lower-case id, as in :class:`~restorer.formats.raster.ExportOptions`.
        title: as people write it.
        suffixes: file name endings with their dot; the first is the usual one.
        depths: bits per channel it can be written with; empty where it is only read. 32 is floating point.
        compressions: choices of ``ExportOptions.compression``, the default first.
        lossless: those of ``compressions`` that keep every bit.
        alpha, gray: whether transparency, and one channel instead of three, have a place in it.
        infrared: whether a fourth channel beside three colours has a place in it.
        max_side_px: longest side it can hold.
        max_exif_bytes, max_xmp_bytes, max_iptc_bytes: largest block of each kind; 0 where there is no place for it.
        module: optional library that opens it; empty where none is needed beyond what the program stands on.
        extra: the program's own name for that option, as in ``pip install 'restorer[raw]'``.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    depths: tuple[int, ...] = ()
    compressions: tuple[str, ...] = ()
    lossless: frozenset[str] = frozenset()
    alpha: bool = True
    gray: bool = True
    infrared: bool = False
    max_side_px: int = 2**31 - 1
    max_exif_bytes: int = 2**31 - 1
    max_xmp_bytes: int = 2**31 - 1
    max_iptc_bytes: int = 2**31 - 1
    module: str = ""
    extra: str = ""

    @property
    def writable(self) -> bool:
        return bool(self.depths)

    @property
    def installed(self) -> bool:
        """Whether its library is there; it is not imported."""
        return not self.module or importlib.util.find_spec(self.module) is not None


# A JPEG segment carries 65533 bytes, some of them the name of the kind of block; libjpeg stops at 65500 pixels.
_ALL = (
    Container(
        name="jpeg",
        title="JPEG",
        suffixes=(".jpg", ".jpeg", ".jpe", ".jfif"),
        depths=(8,),
        compressions=("lossy",),
        alpha=False,
        max_side_px=65500,
        max_exif_bytes=65533 - len(b"Exif\0\0"),
        max_xmp_bytes=65533 - len(b"http://ns.adobe.com/xap/1.0/\0"),
        max_iptc_bytes=65533 - len(b"Photoshop 3.0\0") - 13,
    ),
    Container(
        name="png",
        title="PNG",
        suffixes=(".png",),
        depths=(8, 16),
        compressions=("deflate",),
        lossless=frozenset({"deflate"}),
        max_side_px=1_000_000,
    ),
    Container(
        name="tiff",
        title="TIFF",
        suffixes=(".tif", ".tiff"),
        depths=(8, 16, 32),
        compressions=("deflate", "lzw", "none"),
        lossless=frozenset({"deflate", "lzw", "none"}),
        infrared=True,
    ),
    Container(
        name="webp",
        title="WebP",
        suffixes=(".webp",),
        depths=(8,),
        compressions=("lossy", "lossless"),
        lossless=frozenset({"lossless"}),
        gray=False,
        max_side_px=16383,
        max_iptc_bytes=0,
    ),
    Container(name="bmp", title="BMP", suffixes=(".bmp", ".dib")),
    Container(name="heif", title="HEIC", suffixes=(".heic", ".heif", ".hif"), module="pillow_heif", extra="heic"),
    Container(
        name="raw",
        title="camera raw",
        suffixes=(".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2", ".pef", ".srw"),
        module="rawpy",
        extra="raw",
    ),
)

CONTAINERS: Mapping[str, Container] = MappingProxyType({container.name: container for container in _ALL})
"""Every format that can be opened, by name."""

READ_SUFFIXES: tuple[str, ...] = tuple(suffix for container in _ALL for suffix in container.suffixes)
"""File name endings of the formats that can be opened."""

EXPORT_CONTAINERS: tuple[Container, ...] = tuple(container for container in _ALL if container.writable)
"""Formats that can be written."""

HEAD_BYTES = 32
"""How much of a file tells its format."""

_SIGNATURES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"BM", "bmp"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"IIRO", "raw"),
    (b"IIRS", "raw"),
    (b"MMOR", "raw"),
    (b"IIU\0", "raw"),
)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif"})
_CANON_RAW_3 = b"crx "


def container_of(head: bytes, suffix: str = "") -> Container | None:
    """The format whose signature ``head`` begins with, whatever the file is called; None for any other.

    Args:
        head: the first :data:`HEAD_BYTES` of the file, or more.
        suffix: ending of its name. Most camera raws are TIFF files by their signature, and only their name says more.
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return CONTAINERS["webp"]
    if head[4:8] == b"ftyp":
        brands = {head[at : at + 4] for at in range(8, HEAD_BYTES, 4)}
        if _CANON_RAW_3 in brands:
            return CONTAINERS["raw"]
        return CONTAINERS["heif"] if brands & _HEIF_BRANDS else None
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            is_raw = name == "tiff" and suffix.lower() in CONTAINERS["raw"].suffixes
            return CONTAINERS["raw" if is_raw else name]
    return None


def require_installed(container: Container, name: str) -> None:
    """Raises InputError where the library for a file called ``name`` is missing, and says how to get it."""
    if not container.installed:
        raise InputError(
            f"{name} is a {container.title} photo, and {container.module}, which opens those, is not installed.",
            hint=f"Install it with: pip install 'restorer[{container.extra}]'",
        )


def container_named(name: str) -> Container:
    """The writable format of this name, or of this file name ending.

    Raises:
        InputError: for an unknown name or a format that is only read.
    """
    wanted = name.lower().removeprefix(".")
    for container in EXPORT_CONTAINERS:
        if wanted == container.name or f".{wanted}" in container.suffixes:
            return container
    known = ", ".join(each.name for each in EXPORT_CONTAINERS)
    raise InputError(f"Pictures cannot be written as “{name}”.", hint=f"Use one of: {known}.")


def container_for(path: Path) -> Container:
    """The writable format that the ending of ``path`` stands for.

    Raises:
        InputError: where the ending is missing, unknown, or of a format that is only read.
    """
    suffix = path.suffix.lower()
    for container in EXPORT_CONTAINERS:
        if suffix in container.suffixes:
            return container
    known = ", ".join(container.suffixes[0] for container in EXPORT_CONTAINERS)
    reason = f"the ending {suffix} is not one that can be written" if suffix else "its name has no ending"
    raise InputError(f"{path.name} does not say in which format to write it: {reason}.", hint=f"Use one of: {known}.")
