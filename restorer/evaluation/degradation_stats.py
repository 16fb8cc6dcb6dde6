"""What can be measured of old photographs, real or made: lines of damage, grain, black and white points."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]
"""``H x W`` float32, 0 to 1."""
Picture = npt.NDArray[np.uint8]
"""``H x W x 3``."""
Values = npt.NDArray[np.float64]

_REACH_PX = 9.0
_STEP_PX = 0.25
_LEAST_CONTRAST = 0.06
_SHORTEST_PX = 10
_MOST_AT_ONCE = 8192
"""Rows that OpenCV can sample in one call are fewer than 32768."""
BLOCK_PX = 24
_BANDS = 6


@dataclass(frozen=True, slots=True)
class Lines:
    """Profiles across bright or dark lines.

    Attributes:
        width_px: full width at half height of each profile.
        contrast: height of each over its surroundings, full white at 1; positive for dark lines too.
    """

    width_px: Values
    contrast: Values


@dataclass(frozen=True, slots=True)
class GrainFigures:
    """What the evenest blocks of a picture have in common.

    Attributes:
        deviation: standard deviation of luma, full white at 1, in dark, middle and light tones; not-a-number where
            there are no such blocks.
        correlation: of neighbours 1, 2 and 3 px apart.
        spectrum: share of the power in rings of spatial frequency, from coarse to fine; sums to 1.
        between_channels: mean correlation of red, green and blue.
    """

    deviation: tuple[float, float, float]
    correlation: tuple[float, float, float]
    spectrum: tuple[float, ...]
    between_channels: float


@dataclass(frozen=True, slots=True)
class Tones:
    """Percentiles of each channel, full white at 1.

    Attributes:
        black, white: 1st and 99th percentile of red, green and blue.
        cast: mean of red minus mean of blue.
    """

    black: tuple[float, float, float]
    white: tuple[float, float, float]
    cast: float


@dataclass(frozen=True, slots=True)
class Spots:
    """Connected marks of a mask.

    Attributes:
        diameter_px: of discs of the same area.
        extent_px: diagonals of their bounding boxes.
    """

    diameter_px: Values
    extent_px: Values


def luma_of(picture: Picture) -> Plane:
    """Rec. 601 luma, full white at 1."""
    plane: Plane = picture.astype(np.float32) @ np.array((0.299, 0.587, 0.114), np.float32) / np.float32(255)
    return plane


def measure_lines(luma: Plane, *, dark: bool = False) -> Lines:
    """Finds thin bright (or dark) lines and measures profiles across them.

    A line is where the picture curves down strongly across and little along, in runs of at least ten pixels. Edges of
    things are no lines: a profile must fall on both sides, to about one level.
    """
    picture = (1 - luma if dark else luma).astype(np.float32)
    smooth: Plane = cv2.GaussianBlur(picture, (0, 0), 1.0).astype(np.float32, copy=False)
    across, angle, anisotropy = _curvature(smooth)
    y, x = np.nonzero(_long_runs((across > 0.25 * _LEAST_CONTRAST) & (anisotropy < 0.45)))
    if not len(x):
        return Lines(np.empty(0), np.empty(0))
    reach = np.arange(-_REACH_PX, _REACH_PX + _STEP_PX / 2, _STEP_PX, dtype=np.float32)
    direction = angle[y, x][:, None]
    map_x = (x[:, None] + reach * np.cos(direction)).astype(np.float32)
    map_y = (y[:, None] + reach * np.sin(direction)).astype(np.float32)
    parts = [slice(first, first + _MOST_AT_ONCE) for first in range(0, len(x), _MOST_AT_ONCE)]
    profiles = np.concatenate([_sampled(picture, map_x[part], map_y[part]) for part in parts])
    widths, contrasts = zip(*(_half_height(profile) for profile in profiles), strict=True)
    width, contrast = np.array(widths), np.array(contrasts)
    good = np.isfinite(width) & (contrast > _LEAST_CONTRAST)
    return Lines(width[good], contrast[good])


def _sampled(picture: Plane, x: Plane, y: Plane) -> Plane:
    values: Plane = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    return values


def _curvature(smooth: Plane) -> tuple[Plane, Plane, Plane]:
    """Downward curvature across the sharpest direction, that direction, and the curvature along over that across."""
    xx = cv2.Sobel(smooth, cv2.CV_32F, 2, 0, ksize=3) / 4
    yy = cv2.Sobel(smooth, cv2.CV_32F, 0, 2, ksize=3) / 4
    xy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1, ksize=3) / 4
    root = np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    lowest, other = (xx + yy) / 2 - root, (xx + yy) / 2 + root
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    anisotropy = np.abs(other) / np.maximum(np.abs(lowest), 1e-6)
    return (-lowest).astype(np.float32), angle.astype(np.float32), anisotropy.astype(np.float32)


def _long_runs(found: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8), connectivity=8)
    extent = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    is_long = extent >= _SHORTEST_PX
    is_long[0] = False
    kept: npt.NDArray[np.bool_] = is_long[labels]
    return kept


def _half_height(profile: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Full width at half height in pixels, and height; not-a-number where the profile is no single line."""
    middle = len(profile) // 2
    near = round(1.0 / _STEP_PX)
    peak = middle - near + int(np.argmax(profile[middle - near : middle + near + 1]))
    left, right = float(profile[:peak].min()), float(profile[peak:].min())
    height = float(profile[peak]) - max(left, right)
    if height < _LEAST_CONTRAST or abs(left - right) > 0.5 * height:
        return float("nan"), 0.0
    half = float(profile[peak]) - height / 2
    width = _fall(profile[peak::-1], half) + _fall(profile[peak:], half)
    return width * _STEP_PX, height


def _fall(profile: npt.NDArray[np.float32], level: float) -> float:
    """Where a profile that begins above ``level`` first falls to it, in samples; not-a-number where it does not."""
    below = np.flatnonzero(profile < level)
    if not len(below):
        return float("nan")
    last, first = float(profile[below[0] - 1]), float(profile[below[0]])
    return float(below[0]) - (level - first) / max(last - first, 1e-9)


def measure_grain(picture: Picture) -> GrainFigures | None:
    """Looks at the evenest tenth of the blocks in each range of tones; None where a picture has too few of them."""
    luma = luma_of(picture)
    blocks, means, evenness = _blocks(luma)
    usable = (means > 0.04) & (means < 0.96)
    if usable.sum() < 30:
        return None
    deviation: list[float] = []
    chosen: list[int] = []
    for low, high in ((0.04, 0.3), (0.3, 0.65), (0.65, 0.96)):
        inside = np.flatnonzero(usable & (means >= low) & (means < high))
        if len(inside) < 12:
            deviation.append(float("nan"))
            continue
        evenest = inside[np.argsort(evenness[inside])[: max(4, len(inside) // 10)]]
        deviation.append(float(np.sqrt(np.median(blocks[evenest].var(axis=(1, 2))))))
        chosen.extend(evenest.tolist())
    residuals = blocks[chosen]
    power = np.abs(np.fft.fft2(residuals, axes=(1, 2))) ** 2
    dark, middle, light = deviation
    return GrainFigures((dark, middle, light), _neighbours(power), _rings(power), _channel_correlation(picture, chosen))


def measure_tones(picture: Picture) -> Tones:
    """Where black and white of each channel ended up, and how warm the whole is."""
    flat = picture.reshape(-1, 3).astype(np.float64) / 255
    black, white = np.percentile(flat, (1, 99), axis=0)
    mean = flat.mean(axis=0)
    return Tones(tuple(black.tolist()), tuple(white.tolist()), float(mean[0] - mean[2]))


def measure_spots(marked: npt.NDArray[np.bool_]) -> Spots:
    """Sizes of the marks of a mask, in pixels."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(marked.astype(np.uint8), connectivity=8)
    each = stats[1:].astype(np.float64)
    extent = np.hypot(each[:, cv2.CC_STAT_WIDTH], each[:, cv2.CC_STAT_HEIGHT])
    return Spots(np.sqrt(4 * each[:, cv2.CC_STAT_AREA] / np.pi), extent)


def _grid(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """``N x 24 x 24 (x C)`` blocks side by side."""
    rows, columns = plane.shape[0] // BLOCK_PX, plane.shape[1] // BLOCK_PX
    cut = plane[: rows * BLOCK_PX, : columns * BLOCK_PX]
    shape = (rows, BLOCK_PX, columns, BLOCK_PX, *plane.shape[2:])
    return cut.reshape(shape).swapaxes(1, 2).reshape(-1, BLOCK_PX, BLOCK_PX, *plane.shape[2:])


def _residuals(blocks: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Blocks without their second-order surfaces."""
    axis = np.linspace(-1, 1, BLOCK_PX)
    v, u = np.meshgrid(axis, axis, indexing="ij")
    basis = np.linalg.qr(np.stack([np.ones_like(u), u, v, u * v, u**2, v**2], -1).reshape(-1, 6))[0]
    flat = blocks.reshape(len(blocks), -1).astype(np.float64)
    left: npt.NDArray[np.float32] = (flat - flat @ basis @ basis.T).astype(np.float32).reshape(blocks.shape)
    return left


def _blocks(luma: Plane) -> tuple[npt.NDArray[np.float32], Values, Values]:
    """Residuals of all blocks, their means, and how uneven their coarse structure is."""
    blocks = _grid(luma)
    residuals = _residuals(blocks)
    coarse = residuals.reshape(-1, 4, BLOCK_PX // 4, 4, BLOCK_PX // 4).mean(axis=(2, 4))
    return residuals, blocks.mean(axis=(1, 2), dtype=np.float64), coarse.var(axis=(1, 2), dtype=np.float64)


def _neighbours(power: Values) -> tuple[float, float, float]:
    correlation = np.fft.ifft2(power, axes=(1, 2)).real.sum(axis=0)
    correlation /= max(float(correlation[0, 0]), 1e-12)
    near, middle, far = (float((correlation[0, lag] + correlation[lag, 0]) / 2) for lag in (1, 2, 3))
    return near, middle, far


def _rings(power: Values) -> tuple[float, ...]:
    frequency = np.fft.fftfreq(BLOCK_PX)
    radius = np.hypot(frequency[:, None], frequency[None, :])
    ring = np.minimum((radius / 0.5 * _BANDS).astype(int), _BANDS - 1)
    total = power.sum(axis=0)
    shares = [float(total[ring == index].sum()) for index in range(_BANDS)]
    return tuple(share / max(sum(shares), 1e-12) for share in shares)


def _channel_correlation(picture: Picture, chosen: list[int]) -> float:
    residuals = [_residuals(_grid(picture[..., channel].astype(np.float32)))[chosen].ravel() for channel in range(3)]
    matrix = np.asarray(np.corrcoef(residuals))
    return float(np.nanmean(matrix[np.triu_indices(3, 1)]))
