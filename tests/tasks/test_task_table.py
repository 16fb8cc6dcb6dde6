"""One contract for every task there is."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from restorer.core.errors import InputError
from restorer.core.params import build_params, param_specs, params_to_json
from restorer.tasks import TASKS, get_task, table_of
from restorer.tasks.spec import Task


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.id)
def test_task_keeps_the_contract(task: Task) -> None:
    assert TASKS[task.id] is task
    assert task.id == task.id.lower()
    assert set(task.id) <= set("abcdefghijklmnopqrstuvwxyz-")
    assert task.version >= 1
    assert task.title
    assert task.summary.endswith(".")
    assert task.icon
    defaults = task.params()
    for spec in param_specs(task.params):
        assert spec.check(getattr(defaults, spec.name)) == spec.default
        assert spec.label
        assert spec.help
        if spec.kind in (int, float):
            assert spec.low is not None
            assert spec.high is not None
    assert build_params(task.params, json.loads(json.dumps(params_to_json(defaults)))) == defaults


def test_unknown_task_names_the_known() -> None:
    with pytest.raises(InputError, match=r"'paint'.*inpaint"):
        get_task("paint")


def test_two_tasks_of_one_id_are_refused() -> None:
    task = get_task("inpaint")
    with pytest.raises(ValueError, match="inpaint, inpaint"):
        table_of((task, task))


def test_importing_tasks_loads_nothing_heavy() -> None:
    heavy = ("torch", "cv2", "skimage", "scipy", "patchmatch")
    code = f"import sys, restorer.tasks; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
