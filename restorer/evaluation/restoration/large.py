"""Large photos: time beside a classical method and beside the untiled network, and whether tiles show."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from restorer.core.contract import Levels
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.progress import CancelToken
from restorer.evaluation.metrics.pictures import luma
from restorer.evaluation.report import Gate
from restorer.evaluation.restoration.ours import Ours, Pixels8, followed, to_8bit, to_float
from restorer.tasks.whole import TILE_FADE_PX, preferred_side

LARGE_SIZE = (3000, 4000)
"""Height and width of 12 megapixels."""
PART_SIZE = (1800, 2400)
"""What the network alone is timed on; its memory grows with the photo."""
SEAM_LIMIT = 0.05
TILED_LIMIT, TILED_TARGET = 1.15, 1.08
SHIFT_PX = 64
"""A multiple of every network's grid and of a JPEG's."""
_APART_PX = 12
"""Tiles fade into each other over less."""


def enlarged_canvas(photo: Pixels8, size: tuple[int, int]) -> Pixels8:
    """A photo of ``size`` (height and width) that shows ``photo`` over and over, mirrored."""
    height, width = photo.shape[:2]
    spread = ((0, max(0, size[0] - height)), (0, max(0, size[1] - width)), (0, 0))
    return np.ascontiguousarray(np.pad(photo, spread, mode="reflect")[: size[0], : size[1]])


def with_noise(photo: Pixels8, sigma: float) -> Pixels8:
    """Clipped and rounded; ``sigma`` is of 255."""
    noise = np.random.default_rng(1).standard_normal(photo.shape, np.float32)
    return to_8bit(to_float(photo) + noise * np.float32(sigma / 255))


def seam_gradient_ratio(
    pixels: Pixels8, tiles: Sequence[Bounds], other: Pixels8, other_tiles: Sequence[Bounds], scale: int = 1
) -> float:
    """Mean gradient across the tiles' borders over that at the same places of a result whose tiles lie elsewhere.

    What the photo shows there counts on both sides, so 1 means no seam, whatever it is. NaN where there is one tile
    only, or no border that lies apart from all of the other's.

    Args:
        tiles: the parts that were computed, in pixels of the photo that was given.
        other: the same of the photo without its first :data:`SHIFT_PX` rows and columns.
        scale: how much larger the results are than the photos.
    """
    ours, theirs = luma(pixels), luma(other)
    across = elsewhere = 0.0
    for values, reference, edge in ((ours, theirs, "left"), (ours.T, theirs.T, "top")):
        borders = {getattr(tile, edge) for tile in tiles} - {0}
        taken = {getattr(tile, edge) + SHIFT_PX for tile in other_tiles} - {SHIFT_PX}
        for border in borders:
            if border <= SHIFT_PX or any(abs(border - each) < _APART_PX for each in taken):
                continue
            place, there = border * scale, (border - SHIFT_PX) * scale
            rows = slice(SHIFT_PX * scale, None)
            across += float(np.abs(values[rows, place] - values[rows, place - 1]).mean())
            elsewhere += float(np.abs(reference[:, there] - reference[:, there - 1]).mean())
    return across / elsewhere if elsewhere else float("nan")


def seam_gate(ours: Ours, name: str, photo: Pixels8, params: Mapping[str, object], model: str) -> Gate:
    """Whether tiles show in what the task makes of a large photo: it is run on the photo and on a part of it."""
    run = ours.run(Image(photo), params, model)
    part = ours.run(Image(np.ascontiguousarray(photo[SHIFT_PX:, SHIFT_PX:])), params, model)
    scale = run.image.width // photo.shape[1]
    ratio = seam_gradient_ratio(run.image.pixels, run.tiles, part.image.pixels, part.tiles, scale)
    megapixels = run.image.width * run.image.height / 1e6
    whole = len(run.tiles) == 1
    return Gate(
        f"{name}: gradient across the borders of tiles, {megapixels:.0f} megapixels",
        "in one piece" if whole else f"{ratio:.3f} ({len(run.tiles)} tiles)",
        f"1 ± {SEAM_LIMIT}",
        whole or bool(abs(ratio - 1) <= SEAM_LIMIT),
    )


def tiled_gate(ours: Ours, photo: Pixels8, model: str, levels: Levels | None) -> tuple[Gate, float]:
    """Tiled time over that of the network on the photo as a whole, twice each and the better; and the largest
    difference of the two, 0 to 1."""
    picture = Image(photo)
    engine = ours.session.engine(ours.device)
    whole_s, tiled_s = [], []
    with engine.lease(model) as network:
        for _ in range(2):
            began = time.perf_counter()
            whole = to_8bit(network(to_float(photo), levels=levels))
            whole_s.append(time.perf_counter() - began)
            began = time.perf_counter()
            # In tiles as the tasks ask for them.
            side, fade = preferred_side(network.context_px), TILE_FADE_PX
            work = engine.run_tiled(network, picture, CancelToken(), preferred=side, feather_px=fade, levels=levels)
            tiled, _ = followed(work)
            tiled_s.append(time.perf_counter() - began)
    ratio = min(tiled_s) / min(whole_s)
    difference = float(np.abs(tiled.pixels.astype(np.int16) - whole).max()) / 255
    gate = Gate(
        f"{model}: tiled time over untiled, {photo.shape[0] * photo.shape[1] / 1e6:.1f} megapixels",
        f"{ratio:.2f}",
        f"≤ {TILED_LIMIT} (target {TILED_TARGET})",
        ratio <= TILED_LIMIT,
    )
    return gate, difference
