"""What a job did, kept for whoever asks: device, tiles, memory, fallbacks and every message, with the time of each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from restorer.core.geometry import Bounds
from restorer.session.jobs import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobMemoryPlanned,
    JobNotice,
    JobStarted,
    JobTilesPlanned,
)

Kind = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line; ``seconds`` since the job was asked for."""

    seconds: float
    text: str
    kind: Kind = "info"


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """What the planner predicted for the largest tile, and what the device had left, in bytes."""

    device: str
    tile_px: int
    needed_bytes: int
    free_bytes: int

    def sentence(self) -> str:
        """Such as ``Tiles up to 768 px: 412 MB of 5.1 GB free on cuda:0``."""
        return (
            f"Tiles up to {self.tile_px} px: {size_words(self.needed_bytes)} of {size_words(self.free_bytes)} free "
            f"on {self.device}"
        )


@dataclass(slots=True)
class JobLog:
    """Grows while the job lives; holds words and numbers only, never pixels.

    Args:
        clock: monotonic seconds; replaced in tests.
    """

    clock: Callable[[], float] = time.monotonic
    asked_at: datetime = field(default_factory=lambda: datetime.now().astimezone())
    lines: list[LogLine] = field(default_factory=list)
    plan: MemoryPlan | None = None
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.clock()

    def add(self, text: str, kind: Kind = "info") -> None:
        """One more line, now."""
        self.lines.append(LogLine(self.clock() - self._since, text, kind))

    def note(self, event: JobEvent) -> None:
        """Writes down what an event of the job says; those that only mark progress are passed over."""
        match event:
            case JobStarted(model_title=model, device=device):
                self.add(f"Started on {device}" + (f" with {model}" if model else ""))
            case JobTilesPlanned(tiles=tiles) if tiles:
                self.add(tiles_words(tiles))
            case JobMemoryPlanned(device=device, tile_px=tile_px, needed_bytes=needed, free_bytes=free):
                self.plan = MemoryPlan(device, tile_px, needed, free)
                self.add(self.plan.sentence())
            case JobNotice(message=message, detail=detail):
                self.add(f"{message} {detail}".strip(), "warning")
            case JobFinished(result=result, seconds=seconds, device=device):
                count = f"{result.tiles} network calls" if result.tiles != 1 else "1 network call"
                self.add(f"Finished on {device} after {seconds:.1f} s, {count}")
            case JobFailed(message=message, hint=hint):
                self.add(f"{message} {hint}".strip(), "error")
            case JobCancelled():
                self.add("Cancelled; the photo is as it was", "warning")

    def to_text(self) -> str:
        """For the clipboard: a heading with date and time, then a line each."""
        lines = [f"Asked for on {self.asked_at:%Y-%m-%d %H:%M:%S %z}"]
        lines += [f"{line.seconds:8.1f} s  {_MARKS[line.kind]}{line.text}" for line in self.lines]
        return "\n".join(lines) + "\n"


_MARKS: dict[Kind, str] = {"info": "", "warning": "! ", "error": "!! "}


def tiles_words(tiles: tuple[Bounds, ...]) -> str:
    """Such as ``23 tiles, the largest 320 × 288 px``."""
    largest = max(tiles, key=lambda tile: tile.area)
    count = f"{len(tiles)} tiles, the largest" if len(tiles) != 1 else "1 tile of"
    return f"{count} {largest.width} × {largest.height} px"


def size_words(count: int) -> str:
    """Bytes for people: ``412 MB``, ``5.1 GB``; decimal, as disks and graphics cards are sold."""
    for unit, factor, digits in (("GB", 1e9, 1), ("MB", 1e6, 0)):
        if count >= factor:
            return f"{count / factor:.{digits}f} {unit}"
    return f"{max(count, 0) / 1e3:.0f} kB"
