"""Probes of the window, each a process of its own: no shell imports another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from restorer.core.errors import WorkError

TIMEOUT_S = 1800


def run_probe(module: str, *arguments: str, surroundings: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """What a probe measured, run without a display and with a state folder of its own (where the system has XDG's).

    Args:
        module: name of one that prints a JSON object when it is told ``--json``.
        surroundings: environment variables it runs with besides those of this process.

    Raises:
        WorkError: where it could not run, with what it said.
    """
    command = [sys.executable, "-m", module, "--json", *arguments]
    try:
        # What a probe that is killed leaves unsaved must not be offered to the person at the next start.
        with tempfile.TemporaryDirectory(prefix="restorer-probe-", ignore_cleanup_errors=True) as state:
            environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": state, **surroundings}
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=TIMEOUT_S, env=environment, check=False
            )
    except subprocess.TimeoutExpired:
        raise WorkError(f"The probe {module} took more than {TIMEOUT_S} s.") from None
    if done.returncode != 0:
        raise WorkError(f"The probe {module} failed: {done.stderr.strip().splitlines()[-1:] or done.returncode}.")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
