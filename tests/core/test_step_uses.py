"""Steps of tasks that run the models of other tasks as well."""

from __future__ import annotations

import pytest

from restorer.core.errors import InputError
from restorer.core.step import ModelUse, Recipe, Step

USING = Step("repair-scratches", 1, model="damage", model_hash="aa", uses={"inpaint": ModelUse("fill", "bb")})


def test_all_models_survive_a_recipe() -> None:
    text = Recipe((USING,)).to_text()
    assert Recipe.from_text(text, name="r.json").steps == (USING,)
    assert USING.models == ("damage", "fill")


def test_steps_that_use_no_others_are_written_as_before() -> None:
    assert "uses" not in Step("inpaint", 1).to_json()


@pytest.mark.parametrize(
    "uses", [{"inpaint": "fill"}, {"inpaint": {}}, {"inpaint": {"model": 3}}, {"inpaint": {"model": "a", "size": "b"}}]
)
def test_unreadable_uses_are_refused(uses: object) -> None:
    with pytest.raises(InputError, match="uses"):
        Step.from_json({"task": "repair-scratches", "version": 1, "uses": uses})
