"""``restorer evaluate denoise``: known noise taken away, by networks and classical methods, and how long it takes."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

import numpy as np

from restorer.core.contract import FloatPixels, Levels
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.evaluation.metrics import psnr, ssim
from restorer.evaluation.photos import evaluation_photos
from restorer.evaluation.report import Cell, Gate, Report, Table
from restorer.evaluation.restoration.baselines import NL_MEANS, denoise_baselines
from restorer.evaluation.restoration.goals import Goal
from restorer.evaluation.restoration.large import (
    LARGE_SIZE,
    PART_SIZE,
    enlarged_canvas,
    seam_gate,
    tiled_gate,
    with_noise,
)
from restorer.evaluation.restoration.ours import Ours, Pixels8, middle_row, to_8bit, to_float
from restorer.evaluation.sheets import Row, Sheet
from restorer.evaluation.suites import SuiteOptions
from restorer.tasks.spec import CLASSICAL

SIGMA = 25.0
"""Of 255."""
TOLD = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Levels that the network is told, as a share of the true one."""
GAIN = Goal("PSNR over the better NL-means", 1.5, 2.3)
ABSOLUTE = Goal("PSNR at σ 25", 30.3, 31.0)
ABSOLUTE_SET = "cbsd68"
"""The photos that the absolute figure is known for; the name of their folder begins with it."""
NOISY, IN_8BIT, SHIPPED, THOROUGH = "noisy", "8 bit", "task", "thorough"
FAST = "denoise-fast"
SHOWN, CROP_PX = 8, 96
_BARE = {"strength": 100, "grain": 0}


@dataclass(slots=True)
class Scores:
    """Of one method: a figure for each photo."""

    psnr: list[float] = field(default_factory=list)
    ssim: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, made: FloatPixels, truth: FloatPixels, seconds: float) -> None:
        made = np.clip(made, 0, 1)
        self.psnr.append(psnr(made, truth, peak=1.0))
        self.ssim.append(ssim(made, truth, peak=1.0))
        self.seconds.append(seconds)


@dataclass(slots=True)
class DenoiseTest:
    """The same noise on every photo, seeded by the photo's place, through every method."""

    ours: Ours
    scores: dict[str, Scores] = field(default_factory=lambda: defaultdict(Scores))
    tries: dict[str, dict[float, Scores]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Scores)))
    told: dict[float, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    rows: list[Row] = field(default_factory=list)

    def add(self, index: int, name: str, photo: Pixels8) -> None:
        truth = to_float(photo)
        noise = np.random.default_rng(1000 + index).standard_normal(truth.shape, np.float32) * np.float32(SIGMA / 255)
        noisy = truth + noise
        shown = [photo, to_8bit(noisy)]
        self.scores[NOISY].add(noisy, truth, 0.0)
        for card in self.ours.cards:
            made = self._network(card.id, card.id, noisy, truth)
            self._network(f"{card.id}, {IN_8BIT}", card.id, to_float(to_8bit(noisy)), truth)
            shown.append(to_8bit(made))
        for model in (*(card.id for card in self.ours.cards), CLASSICAL):
            run = self.ours.run(Image(to_8bit(noisy)), _BARE, model)
            self.scores[f"{model}, {SHIPPED}"].add(to_float(run.image.pixels), truth, run.seconds)
        if self.ours.cards:
            self._network(self._thorough(), self.ours.cards[0].id, noisy, truth, thorough=True)
            self._strengths(noisy, truth, noise)
        for label, baseline in denoise_baselines().items():
            for strength in baseline.strengths:
                began = time.perf_counter()
                made = baseline.denoise(noisy, SIGMA / 255, strength)
                self.tries[label][strength].add(made, truth, time.perf_counter() - began)
            if len(shown) < len(self.columns()):
                shown.append(to_8bit(made))
        if len(self.rows) < SHOWN:
            self.rows.append(middle_row(name, shown, CROP_PX))

    def columns(self) -> tuple[str, ...]:
        """Of the contact sheet."""
        return ("truth", NOISY, *(card.id for card in self.ours.cards), NL_MEANS[0])

    def _thorough(self) -> str:
        return f"{self.ours.cards[0].id}, {THOROUGH}"

    def _network(
        self, label: str, model: str, noisy: FloatPixels, truth: FloatPixels, *, thorough: bool = False
    ) -> FloatPixels:
        made, seconds = self.ours.call(model, noisy, levels=Levels(noise=SIGMA / 255), thorough=thorough)
        self.scores[label].add(made, truth, seconds)
        return made

    def _strengths(self, noisy: FloatPixels, truth: FloatPixels, noise: FloatPixels) -> None:
        """What becomes of photo and noise where the network is told another level than the true one."""
        for share in TOLD:
            made, _ = self.ours.call(self.ours.cards[0].id, noisy, levels=Levels(noise=share * SIGMA / 255))
            left = float(np.vdot(made - truth, noise) / np.vdot(noise, noise))
            self.told[share].append((psnr(np.clip(made, 0, 1), truth, peak=1.0), left))

    def tuned(self) -> dict[str, tuple[float, Scores]]:
        """Each classical method at the strength that is best over all photos: known only to someone with the truth."""
        best = {}
        for label, tries in self.tries.items():
            strength = max(tries, key=lambda each: mean(tries[each].psnr))
            best[label] = strength, tries[strength]
        return best

    def tables(self) -> tuple[Table, ...]:
        rows = [_cells(label, scores) for label, scores in self.scores.items()]
        rows += [_cells(f"{label}, h {strength:g} σ", scores) for label, (strength, scores) in self.tuned().items()]
        count = len(self.scores[NOISY].psnr)
        title = f"Colour noise of σ {SIGMA:g}, not clipped, {count} photos"
        tables = [Table(title, ("method", "PSNR", "SSIM", "s a photo"), tuple(rows))]
        if self.told:
            strengths = tuple(
                (f"{share:.0%}", mean(each[0] for each in pairs), 100 * mean(each[1] for each in pairs))
                for share, pairs in self.told.items()
            )
            headings = ("level told, of the true one", "PSNR", "noise left, %")
            tables.append(Table(f"Strength of {self.ours.cards[0].id}", headings, strengths))
        return tuple(tables)

    def gates(self, folder: Path | None) -> tuple[Gate, ...]:
        """Of the network that the task prefers, in one go."""
        if not self.ours.cards:
            return ()
        model = self.ours.cards[0].id
        reached = mean(self.scores[model].psnr)
        nl_means = max(mean(scores.psnr) for label, (_, scores) in self.tuned().items() if label in NL_MEANS)
        gates = [GAIN.gate(reached - nl_means, model)]
        if folder is not None and folder.name.startswith(ABSOLUTE_SET):
            gates.append(ABSOLUTE.gate(reached, model))
        return tuple(gates)


def denoise_suite(options: SuiteOptions) -> Report:
    """Adds noise to photos and takes it away again; then the same on 12 megapixels, by the clock.

    Raises:
        InputError: for a folder without photos, or a model or device that is not there.
    """
    ours = Ours.installed("denoise", options.model, options.device)
    test = DenoiseTest(ours)
    first: Pixels8 | None = None
    for index, (name, photo) in enumerate(evaluation_photos(options.data, options.photos)):
        test.add(index, Path(name).stem, photo)
        first = photo if first is None else first
    assert first is not None, "a folder without photos is an error"
    gates = [*test.gates(options.data), strength_0_gate(ours, first, {"strength": 0})]
    gates += large_gates(ours, first)
    return Report(
        suite="denoise",
        subject=ours.cards[0].id if ours.cards else CLASSICAL,
        tables=test.tables(),
        gates=tuple(gates),
        values={"models": {card.id: card.sha256 for card in ours.cards}},
        sheets=(
            Sheet("denoise", f"Noise of σ {SIGMA:g}, at 200 %", tuple(test.rows), test.columns(), side_px=2 * CROP_PX),
        ),
        notes=(
            "8 bit: the noisy photo clipped and rounded. Task: of that, strength 100, no grain kept, level measured.",
            "NL-means is tuned on the very photos it is measured on. OpenCV's takes 8 bits, so its noise is clipped.",
        ),
    )


def strength_0_gate(ours: Ours, photo: Pixels8, params: dict[str, object]) -> Gate:
    """The task at strength 0 returns the very bits, of 8 and of 16."""
    deep = photo.astype(np.uint16) * np.uint16(257)
    models = [card.id for card in ours.cards[:1]] + [CLASSICAL]
    changed = sum(
        int(np.count_nonzero(ours.run(Image(pixels), params, model).image.pixels != pixels))
        for pixels in (photo, deep)
        for model in models
    )
    return Gate(f"{ours.task}: values changed at strength 0, 8 and 16 bit", str(changed), "0", changed == 0)


def large_gates(ours: Ours, photo: Pixels8) -> list[Gate]:
    """Time and tiles on 12 megapixels."""
    if not ours.cards:
        return []
    ids = [card.id for card in ours.cards]
    fast = FAST if FAST in ids else ids[0]
    large = with_noise(enlarged_canvas(photo, LARGE_SIZE), 8.0)
    cv2 = load_cv2()
    began = time.perf_counter()
    cv2.fastNlMeansDenoisingColored(large, None, 6, 6, 7, 21)
    theirs = time.perf_counter() - began
    seconds = ours.run(Image(large), {"noise": 8.0, "grain": 0}, fast).seconds
    goal = Goal(f"times as fast as OpenCV's NL-means, 12 megapixels, {seconds:.1f} s against {theirs:.1f} s", 1, 3, "×")
    part = with_noise(enlarged_canvas(photo, PART_SIZE), 8.0)
    tiled, _ = tiled_gate(ours, part, ids[0], Levels(noise=8 / 255))
    return [
        goal.gate(theirs / seconds, fast),
        tiled,
        seam_gate(ours, "denoise", large, {"noise": 8.0, "grain": 0}, ids[0]),
    ]


def _cells(label: str, scores: Scores) -> tuple[Cell, ...]:
    return label, mean(scores.psnr), mean(scores.ssim), mean(scores.seconds)
