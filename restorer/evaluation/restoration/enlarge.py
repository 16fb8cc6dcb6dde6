"""``restorer evaluate sr``: photos made small by MATLAB's bicubic and large again, by the literature's protocol."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

import numpy as np
import PIL.Image
import torch

from restorer.degradation.resampling import bicubic_enlarged, bicubic_shrunk
from restorer.evaluation.metrics import psnr, spectrum_distance, ssim
from restorer.evaluation.metrics.pictures import Plane
from restorer.evaluation.photos import evaluation_photos
from restorer.evaluation.report import Cell, Gate, Report, Table
from restorer.evaluation.restoration.goals import Goal
from restorer.evaluation.restoration.large import enlarged_canvas, seam_gate, tiled_gate
from restorer.evaluation.restoration.ours import Ours, Pixels8, middle_row, to_8bit, to_float
from restorer.evaluation.sheets import Row, Sheet
from restorer.evaluation.suites import SuiteOptions
from restorer.store import ModelCard

TASK = "super-resolve"
BICUBIC, LANCZOS = "bicubic", "Lanczos"
VIVID, BETWEEN = "vivid", "half vivid"
GOALS = {4: Goal("PSNR 4× on Set5", 30.7, 31.7), 2: Goal("PSNR 2× on Set5", 36.5, 37.5)}
GOAL_SET, TEXTURE_SET = "set5", "urban100"
"""Beginnings of the names of the folders that the figures are known for."""
SHOWN, CROP_PX = 9, 160
SPECTRUM_PX = 384
_STUDIO_LUMA = np.array([65.481, 128.553, 24.966]) / 255
"""Of R, G and B of 0 to 255 in the luma of ITU-R BT.601 in studio range, as MATLAB's ``rgb2ycbcr`` has it."""
_LARGE_SIZES = {4: (752, 1000), 2: (1504, 2000)}
"""Of the small photo that 12 megapixels are made of."""

Key = tuple[str, int, str]
"""Set of photos, scale, method."""


@dataclass(slots=True)
class Scores:
    """Of one method on one set: a figure for each photo."""

    psnr: list[float] = field(default_factory=list)
    ssim: list[float] = field(default_factory=list)
    spectrum: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


@dataclass(slots=True)
class EnlargeTest:
    """Every photo made small by each factor that there is a network for, and large again by every method."""

    ours: Ours
    scores: dict[Key, Scores] = field(default_factory=lambda: defaultdict(Scores))
    rows: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def scales(self) -> dict[int, list[ModelCard]]:
        """Factors, and the networks of each, the preferred one first."""
        found: dict[int, list[ModelCard]] = defaultdict(list)
        for card in self.ours.cards:
            found[card.scale].append(card)
        return dict(sorted(found.items())) or {2: [], 4: []}

    def add(self, group: str, name: str, photo: Pixels8) -> None:
        for scale, cards in self.scales().items():
            truth = photo[: photo.shape[0] // scale * scale, : photo.shape[1] // scale * scale]
            small = made_small(truth, scale)
            shown: dict[str, Pixels8] = {}
            for label, made, seconds in self._enlarged(small, scale, cards):
                self._score((group, scale, label), made, truth, seconds)
                shown[label] = made
            if len(self.rows[scale]) < SHOWN:
                self.rows[scale].append(middle_row(name, [truth, *shown.values()], CROP_PX))

    def columns(self, scale: int) -> tuple[str, ...]:
        """Of the contact sheet."""
        labels = dict.fromkeys(method for _, each, method in self.scores if each == scale)
        return ("truth", *labels)

    def _enlarged(self, small: Pixels8, scale: int, cards: list[ModelCard]) -> Iterator[tuple[str, Pixels8, float]]:
        began = time.perf_counter()
        yield BICUBIC, made_large(small, scale), time.perf_counter() - began
        began = time.perf_counter()
        size = (small.shape[1] * scale, small.shape[0] * scale)
        lanczos = np.asarray(PIL.Image.fromarray(small).resize(size, PIL.Image.Resampling.LANCZOS))
        yield LANCZOS, lanczos, time.perf_counter() - began
        for card in cards:
            mixes = {card.id: 0.0}
            if self.ours.session.catalogue.vivid_of(card) is not None:
                mixes |= {f"{card.id}, {BETWEEN}": 0.5, f"{card.id}, {VIVID}": 1.0}
            for label, mix in mixes.items():
                made, seconds = self.ours.call(card.id, to_float(small), mix=mix)
                yield label, to_8bit(made), seconds

    def _score(self, key: Key, made: Pixels8, truth: Pixels8, seconds: float) -> None:
        inner = slice(key[1], -key[1])
        ours, theirs = (studio_luma(picture)[inner, inner] for picture in (made, truth))
        scores = self.scores[key]
        scores.psnr.append(psnr(ours, theirs))
        scores.ssim.append(ssim(ours, theirs))
        scores.spectrum.append(spectrum_distance(_middle(ours), _middle(theirs)))
        scores.seconds.append(seconds)

    def tables(self) -> tuple[Table, ...]:
        tables = []
        for group, scale in dict.fromkeys((group, scale) for group, scale, _ in self.scores):
            rows: list[tuple[Cell, ...]] = []
            for (g, s, method), scores in self.scores.items():
                if (g, s) == (group, scale):
                    figures = (scores.psnr, scores.ssim, scores.spectrum, scores.seconds)
                    rows.append((method, *(mean(each) for each in figures)))
            count = len(self.scores[group, scale, BICUBIC].psnr)
            headings = ("method", "PSNR of luma", "SSIM", "spectrum dB", "s a photo")
            tables.append(
                Table(f"{scale}× on {group}, {count} photos, a rim of {scale} px left out", headings, tuple(rows))
            )
        return tuple(tables)

    def gates(self) -> tuple[Gate, ...]:
        """Of the preferred network of each factor."""
        gates = []
        for scale, cards in self.scales().items():
            for group in dict.fromkeys(group for group, s, _ in self.scores if s == scale):
                if not cards:
                    continue
                if group.startswith(GOAL_SET) and scale in GOALS:
                    gates.append(GOALS[scale].gate(mean(self.scores[group, scale, cards[0].id].psnr), cards[0].id))
                vivid = self.scores.get((group, scale, f"{cards[0].id}, {VIVID}"))
                if group.startswith(TEXTURE_SET) and vivid is not None:
                    gates.append(self._texture_gate(group, scale, cards[0].id, mean(vivid.spectrum)))
        return tuple(gates)

    def _texture_gate(self, group: str, scale: int, model: str, distance: float) -> Gate:
        others = {each: mean(self.scores[group, scale, each].spectrum) for each in (model, LANCZOS)}
        nearest = min(others, key=lambda each: others[each])
        return Gate(
            f"{model}, {VIVID}: distance of the power spectrum on {group}, {scale}×",
            f"{distance:.2f} dB",
            f"< {others[nearest]:.2f} dB ({nearest})",
            distance < others[nearest],
        )


def enlarge_suite(options: SuiteOptions) -> Report:
    """Makes photos small and large again.

    ``options.data`` may hold photos, or folders of photos: each is a set with tables of its own.

    Raises:
        InputError: for a folder without photos, or a model or device that is not there.
    """
    ours = Ours.installed(TASK, options.model, options.device)
    test = EnlargeTest(ours)
    first: Pixels8 | None = None
    for group, folder in photo_sets(options.data):
        for name, photo in evaluation_photos(folder, options.photos):
            test.add(group, Path(name).stem, photo)
            first = photo if first is None else first
    assert first is not None, "a folder without photos is an error"
    gates = list(test.gates())
    for scale, cards in test.scales().items():
        if cards:
            gates += _large_gates(ours, cards[0], scale, first)
    sheets = tuple(
        Sheet(
            f"sr-x{scale}", f"{scale} times as large, at 200 %", tuple(rows), test.columns(scale), side_px=2 * CROP_PX
        )
        for scale, rows in test.rows.items()
    )
    return Report(
        suite="sr",
        subject=", ".join(card.id for card in ours.cards) or BICUBIC,
        tables=test.tables(),
        gates=tuple(gates),
        values={"models": {card.id: card.sha256 for card in ours.cards}},
        sheets=sheets,
        notes=(
            "Small photos are made by MATLAB's imresize and rounded to 8 bits; luma is BT.601 in studio range.",
            "The published bicubic on Set5 is 28.42 dB at 4× and 33.66 dB at 2×.",
        ),
    )


def photo_sets(folder: Path | None) -> list[tuple[str, Path | None]]:
    """Names and folders: those below ``folder`` where it holds no photos itself."""
    if folder is None:
        return [("bundled photos", None)]
    below = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not below or any(path.is_file() for path in folder.iterdir()):
        return [(folder.name, folder)]
    return [(path.name, path) for path in below]


def made_small(photo: Pixels8, scale: int) -> Pixels8:
    """MATLAB's bicubic, rounded to 8 bits; both sides must be multiples of ``scale``."""
    return _pixels(bicubic_shrunk(_tensor(photo), scale))


def made_large(photo: Pixels8, scale: int) -> Pixels8:
    """MATLAB's bicubic the other way."""
    return _pixels(bicubic_enlarged(_tensor(photo), scale))


def studio_luma(picture: Pixels8) -> Plane:
    """``H x W``, 16 to 235."""
    return np.asarray(picture.astype(np.float64) @ _STUDIO_LUMA + 16)


def _middle(plane: Plane) -> Plane:
    """At most :data:`SPECTRUM_PX` a side: enough windows for a spectrum, and as many from every photo."""
    rows, columns = (slice(max(0, (side - SPECTRUM_PX) // 2), (side + SPECTRUM_PX) // 2) for side in plane.shape)
    return plane[rows, columns]


def _tensor(pixels: Pixels8) -> torch.Tensor:
    return torch.from_numpy(to_float(pixels)).permute(2, 0, 1)[None]


def _pixels(tensor: torch.Tensor) -> Pixels8:
    return to_8bit(tensor[0].permute(1, 2, 0).numpy())


def _large_gates(ours: Ours, card: ModelCard, scale: int, photo: Pixels8) -> list[Gate]:
    """Time and tiles on 12 megapixels of result."""
    large = enlarged_canvas(photo, _LARGE_SIZES[scale])
    tiled, _ = tiled_gate(ours, large, card.id, None)
    return [tiled, seam_gate(ours, f"{TASK}, {card.id}", large, {"factor": float(scale)}, card.id)]
