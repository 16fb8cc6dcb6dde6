"""How much main memory there is and how much of it is free, by the standard library alone."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path

_GUESSED_FREE_SHARE = 0.5
_PROC = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class HostMemory:
    """Main memory of this computer, or of the container this process runs in where that is less."""

    total_bytes: int
    available_bytes: int


def host_memory() -> HostMemory:
    """The state right now. On systems that do not tell, half of the memory is taken to be free."""
    if sys.platform == "win32":
        return _windows_memory()
    try:
        memory = _meminfo(_PROC.read_text("ascii"))
    except OSError:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return HostMemory(total, int(total * _GUESSED_FREE_SHARE))
    return _within_cgroup(memory, _CGROUP)


def _meminfo(text: str) -> HostMemory:
    kibibytes = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        kibibytes[name] = int(value.split()[0])
    return HostMemory(kibibytes["MemTotal"] * 1024, kibibytes["MemAvailable"] * 1024)


def _within_cgroup(memory: HostMemory, folder: Path) -> HostMemory:
    """``memory`` cut to the limit of control group v2 at ``folder``, if it sets one."""
    try:
        limit = int((folder / "memory.max").read_text("ascii"))
        used = int((folder / "memory.current").read_text("ascii"))
    except (OSError, ValueError):
        return memory  # No control group, or the word "max" for no limit.
    return HostMemory(min(memory.total_bytes, limit), min(memory.available_bytes, max(0, limit - used)))


if sys.platform == "win32":

    class _MemoryStatus(ctypes.Structure):
        """``MEMORYSTATUSEX`` of the Windows API."""

        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "available", "total_page", "available_page")),
            *((name, ctypes.c_ulonglong) for name in ("total_virtual", "available_virtual", "extended")),
        )

    def _windows_memory() -> HostMemory:
        status = _MemoryStatus()
        status.length = ctypes.sizeof(status)
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return HostMemory(int(status.total), int(status.available))
