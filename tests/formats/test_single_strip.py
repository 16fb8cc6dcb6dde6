"""TIFF files whose one strip holds the whole picture: taken over as decoded, where that is what is wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from restorer.formats.raster import read_photo


@pytest.mark.parametrize("compression", ["none", "zlib", "lzw"])
@pytest.mark.parametrize("predictor", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, ">u2"])
@pytest.mark.parametrize(("photometric", "channels"), [("minisblack", 1), ("rgb", 3), ("rgb", 4), ("miniswhite", 1)])
@pytest.mark.parametrize("orientation", [1, 6])
def test_one_strip_is_the_picture(
    compression: str, predictor: bool, dtype: str, photometric: str, channels: int, orientation: int, tmp_path: Path
) -> None:
    path = tmp_path / "one.tif"
    top = np.iinfo(np.dtype(dtype)).max
    stored = np.random.default_rng(4).integers(0, top, (37, 50, channels), endpoint=True).astype(dtype)
    tifffile.imwrite(
        path,
        stored if channels > 1 else stored[..., 0],
        photometric=photometric,
        compression=None if compression == "none" else compression,
        predictor=predictor if compression != "none" else None,
        rowsperstrip=37,
        byteorder=">" if dtype == ">u2" else "<",
        extrasamples=["UNASSALPHA"] if channels == 4 else None,
        extratags=[(274, 3, 1, orientation, True)],
    )
    wanted = top - stored if photometric == "miniswhite" else stored
    if orientation == 6:
        wanted = np.rot90(wanted, -1)
    pixels = read_photo(path).image.pixels
    assert pixels.dtype == np.dtype(dtype).newbyteorder("=")
    assert np.array_equal(pixels, wanted)


def test_a_compressed_strip_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were it copied, the array made for the picture would have been written to."""
    import restorer.formats._tiff_pixels as module

    path = tmp_path / "one.tif"
    stored = np.random.default_rng(4).integers(0, 65535, (64, 64, 3)).astype(np.uint16)
    tifffile.imwrite(path, stored, photometric="rgb", compression="zlib", predictor=True, rowsperstrip=64)
    made = []

    def remembered(*args: object) -> np.ndarray:
        made.append(real(*args))  # type: ignore[arg-type]
        made[-1][:] = 0
        return made[-1]

    real = module.empty_upright
    monkeypatch.setattr(module, "empty_upright", remembered)
    assert np.array_equal(read_photo(path).image.pixels, stored)
    assert not made[0].any()
