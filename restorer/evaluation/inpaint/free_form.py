"""Free-form holes of 10 to 40 %, where PSNR does not judge: a blurred fill wins in it and looks worst.

What judges is whether the border shows, whether the texture has the right amount of fine detail, and how far the fills
are, as a set, from real content in the features of a network of our own (FD-own).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from restorer.core.errors import InputError
from restorer.evaluation.inpaint.baselines import NAVIER_STOKES, Pixels8, inpaint_baselines
from restorer.evaluation.inpaint.gallery import fill_sheet
from restorer.evaluation.inpaint.holes import OVERSHOOT, free_form_mask
from restorer.evaluation.inpaint.methods import OurInpaint
from restorer.evaluation.inpaint.scoring import Score, average, score, timed
from restorer.evaluation.report import Cell, Gate, Table
from restorer.evaluation.sheets import Sheet

SIDE_PX = 256
LEAST, MOST = 0.10, 0.40
_GOLDEN = (math.sqrt(5) - 1) / 2
"""Steps of this share fill an interval evenly, however many of them are taken."""
_SEED = 1000
"""Apart from the seeds of the scratches, so that the two do not draw alike."""
FEATURES = "features"


@dataclass(slots=True)
class FreeFormTest:
    """Fills the same hole in one crop of each photo with every method.

    Crop, hole and its share of the crop are fixed by the photo's place.
    """

    ours: OurInpaint
    scores: dict[str, list[Score]] = field(default_factory=lambda: defaultdict(list))
    truths: list[Pixels8] = field(default_factory=list)
    holes: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    fills: dict[str, list[Pixels8]] = field(default_factory=lambda: defaultdict(list))
    sheets: list[Sheet] = field(default_factory=list)
    distances: dict[str, float] = field(default_factory=dict)

    def add(self, index: int, name: str, photo: Pixels8) -> None:
        truth, mask = crop_and_hole(photo, index)
        damaged = np.where(mask[..., None] > 0, np.uint8(255), truth)
        fills = {}
        for label, method in {**inpaint_baselines(), **self.ours.variants()}.items():
            filled, seconds = timed(method, damaged, mask)
            figures = score(filled, truth, mask > 0, seconds)
            self.scores[label].append(figures)
            self.fills[label].append(filled)
            fills[label] = filled, figures
        self.truths.append(truth)
        self.holes.append(mask > 0)
        self.sheets.append(fill_sheet(f"free-form-{name}", f"Free-form hole – {name}", truth, mask, fills, crops=1))

    def measure_features(self) -> None:
        """FD-own of each method, where the feature network is installed."""
        try:
            catalogue = self.ours.session.catalogue
            path = catalogue.weights_path(catalogue.get(FEATURES))
        except InputError:
            return
        from restorer.evaluation.features import FeatureSpace

        space = FeatureSpace.load(path)
        for label, filled in self.fills.items():
            self.distances[label] = space.frechet_distance(self.truths, filled, self.holes)

    def table(self) -> Table:
        rows: list[tuple[Cell, ...]] = []
        for label, scores in self.scores.items():
            figures = (average(scores, name) for name in ("psnr", "ssim", "seam", "seam_error", "spectrum"))
            distance = f"{self.distances[label]:.4f}" if label in self.distances else None
            rows.append((label, *figures, distance, average(scores, "seconds")))
        headings = ("method", "hole PSNR", "SSIM", "seam ratio", "seam error", "spectrum dB", "FD-own", "s a crop")
        title = f"Free-form holes over {LEAST:.0%} to {MOST:.0%} of {len(self.truths)} crops of {SIDE_PX} px"
        return Table(title, headings, tuple(rows))

    def gates(self) -> tuple[Gate, ...]:
        """PSNR of the clean generator; seam and FD-own of what large holes get: texture from the photo."""
        if not self.ours.is_network:
            return ()
        faithful, inventive = next(iter(self.ours.variants())), list(self.ours.variants())[-1]
        ours_db, theirs_db = (average(self.scores[label], "psnr") for label in (faithful, NAVIER_STOKES))
        gates = [
            Gate(
                "free-form: hole PSNR over Navier–Stokes",
                f"{ours_db - theirs_db:+.2f} dB",
                "> 0 dB",
                ours_db > theirs_db,
            )
        ]
        seams = {label: average(scores, "seam_error") for label, scores in self.scores.items()}
        gates.append(_beats_classical("free-form: seam error", seams, inventive))
        if self.distances:
            gates.append(_beats_classical("free-form: FD-own", self.distances, inventive, digits=4))
        return tuple(gates)

    def notes(self) -> tuple[str, ...]:
        seam = (
            "Seam error: mean over the photos of |log2 of the seam ratio|; 0 = no seam, 1 = twice or half the gradient."
        )
        if self.distances:
            return (seam,)
        return (seam, "FD-own is left out: the weights of the feature network are not installed.")


def crop_and_hole(photo: Pixels8, index: int) -> tuple[Pixels8, Pixels8]:
    """The square of the photo at ``index`` that is measured on, and its mask (255 = fill)."""
    rng = np.random.default_rng(_SEED + index)
    side = min(SIDE_PX, *photo.shape[:2])
    top, left = (int(rng.integers(0, length - side + 1)) for length in photo.shape[:2])
    share = LEAST + (MOST - OVERSHOOT - LEAST) * (index * _GOLDEN % 1)
    crop = np.ascontiguousarray(photo[top : top + side, left : left + side])
    return crop, free_form_mask(side, rng, coverage=share)


def _beats_classical(name: str, figures: dict[str, float], ours: str, *, digits: int = 2) -> Gate:
    """Whether our figure is below that of every classical method."""
    best = min(inpaint_baselines(), key=lambda label: figures[label])
    wanted = f"< {figures[best]:.{digits}f} ({best})"
    return Gate(f"{name} of {ours}", f"{figures[ours]:.{digits}f}", wanted, figures[ours] < figures[best])
