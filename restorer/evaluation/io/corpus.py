"""Photo files over formats, depths, channels, compressions and profiles, written by other programs' libraries.

Every file carries metadata and, in turn, another profile and another layout on disk (strips, tiles, planes, byte
orders), so that each choice meets many of the others without writing all of their combinations.
"""

from __future__ import annotations

import importlib.util
import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, product
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from restorer.evaluation.io.blocks import (
    ARTIST,
    DPI,
    GRAY_PROFILES,
    IPTC,
    MAKE,
    NO_PROFILE,
    RGB_PROFILES,
    Pixels,
    make_exif,
    make_pixels,
    make_profile,
    make_xmp,
)

CHANNELS = {"gray": 1, "gray + alpha": 2, "RGB": 3, "RGB + alpha": 4}
INFRARED = "RGB + infrared"
TIFF_COMPRESSIONS = {"none": None, "LZW": "lzw", "ZIP": "zlib"}
_LAYOUTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("strips", {}),
    ("tiles", {"tile": (16, 16)}),
    ("big-endian", {"byteorder": ">"}),
    ("BigTIFF", {"bigtiff": True}),
    ("rows", {"rowsperstrip": 1}),
    ("planes", {"planarconfig": "separate"}),
)
_PHOTOSHOP = b"Photoshop 3.0\0"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One file of the corpus.

    Attributes:
        path: where it was written.
        format, depth, channels, compression, profile, layout: what it is, in words for a table.
        pixels: the upright picture ``H x W x C`` that it holds; None where its compression has losses.
        infrared: ``H x W`` of its infrared channel.
        page: which page of the file is meant, from 1.
        export_suffix: ending of the file that keeps every bit of it.
        orientation: EXIF orientation it is stored with.
    """

    path: Path
    format: str
    depth: int
    channels: str
    compression: str
    profile: str = NO_PROFILE
    layout: str = ""
    pixels: Pixels | None = field(default=None, repr=False)
    infrared: Pixels | None = field(default=None, repr=False)
    page: int = 1
    export_suffix: str = ".tif"
    orientation: int = 1


def make_corpus(folder: Path) -> Iterator[Case]:
    """Writes the files into a folder that is there, one at a time; about a hundred, all small."""
    yield from _tiffs(folder)
    yield from _odd_tiffs(folder)
    yield from _pngs(folder)
    yield from _jpegs(folder)
    yield from _webps(folder)
    yield from _bmps(folder)
    yield from _heics(folder)


def stored(upright: Pixels, orientation: int) -> Pixels:
    """A picture as it lies in a file of this EXIF orientation (2 to 8 turn or mirror it; Exif 2.32, tag 0x0112)."""
    turned = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }
    return np.ascontiguousarray(turned[orientation])


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """The other way round: a picture as it is to be seen."""
    return stored(pixels, {6: 8, 8: 6}.get(orientation, orientation))


def _tiffs(folder: Path) -> Iterator[Case]:
    turn = count()
    for depth, channels, compression in product((8, 16, 32), (*CHANNELS, INFRARED), TIFF_COMPRESSIONS):
        number = next(turn)
        layout, options = _LAYOUTS[(number + number // len(_LAYOUTS)) % len(_LAYOUTS)]
        if channels == "gray" and layout == "planes":
            layout, options = _LAYOUTS[0]
        profiles = GRAY_PROFILES if channels.startswith("gray") else RGB_PROFILES
        profile = profiles[(number + number // 3) % len(profiles)]
        path = folder / f"{number:02}-{depth}-{channels.replace(' ', '')}-{compression}-{layout}.tif"
        pixels = make_pixels(depth, 4 if channels == INFRARED else CHANNELS[channels])
        options = options | {"compression": TIFF_COMPRESSIONS[compression]}
        write_tiff(path, pixels, channels, profile, **options)
        infrared = np.ascontiguousarray(pixels[:, :, 3]) if channels == INFRARED else None
        visible = pixels[:, :, :3] if channels == INFRARED else pixels
        yield Case(path, "TIFF", depth, channels, compression, profile, layout, visible, infrared)


def write_tiff(
    path: Path, pixels: Pixels, channels: str, profile: str = NO_PROFILE, orientation: int = 1, **options: Any
) -> None:
    """A TIFF by tifffile, with resolution, profile, XMP, IPTC, maker and photographer."""
    import tifffile

    extra = {"gray + alpha": ["unassalpha"], "RGB + alpha": ["unassalpha"], INFRARED: ["unspecified"]}
    if pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    elif options.get("planarconfig") == "separate":
        pixels = np.ascontiguousarray(np.moveaxis(pixels, 2, 0))
    else:
        options = {"planarconfig": "contig", **options}
    tags = (
        (271, "s", 0, MAKE, True),
        (274, "H", 1, orientation, True),
        (315, "s", 0, ARTIST, True),
        (700, "B", 0, make_xmp(orientation), True),
        (33723, "B", 0, IPTC, True),
    )
    options = {"photometric": "minisblack" if channels.startswith("gray") else "rgb", **options}
    tifffile.imwrite(
        path,
        pixels,
        extrasamples=extra.get(channels),
        iccprofile=make_profile(profile),
        resolution=DPI,
        resolutionunit="INCH",
        extratags=tags,
        metadata=None,
        software=False,
        **options,
    )


def _odd_tiffs(folder: Path) -> Iterator[Case]:
    """What other programs make of the format."""
    import tifffile

    color = make_pixels(16, 3)
    for orientation in (3, 6, 8):
        path = folder / f"turned-{orientation}.tif"
        write_tiff(path, stored(color, orientation), "RGB", "Adobe RGB", orientation, compression="lzw")
        yield Case(path, "TIFF", 16, "RGB", "LZW", "Adobe RGB", f"turned {orientation}", color, orientation=orientation)
    gray, small = make_pixels(16, 1), make_pixels(8, 3)
    path = folder / "packbits.tif"
    write_tiff(path, small, "RGB", "sRGB", compression="packbits")
    yield Case(path, "TIFF", 8, "RGB", "PackBits", "sRGB", "strips", small)
    path = folder / "white-is-zero.tif"
    write_tiff(path, ~gray, "gray", photometric="miniswhite")
    yield Case(path, "TIFF", 16, "gray", "none", layout="white is zero", pixels=gray)
    path = folder / "pages.tif"
    with tifffile.TiffWriter(path) as writer:
        for page in (small[::2, ::2], small, small[::-1]):
            writer.write(np.ascontiguousarray(page), photometric="rgb", resolution=DPI, metadata=None, software=False)
    yield Case(path, "TIFF", 8, "RGB", "none", layout="page 2 of 3", pixels=small, page=2)
    path = folder / "exif.tif"
    save(path, small, exif=make_exif(), icc_profile=make_profile("sRGB"), dpi=DPI)
    yield Case(path, "TIFF", 8, "RGB", "none", "sRGB", "EXIF and GPS", small)
    for channels, pixels in (("gray", make_pixels(8, 1)), ("RGB", small)):
        path = folder / f"jpeg-{channels}.tif"
        save(path, pixels, compression="jpeg", quality=95, dpi=DPI)
        yield Case(path, "TIFF", 8, channels, "JPEG", layout="strips")


def save(path: Path, pixels: Pixels, *, mode: str | None = None, **options: Any) -> None:
    """An 8-bit file by Pillow, in the format of its ending."""
    picture = PIL.Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    if mode is not None:
        picture = picture.convert(mode)
    picture.save(path, **{name: value for name, value in options.items() if value is not None})


def _pngs(folder: Path) -> Iterator[Case]:
    turn = count()
    for depth, channels, has_profile in product((8, 16), CHANNELS, (False, True)):
        number = next(turn)
        profiles = GRAY_PROFILES if channels.startswith("gray") else RGB_PROFILES
        profile = profiles[1 + number % (len(profiles) - 1)] if has_profile else NO_PROFILE
        path = folder / f"{number:02}-{depth}-{channels.replace(' ', '')}.png"
        pixels = make_pixels(depth, CHANNELS[channels])
        write_png(path, pixels, profile)
        yield Case(path, "PNG", depth, channels, "deflate", profile, "", pixels, export_suffix=".png")
    color = make_pixels(16, 3)
    path = folder / "turned-6.png"
    write_png(path, stored(color, 6), "Adobe RGB", orientation=6)
    yield Case(path, "PNG", 16, "RGB", "deflate", "Adobe RGB", "turned 6", color, export_suffix=".png", orientation=6)
    picture = PIL.Image.fromarray(make_pixels(8, 3))
    for layout, odd, channels in (
        ("palette", picture.quantize(64), "RGB"),
        ("1 bit", picture.convert("1"), "gray"),
    ):
        path = folder / f"{layout.replace(' ', '-')}.png"
        odd.save(path, dpi=DPI)
        pixels = np.atleast_3d(np.asarray(odd.convert("RGB" if channels == "RGB" else "L")))
        yield Case(path, "PNG", 8, channels, "deflate", layout=layout, pixels=pixels, export_suffix=".png")


def write_png(path: Path, pixels: Pixels, profile: str = NO_PROFILE, *, orientation: int = 1) -> None:
    """A PNG whose pixels are packed by imagecodecs and whose other chunks are put in front of them here."""
    import imagecodecs

    data = bytes(imagecodecs.png_encode(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels))
    per_metre = [round(value / 0.0254) for value in DPI]
    chunks = [
        (b"pHYs", struct.pack(">IIB", *per_metre, 1)),
        (b"eXIf", make_exif(orientation)),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + make_xmp(orientation)),
    ]
    icc = make_profile(profile)
    if icc is not None:
        chunks.insert(0, (b"iCCP", b"profile\0\0" + zlib.compress(icc)))
    path.write_bytes(with_png_chunks(data, chunks))


def with_png_chunks(data: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    """The PNG with more chunks after its header."""
    header_end = 33
    packed = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return data[:header_end] + b"".join(packed) + data[header_end:]


def _jpegs(folder: Path) -> Iterator[Case]:
    color, gray = make_pixels(8, 3), make_pixels(8, 1)
    plain: dict[str, Any] = {"quality": 95}
    for layout, pixels, profile, options in (
        ("gray", gray, "gray 2.2", plain),
        ("4:4:4", color, NO_PROFILE, plain | {"subsampling": 0}),
        ("4:2:0", color, "sRGB", plain | {"subsampling": 2}),
        ("progressive", color, "Adobe RGB", plain | {"progressive": True}),
    ):
        path = folder / f"{layout.replace(':', '')}.jpg"
        save_jpeg(path, pixels, profile, **options)
        yield Case(path, "JPEG", 8, "gray" if layout == "gray" else "RGB", "lossy", profile, layout)
    for orientation in range(2, 9):
        path = folder / f"turned-{orientation}.jpg"
        save_jpeg(path, stored(color, orientation), "Display P3", orientation, quality=90)
        yield Case(path, "JPEG", 8, "RGB", "lossy", "Display P3", f"turned {orientation}", orientation=orientation)


def save_jpeg(path: Path, pixels: Pixels, profile: str, orientation: int = 1, **options: Any) -> None:
    """A JPEG by Pillow with every kind of metadata it can hold."""
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC)) + IPTC + b"\0" * (len(IPTC) % 2)
    segment = b"\xff\xed" + struct.pack(">H", len(_PHOTOSHOP + resource) + 2) + _PHOTOSHOP + resource
    save(
        path,
        pixels,
        exif=b"Exif\0\0" + make_exif(orientation),
        xmp=make_xmp(orientation),
        icc_profile=make_profile(profile),
        dpi=DPI,
        extra=segment,
        **options,
    )


def _webps(folder: Path) -> Iterator[Case]:
    for channels, lossless in product(("RGB", "RGB + alpha"), (True, False)):
        pixels = make_pixels(8, CHANNELS[channels])
        compression, profile = ("lossless", "Adobe RGB") if lossless else ("lossy", NO_PROFILE)
        path = folder / f"{compression}-{CHANNELS[channels]}.webp"
        save(
            path,
            pixels,
            lossless=lossless,
            exact=True,
            quality=90,
            icc_profile=make_profile(profile),
            exif=make_exif(),
            xmp=make_xmp(),
        )
        kept = pixels if lossless else None
        yield Case(path, "WebP", 8, channels, compression, profile, "", kept, export_suffix=".webp")


def _bmps(folder: Path) -> Iterator[Case]:
    for layout, channels, mode in (("24 bits", "RGB", None), ("8 bits", "gray", None), ("1 bit", "gray", "1")):
        pixels = make_pixels(8, CHANNELS[channels])
        path = folder / f"{layout.replace(' ', '-')}.bmp"
        save(path, pixels, mode=mode, dpi=DPI)
        if mode == "1":
            with PIL.Image.open(path) as picture:
                pixels = np.asarray(picture.convert("L"))[:, :, None]
        yield Case(path, "BMP", 8, channels, "none", layout=layout, pixels=pixels, export_suffix=".png")


def _heics(folder: Path) -> Iterator[Case]:
    """Only where pillow-heif is installed, which both writes them here and reads them in the program."""
    if importlib.util.find_spec("pillow_heif") is None:
        return
    import pillow_heif

    picture = PIL.Image.fromarray(make_pixels(8, 3, height=64, width=80))
    packed = io.BytesIO()
    heif = pillow_heif.from_pillow(picture)
    heif.save(packed, quality=95, exif=make_exif(), xmp=make_xmp())
    path = folder / "photo.heic"
    path.write_bytes(packed.getvalue())
    yield Case(path, "HEIC", 8, "RGB", "lossy")
