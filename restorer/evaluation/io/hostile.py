"""Files made to break the program: cut, flipped, contradicting themselves, claiming or unpacking to far too much.

All are derived from a few small whole files with fixed seeds, so that each run makes the very same ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from restorer.evaluation.io.blocks import make_pixels, make_profile
from restorer.evaluation.io.corpus import save, save_jpeg, write_png, write_tiff
from restorer.evaluation.io.hostile_pieces import FLIPS, FLOATS, OTHER, PROFILE, TRUNCATION, Hostile, patched
from restorer.evaluation.io.hostile_sizes import bombs, gigapixels
from restorer.evaluation.io.hostile_tags import (
    jpeg_contradictions,
    other_contradictions,
    png_contradictions,
    tiff_contradictions,
)

WHOLE = (
    "progressive.jpg", "gray.jpg", "rgb16.png", "palette.png", "plain.tif", "lzw.tif", "tiled.tif", "float.tif",
    "big.tif", "jpeg.tif", "lossy.webp", "lossless.webp", "color.bmp",
)  # fmt: skip
"""What is cut and flipped: each format, and of TIFF each way to store pixels."""
FLIPS_A_FILE = 9


def hostile_files(folder: Path) -> Iterator[Hostile]:
    """More than 300 files.

    Args:
        folder: where the whole files that they are made from are written.
    """
    whole = _whole_files(folder)
    yield from _truncations(whole)
    yield from _bit_flips(whole)
    yield from tiff_contradictions(whole)
    yield from png_contradictions(whole["rgb16.png"])
    yield from jpeg_contradictions(whole["progressive.jpg"])
    yield from other_contradictions(whole)
    yield from gigapixels(whole)
    yield from bombs(whole)
    yield from _float_tiffs(folder)
    yield from _lying_profiles(folder)
    yield from _no_pictures()


def _whole_files(folder: Path) -> Mapping[str, bytes]:
    color8, color16, floats = make_pixels(8, 3), make_pixels(16, 3), make_pixels(32, 3)
    save_jpeg(folder / "progressive.jpg", color8, "sRGB", 6, quality=90, progressive=True)
    save_jpeg(folder / "gray.jpg", make_pixels(8, 1), "gray 2.2", quality=90)
    write_png(folder / "rgb16.png", color16, "Adobe RGB")
    save(folder / "palette.png", color8, mode="P")
    write_tiff(folder / "plain.tif", color16, "RGB", "Adobe RGB")
    write_tiff(folder / "lzw.tif", color8, "RGB", "sRGB", compression="lzw", predictor=True)
    write_tiff(folder / "tiled.tif", make_pixels(16, 1), "gray", "gray 1.8", compression="zlib", tile=(16, 16))
    write_tiff(folder / "float.tif", floats, "RGB", compression="zlib")
    write_tiff(folder / "big.tif", color8, "RGB", bigtiff=True)
    save(folder / "jpeg.tif", color8, compression="jpeg")
    save(folder / "lossy.webp", color8, quality=80, icc_profile=make_profile("sRGB"))
    save(folder / "lossless.webp", make_pixels(8, 4), lossless=True)
    save(folder / "color.bmp", color8)
    return {name: (folder / name).read_bytes() for name in WHOLE}


def _truncations(whole: Mapping[str, bytes]) -> Iterator[Hostile]:
    for name, data in whole.items():
        for label, length in (
            ("4 bytes", 4),
            ("40 bytes", 40),
            ("a third", len(data) // 3),
            ("three quarters", len(data) * 3 // 4),
            ("all but 5 bytes", len(data) - 5),
        ):
            yield Hostile(TRUNCATION, f"{label} of {name}", data[:length])


def _bit_flips(whole: Mapping[str, bytes]) -> Iterator[Hostile]:
    for name, data in whole.items():
        chance = random.Random(name)
        for number in range(FLIPS_A_FILE):
            flips, reach = (1, 4, 40)[number % 3], (64, 600, len(data))[number // 3]
            flipped = bytearray(data)
            for _ in range(flips):
                flipped[chance.randrange(min(reach, len(data)))] ^= 1 << chance.randrange(8)
            yield Hostile(FLIPS, f"{flips} flips in the first {min(reach, len(data))} bytes of {name}", bytes(flipped))


def _float_tiffs(folder: Path) -> Iterator[Hostile]:
    extremes: Mapping[str, float] = {"NaN": np.nan, "infinity": np.inf, "minus infinity": -np.inf, "1e38": 1e38}
    for channels, count in (("gray", 1), ("RGB", 3), ("RGB + alpha", 4)):
        for label, value in extremes.items():
            pixels = make_pixels(32, count)
            pixels[10:20, 10:30] = value
            yield _float_tiff(folder, f"{label} in a part of {channels}", pixels, channels)
    yield _float_tiff(folder, "nothing but NaN", np.full((47, 61, 3), np.nan, np.float32), "RGB")
    yield _float_tiff(folder, "infinity as 16 bits", np.full((47, 61, 1), np.inf, np.float16), "gray")
    yield _float_tiff(folder, "1e300 as 64 bits", np.full((47, 61, 3), 1e300, np.float64), "RGB")
    yield _float_tiff(folder, "numbers too small to be normal", np.full((47, 61, 3), 1e-42, np.float32), "RGB")


def _float_tiff(folder: Path, name: str, pixels: Any, channels: str) -> Hostile:
    path = folder / "floats.tif"
    write_tiff(path, pixels, channels)
    return Hostile(FLOATS, name, path.read_bytes())


def _lying_profiles(folder: Path) -> Iterator[Hostile]:
    rgb, gray = make_profile("Adobe RGB") or b"", make_profile("gray 1.8") or b""
    noise = random.Random(1).randbytes(3000)
    lies: Mapping[str, bytes] = {
        "for gray": gray,
        "for CMYK": patched(rgb, 16, b"CMYK"),
        "for Lab": patched(rgb, 16, b"Lab "),
        "linking two devices": patched(rgb, 12, b"link"),
        "cut in half": rgb[: len(rgb) // 2],
        "of a header alone": rgb[:128],
        "that claims 4 GB": patched(rgb, 0, b"\xff\xff\xff\xff"),
        "with 4 billion tags": patched(rgb, 128, b"\xff\xff\xff\xff"),
        "with tags beyond its end": patched(rgb, 136, b"\x7f\xff\xff\xff"),
        "of noise": noise,
        "of noise that calls itself a profile": patched(noise, 36, b"acsp"),
        "of nothing but zeros": bytes(500),
    }
    color = make_pixels(8, 3)
    for suffix in (".jpg", ".png", ".tif", ".webp"):
        for label, icc in lies.items():
            path = folder / f"profile{suffix}"
            save(path, color, icc_profile=icc)
            yield Hostile(PROFILE, f"a profile {label} in {suffix[1:]}", path.read_bytes())


def _no_pictures() -> Iterator[Hostile]:
    for name, data in {
        "an empty file": b"",
        "one byte": b"\xff",
        "a text": b"Dear grandmother,\n" * 40,
        "a web page": b"<!doctype html><title>404</title>",
        "an archive": b"PK\3\4" + bytes(200),
        "a film": b"\0\0\0\x20ftypisom" + bytes(200),
        "a megabyte of zeros": bytes(2**20),
        "a megabyte of noise": random.Random(2).randbytes(2**20),
        "only the signature of a JPEG": b"\xff\xd8\xff",
        "only the signature of a PNG": b"\x89PNG\r\n\x1a\n",
        "only the signature of a TIFF": b"II*\0",
        "only the signature of a WebP": b"RIFF\0\0\0\0WEBP",
        "only the signature of a BMP": b"BM",
    }.items():
        yield Hostile(OTHER, name, data)
