"""``restorer evaluate deblock``: photos compressed by libjpeg and made good again."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

import numpy as np
import PIL.Image

from restorer.core.contract import Levels
from restorer.core.image import Image
from restorer.evaluation.metrics import psnr
from restorer.evaluation.metrics.pictures import luma
from restorer.evaluation.photos import evaluation_photos
from restorer.evaluation.report import Cell, Gate, Report, Table
from restorer.evaluation.restoration.denoise import strength_0_gate
from restorer.evaluation.restoration.goals import Goal
from restorer.evaluation.restoration.large import LARGE_SIZE, enlarged_canvas, seam_gate
from restorer.evaluation.restoration.ours import Ours, Pixels8, middle_row, to_8bit, to_float
from restorer.evaluation.sheets import Row, Sheet
from restorer.evaluation.suites import SuiteOptions
from restorer.tasks.spec import CLASSICAL

QUALITIES = (10, 20, 40)
GAIN = Goal("gain in luma over the gray JPEG of quality 10", 1.0, 1.4)
GRAY, COLOUR = "gray", "colour, 4:2:0"
JPEG, SHIPPED = "JPEG", "task"
SHOWN, CROP_PX = 8, 96

Key = tuple[str, int, str]
"""Gray or colour, quality, method."""


@dataclass(slots=True)
class DeblockTest:
    """Each photo as a JPEG of several qualities, in gray and in colour, through every method."""

    ours: Ours
    psnr: dict[Key, list[float]] = field(default_factory=lambda: defaultdict(list))
    rows: list[Row] = field(default_factory=list)

    def add(self, name: str, photo: Pixels8) -> None:
        gray = np.rint(luma(photo)).astype(np.uint8)
        for quality in QUALITIES:
            self._compare(GRAY, quality, gray[..., None].repeat(3, axis=2), saved_as_jpeg(gray, quality))
            shown = self._compare(COLOUR, quality, photo, saved_as_jpeg(photo, quality))
            if quality == QUALITIES[0] and len(self.rows) < SHOWN:
                self.rows.append(middle_row(name, shown, CROP_PX))

    def columns(self) -> tuple[str, ...]:
        """Of the contact sheet."""
        return ("truth", JPEG, *(card.id for card in self.ours.cards), CLASSICAL)

    def _compare(self, kind: str, quality: int, truth: Pixels8, jpeg: Pixels8) -> list[Pixels8]:
        self._add((kind, quality, JPEG), jpeg, truth)
        shown = [truth, jpeg]
        for card in self.ours.cards:
            levels = Levels(compression=(100 - quality) / 100)
            made = to_8bit(self.ours.call(card.id, to_float(jpeg), levels=levels)[0])
            self._add((kind, quality, card.id), made, truth)
            shown.append(made)
        for model in (*(card.id for card in self.ours.cards[:1]), CLASSICAL):
            blind = self.ours.run(Image(jpeg), {}, model).image.pixels
            self._add((kind, quality, f"{model}, {SHIPPED}"), blind, truth)
        made = self.ours.run(Image(jpeg), {"quality": quality}, CLASSICAL).image.pixels
        self._add((kind, quality, CLASSICAL), made, truth)
        return [*shown, made]

    def _add(self, key: Key, made: Pixels8, truth: Pixels8) -> None:
        self.psnr[key].append(psnr(luma(made), luma(truth)))

    def gain(self, kind: str, quality: int, method: str) -> float:
        """Mean over the photos, in dB."""
        return mean(self.psnr[kind, quality, method]) - mean(self.psnr[kind, quality, JPEG])

    def tables(self) -> tuple[Table, ...]:
        tables = []
        for kind in (GRAY, COLOUR):
            methods = [method for k, quality, method in self.psnr if k == kind and quality == QUALITIES[0]]
            rows: list[tuple[Cell, ...]] = []
            for method in methods:
                cells: list[Cell] = [method]
                for quality in QUALITIES:
                    cells += [mean(self.psnr[kind, quality, method]), self.gain(kind, quality, method)]
                rows.append(tuple(cells))
            headings = ["method"]
            for quality in QUALITIES:
                headings += [f"Q {quality}", "+"]
            title = f"PSNR of luma, JPEG in {kind}, {len(self.psnr[kind, QUALITIES[0], JPEG])} photos"
            tables.append(Table(title, tuple(headings), tuple(rows)))
        return tuple(tables)


def deblock_suite(options: SuiteOptions) -> Report:
    """Compresses photos and takes the traces away again.

    Raises:
        InputError: for a folder without photos, or a model or device that is not there.
    """
    ours = Ours.installed("deblock", options.model, options.device)
    test = DeblockTest(ours)
    first: Pixels8 | None = None
    for name, photo in evaluation_photos(options.data, options.photos):
        test.add(Path(name).stem, photo)
        first = photo if first is None else first
    assert first is not None, "a folder without photos is an error"
    gates: list[Gate] = []
    if ours.cards:
        model = ours.cards[0].id
        large = saved_as_jpeg(enlarged_canvas(first, LARGE_SIZE), 30)
        gates = [
            GAIN.gate(test.gain(GRAY, 10, model), model),
            seam_gate(ours, "deblock", large, {"quality": 30}, model),
        ]
    gates.append(strength_0_gate(ours, first, {"strength": 0}))
    return Report(
        suite="deblock",
        subject=ours.cards[0].id if ours.cards else CLASSICAL,
        tables=test.tables(),
        gates=tuple(gates),
        values={"models": {card.id: card.sha256 for card in ours.cards}},
        sheets=(
            Sheet("deblock", "JPEG of quality 10, at 200 %", tuple(test.rows), test.columns(), side_px=2 * CROP_PX),
        ),
        notes=(
            "Gray: the photo's luma stored as a gray JPEG, as the literature does it. Networks are told the quality.",
            "Task: as people run it, the quality measured from the pixels.",
        ),
    )


def saved_as_jpeg(pixels: Pixels8, quality: int) -> Pixels8:
    """Through libjpeg and back, as RGB: gray planes as gray files, colour as 4:2:0."""
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=2)
    return np.array(PIL.Image.open(file).convert("RGB"))
