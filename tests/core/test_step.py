from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest

from restorer.core.errors import InputError
from restorer.core.step import Recipe, Step

STEP = Step(
    task="inpaint",
    version=2,
    params={"grow_px": 3, "strength": 0.5, "match_grain": True, "method": "telea"},
    model="inpaint-unet",
    model_hash="ab" * 32,
    seed=7,
    mask="cd" * 32,
)


def test_a_step_goes_through_json_unchanged() -> None:
    assert Step.from_json(json.loads(json.dumps(STEP.to_json()))) == STEP


def test_only_task_and_version_are_needed() -> None:
    step = Step.from_json({"task": "inpaint", "version": 1})
    assert (step.params, step.model, step.seed, step.mask) == ({}, "classical", 0, "")


def test_any_mapping_will_do_for_the_parameters() -> None:
    assert Step("inpaint", 1, MappingProxyType({"grow_px": 3})).to_json()["params"] == {"grow_px": 3}


def test_a_step_read_back_does_not_hold_on_to_the_data_it_was_read_from() -> None:
    data: dict[str, Any] = {"task": "inpaint", "version": 1, "params": {"grow_px": 3}}
    step = Step.from_json(data)
    data["params"]["grow_px"] = 9
    assert step.params == {"grow_px": 3}


@pytest.mark.parametrize(
    "change",
    [
        {"task": None},
        {"task": 3},
        {"version": "1"},
        {"version": True},
        {"version": 1.5},
        {"params": [1]},
        {"seed": True},
        {"model": None},
        {"colour": "red"},
    ],
)
def test_wrong_and_unknown_fields_are_refused_by_name(change: dict[str, object]) -> None:
    (name,) = change
    with pytest.raises(InputError, match=name):
        Step.from_json({**STEP.to_json(), **change})


@pytest.mark.parametrize("missing", ["task", "version"])
def test_a_step_without_task_or_version_is_refused(missing: str) -> None:
    data = STEP.to_json()
    del data[missing]
    with pytest.raises(InputError, match="lacks"):
        Step.from_json(data)


def test_a_recipe_goes_through_text_unchanged_and_in_order() -> None:
    recipe = Recipe((STEP, Step("denoise", 1), STEP))
    assert Recipe.from_text(recipe.to_text(), name="r.json") == recipe
    assert Recipe.from_text(Recipe().to_text(), name="r.json") == Recipe()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        "[]",
        "3",
        "null",
        '{"steps": []}',
        '{"restorer_recipe": 1}',
        '{"restorer_recipe": 1, "steps": {}}',
        '{"restorer_recipe": 99, "steps": []}',
        '{"restorer_recipe": 1, "steps": [3]}',
    ],
)
def test_what_is_no_recipe_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(InputError, match=r"old\.json"):
        Recipe.from_text(text, name="old.json")
