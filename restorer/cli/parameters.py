"""A task's parameters as the command line shows them: one declaration, in core, serves help, text and JSON."""

from __future__ import annotations

from typing import Any

from restorer.core.params import ParamSpec, param_specs
from restorer.tasks.spec import Task


def parameter_rows(task: Task) -> list[tuple[str, str]]:
    """``name=default`` and what it means, for every parameter."""
    return [(f"{spec.name}={_word(spec.default)}", f"{spec.help} {_range(spec)}") for spec in param_specs(task.params)]


def parameters_json(task: Task) -> list[dict[str, Any]]:
    """Every fact about every parameter."""
    return [
        {
            "name": spec.name,
            "kind": spec.kind.__name__,
            "default": spec.default,
            "low": spec.low,
            "high": spec.high,
            "step": spec.step,
            "unit": spec.unit,
            "choices": list(spec.choices),
            "label": spec.label,
            "help": spec.help,
            "advanced": spec.advanced,
        }
        for spec in param_specs(task.params)
    ]


def _range(spec: ParamSpec) -> str:
    return f"[{spec.describe_range()}]"


def _word(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
