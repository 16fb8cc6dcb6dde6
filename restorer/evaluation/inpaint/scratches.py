"""Thin scratches: what most of an old photo's damage is, and where PSNR tells the truth."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.lazy import load_cv2
from restorer.evaluation.inpaint.baselines import NAVIER_STOKES, TELEA, Pixels8, inpaint_baselines
from restorer.evaluation.inpaint.gallery import fill_sheet
from restorer.evaluation.inpaint.methods import OurInpaint
from restorer.evaluation.inpaint.scoring import Score, average, score, timed
from restorer.evaluation.report import Cell, Gate, Table
from restorer.evaluation.sheets import Sheet
from restorer.training.masks import scratch_mask

COVERAGE = (0.03, 0.05)
MAX_WIDTH_PX = 12
FLOOR_DB, TARGET_DB, STRETCH_DB = 2.5, 3.5, 5.0
"""Wanted over the better of Telea and Navier–Stokes; only the floor is a gate."""
UNCORRECTED, ALONE, THOROUGH, SHIPPED = "uncorrected", "method alone", "thorough", "as shipped"
SIXTEEN_BIT_SIDE_PX = 320
"""The promise about 16-bit pixels is checked on a corner of each photo: it is one of arithmetic, not of content."""


@dataclass(slots=True)
class ScratchTest:
    """Fills the same scratches with every method, photo by photo.

    The scratches are seeded by the photo's place: 1 to 12 px wide, over 3 to 5 % of each photo.
    """

    ours: OurInpaint
    scores: dict[str, list[Score]] = field(default_factory=lambda: defaultdict(list))
    changed_outside: dict[int, int] = field(default_factory=lambda: {8: 0, 16: 0})
    sheets: list[Sheet] = field(default_factory=list)

    def add(self, index: int, name: str, truth: Pixels8) -> None:
        rng = np.random.default_rng(index)
        height, width = truth.shape[:2]
        mask = scratch_mask(height, width, rng, coverage=rng.uniform(*COVERAGE), max_width_px=MAX_WIDTH_PX)
        damaged = np.where(mask[..., None] > 0, np.uint8(255), truth)
        ours = {self._label(ALONE): self.ours.bare}
        if self.ours.is_network:
            ours |= {self._label(UNCORRECTED): self.ours.uncorrected, self._label(THOROUGH): self.ours.thorough}
        methods = {**inpaint_baselines(), **ours, self._label(SHIPPED): self.ours.shipped}
        fills = {}
        for label, method in methods.items():
            filled, seconds = timed(method, damaged, mask)
            figures = score(filled, truth, mask > 0, seconds)
            self.scores[label].append(figures)
            fills[label] = filled, figures
        self.changed_outside[8] += self._outside(fills[self._label(SHIPPED)][0], damaged, mask)
        deep, corner = _sixteen_bit_corner(damaged), mask[:SIXTEEN_BIT_SIDE_PX, :SIXTEEN_BIT_SIDE_PX]
        if corner.any():
            self.changed_outside[16] += self._outside(self.ours.fill(deep, corner, {}), deep, corner)
        self.sheets.append(fill_sheet(f"scratches-{name}", f"Scratches – {name}", truth, mask, fills, crops=2))

    def _label(self, kind: str) -> str:
        return f"{self.ours.model}, {kind}"

    def _outside(self, result: npt.NDArray[Any], photo: npt.NDArray[Any], mask: Pixels8) -> int:
        """Pixels that changed beyond the grown and feathered region."""
        cv2 = load_cv2()
        side = 2 * self.ours.reach_px() + 1
        allowed = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))) > 0
        return int(np.count_nonzero((result != photo).any(axis=2) & ~allowed))

    @property
    def gain_db(self) -> float:
        """Hole PSNR of the method alone over the better of Telea and Navier–Stokes."""
        return average(self.scores[self._label(ALONE)], "psnr") - self._classical_db

    @property
    def _classical_db(self) -> float:
        return max(average(self.scores[name], "psnr") for name in (TELEA, NAVIER_STOKES))

    def table(self) -> Table:
        rows: list[tuple[Cell, ...]] = []
        for name, scores in self.scores.items():
            db = average(scores, "psnr")
            over = f"{db - self._classical_db:+.2f}"
            rows.append((name, db, over, average(scores, "ssim"), average(scores, "seam"), average(scores, "seconds")))
        photos = len(self.sheets)
        return Table(
            f"Scratches of 1 to {MAX_WIDTH_PX} px over 3 to 5 % of {photos} photos",
            ("method", "hole PSNR", "over classical", "SSIM", "seam ratio", "s a photo"),
            tuple(rows),
        )

    def gates(self) -> tuple[Gate, ...]:
        gates = []
        if self.ours.is_network:
            name = "scratches: hole PSNR over the better of Telea and Navier–Stokes"
            wanted = f"≥ {FLOOR_DB:+.1f} dB"
            gates.append(Gate(name, f"{self.gain_db:+.2f} dB", wanted, self.gain_db >= FLOOR_DB))
        for bits, changed in self.changed_outside.items():
            gates.append(Gate(f"{bits}-bit pixels changed outside of the region", str(changed), "0", changed == 0))
        return tuple(gates)

    def notes(self) -> tuple[str, ...]:
        """How far it is to what is aimed at beyond the gate."""
        if not self.ours.is_network:
            return ()
        goals = (("target", TARGET_DB), ("stretch", STRETCH_DB))
        told = (
            f"{name} {goal:+.1f} dB {'reached' if self.gain_db >= goal else f'missing {goal - self.gain_db:.2f} dB'}"
            for name, goal in goals
        )
        return (f"Scratches: {', '.join(told)}.",)


def _sixteen_bit_corner(photo: Pixels8) -> npt.NDArray[np.uint16]:
    """A corner in 16 bits whose low bytes have values of their own, so that a loss of them would show."""
    corner = photo[:SIXTEEN_BIT_SIDE_PX, :SIXTEEN_BIT_SIDE_PX].astype(np.uint16)
    low = np.random.default_rng(1).integers(0, 200, corner.shape, np.uint16)
    return np.asarray(corner * 256 + low, np.uint16)
