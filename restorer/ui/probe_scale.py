"""Measures the window on a huge scan, and prints it as JSON: ``python -m restorer.ui.probe_scale --megapixels 200``.

Run as a process of its own, without a display. It writes a 16-bit RGB TIFF of that size into a temporary folder, opens
it in the real window at 1920 x 1080, pans, zooms, paints, inverts the mask, exports, and tells how much memory all of
that took. What it is compared with (decoding and encoding by tifffile alone, a photo of 2 megapixels) is measured
beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

SMALL_MEGAPIXELS = 2.0
WHOLE_MEGAPIXELS = 60.0
"""Size of the photos of formats that give no small picture of themselves."""
_TIMEOUT_S = 1800

_WRITE = """
import sys
import numpy as np
import tifffile
path, width, height = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
pixels = tifffile.memmap(path, shape=(height, width, 3), dtype=np.uint16, photometric="rgb")
noise = np.random.default_rng(3).integers(0, 3000, (256, width + 512, 3), np.uint16)
x = np.arange(width)
for top in range(0, height, 256):
    y = np.arange(top, min(top + 256, height))[:, None]
    tone = 30000 + 14000 * np.sin(x / 310) * np.cos(y / 270) + 6000 * np.sin((x + 2 * y) / 47)
    shift = top // 256 * 37 % 512
    for channel, gain in enumerate((1.1, 1.0, 0.8)):
        pixels[top : top + 256, :, channel] = tone * gain + noise[: len(y), shift : shift + width, channel]
pixels.flush()
"""
_DECODE = """
import sys, time
import tifffile
started = time.perf_counter()
pixels = tifffile.imread(sys.argv[1])
print(time.perf_counter() - started)
"""
_STRIP = "tifffile.imwrite(path, pixels, photometric='rgb', compression='{}', predictor=True, rowsperstrip=len(pixels))"
_ENCODE = """
import os, sys, time
import tifffile
pixels = tifffile.imread(sys.argv[1])
started = time.perf_counter()
with open(sys.argv[2], "wb") as file:
    options = {} if sys.argv[3] == "none" else {"compression": "zlib", "predictor": True}
    tifffile.imwrite(file, pixels, photometric="rgb", bigtiff=True, **options)
    file.flush()
    os.fsync(file.fileno())
print(time.perf_counter() - started)
os.remove(sys.argv[2])
"""
# Formats that are read to the end before anything of them can be shown: how they are written, and read by a library.
_WHOLE = {
    "PNG": (
        "import imagecodecs; open(path, 'wb').write(imagecodecs.png_encode(pixels, level=3))",
        "imagecodecs.png_decode(open(path, 'rb').read())",
    ),
    "TIFF of one strip, ZIP": (_STRIP.format("zlib"), "tifffile.imread(path)"),
    "TIFF of one strip, LZW": (_STRIP.format("lzw"), "tifffile.imread(path)"),
}
_CONVERT = "import sys, tifffile; path = sys.argv[2]; pixels = tifffile.imread(sys.argv[1]); "
_READ = (
    "import sys, time, imagecodecs, tifffile; path = sys.argv[1]; started = time.perf_counter(); "
    "{}; print(time.perf_counter() - started)"
)


def measure_whole(folder: Path, megapixels: float, tries: int) -> dict[str, dict[str, float]]:
    """Seconds until the first pixels of 16-bit RGB photos, and those of reading them alone; the quicker of a few tries.

    Raises:
        RuntimeError: where a step failed.
    """
    plain, photo = folder / "plain.tif", folder / "whole"
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    _script(_WRITE, str(plain), str(round(height * 4 / 3)), str(height))
    found = {}
    for name, (write, read) in _WHOLE.items():
        path = photo.with_suffix(".png" if name == "PNG" else ".tif")
        _script(_CONVERT + write, str(plain), str(path))
        command = [sys.executable, "-m", "restorer.ui.probe_scale_run", str(path), str(folder), "opening"]
        # By turns, so that both are as much disturbed by whatever else runs.
        taken = [(float(_script(_READ.format(read), str(path))), json.loads(_run(command))) for _ in range(tries)]
        found[name] = {
            "plain_decode_s": round(min(decode_s for decode_s, _ in taken), 3),
            "first_pixels_s": min(opened["first_pixels_s"] for _, opened in taken),
        }
        path.unlink()
    plain.unlink()
    return found


def measure_scale(folder: Path, megapixels: float, compression: str, *, quick: bool) -> dict[str, object]:
    """Everything, for one size.

    Args:
        folder: with room for the photo twice.
        megapixels: its size, 4:3.
        compression: of the export, ``deflate`` or ``none``.
        quick: fewer frames and dabs, to see whether it works.

    Raises:
        RuntimeError: where a step failed.
    """
    large, small = folder / "large.tif", folder / "small.tif"
    for path, size in ((large, megapixels), (small, SMALL_MEGAPIXELS)):
        height = round((size * 1e6 * 3 / 4) ** 0.5)
        _script(_WRITE, str(path), str(round(height * 4 / 3)), str(height))
    # Once unmeasured, so that the file is in the system's cache for everyone.
    decode_s = min(float(_script(_DECODE, str(large))) for _ in range(2))
    encode_s = float(_script(_ENCODE, str(large), str(folder / "plain.tif"), compression))
    reports = {}
    for name, path in (("small", small), ("large", large)):
        command = [sys.executable, "-m", "restorer.ui.probe_scale_run", str(path), str(folder), compression]
        command += ["quick"] if quick else []
        reports[name] = json.loads(_run(command))
    return {
        "megapixels": megapixels,
        "compression": compression,
        "plain_decode_s": round(decode_s, 3),
        "plain_encode_s": round(encode_s, 3),
        "whole": measure_whole(folder, min(megapixels, WHOLE_MEGAPIXELS), tries=1 if quick else 2),
        **reports,
    }


def _script(script: str, *arguments: str) -> str:
    return _run([sys.executable, "-c", script, *arguments])


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"a step ended with {done.returncode}")
    return done.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m restorer.ui.probe_scale", description=__doc__)
    parser.add_argument("--megapixels", type=float, default=200.0)
    parser.add_argument("--compression", choices=("deflate", "none"), default="deflate", help="of the export")
    parser.add_argument("--quick", action="store_true", help="fewer frames and dabs, to see whether it works")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="restorer-scale-") as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        report = measure_scale(Path(folder), chosen.megapixels, chosen.compression, quick=chosen.quick)
    sys.stdout.write(json.dumps(report) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
