"""What each file format is called, how its files begin, and what it can hold."""

from __future__ import annotations

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
        max_side_px: longest side it can hold.
        max_exif_bytes, max_xmp_bytes, max_iptc_bytes: largest block of each kind; 0 where there is no place for it.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    depths: tuple[int, ...] = ()
    compressions: tuple[str, ...] = ()
    lossless: frozenset[str] = frozenset()
    alpha: bool = True
    gray: bool = True
    max_side_px: int = 2**31 - 1
    max_exif_bytes: int = 2**31 - 1
    max_xmp_bytes: int = 2**31 - 1
    max_iptc_bytes: int = 2**31 - 1

    @property
    def writable(self) -> bool:
        return bool(self.depths)


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
)

CONTAINERS: Mapping[str, Container] = MappingProxyType({container.name: container for container in _ALL})
"""Every format that can be opened, by name."""

READ_SUFFIXES: tuple[str, ...] = tuple(suffix for container in _ALL for suffix in container.suffixes)
"""File name endings of the formats that can be opened."""

EXPORT_CONTAINERS: tuple[Container, ...] = tuple(container for container in _ALL if container.writable)
"""Formats that can be written."""

_SIGNATURES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"BM", "bmp"),
)


def container_of(data: bytes) -> Container | None:
    """The format whose signature ``data`` begin with, whatever the file is called; None for any other."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return CONTAINERS["webp"]
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return CONTAINERS[name]
    return None


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
