"""Measuring the grain of a photo, neighbourhood by neighbourhood.

Everything rests on small blocks from which a plane is taken away. Texture and edges are kept out by robust statistics:
the evenest blocks of each luma speak for it, and they are believed as far as they agree.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.unit import to_unit
from restorer.tasks.grain import LAG_PX, Array, Grain, fine_power
from restorer.tasks.holes import Holes

Indices = npt.NDArray[np.intp]

BLOCK_PX = 16
_NEIGHBOURHOOD_PX = 512
"""Photos are surveyed in squares of this side, each with half of it around it."""
_BLOCKS = 768
_FEWEST_BLOCKS = 48

_LOW, _RANK, _HIGH = 0.05, 0.1, 0.2
"""Ranks of blocks of one luma, the evenest first: the middle one speaks for it, the others tell how far it is true."""
_NORMAL_QUANTILE = {_LOW: -1.645, _RANK: -1.282, _HIGH: -0.842}
_DISBELIEVED, _BELIEVED = 0.4, 0.8
"""Amplitude at the low rank over that at the high one: below the one value it is texture, above the other grain."""
_MAX_KNOTS = 6
_BLOCKS_A_KNOT = 24
_SURE_ON_THE_WHOLE = 0.75
"""Mean belief from which the amplitudes are taken as they are."""
_RISE_PER_TENTH = 1.6
"""The most that amplitude grows by over a tenth of the range of luma."""
_BLACK, _PAPER = 0.04, 0.93
_NO_GRAIN = 1e-10
"""Variance below which there is none, full white at 1: less than rounding to 16 bits gives."""


class GrainSurvey:
    """The grain around any place of a photo; each neighbourhood is measured once, when it is first asked for.

    Args:
        holes: of the photo; only blocks that are known throughout are looked at.
    """

    def __init__(self, holes: Holes) -> None:
        self._holes = holes
        self._measured: dict[tuple[int, int], Grain] = {}

    def around(self, bounds: Bounds) -> Grain:
        """The grain where ``bounds`` has its centre."""
        row = (bounds.top + bounds.bottom) // 2 // _NEIGHBOURHOOD_PX
        column = (bounds.left + bounds.right) // 2 // _NEIGHBOURHOOD_PX
        if (row, column) not in self._measured:
            self._measured[row, column] = self._measure(row, column)
        return self._measured[row, column]

    def _measure(self, row: int, column: int) -> Grain:
        """Looks as far around as it takes to find enough blocks; if there are none at all, there is no grain."""
        side, photo = _NEIGHBOURHOOD_PX, self._holes.photo
        square = Bounds(column * side, row * side, (column + 1) * side, (row + 1) * side)
        margin = side // 2
        while True:
            window = square.pad(margin).intersect(photo.bounds)
            blocks = self._known_blocks(window)
            if len(blocks) >= _FEWEST_BLOCKS:
                return measure_grain(blocks)
            if window == photo.bounds:
                return Grain.none(photo.color_channels)
            margin *= 2

    def _known_blocks(self, window: Bounds) -> Array:
        """``N x 16 x 16 x C``, spread evenly over the window."""
        photo = self._holes.photo
        stride = max(BLOCK_PX // 2, math.isqrt(window.area // _BLOCKS))
        found = []
        for top in range(window.top, window.bottom - BLOCK_PX + 1, stride):
            for left in range(window.left, window.right - BLOCK_PX + 1, stride):
                block = Bounds(left, top, left + BLOCK_PX, top + BLOCK_PX)
                if self._holes.is_untouched(block):
                    found.append(photo.crop(block)[..., : photo.color_channels])
        if not found:
            return np.empty((0, BLOCK_PX, BLOCK_PX, photo.color_channels), np.float32)
        blocks = to_unit(np.stack(found))
        return blocks[np.isfinite(blocks).all(axis=(1, 2, 3))]


def measure_grain(blocks: Array) -> Grain:
    """The grain that most even blocks have in common.

    Args:
        blocks: ``N x 16 x 16 x C`` float32, finite, full white at 1; a few dozen at least.
    """
    count, channels = len(blocks), blocks.shape[3]
    flat = blocks.reshape(count, -1, channels)
    basis = _plane_basis()
    planes = np.einsum("nbc,bk->nkc", flat, basis)
    slope = np.sum(planes[:, 1:] ** 2, axis=(1, 2))
    level = slope <= np.median(slope)
    residual = flat[level] - np.einsum("nkc,bk->nbc", planes[level], basis)
    luma = flat[level].mean(axis=(1, 2))
    variance = np.mean(residual**2, axis=(1, 2))
    fine = fine_power(residual.reshape(-1, BLOCK_PX, BLOCK_PX, channels)).mean(axis=(1, 2))

    groups = np.array_split(np.argsort(luma, kind="stable"), np.clip(len(luma) // _BLOCKS_A_KNOT, 1, _MAX_KNOTS))
    typical = _typical(variance, groups)
    if not typical.size:
        return Grain.none(channels)
    chosen = residual[typical] / np.sqrt(variance[typical])[:, None, None]
    mix, components = _decorrelate(chosen)
    spectra, kept = zip(*(_spectrum(components[..., i]) for i in range(channels)), strict=True)
    sharpness = float(fine_power(chosen.reshape(-1, BLOCK_PX, BLOCK_PX, channels)).mean()) * kept[0]
    knots = np.array([np.median(luma[group]) for group in groups], np.float32)
    return Grain(
        luma=knots,
        sigma=_amplitudes(knots, [fine[group] for group in groups], sharpness, _relative_spread(spectra[0])),
        mix=mix,
        kernels=np.stack([_kernel(spectrum) for spectrum in spectra]),
        sharpness=sharpness,
    )


@functools.cache
def _plane_basis() -> Array:
    """Orthonormal basis of the planes over a block, the constant first: ``256 x 3``."""
    axis = np.linspace(-1, 1, BLOCK_PX)
    x, y = (plane.ravel() for plane in np.meshgrid(axis, axis))
    basis, _ = np.linalg.qr(np.stack([np.ones_like(x), x, y], axis=1))
    return basis.astype(np.float32)


def _typical(variance: Array, groups: Sequence[Indices]) -> Indices:
    """Indices of blocks that hold grain and nothing else: the evener ones of the evener half of the groups.

    In each group those up to twice :data:`_RANK` are taken, less the very evenest, which are so by chance.
    """
    ranked = [group[np.argsort(variance[group], kind="stable")] for group in groups]
    near = [group[int(len(group) * _LOW) : int(len(group) * 2 * _RANK) + 4] for group in ranked]
    levels = [float(np.median(variance[group])) for group in near]
    present = [level for level in levels if level > _NO_GRAIN]
    if not present:
        return np.empty(0, np.intp)
    limit = float(np.median(present))
    chosen = [group for group, level in zip(near, levels, strict=True) if _NO_GRAIN < level <= limit * 1.001]
    indices = np.concatenate(chosen)
    return indices[variance[indices] > _NO_GRAIN]


def _amplitudes(luma: Array, fine: Sequence[Array], sharpness: float, spread: float) -> Array:
    """Standard deviation of the grain at each luma.

    Texture is coarser than grain, so that the finest detail tells the amplitude best. Blocks of pure grain differ by
    chance alone; where the evenest differ more, what they hold is texture. Amplitude changes slowly with luma: where
    it is sure, it limits that of the lumas around. Where little is sure, all of it is less.

    Args:
        luma: of each group of blocks, rising.
        fine: power of the finest detail in the blocks of each group.
        sharpness: see :class:`Grain`.
        spread: see :func:`_relative_spread`.
    """

    def at_rank(powers: Array, rank: float) -> float:
        return math.sqrt(float(np.quantile(powers, rank)) / (1 + _NORMAL_QUANTILE[rank] * spread))

    sigma = np.array([at_rank(powers, _RANK) for powers in fine]) / math.sqrt(sharpness)
    agreement = np.array([at_rank(powers, _LOW) / max(at_rank(powers, _HIGH), 1e-9) for powers in fine])
    belief = np.clip((agreement - _DISBELIEVED) / (_BELIEVED - _DISBELIEVED), 0, 1)
    # Bare paper and clipped whites say nothing of the grain in tones.
    is_sure = (belief >= 0.5) & (luma > _BLACK) & (luma < _PAPER)
    if not is_sure.any():
        return np.asarray(sigma * belief, np.float32)
    distance = np.abs(luma[:, None] - luma[is_sure])
    sigma = np.minimum(sigma, np.min(sigma[is_sure] * _RISE_PER_TENTH ** (distance * 10), axis=1))
    between = np.interp(luma, luma[is_sure], sigma[is_sure])
    sigma = np.where(is_sure, sigma, np.minimum(sigma, between))
    return np.asarray(sigma * min(1.0, float(np.mean(belief)) / _SURE_ON_THE_WHOLE), np.float32)


def _decorrelate(chosen: Array) -> tuple[Array, Array]:
    """Mixing matrix ``C x C`` and the components ``N x 256 x C`` of unit variance that it mixes to the channels."""
    # The median, since a few blocks with coloured texture must not make grain colourful.
    covariance = np.median(np.einsum("nbi,nbj->nij", chosen, chosen, dtype=np.float64), axis=0) / chosen.shape[1]
    power, vectors = np.linalg.eigh(covariance)
    power, vectors = np.maximum(power[::-1], 0), vectors[:, ::-1]
    # An eigenvector's sign is arbitrary; fixed, so that neighbourhoods that adjoin make the same noise.
    largest = vectors[np.argmax(np.abs(vectors), axis=0), np.arange(len(power))]
    vectors = vectors * np.sign(largest)
    scale = np.sqrt(power)
    components = np.einsum("nbi,ik->nbk", chosen, vectors / np.maximum(scale, 1e-6))
    mix = vectors * (scale / np.sqrt(power.mean()))
    return mix.astype(np.float32), components.astype(np.float32)


def _spectrum(component: Array) -> tuple[Array, float]:
    """Power spectrum ``32 x 32`` of one component, of unit mean, and the share of its variance that was measured.

    It comes from the tapered autocorrelation up to the lag. What the planes took away with them is put back: over a
    few pixels a plane is nearly constant, so it is a constant in the autocorrelation. Its size follows from the
    spectrum itself, in a few rounds.
    """
    size = 2 * BLOCK_PX
    blocks = component.reshape(-1, BLOCK_PX, BLOCK_PX)
    power = np.mean(np.abs(np.fft.fft2(blocks, (size, size))) ** 2, axis=0)
    lag = np.abs(np.fft.fftfreq(size, 1 / size))
    pairs = np.maximum(BLOCK_PX - lag, 1)
    correlation = np.fft.ifft2(power).real / np.outer(pairs, pairs)
    if correlation[0, 0] <= 1e-12:  # no grain at all in this component: a monochrome photo has two such
        return np.ones((size, size), np.float32), 1.0
    correlation /= correlation[0, 0]
    taper = np.where(lag <= LAG_PX, np.cos(np.pi / 2 * lag / (LAG_PX + 1)), 0)
    basis = _plane_basis().T.reshape(-1, BLOCK_PX, BLOCK_PX)
    planes = np.sum(np.abs(np.fft.fft2(basis, (size, size))) ** 2, axis=0)
    kept = 1.0
    for _ in range(4):
        restored = (kept * correlation + (1 - kept)) * np.outer(taper, taper)
        spectrum = np.maximum(np.fft.fft2(restored).real, 0)
        spectrum /= spectrum.mean()
        kept = max(0.3, 1 - float(np.mean(spectrum * planes)) / BLOCK_PX**2)
    return spectrum.astype(np.float32), kept


def _relative_spread(spectrum: Array) -> float:
    """Standard deviation of a block's variance over its mean, for Gaussian noise of this spectrum."""
    correlation = np.fft.ifft2(spectrum).real
    independent = BLOCK_PX**2 / float(np.sum((correlation / correlation[0, 0]) ** 2))
    return min(0.4, math.sqrt(2 / independent))


def _kernel(spectrum: Array) -> Array:
    """Symmetric filter of unit energy whose output, of white noise, has the spectrum."""
    full = np.fft.fftshift(np.fft.ifft2(np.sqrt(spectrum)).real)
    middle = full.shape[0] // 2
    kernel = full[middle - LAG_PX : middle + LAG_PX + 1, middle - LAG_PX : middle + LAG_PX + 1]
    return np.asarray(kernel / np.sqrt(np.sum(kernel**2)), np.float32)
