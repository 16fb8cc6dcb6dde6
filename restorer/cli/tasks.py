"""``restorer tasks``: what can be done to a photo."""

from __future__ import annotations

import textwrap
from typing import Annotated

import typer

from restorer.cli.output import say, say_json, text_width
from restorer.cli.parameters import parameter_rows, parameters_json
from restorer.tasks import TASKS
from restorer.tasks.spec import Task


def tasks(json: Annotated[bool, typer.Option("--json", help="Prints one JSON object.")] = False) -> None:
    """Lists the tasks with their parameters, ranges and defaults."""
    if json:
        say_json({"tasks": [_to_json(task) for task in TASKS.values()]})
        return
    say("\n\n".join(_to_text(task) for task in TASKS.values()))


def _to_json(task: Task) -> dict[str, object]:
    return {
        "id": task.id,
        "version": task.version,
        "title": task.title,
        "summary": task.summary,
        "fidelity": task.fidelity.title,
        "needs_mask": task.needs_mask,
        "parameters": parameters_json(task),
    }


def _to_text(task: Task) -> str:
    width = text_width()
    mask = "; needs --mask" if task.needs_mask else ""
    head = [f"{task.id}  ({task.fidelity.title}{mask})", *textwrap.wrap(task.summary, width - 2)]
    rows = parameter_rows(task)
    indent = max(len(name) for name, _ in rows) + 4 if rows else 0
    body = [
        line
        for name, help in rows
        for line in textwrap.wrap(help, width - 2, initial_indent=name.ljust(indent), subsequent_indent=" " * indent)
    ]
    return "\n  ".join([*head, *body])
