"""Where figures were measured: versions, processor, cores."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

from restorer import __version__
from restorer.session.failure import library_versions

_YARDSTICKS = ("scikit-image", "PyPatchMatch")


def environment() -> dict[str, str]:
    """What to know about the program and the machine before comparing figures; no names of people or folders."""
    versions = library_versions()
    for name in _YARDSTICKS:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "program": f"restorer {__version__}",
        "Python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "processor": f"{_processor()}, {usable_cores()} of {os.cpu_count()} cores used",
        "libraries": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }


def usable_cores() -> int:
    """Processor cores that this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _processor() -> str:
    """Its name where the system tells one."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
