from __future__ import annotations

import json
from typing import Any

import pytest

from restorer.core.errors import WeightsError
from restorer.store import ModelCard


@pytest.fixture
def data() -> dict[str, Any]:
    return {
        "restorer_card": 1,
        "id": "inpaint-unet",
        "title": "Inpaint",
        "task": "inpaint",
        "architecture": "inpaint-unet",
        "hyperparameters": {"widths": [8, 16]},
        "file": "inpaint-unet.safetensors",
        "sha256": "0a" * 32,
        "bytes": 1234,
        "licence": "Apache-2.0",
        "summary": "Fills scratches.",
        "context_px": 64,
    }


def test_text_there_and_back(data: dict[str, Any]) -> None:
    card = ModelCard.from_json(data, name="x.json")
    again = ModelCard.from_text(card.to_text(), name="x.json")
    assert again == card
    assert hash(again) == hash(card)
    assert again.hyperparameters == {"widths": [8, 16]}
    assert again.half_precision
    assert again.priority == 0


def test_a_card_may_serve_several_tasks(data: dict[str, Any]) -> None:
    card = ModelCard.from_json(data | {"also_serves": ["repair-scratches"]}, name="x.json")
    assert card.tasks == ("inpaint", "repair-scratches")
    assert card.serves("inpaint")
    assert card.serves("repair-scratches")
    assert not card.serves("denoise")
    assert ModelCard.from_text(card.to_text(), name="x.json") == card
    assert ModelCard.from_json(data, name="x.json").tasks == ("inpaint",)


def test_text_is_readable_by_people(data: dict[str, Any]) -> None:
    text = ModelCard.from_json(data | {"title": "Größe"}, name="x").to_text()
    assert "Größe" in text
    assert text.endswith("}\n")
    assert list(json.loads(text))[:2] == ["restorer_card", "id"]


@pytest.mark.parametrize("missing", ["id", "sha256", "context_px", "hyperparameters"])
def test_missing_field(data: dict[str, Any], missing: str) -> None:
    del data[missing]
    with pytest.raises(WeightsError, match=rf"x\.json lacks the field '{missing}'"):
        ModelCard.from_json(data, name="x.json")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bytes", "12"),
        ("bytes", True),
        ("half_precision", 1),
        ("hyperparameters", []),
        ("title", None),
        ("also_serves", [1]),
    ],
)
def test_wrong_type(data: dict[str, Any], field: str, value: object) -> None:
    with pytest.raises(WeightsError, match=rf"'{field}' of the model card x\.json has a wrong type"):
        ModelCard.from_json(data | {field: value}, name="x.json")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "Inpaint UNet"),
        ("id", "../inpaint"),
        ("file", "../elsewhere.safetensors"),
        ("file", "weights.pt"),
        ("sha256", "0A" * 32),
        ("bytes", 0),
        ("context_px", -1),
        ("licence", ""),
        ("also_serves", ["inpaint"]),
    ],
)
def test_unusable_value(data: dict[str, Any], field: str, value: object) -> None:
    with pytest.raises(WeightsError, match=f"unusable {field}"):
        ModelCard.from_json(data | {field: value}, name="x.json")


def test_unknown_field(data: dict[str, Any]) -> None:
    with pytest.raises(WeightsError, match="unknown field 'lisence'"):
        ModelCard.from_json(data | {"lisence": "MIT"}, name="x.json")


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "null", '{"id": "a"}', "[" * 100_000])
def test_not_a_card(text: str) -> None:
    with pytest.raises(WeightsError, match=r"x\.json"):
        ModelCard.from_text(text, name="x.json")


def test_format_of_a_later_program(data: dict[str, Any]) -> None:
    with pytest.raises(WeightsError, match="has the format 2, this program reads 1"):
        ModelCard.from_json(data | {"restorer_card": 2}, name="x.json")
