"""Temporary files beside what is being written: held while they are used, removed where a killed process left them.

Whoever writes holds a lock on its file; the system drops it with the process. A file that can be locked is nobody's any
more. Windows cannot rename a file that somebody holds open, so that nothing is held and nothing removed there.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
import time
from pathlib import Path
from typing import IO

from restorer.core.private_folder import lock_file

PATTERN = ".restorer-*.part"
_TRIES = 20
_WAIT_S = 0.002

_looked_at: set[Path] = set()
_guard = threading.Lock()


def create_held(folder: Path) -> tuple[Path, IO[bytes] | None]:
    """A new empty file with the permissions any new file gets there, and the lock on it, to be closed at the end.

    Raises:
        OSError: where none can be made.
    """
    while True:
        path = folder / f".restorer-{secrets.token_hex(6)}.part"
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            if os.name == "nt":
                return path, None
            with contextlib.suppress(FileNotFoundError):
                return path, _held(path)


def remove_left_behind(folder: Path) -> int:
    """Removes the temporary files of processes that are gone; returns how many.

    A folder is looked through once in the life of this process: with forty thousand scans in it that takes a while.
    """
    with _guard:
        if os.name == "nt" or folder in _looked_at:
            return 0
        _looked_at.add(folder)
    count = 0
    with contextlib.suppress(OSError):
        for path in folder.glob(PATTERN):
            with contextlib.suppress(OSError):
                count += _remove_if_left(path)
    return count


def look_again() -> None:
    """Looks through every folder anew, as a process does that has just started."""
    with _guard:
        _looked_at.clear()


def _remove_if_left(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("r+b") as file:
        if not lock_file(file):
            return False
        path.unlink()
        return True


def _held(path: Path) -> IO[bytes] | None:
    """The lock on a new file; None on file systems without locks, where nobody else gets one either.

    Raises:
        FileNotFoundError: where another process took the file for one that was left, in the moment before.
    """
    for _ in range(_TRIES):
        file = path.open("r+b")  # on network drives only those who may write can lock
        if lock_file(file):
            if _is_there(file, path):
                return file
            file.close()
            raise FileNotFoundError(path)
        file.close()
        time.sleep(_WAIT_S)
    return None


def _is_there(file: IO[bytes], path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False
