"""Correcting a fill by what similar places of the same photo look like.

Non-local Bayes (Lebrun, Buades and Morel 2013, "A nonlocal Bayesian image denoising algorithm"), with missing pixels as
in Aguerrebere et al. 2017, "A Bayesian hyperprior approach for joint image denoising and interpolation": the patches
nearby that look most like one with a hole are taken for draws of one Gaussian; its mean given the pixels that are known
is what belongs into the hole. A first fill is needed to find such patches at all, and is kept where they say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.ahead import made_ahead
from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.geometry import Bounds
from restorer.core.lazy import load_cv2
from restorer.core.progress import CancelToken
from restorer.tasks.holes import Flags

PATCH_PX = 7
STRIDE_PX = 3
"""Between two patches that are corrected; each pixel of a hole lies in four or more of them."""
NEIGHBOURS = 200
"""Patches that a Gaussian is made from: fewer know too little of how their 147 values go together."""
_REACH_PX = 24
"""How far away they are looked for."""
_SQUARE_PX = 32
"""Patches of a square of this side look for theirs in one and the same window."""
_AT_ONCE = 32
"""Patches that are worked on together: 30 MB a thread."""
_FILLED_COUNTS = 0.25
"""How much pixels of the hole count in how alike two patches are, against known ones."""
_FILLED_TRUST = 0.5
"""How much a patch counts that is all filled, against one that is all known."""
_ERROR = 60.0
_RIM, _DEEPER = 0.3, 0.25
"""The fill's expected squared error: so many times the patches' own variance, at the rim and a pixel further in each.
This large, the fill is believed where all patches are alike, as in skies, and hardly ever else."""
_LEAST_VARIANCE = 1e-5
"""Of what is known; keeps the equations solvable."""
_OPPONENT = np.array(((1 / 3, 1 / 3, 1 / 3), (0.5, 0, -0.5), (0.25, -0.5, 0.25)), np.float32)
"""Lightness first, and colours against each other weakly: patches are alike where their lightness is."""
_PRIMARIES = np.linalg.inv(_OPPONENT).astype(np.float32)

_Indices = npt.NDArray[np.intp]


def corrected(filled: FloatPixels, mask: FloatPlane, inside: Bounds, *, passes: int, token: CancelToken) -> FloatPixels:
    """A fill, corrected; known pixels are returned bit for bit.

    Args:
        filled: ``H x W x C`` with 1 or 3 channels, 0 to 1, holes filled somehow.
        mask: ``H x W``, at least one half where it was.
        inside: only this part is corrected, by what lies around it too.
        passes: each but the first looks for patches in what the one before it made.

    Returns:
        a new array, clamped to 0 to 1.

    Raises:
        Cancelled: between two squares of :data:`_SQUARE_PX`, once the token says so.
    """
    hole = mask >= 0.5
    if min(hole.shape) < PATCH_PX or not hole.any():
        return filled.copy()
    is_color = filled.shape[2] == 3
    first = np.asarray(filled @ _OPPONENT.T if is_color else filled, np.float32)
    patches = _Patches(first, hole, inside)
    present = first
    for _ in range(passes):
        present = patches.corrected(present, token)
    result = present @ _PRIMARIES.T if is_color else present
    return np.where(hole[..., None], np.clip(result, 0, 1), filled)


@dataclass(frozen=True, slots=True, eq=False)
class _Gaussians:
    """One for each of ``N`` patches, from those most like it.

    Attributes:
        mean: ``N x D``.
        covariance: ``N x D x D``.
    """

    mean: FloatPixels
    covariance: FloatPixels

    def given(self, seen: FloatPixels, variance: FloatPixels) -> FloatPixels:
        """``N x D``, what is to be expected after ``seen``, whose values are off by so much (``N x D`` both)."""
        total = self.covariance.copy()
        diagonal = np.arange(total.shape[1])
        total[:, diagonal, diagonal] += variance
        shares = np.linalg.solve(total, (seen - self.mean)[..., None])
        return self.mean + (self.covariance @ shares)[..., 0]


@dataclass(frozen=True, slots=True, eq=False)
class _Square:
    """Patches that look for theirs in one window.

    Attributes:
        top, left: their corners.
        window: rows and columns of corners that are looked at.
    """

    top: _Indices
    left: _Indices
    window: tuple[slice, slice]


class _Patches:
    """All patches of a picture with a hole, of which those are corrected that have pixels of both.

    Args:
        first: ``H x W x C``, lightness before colours: known pixels, and a fill.
        hole: ``H x W``.
        inside: patches that do not touch this part are left out.
    """

    def __init__(self, first: FloatPixels, hole: Flags, inside: Bounds) -> None:
        cv2 = load_cv2()
        self._first = first
        self._hole = hole
        depth = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        error = hole * (_RIM + _DEEPER * np.maximum(depth - 0.5, 0)) * _ERROR
        self._seen, self._error, self._missing = _cut(first), _cut(error), _cut(hole.astype(np.float32))
        self._filled = self._missing.mean(axis=(2, 3))
        at = np.zeros(self._filled.shape, np.bool_)
        at[np.ix_(_steps(inside.top, inside.bottom, len(at)), _steps(inside.left, inside.right, at.shape[1]))] = True
        self._wanted = at & (self._filled > 0) & (self._filled < 1)

    def corrected(self, present: FloatPixels, token: CancelToken) -> FloatPixels:
        """The first fill, corrected by patches of the present one."""
        total = np.zeros_like(present)
        votes = np.zeros((*present.shape[:2], 1), np.float32)
        cuts = _cut(present)

        def expected(square: _Square) -> FloatPixels:
            token.raise_if_cancelled()
            return self._expected(square, cuts)

        squares = tuple(self._squares())
        for square, patches in zip(squares, made_ahead(expected, squares), strict=True):
            for y, x, patch in zip(square.top, square.left, patches, strict=True):
                total[y : y + PATCH_PX, x : x + PATCH_PX] += patch
                votes[y : y + PATCH_PX, x : x + PATCH_PX] += 1
        is_new = self._hole[..., None] & (votes > 0)
        return np.where(is_new, total / np.maximum(votes, 1), self._first)

    def _squares(self) -> Iterator[_Square]:
        height, width = self._wanted.shape
        for y in range(0, height, _SQUARE_PX):
            for x in range(0, width, _SQUARE_PX):
                top, left = np.nonzero(self._wanted[y : y + _SQUARE_PX, x : x + _SQUARE_PX])
                if top.size:
                    rows, columns = (slice(max(0, at - _REACH_PX), at + _SQUARE_PX + _REACH_PX) for at in (y, x))
                    yield _Square(top + y, left + x, (rows, columns))

    def _expected(self, square: _Square, cuts: FloatPixels) -> FloatPixels:
        """``N x side x side x C``, the patches of a square as they ought to be."""
        channels = self._first.shape[2]
        around = cuts[square.window].reshape(-1, channels * PATCH_PX**2)
        squared = around * around
        trust = 1 - (1 - _FILLED_TRUST) * self._filled[square.window].reshape(-1)
        found = []
        for first in range(0, len(square.top), _AT_ONCE):
            at = square.top[first : first + _AT_ONCE], square.left[first : first + _AT_ONCE]
            count = len(at[0])
            missing = self._missing[at].reshape(count, -1)
            counts = np.tile(1 - (1 - _FILLED_COUNTS) * missing, channels)
            near = _nearest(cuts[at].reshape(count, -1), around, squared, counts)
            model = _gaussians(around[near], trust[near])
            spread = np.trace(model.covariance, axis1=1, axis2=2) / around.shape[1]
            variance = spread[:, None] * self._error[at].reshape(count, -1) + _LEAST_VARIANCE
            found.append(model.given(self._seen[at].reshape(count, -1), np.tile(variance, channels)))
        expected = np.concatenate(found).reshape(-1, channels, PATCH_PX, PATCH_PX)
        return expected.transpose(0, 2, 3, 1)


def _cut(planes: FloatPixels) -> FloatPixels:
    """A view of every patch: its row and column, the channels where there are any, and rows and columns within it."""
    return np.lib.stride_tricks.sliding_window_view(np.asarray(planes, np.float32), (PATCH_PX, PATCH_PX), axis=(0, 1))


def _steps(first: int, end: int, count: int) -> _Indices:
    """Each third corner of ``count`` whose patch touches pixels from ``first`` up to ``end``, and the last one."""
    corners = np.unique(np.append(np.arange(0, count, STRIDE_PX), count - 1))
    return corners[(corners > first - PATCH_PX) & (corners < end)]


def _nearest(patches: FloatPixels, around: FloatPixels, squared: FloatPixels, weights: FloatPixels) -> _Indices:
    """``N x K``: for each patch those most like it, by weighted squared differences.

    Args:
        patches, weights: ``N x D``.
        around: ``M x D``; and its squares.
    """
    weights = weights / weights.sum(axis=1, keepdims=True)
    # |a - b|² without |a|², which is the same for all.
    distance = weights @ squared.T
    distance -= 2 * ((weights * patches) @ around.T)
    count = min(NEIGHBOURS, len(around))
    return np.argpartition(distance, count - 1, axis=1)[:, :count]


def _gaussians(samples: FloatPixels, weights: FloatPlane) -> _Gaussians:
    """From ``N x K x D`` samples that count as ``N x K`` weights say."""
    weights = (weights / weights.sum(axis=1, keepdims=True))[..., None]
    mean = (weights * samples).sum(axis=1)
    off = (samples - mean[:, None]) * np.sqrt(weights)
    return _Gaussians(mean, off.transpose(0, 2, 1) @ off)
