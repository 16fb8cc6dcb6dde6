"""``restorer evaluate detect``: finding damage beside the classical detector, on photos damaged on purpose."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from restorer.core.agreement import Agreement, agreement, near
from restorer.core.damage import DAMAGE_CLASSES, DEFAULT_SENSITIVITY, DamageMap, threshold_at
from restorer.core.image import Image
from restorer.degradation.shapes import load_shapes, shapes_beside
from restorer.evaluation.damage_set import DamagedPhoto, Pixels8, shaped_damage, synthetic_damage
from restorer.evaluation.overlays import overlay
from restorer.evaluation.photos import evaluation_photos
from restorer.evaluation.report import Cell, Gate, Report, Table
from restorer.evaluation.sheets import Row, Sheet, Tile
from restorer.evaluation.suites import SuiteOptions
from restorer.session.detection import detect_damage, detection_request
from restorer.session.session import Session
from restorer.tasks.spec import CLASSICAL

TOLERANCE_PX = 2
WANTED_F1 = 0.70
SENSITIVITIES = (0.3, 0.4, DEFAULT_SENSITIVITY, 0.6, 0.7)
SHOWN = 12
_STAIN = DAMAGE_CLASSES.index("stain")
"""The last class: all before it are marks that are thin or opaque."""
MARKS, SHAPES, UNDAMAGED = "marks of the degradation model", "real shapes", "undamaged"

Find = Callable[[Pixels8], DamageMap]


@dataclass(slots=True)
class Score:
    """What one detector did on one set.

    Attributes:
        by_sensitivity: damage of any class.
        unstained: the same at the default sensitivity, stains left out of account on both sides.
        found: of each class, whether it was marked at all.
        told: whether it was marked as that class.
        marked: pixels marked where there is nothing to find.
        pixels, seconds: of all photos.
    """

    by_sensitivity: dict[float, Agreement] = field(default_factory=lambda: defaultdict(Agreement))
    unstained: Agreement = field(default_factory=Agreement)
    found: dict[str, Agreement] = field(default_factory=lambda: defaultdict(Agreement))
    told: dict[str, Agreement] = field(default_factory=lambda: defaultdict(Agreement))
    marked: int = 0
    pixels: int = 0
    seconds: float = 0.0

    def add(self, damage: DamageMap, example: DamagedPhoto, seconds: float) -> None:
        """One photo."""
        self.seconds += seconds
        self.pixels += example.known.size
        likely, true = damage.planes.max(axis=0), np.asarray(example.truth.any(axis=0))
        for sensitivity in SENSITIVITIES:
            marked = likely >= threshold_at(sensitivity)
            self.by_sensitivity[sensitivity] += agreement(marked, true, tolerance_px=TOLERANCE_PX, known=example.known)
        threshold = threshold_at(DEFAULT_SENSITIVITY)
        others, true_others = damage.planes[:_STAIN].max(axis=0) >= threshold, example.truth[:_STAIN].any(axis=0)
        apart = example.known & ~near(example.truth[_STAIN] & ~true_others, TOLERANCE_PX)
        self.unstained += agreement(others, np.asarray(true_others), tolerance_px=TOLERANCE_PX, known=apart)
        for name, plane, truth in zip(DAMAGE_CLASSES, damage.planes, example.truth, strict=True):
            known = example.known
            self.found[name] += agreement(likely >= threshold, truth, tolerance_px=TOLERANCE_PX, known=known)
            self.told[name] += agreement(plane >= threshold, truth, tolerance_px=TOLERANCE_PX, known=known)

    def add_undamaged(self, damage: DamageMap) -> None:
        """One photo in which there is nothing to find."""
        self.marked += int(np.count_nonzero(damage.mask_at().plane))
        self.pixels += damage.planes[0].size

    @property
    def fixed(self) -> Agreement:
        """At the default sensitivity."""
        return self.by_sensitivity[DEFAULT_SENSITIVITY]

    @property
    def best(self) -> float:
        """The sensitivity with the highest F1."""
        return max(SENSITIVITIES, key=lambda sensitivity: self.by_sensitivity[sensitivity].f1)


def detect_suite(options: SuiteOptions) -> Report:
    """Damages each photo twice, with the degradation model's marks and with real shapes where some lie beside the
    photos, seeded by its place in the folder; then looks for the damage with the network and without.

    Raises:
        InputError: for a folder without photos, or a model or device that is not there.
    """
    session = Session()
    model = detection_request(session, Image(np.zeros((1, 1, 3), np.uint8)), model=options.model).model
    methods: dict[str, Find] = {
        name: _finder(session, name, options.device) for name in dict.fromkeys((model, CLASSICAL))
    }
    folder = shapes_beside(options.data)
    shapes = load_shapes(folder, held_out=True) if folder else []
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    rows: list[Row] = []
    for index, (name, photo) in enumerate(evaluation_photos(options.data, options.photos)):
        examples = {MARKS: synthetic_damage(photo, index)}
        if shapes:
            examples[SHAPES] = shaped_damage(photo, shapes, index)
        for kind, example in examples.items():
            maps = _measure(methods, kind, example, scores)
            if len(rows) < SHOWN:
                rows.append(_row(f"{Path(name).stem}, {kind}", example, maps))
        for method, find in methods.items():
            scores[method, UNDAMAGED].add_undamaged(find(examples[MARKS].aged))
    return _report(model, tuple(methods), scores, tuple(rows))


def _finder(session: Session, model: str, device: str) -> Find:
    return lambda photo: detect_damage(session, Image(photo), model=model, device=device)


def _measure(
    methods: Mapping[str, Find], kind: str, example: DamagedPhoto, scores: Mapping[tuple[str, str], Score]
) -> list[DamageMap]:
    maps = []
    for method, find in methods.items():
        began = time.perf_counter()
        maps.append(find(example.damaged))
        scores[method, kind].add(maps[-1], example, time.perf_counter() - began)
    return maps


def _row(title: str, example: DamagedPhoto, maps: list[DamageMap]) -> Row:
    truth = DamageMap(np.where(example.truth, np.uint8(255), np.uint8(0)))
    shown = (example.damaged, overlay(example.damaged, truth), *(overlay(example.damaged, each) for each in maps))
    return Row(tuple(Tile(picture) for picture in shown), title)


def _report(
    model: str, methods: tuple[str, ...], scores: Mapping[tuple[str, str], Score], rows: tuple[Row, ...]
) -> Report:
    kinds = [kind for kind in (MARKS, SHAPES) if (model, kind) in scores]
    tables = [_overview(methods, kind, scores) for kind in kinds]
    tables += [_by_class(methods, kind, scores) for kind in kinds]
    tables.append(_false_alarms(methods, scores))
    f1 = {kind: scores[model, kind].fixed.f1 for kind in kinds}
    gates: tuple[Gate, ...] = ()
    if model != CLASSICAL:
        name = f"F1 on {MARKS}, within {TOLERANCE_PX} px, at the default sensitivity"
        gates = (Gate(name, f"{f1[MARKS]:.3f}", f"≥ {WANTED_F1:.2f}", f1[MARKS] >= WANTED_F1),)
    return Report(
        suite="detect",
        subject=model,
        tables=tuple(tables),
        gates=gates,
        values={"model": model, "f1": {kind: round(value, 4) for kind, value in f1.items()}},
        sheets=(Sheet("detect", "Damage: photo, truth, found", rows, ("damaged", "truth", *methods), side_px=420),),
        notes=("Marks that texture swallows, and soft rims, are neither right nor wrong.",),
    )


def _overview(methods: tuple[str, ...], kind: str, scores: Mapping[tuple[str, str], Score]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for method in methods:
        score = scores[method, kind]
        fixed, best = score.fixed, score.by_sensitivity[score.best]
        figures = (fixed.f1, fixed.precision, fixed.recall, fixed.iou, best.f1, score.best, score.unstained.f1)
        rows.append((method, *figures, score.seconds / score.pixels * 1e6))
    headings = (
        "method",
        "F1",
        "precision",
        "recall",
        "IoU",
        "best F1",
        "at sensitivity",
        "F1 without stains",
        "s a MP",
    )
    return Table(f"Damage by {kind}, within {TOLERANCE_PX} px", headings, tuple(rows))


def _by_class(methods: tuple[str, ...], kind: str, scores: Mapping[tuple[str, str], Score]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name in DAMAGE_CLASSES:
        if not scores[methods[0], kind].found[name].true:
            continue
        figures = [(scores[m, kind].found[name].recall, scores[m, kind].told[name].f1) for m in methods]
        rows.append((name, *(figure for pair in figures for figure in pair)))
    headings = ("class", *(f"{m}, {what}" for m in methods for what in ("found", "F1 as this class")))
    return Table(f"By class, {kind}", headings, tuple(rows))


def _false_alarms(methods: tuple[str, ...], scores: Mapping[tuple[str, str], Score]) -> Table:
    rows = tuple((m, scores[m, UNDAMAGED].marked / scores[m, UNDAMAGED].pixels * 1000) for m in methods)
    return Table("False alarms in the same photos without damage", ("method", "‰ of the pixels"), rows)
