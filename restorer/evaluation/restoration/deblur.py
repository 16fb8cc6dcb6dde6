"""``restorer evaluate deblur``: photos blurred by a known amount, with a little noise, and made sharp again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

import numpy as np

from restorer.core.contract import Levels
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.evaluation.metrics import psnr, ssim
from restorer.evaluation.photos import evaluation_photos
from restorer.evaluation.report import Cell, Gate, Report, Table
from restorer.evaluation.restoration.denoise import strength_0_gate
from restorer.evaluation.restoration.large import LARGE_SIZE, enlarged_canvas, seam_gate, with_noise
from restorer.evaluation.restoration.ours import Ours, Pixels8, middle_row, to_8bit, to_float
from restorer.evaluation.sheets import Row, Sheet
from restorer.evaluation.suites import SuiteOptions
from restorer.tasks.spec import CLASSICAL

BLURS_PX = (1.0, 1.6, 2.4)
NOISE = 2.0
"""Of 255: no scan is without."""
AMOUNTS = (50, 100)
"""Of the task: the most that invents nothing, and all."""
BLURRED = "blurred"
SHOWN, CROP_PX = 8, 96

Key = tuple[float, str]
"""Blur and method."""


@dataclass(slots=True)
class DeblurTest:
    """The same blurs and the same noise on every photo, through every method."""

    ours: Ours
    psnr: dict[Key, list[float]] = field(default_factory=lambda: defaultdict(list))
    ssim: dict[Key, list[float]] = field(default_factory=lambda: defaultdict(list))
    rows: list[Row] = field(default_factory=list)

    def add(self, name: str, truth: Pixels8) -> None:
        for blur_px in BLURS_PX:
            blurred = with_noise(softened(truth, blur_px), NOISE)
            made = {BLURRED: blurred}
            for card in self.ours.cards:
                levels = Levels(noise=NOISE / 255, blur_px=blur_px)
                made[card.id] = to_8bit(self.ours.call(card.id, to_float(blurred), levels=levels)[0])
            for model in (*(card.id for card in self.ours.cards[:1]), CLASSICAL):
                for amount in AMOUNTS:
                    params = {"amount": amount, "blur_px": blur_px}
                    made[f"{model}, task, {amount} %"] = self.ours.run(Image(blurred), params, model).image.pixels
            for label, picture in made.items():
                self.psnr[blur_px, label].append(psnr(picture, truth))
                self.ssim[blur_px, label].append(ssim(picture, truth))
            if blur_px == BLURS_PX[1] and len(self.rows) < SHOWN:
                self.rows.append(middle_row(name, [truth, *made.values()], CROP_PX))

    def columns(self) -> tuple[str, ...]:
        """Of the contact sheet."""
        return ("truth", *dict.fromkeys(label for _, label in self.psnr))

    def gain(self, blur_px: float, method: str) -> float:
        """Mean over the photos, in dB."""
        return mean(self.psnr[blur_px, method]) - mean(self.psnr[blur_px, BLURRED])

    def tables(self) -> tuple[Table, ...]:
        tables = []
        for blur_px in BLURS_PX:
            rows: list[tuple[Cell, ...]] = [
                (label, mean(values), self.gain(blur_px, label), mean(self.ssim[blur_px, label]))
                for (each, label), values in self.psnr.items()
                if each == blur_px
            ]
            title = f"Blur of {blur_px:g} px and noise of σ {NOISE:g}, {len(self.psnr[blur_px, BLURRED])} photos"
            tables.append(Table(title, ("method", "PSNR", "+", "SSIM"), tuple(rows)))
        return tuple(tables)

    def gates(self) -> tuple[Gate, ...]:
        """The network must be better than the blurred photo and than the classical inverse, at every blur."""
        if not self.ours.cards:
            return ()
        gates = []
        for blur_px in BLURS_PX:
            best = max(0.0, *(self.gain(blur_px, f"{CLASSICAL}, task, {amount} %") for amount in AMOUNTS))
            reached = self.gain(blur_px, self.ours.cards[0].id)
            name = f"{self.ours.cards[0].id}: gain over a blur of {blur_px:g} px"
            gates.append(Gate(name, f"{reached:+.2f} dB", f"> {best:+.2f} dB (classical)", reached > best))
        return tuple(gates)


def deblur_suite(options: SuiteOptions) -> Report:
    """Blurs photos and sharpens them again.

    Raises:
        InputError: for a folder without photos, or a model or device that is not there.
    """
    ours = Ours.installed("deblur", options.model, options.device)
    test = DeblurTest(ours)
    first: Pixels8 | None = None
    for name, photo in evaluation_photos(options.data, options.photos):
        test.add(Path(name).stem, photo)
        first = photo if first is None else first
    assert first is not None, "a folder without photos is an error"
    gates = [*test.gates(), strength_0_gate(ours, first, {"amount": 0})]
    if ours.cards:
        large = with_noise(softened(enlarged_canvas(first, LARGE_SIZE), 1.2), NOISE)
        gates.append(seam_gate(ours, "deblur", large, {"amount": 100, "blur_px": 1.2}, ours.cards[0].id))
    return Report(
        suite="deblur",
        subject=ours.cards[0].id if ours.cards else CLASSICAL,
        tables=test.tables(),
        gates=tuple(gates),
        values={"models": {card.id: card.sha256 for card in ours.cards}},
        sheets=(
            Sheet(
                "deblur", f"Blur of {BLURS_PX[1]} px, at 200 %", tuple(test.rows), test.columns(), side_px=2 * CROP_PX
            ),
        ),
        notes=("All methods are told the blur. Networks alone are told the noise too; the task lets it stay.",),
    )


def softened(photo: Pixels8, blur_px: float) -> Pixels8:
    """By a Gaussian, edges mirrored."""
    return np.asarray(load_cv2().GaussianBlur(photo, (0, 0), blur_px), np.uint8)
