"""Many jobs over several photos with everything going wrong that can: ``python -m restorer.ui.probe_jobs --json``.

Run as a process of its own, without a display. A person in a hurry is played: it paints, runs, cancels, undoes, pauses,
moves and tries again at random while networks run out of memory and fail, closes photos and opens others, and exports.
Then everything is counted: what was asked for, how it ended, what is in the histories, threads and memory.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from restorer.ui.job_queue import Job
    from restorer.ui.messages import Message
    from restorer.ui.photo import OpenPhoto
    from restorer.ui.workspace import Workspace

_PHOTOS = 4
_SIDE = (320, 240)
_OPEN_AT_MOST = 12
_PAUSE_MS = 2
_WAIT_S = 0.5
_RENEW_EVERY = 30
"""Jobs after which the oldest photo is closed and another one opened."""
_PARTS = 4
"""Into which the jobs are parted, after each of which memory is looked at."""
_FAULT_SHARE = 0.3
_LOST_SHARE = 0.2
"""Share of exports to a folder that is not there."""
_MIB = 2**20


@dataclass(slots=True)
class _Tally:
    """What was asked for and what became of it."""

    open: dict[int, Job] = field(default_factory=dict)
    ended: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    runs: int = 0
    applied: int = 0
    stale: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


class JobsProbe:
    """Plays the person.

    Args:
        workspace: of a :class:`restorer.ui.probe_faults.FaultySession`.
        folder: for photos and exports.
        seed: of everything that is random.
        model: id, ``classical``, or empty for the best installed one; half of the runs are classical anyway.
    """

    def __init__(self, workspace: Workspace, folder: Path, *, seed: int, model: str = "") -> None:
        self._workspace = workspace
        self._folder = folder
        self._random = random.Random(seed)
        self._model = model
        self._number = 0
        self._applied: dict[int, int] = {}
        self.tally = _Tally()
        workspace.runs.applied.connect(self._on_applied)
        workspace.jobs.changed.connect(self._sweep)
        workspace.message_raised.connect(self._on_message)

    def play(self, jobs: int) -> None:
        """Goes on until so many jobs were asked for and all are over."""
        from restorer.ui.probe_hands import until

        target = self.tally.asked + jobs
        while len(self._workspace.photos) < _PHOTOS:
            self._open_another()
        while self.tally.asked < target:
            self._act()
            _turn(_PAUSE_MS)
            if self.tally.asked // _RENEW_EVERY > self._number - _PHOTOS:
                self._renew()
        for lane in self._workspace.jobs.lanes_in_use:
            self._workspace.jobs.resume(lane)
        until(lambda: not self._workspace.jobs.open_jobs)
        self._sweep()
        for photo in self._workspace.photos:
            self._check(photo)

    # -- what the person does

    def _act(self) -> None:
        is_full = len(self.tally.open) >= _OPEN_AT_MOST
        weights = {
            self._run: 0.0 if is_full else 10.0,
            self._export: 0.0 if is_full else 1.0,
            self._retry: 0.0 if is_full else 0.6,
            self._wait: 12.0 if is_full else 1.0,
            self._cancel: 0.9,
            self._cancel_photo: 0.03,
            self._undo: 0.4,
            self._redo: 0.3,
            self._pause: 0.2,
            self._resume: 0.6,
            self._move: 0.8,
            self._look: 1.0,
        }
        act = self._random.choices(list(weights), list(weights.values()))[0]
        act()
        self.tally.actions[act.__name__.strip("_")] += 1

    def _run(self) -> None:
        from restorer.core.geometry import Bounds
        from restorer.tasks.spec import CLASSICAL

        self._look()
        document = self._workspace.document
        assert document is not None
        plane = document.mask.plane.copy()
        left, top = self._random.randrange(_SIDE[0] - 40), self._random.randrange(_SIDE[1] - 40)
        box = Bounds(left, top, left + self._random.randrange(6, 30), top + self._random.randrange(6, 30))
        plane[box.slices] = 255
        self._workspace.replace_mask(plane, "Stroke")
        before = set(self._ids())
        model = self._random.choice((CLASSICAL, self._model))
        self._workspace.run("inpaint", {"grow_px": self._random.randrange(3)}, model)
        self._note_new(before, is_run=True)

    def _export(self) -> None:
        from restorer.formats.raster import ExportOptions
        from restorer.ui.exporting import ExportOrder

        photo = self._workspace.current
        assert photo is not None
        before = set(self._ids())
        document = photo.document
        folder = self._folder / "gone" if self._random.random() < _LOST_SHARE else self._folder
        target = folder / f"out-{self._random.randrange(8)}.png"
        order = ExportOrder(photo, document.image, document.state, target, ExportOptions(), overwrite=True)
        self._workspace.export(order)
        self._note_new(before, is_run=False)

    def _cancel(self) -> None:
        jobs = self._workspace.jobs.open_jobs
        if jobs:
            self._workspace.jobs.cancel(self._random.choice(jobs))

    def _cancel_photo(self) -> None:
        self._workspace.jobs.cancel_all(self._workspace.current)

    def _undo(self) -> None:
        self._workspace.undo()

    def _redo(self) -> None:
        self._workspace.redo()

    def _pause(self) -> None:
        lanes = self._workspace.jobs.lanes_in_use
        if lanes:
            self._workspace.jobs.pause(self._random.choice(lanes))

    def _resume(self) -> None:
        for lane in self._workspace.jobs.lanes_in_use:
            self._workspace.jobs.resume(lane)

    def _move(self) -> None:
        jobs = self._workspace.jobs.open_jobs
        if len(jobs) > 1:
            job, before = self._random.sample(jobs, 2)
            self._workspace.jobs.move(job, before)

    def _retry(self) -> None:
        jobs = [job for job in self._workspace.jobs.jobs if job.can_retry]
        if jobs:
            job = self._random.choice(jobs)
            before, is_run = set(self._ids()), job.subject is not None
            self._workspace.jobs.retry(job)
            self._note_new(before, is_run=is_run)

    def _wait(self) -> None:
        """Until one job fewer is open; not for long, since all may be paused."""
        until_s, before = time.monotonic() + _WAIT_S, len(self.tally.open)
        while len(self.tally.open) >= before and time.monotonic() < until_s:
            _turn(_PAUSE_MS)

    def _look(self) -> None:
        self._workspace.show_photo(self._random.choice(self._workspace.photos))

    # -- photos

    def _open_another(self) -> None:
        from restorer.ui.probe_hands import until

        path = self._folder / f"photo-{self._number}.png"
        _write_photo(path, self._number)
        self._number += 1
        self._workspace.open_files([path])
        until(lambda: any(photo.source == path for photo in self._workspace.photos))

    def _renew(self) -> None:
        """Closes the photo that was opened first, its jobs with it, and opens another one."""
        oldest = self._workspace.photos[0]
        self._check(oldest)
        self._workspace.close_photo(oldest)
        self._applied.pop(id(oldest), None)
        self._open_another()

    def _check(self, photo: OpenPhoto) -> None:
        """Each applied result is one entry, no two entries are one, and the first state is the photo of the file."""
        from restorer.formats.raster import read_photo

        document = photo.document
        entries = [entry for entry in document.history.nodes.values() if entry.step is not None]
        wanted = self._applied.get(id(photo), 0)
        if len(entries) != wanted:
            self.tally.problems.append(f"{photo.name}: {len(entries)} entries for {wanted} results")
        if len({entry.id for entry in entries}) != len(entries):
            self.tally.problems.append(f"{photo.name}: an entry twice")
        assert photo.source is not None
        original = read_photo(photo.source).image.pixels
        if (document.image_at(0).pixels != original).any():
            self.tally.problems.append(f"{photo.name}: its original changed")

    # -- counting

    def _ids(self) -> list[int]:
        return [job.id for job in self._workspace.jobs.jobs]

    def _note_new(self, before: set[int], *, is_run: bool) -> None:
        for job in self._workspace.jobs.jobs:
            if job.id not in before:
                self.tally.asked += 1
                self.tally.runs += is_run
                self.tally.open[job.id] = job
        self._sweep()

    def _sweep(self) -> None:
        for job in [job for job in self.tally.open.values() if job.state.is_over]:
            del self.tally.open[job.id]
            self.tally.ended[job.state.value] += 1
            if job.detail.startswith("Not applied"):
                self.tally.stale += 1
            elif job.state.value == "done" and job.title != "Export":
                self.tally.applied += 1

    def _on_message(self, message: Message) -> None:
        """Counts what a person would have been told."""
        self.tally.messages[message.severity] += 1
        if message.key == "run":
            self.tally.refused[message.title] += 1

    def _on_applied(self, photo: OpenPhoto, *_more: object) -> None:
        self._applied[id(photo)] = self._applied.get(id(photo), 0) + 1
        self.tally.actions["results applied"] += 1


def measure_jobs(
    folder: Path, *, jobs: int, seed: int, model: str = "", warm: int = 0, fault_share: float = _FAULT_SHARE
) -> dict[str, Any]:
    """Plays, counts, and says what it came to.

    Args:
        folder: for photos, exports and the log of devices.
        jobs: how many are asked for.
        seed: of everything that is random.
        model: see :class:`JobsProbe`.
        warm: how many more are asked for before, until caches are full; what grows is counted from there.
        fault_share: of network calls that go wrong.
    """
    from PySide6.QtWidgets import QApplication

    from restorer.session.trouble import TroubleLog
    from restorer.ui.probe_faults import Faults, FaultySession
    from restorer.ui.workspace import Workspace

    app = QApplication.instance() or QApplication([])
    threads_before = set(threading.enumerate())
    started = time.monotonic()
    session = FaultySession(trouble_log=TroubleLog(folder / "trouble.json"))
    session.faults = Faults(seed, fault_share)
    workspace = Workspace(session)
    probe = JobsProbe(workspace, folder, seed=seed, model=model)
    probe.play(warm)
    warm_threads, warm_bytes = _os_threads(), _resident_bytes()
    curve = [warm_bytes]
    for part in range(_PARTS):
        probe.play(jobs * (part + 1) // _PARTS - jobs * part // _PARTS)
        curve.append(_resident_bytes())
    end_threads, end_bytes = _os_threads(), curve[-1]
    ended = workspace.close()
    left = [thread.name for thread in threading.enumerate() if thread not in threads_before and _is_real(thread)]
    tally = probe.tally
    app.processEvents()
    return {
        "jobs": tally.asked,
        "ended": dict(sorted(tally.ended.items())),
        "still_open": len(tally.open),
        "results_applied": tally.actions.pop("results applied", 0),
        "results_done": tally.applied,
        "results_stale": tally.stale,
        "faults": dict(sorted(session.faults.made.items())),
        "actions": dict(sorted(tally.actions.items())),
        "messages": dict(sorted(tally.messages.items())),
        "refused": dict(sorted(tally.refused.items())),
        "problems": tally.problems,
        "lanes_ended": ended,
        "threads_left": left,
        "os_threads": {"warm": warm_threads, "end": end_threads},
        "resident_mib": [round(count / _MIB, 1) for count in curve],
        "growth": round(end_bytes / warm_bytes - 1, 4) if warm_bytes else 0.0,
        "seconds": round(time.monotonic() - started, 1),
    }


def _write_photo(path: Path, number: int) -> None:
    import numpy as np

    from restorer.core.image import Image
    from restorer.formats.metadata import Metadata
    from restorer.formats.raster import write_photo

    draws = np.random.default_rng(number)
    y, x = np.mgrid[: _SIDE[1], : _SIDE[0]]
    waves = 128 + 60 * np.sin(x / 23 + number) + 40 * np.cos(y / 17)
    pixels = waves[..., None] + draws.normal(0, 6, (*waves.shape, 3))
    write_photo(path, Image(np.clip(pixels, 0, 255).astype(np.uint8)), Metadata(), overwrite=True)


def _turn(milliseconds: int) -> None:
    """One turn of the event loop, at least so long."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _is_real(thread: threading.Thread) -> bool:
    """Whether it still runs; Python keeps a dummy of every foreign thread that it ever met, ended or not."""
    tasks = Path("/proc/self/task")
    if isinstance(thread, threading._DummyThread) and tasks.exists():
        return (tasks / str(thread.native_id)).exists()
    return thread.is_alive()


def _os_threads() -> int:
    """Threads of the process as the system counts them; 0 where it does not say."""
    return _status("Threads:")


def _resident_bytes() -> int:
    """Memory of the process that is in use, after what can be collected was; 0 where the system does not say."""
    from restorer.ui.heap import give_back_freed

    gc.collect()
    give_back_freed()
    return _status("VmRSS:") * 1024


def _status(name: str) -> int:
    try:
        lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m restorer.ui.probe_jobs", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--warm", type=int, default=0, help="jobs before those, until caches are full")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="", help="model id or classical; the best installed one if not said")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        asked = {"jobs": chosen.jobs, "warm": chosen.warm, "seed": chosen.seed}
        report = measure_jobs(Path(folder), **asked, model=chosen.model)
    sys.stdout.write(json.dumps(report, indent=None if chosen.json else 2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
