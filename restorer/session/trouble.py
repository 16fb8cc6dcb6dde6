"""Devices that failed: remembered for the rest of the session, and on disk for ``restorer doctor``."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

_KEPT = 20


@dataclass(frozen=True, slots=True)
class DeviceTrouble:
    """One failure.

    Attributes:
        device: such as ``cuda:0``.
        reason: what its driver said.
        when: local time with its offset, ISO 8601.
    """

    device: str
    reason: str
    when: str

    def sentence(self) -> str:
        return f"The device {self.device} failed on {self.when.replace('T', ' at ')[:22]}: {self.reason}"


class TroubleLog:
    """The last failures, newest last. Writing and reading never raise: they must not make a failure worse.

    Args:
        path: the file; in the system's folder for state if None.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            import platformdirs

            path = Path(platformdirs.user_state_dir("restorer", appauthor=False)) / "device-trouble.json"
        self.path = path

    def read(self) -> tuple[DeviceTrouble, ...]:
        """What is on disk; nothing where the file is missing or broken."""
        try:
            rows = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return ()
        if not isinstance(rows, list):
            return ()
        names = ("device", "reason", "when")
        return tuple(
            DeviceTrouble(*(row[name] for name in names))
            for row in rows
            if isinstance(row, Mapping) and all(isinstance(row.get(name), str) for name in names)
        )

    def record(self, device: str, reason: str) -> DeviceTrouble:
        """Adds one, now."""
        trouble = DeviceTrouble(device, reason, datetime.now().astimezone().isoformat(timespec="seconds"))
        with contextlib.suppress(OSError):
            rows = [asdict(known) for known in (*self.read(), trouble)][-_KEPT:]
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
            try:
                temporary.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
                temporary.replace(self.path)
            finally:
                temporary.unlink(missing_ok=True)
        return trouble
