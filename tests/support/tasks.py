"""A task of a test beside the program's own."""

from __future__ import annotations

import sys

import pytest

from restorer import tasks
from restorer.tasks.spec import Task


def offer_first(monkeypatch: pytest.MonkeyPatch, task: Task) -> None:
    """The program knows this task as well, as the first one, wherever it lists them."""
    table = tasks.table_of((task, *tasks.TASKS.values()))
    for name, module in list(sys.modules.items()):
        if name.startswith("restorer.") and hasattr(module, "TASKS"):
            monkeypatch.setattr(module, "TASKS", table)
