"""Files opened in processes of their own, which may crash, hang or run out of memory without taking others along."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from restorer.formats.raster import PhotoFile

TIME_LIMIT_S = 10.0
"""Of processor time to open a file: what else the machine is busy with must not make it fail."""
STOP_AFTER_S = 90.0
"""A process that gives no answer for so long is stopped."""
MEMORY_CAP_BYTES = 3 * 2**30
"""Of address space, the libraries' own included; a decoder that asks for more gets none."""
START_LIMIT_S = 120.0
DISPLAYED_PX, THUMBNAIL_PX = 512, 96

OPENED, REFUSED, CRASHED, HUNG, SURPRISED = "opened", "refused", "crashed", "hung", "surprised"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What opening a file came to.

    Attributes:
        verdict: ``opened`` (and could be shown), ``refused`` with a message for people, or what must not be:
            ``crashed``, ``hung``, or ``surprised`` by an exception that is not meant for people.
        message: what the person is told, or what went wrong.
        seconds: processor time it took to open.
        peak_bytes: most memory that the process had needed until then.
    """

    verdict: str
    message: str = ""
    seconds: float = 0.0
    peak_bytes: int = 0

    @property
    def is_fine(self) -> bool:
        """Whether the file was opened, or refused as it should be."""
        return self.verdict in (OPENED, REFUSED)


def open_each(paths: Iterable[Path], *, workers: int, stop_after_s: float = STOP_AFTER_S) -> list[Outcome]:
    """Opens every file and shows a part of it, several at a time; outcomes in the order of the files.

    Raises:
        TimeoutError: where no process could be started.
    """
    waiting: queue.SimpleQueue[tuple[int, Path]] = queue.SimpleQueue()
    outcomes: dict[int, Outcome] = {}
    for item in enumerate(paths):
        waiting.put(item)
    total = waiting.qsize()

    def work() -> None:
        with contextlib.closing(_Opener(stop_after_s)) as opener, contextlib.suppress(queue.Empty):
            while True:
                index, path = waiting.get_nowait()
                outcomes[index] = opener.attempt(path)

    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(work) for _ in range(min(workers, total))]:
            done.result()
    return [outcomes[index] for index in range(total)]


class _Opener:
    """One process that opens files, replaced whenever it dies or has to be stopped.

    Args:
        stop_after_s: how long to wait for an answer.
        serve: runs in the process with its end of the pipe: sends None once it is ready, then an outcome for each path.
    """

    def __init__(self, stop_after_s: float, serve: Callable[[Connection], None] | None = None) -> None:
        self._stop_after_s = stop_after_s
        self._serve = _serve if serve is None else serve
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=self._serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        if not self._pipe.poll(START_LIMIT_S):
            self.close()
            raise TimeoutError(f"a process that opens files did not start within {START_LIMIT_S:.0f} s")
        self._pipe.recv()

    def attempt(self, path: Path) -> Outcome:
        self._pipe.send(path)
        if not self._pipe.poll(self._stop_after_s):
            self._restart()
            return Outcome(HUNG, f"no answer within {self._stop_after_s:g} s", self._stop_after_s)
        try:
            outcome: Outcome = self._pipe.recv()
        except (EOFError, ConnectionError):
            self._process.join()
            code = self._process.exitcode
            self._restart()
            return Outcome(CRASHED, f"the process ended with {code}")
        return outcome

    def _restart(self) -> None:
        self.close()
        self._start()

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _serve(pipe: Connection) -> None:
    """Runs in a process of its own: answers every path with an outcome until it is killed."""
    _be_quiet()
    # Before the cap, so that what is loaded late does not count as the file's fault.
    from restorer.formats import color, raster  # noqa: F401

    cap_memory(MEMORY_CAP_BYTES)
    pipe.send(None)
    for path in _received(pipe):
        pipe.send(open_and_show(path))


def _received(pipe: Connection) -> Iterator[Path]:
    with contextlib.suppress(EOFError):
        while True:
            yield pipe.recv()


def _be_quiet() -> None:
    """Libraries complain about damaged files on the terminal."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)


def cap_memory(limit_bytes: int) -> bool:
    """Limits this process's address space; returns whether the system has such a limit."""
    if sys.platform == "win32":
        return False
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))
    return True


def peak_bytes() -> int:
    """Most memory that this process had needed so far; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def open_and_show(path: Path) -> Outcome:
    """Opens a photo, shows its upper left part through its profile and makes its thumbnail."""
    from restorer.core.errors import RestorerError
    from restorer.formats.raster import read_photo

    began = time.process_time()
    photo, message = None, ""
    try:
        photo = read_photo(path)
    except RestorerError as error:
        verdict, message = REFUSED, str(error).replace(str(path), path.name)
    except Exception as error:  # noqa: BLE001 - which exceptions escape is what is measured
        verdict, message = SURPRISED, f"{type(error).__name__}: {error}"
    seconds = time.process_time() - began
    if photo is not None:
        verdict, message = _show(photo)
    if seconds > TIME_LIMIT_S:
        verdict, message = HUNG, f"{seconds:.1f} s of processor time, then {verdict}: {message}"
    return Outcome(verdict, message, seconds, peak_bytes())


def _show(photo: PhotoFile) -> tuple[str, str]:
    """Verdict and message, once the photo is open."""
    from restorer.formats.color import thumbnail, to_display

    image = photo.image
    try:
        to_display(image.pixels[:DISPLAYED_PX, :DISPLAYED_PX], image.color)
        thumbnail(image, THUMBNAIL_PX)
    except Exception as error:  # noqa: BLE001 - as above
        return SURPRISED, f"when shown: {type(error).__name__}: {error}"
    size = f"{image.width} × {image.height} px, {image.bit_depth} bits, {image.channels} channels"
    return OPENED, "; ".join((size, *photo.notes))
