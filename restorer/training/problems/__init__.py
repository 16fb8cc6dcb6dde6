"""Kinds of problems that the lab can train, listed here by hand: one file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from restorer.training.config import TrainConfig
from restorer.training.problem import Problem
from restorer.training.problems.detect import DetectConfig, DetectProblem
from restorer.training.problems.features import FeaturesConfig, FeaturesProblem, kept
from restorer.training.problems.inpaint import InpaintConfig, InpaintProblem
from restorer.training.problems.restore import RestoreConfig, RestoreProblem
from restorer.training.problems.super_resolve import SuperResolveConfig, SuperResolveProblem


def _whole(network: nn.Module) -> nn.Module:
    return network


def _as_trained(problem: Any, network: nn.Module) -> None:
    """Nothing is left to be done."""


def _no_fields(config: TrainConfig) -> Mapping[str, Any]:
    return {}


def _serving(config: RestoreConfig | SuperResolveConfig) -> Mapping[str, Any]:
    task, *others = config.serves.split(",")
    return {"task": task, "also_serves": tuple(others), "priority": config.priority}


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """How to make a problem of one kind, and what every model of this kind says on its card.

    Attributes:
        config_type: settings, a frozen dataclass derived from TrainConfig.
        build: the problem from such settings, the folder of photos and the device; raises InputError for unusable
            ones.
        exported: the part of the trained network that is shipped: all of it, unless something was put on top that only
            training needs.
        finished: what is left to be done with the averaged weights before they are measured and shipped, in place: a
            threshold to be set, say.
        card_fields: fields of :class:`restorer.store.card.ModelCard` by name that are the same for all models of the
            kind: ``task``, ``half_precision`` …; the others come from the settings and the run.
        card_fields_of: further ones, which follow from the settings of a run.
    """

    config_type: type[TrainConfig]
    build: Callable[[Any, Path, torch.device], Problem]
    card_fields: Mapping[str, Any]
    exported: Callable[[nn.Module], nn.Module] = _whole
    finished: Callable[[Any, nn.Module], None] = _as_trained
    card_fields_of: Callable[[Any], Mapping[str, Any]] = _no_fields


PROBLEMS: Mapping[str, ProblemKind] = {
    "detect": ProblemKind(DetectConfig, DetectProblem, {"task": "repair-scratches"}, finished=DetectProblem.calibrate),
    "features": ProblemKind(FeaturesConfig, FeaturesProblem, {"task": "features"}, kept),
    "inpaint": ProblemKind(InpaintConfig, InpaintProblem, {"task": "inpaint"}),
    "restore": ProblemKind(RestoreConfig, RestoreProblem, {}, card_fields_of=_serving),
    "super-resolve": ProblemKind(SuperResolveConfig, SuperResolveProblem, {}, card_fields_of=_serving),
}
"""Name of the kind, as ``TrainConfig.problem`` gives it, to the kind."""
