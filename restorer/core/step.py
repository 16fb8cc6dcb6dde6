"""A step says what was done, a recipe says it in order; neither holds pixels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from restorer.core.errors import InputError

RECIPE_FORMAT = 3
"""Newest format that is read. Version 3 says beside the steps what is protected, which must not be passed over; version
2 may carry masks; version 1 had steps alone. Older ones are read as they stand."""
STEPS_FORMAT = 2
"""What is written where nothing is protected, so that programs that know no protection can read it."""
MOST_STEPS = 10_000
_LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ModelUse:
    """A model that a step ran: its id (or ``classical``) and the SHA-256 of its weights."""

    model: str
    model_hash: str = ""

    @classmethod
    def from_json(cls, data: object) -> ModelUse:
        """Raises InputError where it is not one."""
        if not isinstance(data, Mapping) or "model" not in data or set(data) - {"model", "model_hash"}:
            raise InputError("A step of the recipe names a model it uses in an unknown way.")
        if not all(isinstance(value, str) for value in data.values()):
            raise InputError("A step of the recipe names a model it uses that is not text.")
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Step:
    """One application of a task.

    Attributes:
        task: task id, such as ``inpaint``.
        version: version of the task's meaning; raised when the same parameters give other pixels.
        params: plain values of every parameter.
        model: model id, or ``classical``.
        model_hash: SHA-256 of the weights, empty for a classical method.
        seed: of every random choice.
        mask: SHA-256 of the mask plane, empty where the task took none.
        uses: models of other tasks that it ran besides its own, by task id.
    """

    task: str
    version: int
    params: Mapping[str, bool | int | float | str] = field(default_factory=dict)
    model: str = "classical"
    model_hash: str = ""
    seed: int = 0
    mask: str = ""
    uses: Mapping[str, ModelUse] = field(default_factory=dict)

    @property
    def models(self) -> tuple[str, ...]:
        """Ids of all models, its own first."""
        return (self.model, *(use.model for use in self.uses.values()))

    def to_json(self) -> dict[str, Any]:
        """Plain values; ``uses`` is there only where it says something."""
        plain = {**asdict(replace(self, params={}, uses={})), "params": dict(self.params)}
        del plain["uses"]
        return {**plain, "uses": {task: asdict(use) for task, use in self.uses.items()}} if self.uses else plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Step:
        """Raises InputError where a field is missing, unknown or of a wrong type."""
        kinds = {
            "task": str,
            "version": int,
            "params": Mapping,
            "model": str,
            "model_hash": str,
            "seed": int,
            "mask": str,
            "uses": Mapping,
        }
        for name, value in data.items():
            if name not in kinds:
                raise InputError(f"A step of the recipe has an unknown field {name!r}.")
            if not isinstance(value, kinds[name]) or isinstance(value, bool):
                raise InputError(f"The field {name!r} of a step in the recipe has a wrong type.")
        if "task" not in data or "version" not in data:
            raise InputError("A step of the recipe lacks its task or version.")
        if data["version"] < 1 or not 0 <= data.get("seed", 0) <= _LARGEST_SEED:
            raise InputError("A step of the recipe has a version or a seed out of range.")
        if not all(isinstance(value, bool | int | float | str) for value in data.get("params", {}).values()):
            raise InputError("A step of the recipe has a parameter that is no plain value.")
        uses = {task: ModelUse.from_json(use) for task, use in data.get("uses", {}).items()}
        return cls(**{**data, "params": dict(data.get("params", {})), "uses": uses})


@dataclass(frozen=True, slots=True)
class Recipe:
    """Steps in the order they are applied."""

    steps: tuple[Step, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"restorer_recipe": STEPS_FORMAT, "steps": [step.to_json() for step in self.steps]}

    def to_text(self) -> str:
        return json.dumps(self.to_json(), indent=2)

    @classmethod
    def from_json(cls, data: object, *, name: str) -> Recipe:
        """Raises InputError, naming the recipe, where it is not one or comes from a newer program."""
        if not isinstance(data, dict) or "restorer_recipe" not in data or not isinstance(data.get("steps"), list):
            raise InputError(f"{name} is not a recipe of Restorer.")
        format = data["restorer_recipe"]
        if isinstance(format, bool) or not isinstance(format, int) or format < 1:
            raise InputError(f"{name} is a recipe of the unknown format {format!r}.")
        if format > RECIPE_FORMAT:
            raise InputError(
                f"The recipe {name} has the format {format}, this program reads up to {RECIPE_FORMAT}.",
                hint="Update Restorer to use it.",
            )
        if len(data["steps"]) > MOST_STEPS:
            raise InputError(f"{name} holds {len(data['steps'])} steps, more than {MOST_STEPS}.")
        if not all(isinstance(step, dict) for step in data["steps"]):
            raise InputError(f"{name} holds a step that is not an object.")
        return cls(tuple(Step.from_json(step) for step in data["steps"]))

    @classmethod
    def from_text(cls, text: str, *, name: str) -> Recipe:
        """As :meth:`from_json`, from a file's text."""
        return cls.from_json(parse_json(text, name=name), name=name)


def parse_json(text: str, *, name: str) -> object:
    """What a JSON text says. Raises InputError, naming it, where it is none."""
    try:
        data: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"The recipe {name} is not readable as JSON: {error}.") from None
    return data
