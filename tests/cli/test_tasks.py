from __future__ import annotations

import json

from restorer.core.params import param_specs
from restorer.tasks import TASKS


def test_every_task_and_parameter_is_listed(cli):
    outcome = cli("tasks")
    assert outcome.code == 0
    for task in TASKS.values():
        assert task.id in outcome.out
        assert task.fidelity.title in outcome.out
        for spec in param_specs(task.params):
            assert f"{spec.name}=" in outcome.out


def test_json_has_the_declarations(cli):
    listed = {task["id"]: task for task in json.loads(cli("tasks", "--json").out)["tasks"]}
    assert list(listed) == list(TASKS)
    for task in TASKS.values():
        declared = {spec.name: spec for spec in param_specs(task.params)}
        shown = {parameter["name"]: parameter for parameter in listed[task.id]["parameters"]}
        assert list(shown) == list(declared)
        for name, spec in declared.items():
            assert shown[name]["default"] == spec.default
            assert shown[name]["low"] == spec.low
            assert shown[name]["unit"] == spec.unit


def test_help_of_apply_shows_the_parameters_of_the_task(cli):
    outcome = cli("apply", "inpaint", "--help")
    assert outcome.code == 0
    assert "Parameters of inpaint" in outcome.out
    for spec in param_specs(TASKS["inpaint"].params):
        assert f"{spec.name}=" in outcome.out
        assert spec.describe_range().split()[0] in outcome.out
    assert "Parameters of inpaint" in cli("apply", "--help").out
