"""How far a run is: one value for the log, the curves and the line on the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from restorer.formats.atomic import atomic_path


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is.

    Attributes:
        images: patches seen of ``total``.
        seconds: wall time of the whole run, earlier parts included.
        images_per_second: since the last checkpoint.
        learning_rate: the network's, now.
        losses: mean of each term since the last checkpoint, by name.
        figures: of the last evaluation, by name with unit; the first is the one to watch.
    """

    images: int
    total: int
    seconds: float
    images_per_second: float
    learning_rate: float
    losses: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def eta_seconds(self) -> float:
        """Time left at the present rate."""
        return max(0, self.total - self.images) / max(self.images_per_second, 1e-9)

    def to_text(self) -> str:
        """One line for a person."""
        parts = [f"{self.images:>9,} of {self.total:,} images".replace(",", " "), f"{self.images_per_second:.1f}/s"]
        parts += [f"{name.replace('_', ' ')} {value:.4g}" for name, value in {**self.losses, **self.figures}.items()]
        return " · ".join([*parts, f"{duration(self.eta_seconds)} left"])


def duration(seconds: float) -> str:
    """``40 s``, ``12 min`` or ``3 h 05 min``."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


class RunLog:
    """``log.jsonl``: one line a checkpoint, in order of images."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, progress: Progress) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(progress)) + "\n")

    def rewind(self, images: int) -> None:
        """Forgets what was logged after ``images``: a run that resumes from an earlier checkpoint logs it again."""
        kept = [line for line in self._lines() if line["images"] <= images]
        with atomic_path(self.path, overwrite=True) as path:
            path.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")

    def entries(self) -> list[Progress]:
        return [Progress(**line) for line in self._lines()]

    def _lines(self) -> list[dict[str, Any]]:
        """What can be read: an interrupted write leaves half a line at the end."""
        if not self.path.exists():
            return []
        lines = []
        for text in self.path.read_text(encoding="utf-8").splitlines():
            try:
                lines.append(json.loads(text))
            except ValueError:
                break
        return lines
