"""Imports every module of the named rooms in a process where some libraries cannot be imported.

Run as ``python blocked_imports.py blocked,libraries room room…``; prints a JSON object of module name to error, where
the error of a module that could be imported is empty.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


class Blocker:
    """Finds the blocked libraries before anyone else does, and says that they are not there."""

    def __init__(self, blocked: frozenset[str]) -> None:
        self._blocked = blocked

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name.partition(".")[0] in self._blocked:
            raise ModuleNotFoundError(f"{name} is blocked", name=name)
        return None


def modules_of(room: str) -> list[str]:
    package = importlib.import_module(room)
    below = getattr(package, "__path__", None)
    return [room] if below is None else [room, *(found.name for found in pkgutil.walk_packages(below, f"{room}."))]


def main(blocked: str, *rooms: str) -> None:
    sys.meta_path.insert(0, Blocker(frozenset(blocked.split(","))))
    outcome: dict[str, str] = {}
    for room in rooms:
        try:
            names = modules_of(room)
        except ImportError as error:
            outcome[room] = str(error)
            continue
        for name in names:
            try:
                importlib.import_module(name)
                outcome[name] = ""
            except ImportError as error:
                outcome[name] = str(error)
    print(json.dumps(outcome))


if __name__ == "__main__":
    main(*sys.argv[1:])
