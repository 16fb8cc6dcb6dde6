"""Processes killed without warning while they save, autosave, export or take a job's result; and what is left then.

Each try is a process of its own that works on a photo and writes; after a random time it gets ``SIGKILL``, as from a
power cut or the system's out-of-memory killer. Afterwards every file has to be whole, old or new, and the journal has
to give back everything but what was done in the last moment.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from restorer.core.errors import RestorerError
from restorer.core.image import Image
from restorer.evaluation.report import Gate, Report, Table
from restorer.formats.left_behind import PATTERN, look_again
from restorer.formats.project_file import read_project
from restorer.formats.raster import read_photo, write_photo
from restorer.session.projects import open_project
from restorer.session.recovery import find_unsaved, recover
from restorer.session.session import Session

KINDS = ("save", "autosave", "export", "job")
TRIES = 300
_WORKER = "restorer.evaluation.faults_worker"
_LONGEST_S = 1.2
_START_WITHIN_S = 60.0


@dataclass(slots=True)
class Tally:
    """What came of the tries of one kind.

    Attributes:
        tries: processes killed.
        whole: after which every file was whole and the work was there.
        done: how often something had been finished before.
        lost: actions that were done but are not in what was recovered, at most in any try.
        left: hidden files that the killed processes left half-written, all of them removed by the next that wrote.
        problems: what was wrong, a sentence for each.
    """

    tries: int = 0
    whole: int = 0
    done: int = 0
    lost: int = 0
    left: int = 0
    problems: list[str] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.problems = []


def faults_suite(*, tries: int = TRIES, seed: int = 0) -> Report:
    """Kills ``tries`` processes, shared among the four kinds of work."""
    rng = random.Random(seed)
    tallies = {kind: Tally() for kind in KINDS}
    for number in range(tries):
        kind = KINDS[number % len(KINDS)]
        with tempfile.TemporaryDirectory(prefix="restorer-faults-") as folder:
            _try(kind, Path(folder), rng, tallies[kind])
    rows = tuple((kind, t.tries, t.whole, t.done, t.lost, t.left) for kind, t in tallies.items())
    problems = [problem for tally in tallies.values() for problem in tally.problems]
    whole, lost = sum(t.whole for t in tallies.values()), max(t.lost for t in tallies.values())
    gates = (
        Gate("killed processes that left every file whole", f"{whole} of {tries}", f"{tries}", whole == tries),
        Gate("actions lost besides the one in progress", str(lost), "0", lost == 0),
    )
    head = ("while", "killed", "whole after", "had finished something", "actions lost", "half-written, removed")
    return Report(
        suite="faults",
        subject=f"{tries} processes killed",
        tables=(Table("Kill −9 at random moments", head, rows),),
        gates=gates,
        values={"problems": problems[:20]},
    )


def _try(kind: str, folder: Path, rng: random.Random, tally: Tally) -> None:
    tally.tries += 1
    (folder / "recovery").mkdir()
    photo = folder / "scan.tif"
    pixels = np.random.default_rng(1).integers(0, 65536, (300, 400, 3)).astype(np.uint16)
    write_photo(photo, Image(pixels))
    command = [sys.executable, "-m", _WORKER, kind, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        told = _kill(process, rng)
    try:
        _check(kind, folder, told, tally)
        tally.whole += 1
    except (AssertionError, RestorerError, OSError, ValueError, KeyError) as error:
        tally.problems.append(f"{kind}: {type(error).__name__}: {error}")


def _kill(process: subprocess.Popen[str], rng: random.Random) -> list[str]:
    """Lets it work for a random while, kills it, and returns what it said it had done."""
    assert process.stdout is not None
    if process.stdout.readline().strip() != "ready":
        process.kill()
        return []
    time.sleep(rng.random() * _LONGEST_S)
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    return [line.strip() for line in process.stdout if line.endswith("\n")]


def _check(kind: str, folder: Path, told: list[str], tally: Tally) -> None:
    session = Session()
    finished = [line for line in told if line.startswith("done")]
    tally.done += bool(finished)
    assert read_photo(folder / "scan.tif").image.width == 400
    project = folder / "work.restore"
    if kind == "save" and (project.exists() or finished):
        opened = open_project(session, read_project(project))
        saved = len(opened.document.history.entries)
        opened.document.jump(0)
        opened.document.close()
        tally.lost = max(tally.lost, int(finished[-1].split()[1]) - saved if finished else 0)
    if kind == "export":
        for path in folder.glob("out-*.tif"):
            assert read_photo(path).image.width == 400
        for line in finished:
            assert (folder / f"out-{line.split()[1]}.tif").exists(), line
    if kind in ("autosave", "job"):
        works = find_unsaved(folder / "recovery")
        if finished:
            (work,) = works
            again = recover(session, work)
            entries = len(again.document.history.entries)
            again.document.jump(0)
            assert again.document.image.digest() == again.file.image.digest()
            again.document.close()
            tally.lost = max(tally.lost, int(finished[-1].split()[1]) - entries)
    shutil.rmtree(folder / "recovery")
    _tidy(folder, tally)


def _tidy(folder: Path, tally: Tally) -> None:
    """The next process that writes there takes what was left half-written with it."""
    look_again()
    left = list(folder.glob(PATTERN))
    tally.left += len(left)
    write_photo(folder / "next.tif", Image(np.zeros((8, 8, 3), np.uint8)))
    assert os.name == "nt" or not list(folder.glob(PATTERN)), f"{len(left)} hidden files stay"
