"""Candidates for one task, side by side: which to begin with, what sets them apart, and where they disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.mask import Plane
from restorer.core.params import ParamSpec, Value, param_specs
from restorer.formats.color import to_display
from restorer.tasks.spec import VARIANT, VARIANTS, Task

FEWEST, MOST = 2, 4
_UNSEEN = 3
"""Difference between candidates, of 255, that nobody would see."""
_FULL = 48
"""Difference from which they disagree altogether."""
_SMOOTH_SIGMA_PX = 1.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to run a task.

    Attributes:
        model: id of installed weights, or ``classical``.
        params: plain values of every parameter.
    """

    model: str
    params: Mapping[str, Value]


def first_candidates(task: Task, models: Sequence[str], current: Candidate) -> tuple[Candidate, ...]:
    """The person's own settings first, then the other models with the same; where there are none, other settings.

    Args:
        models: ids offered for the task.
    """
    found = [current, *(Candidate(model, current.params) for model in models if model != current.model)][:MOST]
    while len(found) < FEWEST:
        found.append(another_candidate(task, models, found))
    return tuple(found)


def another_candidate(task: Task, models: Sequence[str], present: Sequence[Candidate]) -> Candidate:
    """One more, unlike those there are: a model not yet among them, else another value of the first parameter."""
    first = present[0]
    used = {candidate.model for candidate in present}
    for model in models:
        if model not in used:
            return Candidate(model, first.params)
    for spec in sorted(param_specs(task.params), key=lambda spec: spec.advanced):
        if spec.name in (VARIANT, VARIANTS):
            continue
        for value in _other_values(spec, first.params[spec.name]):
            fresh = Candidate(first.model, {**first.params, spec.name: value})
            if fresh not in present:
                return fresh
    return first


def _other_values(spec: ParamSpec, value: Value) -> list[Value]:
    """Values that are worth a look beside ``value``, the one that differs most first."""
    if spec.choices:
        return [choice for choice in spec.choices if choice != value]
    if spec.kind is bool:
        return [not value]
    if spec.kind is str or spec.low is None or spec.high is None:
        return []
    at = float(value)
    ends = sorted((spec.low, spec.high), key=lambda end: -abs(end - at))
    halves = [at + (end - at) / 2 for end in ends if end != at]
    step = spec.step or (1.0 if spec.kind is int else (spec.high - spec.low) / 100)
    stepped = [spec.low + round((half - spec.low) / step) * step for half in halves]
    return [spec.check(round(each) if spec.kind is int else each) for each in stepped if each != at]


def differences(task: Task, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """What sets the settings of each apart, in words: ``Match grain 50 %, Grow 2 px``; empty where nothing does."""
    specs = [
        spec
        for spec in param_specs(task.params)
        if len({candidate.params.get(spec.name) for candidate in candidates}) > 1
    ]
    return tuple(", ".join(_in_words(spec, candidate.params[spec.name]) for spec in specs) for candidate in candidates)


def _in_words(spec: ParamSpec, value: Value) -> str:
    if isinstance(value, bool):
        return f"{spec.label} {'on' if value else 'off'}"
    text = value.replace("_", " ").replace("-", " ") if isinstance(value, str) else f"{value:g}"
    return " ".join(part for part in (spec.label, text, spec.unit) if part)


def disagreement(pictures: Sequence[Image], width: int, height: int) -> Plane:
    """Where candidates differ visibly: the largest difference between any two in any channel, as a coverage plane.

    Args:
        pictures: of one region; those that are larger are averaged down.
        width, height: of the region.

    Returns:
        ``height x width`` uint8: 0 where all look alike, 255 from a quarter of the range on.
    """
    cv2 = load_cv2()
    low: Plane | None = None
    high: Plane | None = None
    for picture in pictures:
        shown = to_display(picture.pixels, picture.color)
        if shown.shape[:2] != (height, width):
            shown = cv2.resize(shown, (width, height), interpolation=cv2.INTER_AREA)
        low = shown if low is None else np.minimum(low, shown)
        high = shown if high is None else np.maximum(high, shown)
    if low is None or high is None:
        return np.zeros((height, width), np.uint8)
    span = cv2.GaussianBlur((high - low).max(axis=2), (0, 0), _SMOOTH_SIGMA_PX).astype(np.float32)
    scaled = np.clip((span - _UNSEEN) / (_FULL - _UNSEEN), 0, 1) * 255
    return np.asarray(np.rint(scaled), np.uint8)
