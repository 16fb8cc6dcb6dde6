"""The application without a window: open photos, jobs, settings, export. Free of Qt, and of torch until a job runs.

What most callers want is found here as well as in its module, but imported only when it is asked for: the window
reads settings before its first frame and must not wait for the rest.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from restorer.session.jobs import JobEvent, JobFailed, JobFinished, JobRequest, run_job
    from restorer.session.session import Session
    from restorer.session.settings import Settings
    from restorer.session.settings_file import SettingsStore

_HOMES = {
    "JobEvent": "jobs",
    "JobFailed": "jobs",
    "JobFinished": "jobs",
    "JobRequest": "jobs",
    "Session": "session",
    "Settings": "settings",
    "SettingsStore": "settings_file",
    "run_job": "jobs",
}

__all__ = ["JobEvent", "JobFailed", "JobFinished", "JobRequest", "Session", "Settings", "SettingsStore", "run_job"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
