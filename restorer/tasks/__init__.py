"""Tasks: one file each, listed here by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from restorer.core.errors import InputError
from restorer.tasks.crop import CROP
from restorer.tasks.deblock import DEBLOCK
from restorer.tasks.deblur import DEBLUR
from restorer.tasks.denoise import DENOISE
from restorer.tasks.inpaint import INPAINT
from restorer.tasks.repair_scratches import REPAIR_SCRATCHES
from restorer.tasks.simulate_damage import SIMULATE_DAMAGE
from restorer.tasks.spec import Task
from restorer.tasks.super_resolve import SUPER_RESOLVE
from restorer.tasks.tone import TONE


def table_of(tasks: Sequence[Task]) -> Mapping[str, Task]:
    """Tasks by id, in order.

    Raises:
        ValueError: where two have one id.
    """
    table = {task.id: task for task in tasks}
    if len(table) != len(tasks):
        raise ValueError(f"two tasks have one id: {', '.join(task.id for task in tasks)}")
    return MappingProxyType(table)


TASKS = table_of((INPAINT, REPAIR_SCRATCHES, DENOISE, DEBLOCK, DEBLUR, SUPER_RESOLVE, TONE, CROP, SIMULATE_DAMAGE))


def get_task(task_id: str) -> Task:
    """The task of an id.

    Raises:
        InputError: where there is none; the hint names the known ones.
    """
    try:
        return TASKS[task_id]
    except KeyError:
        raise InputError(f"There is no task {task_id!r}.", hint=f"Known: {', '.join(TASKS)}.") from None
