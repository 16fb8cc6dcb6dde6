"""Candidates of a bake-off: with whom it begins, what sets them apart, where they disagree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from restorer.core.image import Image
from restorer.core.params import param, params_to_json
from restorer.session.bake_off import (
    FEWEST,
    MOST,
    Candidate,
    another_candidate,
    differences,
    disagreement,
    first_candidates,
)
from restorer.tasks import TASKS
from restorer.tasks.spec import Fidelity, Task


@dataclass(frozen=True, slots=True)
class Params:
    """A few of each kind."""

    strength: float = param(80.0, "How much.", label="Strength", low=0, high=100, step=5, unit="%")
    grain: bool = param(True, "Whether.", label="Keep grain")
    method: str = param("auto", "Which.", label="Method", choices=("auto", "total_variation"), advanced=True)


TASK = Task("clean", 1, "Clean", "Cleans.", Fidelity.CONSERVE, Params, False, "brush", lambda *_: iter(()))  # type: ignore[arg-type,return-value]
OWN = Candidate("big", params_to_json(Params()))


def test_every_model_with_the_settings_of_now() -> None:
    found = first_candidates(TASK, ["small", "big", "classical"], OWN)
    assert [candidate.model for candidate in found] == ["big", "small", "classical"]
    assert {tuple(candidate.params.items()) for candidate in found} == {tuple(OWN.params.items())}


def test_no_more_than_four() -> None:
    assert len(first_candidates(TASK, [f"m{number}" for number in range(9)], OWN)) == MOST


def test_one_model_alone_is_tried_with_other_settings() -> None:
    found = first_candidates(TASK, ["big"], OWN)
    assert len(found) == FEWEST
    assert found[1] == Candidate("big", {**OWN.params, "strength": 40.0})
    assert differences(TASK, found) == ("Strength 80 %", "Strength 40 %")


def test_one_more_is_unlike_all_others() -> None:
    present = [OWN]
    for _ in range(4):
        present.append(another_candidate(TASK, ["big"], present))
    assert len({tuple(candidate.params.items()) for candidate in present}) == 5
    assert another_candidate(TASK, ["big", "classical"], present).model == "classical"


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.id)
def test_every_task_has_two(task: Task) -> None:
    own = Candidate("classical", params_to_json(task.params()))
    one, other = first_candidates(task, ["classical"], own)
    assert one != other
    task.params(**other.params)


def test_differences_in_words() -> None:
    other = Candidate("big", {"strength": 80.0, "grain": False, "method": "total_variation"})
    assert differences(TASK, [OWN, other]) == ("Keep grain on, Method auto", "Keep grain off, Method total variation")
    assert differences(TASK, [OWN, OWN]) == ("", "")


def test_disagreement_is_where_any_two_differ() -> None:
    one = np.full((40, 60, 3), 100, np.uint16) * 257
    two, three = one.copy(), one[::1].copy()
    two[10:20, 10:20, 1] = 200 * 257
    three[:, 40:] += 2 * 257  # nobody sees that
    large = Image(three.repeat(2, axis=0).repeat(2, axis=1))
    plane = disagreement([Image(one), Image(two), large], 60, 40)
    assert plane.shape == (40, 60)
    assert plane[12:18, 12:18].min() == 255
    assert plane[:, 30:].max() == 0
    assert disagreement([], 60, 40).max() == 0
