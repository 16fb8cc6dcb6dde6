"""Model cards: what a weights file is, where it comes from and what may be done with it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from restorer.core.errors import WeightsError

CARD_FORMAT = 1
_FORMAT_KEY = "restorer_card"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.safetensors")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Description of one weights file, kept as ``<id>.json`` beside it.

    Attributes:
        id: name in recipes and on the command line: lower-case words joined by hyphens.
        title: for people.
        task: id of the task it serves, the first one if several.
        architecture: key of the table of networks.
        hyperparameters: keyword arguments of the network's class.
        file: name of the safetensors file in the card's own folder.
        sha256: of that file, lower-case hex.
        bytes: size of that file.
        licence: SPDX identifier of the weights.
        summary: one sentence.
        context_px: how far around a pixel the network looks, or wants to see around a hole.
        training: provenance: data, command, commit, images seen, hardware.
        evaluation: figures it reached.
        priority: among models of one task the highest is chosen first.
        half_precision: whether it may compute in 16 bit on graphics cards.
        interpolates_with: id of the model that this is the vivid partner of, whose weights may be mixed with these
            (network interpolation, Wang et al. 2018); empty for a model of its own.
        also_serves: ids of further tasks that it serves, see :meth:`serves`.

    Raises:
        WeightsError: where a value makes no sense; the message names the card and the field.
    """

    id: str
    title: str
    task: str
    architecture: str
    hyperparameters: Mapping[str, Any] = field(hash=False)
    file: str
    sha256: str
    bytes: int
    licence: str
    summary: str
    context_px: int
    training: Mapping[str, Any] = field(default_factory=dict, hash=False)
    evaluation: Mapping[str, Any] = field(default_factory=dict, hash=False)
    priority: int = 0
    half_precision: bool = True
    interpolates_with: str = ""
    also_serves: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checks = {
            "id": bool(_ID.fullmatch(self.id)),
            "title": bool(self.title),
            "task": bool(self.task),
            "architecture": bool(self.architecture),
            "file": bool(_FILE.fullmatch(self.file)),
            "sha256": bool(_SHA256.fullmatch(self.sha256)),
            "bytes": self.bytes > 0,
            "licence": bool(self.licence),
            "context_px": self.context_px >= 0,
            "interpolates_with": not self.interpolates_with
            or (bool(_ID.fullmatch(self.interpolates_with)) and self.interpolates_with != self.id),
            "also_serves": all(self.also_serves) and len(set(self.tasks)) == len(self.tasks),
        }
        for name, is_right in checks.items():
            if not is_right:
                raise WeightsError(f"The model card {self.id!r} has an unusable {name}: {getattr(self, name)!r}.")

    @property
    def scale(self) -> int:
        """How many times as long as the photo's the sides of what it makes are."""
        return int(self.hyperparameters.get("upscale", 1))

    @property
    def tasks(self) -> tuple[str, ...]:
        """Ids of all tasks that it serves, the first one first."""
        return self.task, *self.also_serves

    def serves(self, task_id: str) -> bool:
        """Whether it is a model for a task."""
        return task_id in self.tasks

    @classmethod
    def from_json(cls, data: object, *, name: str) -> ModelCard:
        """The card from parsed JSON; ``name`` is how to call it in messages.

        Raises:
            WeightsError: for another format, an unknown or missing field or a wrong type.
        """
        if not isinstance(data, dict) or _FORMAT_KEY not in data:
            raise WeightsError(f"{name} is not a model card of Restorer.")
        if data[_FORMAT_KEY] != CARD_FORMAT:
            raise WeightsError(
                f"The model card {name} has the format {data[_FORMAT_KEY]!r}, this program reads {CARD_FORMAT}."
            )
        values = {key: value for key, value in data.items() if key != _FORMAT_KEY}
        fields = {f.name: f for f in dataclasses.fields(cls)}
        for key, value in values.items():
            if key not in fields:
                raise WeightsError(f"The model card {name} has an unknown field {key!r}.")
            if not _is_of_kind(value, str(fields[key].type)):
                raise WeightsError(f"The field {key!r} of the model card {name} has a wrong type.")
        for key, declared in fields.items():
            is_required = declared.default is declared.default_factory is dataclasses.MISSING
            if is_required and key not in values:
                raise WeightsError(f"The model card {name} lacks the field {key!r}.")
        frozen: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**frozen)

    @classmethod
    def from_text(cls, text: str, *, name: str) -> ModelCard:
        """As :meth:`from_json`, from the text of a card file."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise WeightsError(f"The model card {name} is not readable as JSON: {error}.") from None
        return cls.from_json(data, name=name)

    def to_json(self) -> dict[str, Any]:
        """Plain values, every field, in order."""
        return {_FORMAT_KEY: CARD_FORMAT, **{f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}}

    def to_text(self) -> str:
        """The text of a card file."""
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n"


def _is_of_kind(value: object, annotation: str) -> bool:
    if annotation.startswith("Mapping"):
        return isinstance(value, Mapping)
    if annotation.startswith("tuple"):
        return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    kind = {"str": str, "int": int, "bool": bool}[annotation]
    return isinstance(value, kind) and isinstance(value, bool) is (kind is bool)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
