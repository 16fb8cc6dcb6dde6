"""Folders that belong to one running process: removed when it is done with them, recognised when it died."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_LOCK = "lock"


class PrivateFolder:
    """A new folder, locked for as long as this object (or the process) lives.

    It is removed by :meth:`remove`, when the object is forgotten, and when the interpreter ends. A process that is
    killed leaves it behind without the lock: :func:`abandoned_folders` finds it then.

    Args:
        prefix: how its name begins.
        parent: where it is made; the system's temporary folder if None.
        keep: whether it stays on the disk unless :meth:`remove` is called.

    Raises:
        OSError: where it cannot be made.
    """

    def __init__(self, prefix: str, parent: Path | None = None, *, keep: bool = False) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        self._claim = claim(self.path)
        self._finalizer = weakref.finalize(self, _forget, self.path, self._claim, keep)

    @classmethod
    def adopt(cls, path: Path, lock: IO[bytes]) -> PrivateFolder:
        """An abandoned folder, with the lock that :func:`claim` gave; it stays unless it is removed."""
        folder = cls.__new__(cls)
        folder.path, folder._claim = path, lock
        folder._finalizer = weakref.finalize(folder, _forget, path, lock, True)
        return folder

    def remove(self) -> None:
        """Removes it with everything in it; may be called again."""
        self._finalizer.detach()
        _forget(self.path, self._claim, False)

    def release(self) -> None:
        """Leaves it on the disk for somebody else."""
        self._finalizer.detach()
        _forget(self.path, self._claim, True)


def _forget(path: Path, lock: IO[bytes] | None, keep: bool) -> None:
    if lock is not None:
        lock.close()
    if not keep:
        shutil.rmtree(path, ignore_errors=True)


def claim(folder: Path) -> IO[bytes] | None:
    """Takes the lock of a folder; None where another process (or another part of this one) has it.

    Raises:
        OSError: where the folder cannot be written to.
    """
    file = (folder / _LOCK).open("ab")
    if lock_file(file):
        return file
    file.close()
    return None


def abandoned_folders(parent: Path, prefix: str) -> Iterator[Path]:
    """Folders whose process is gone. One that is just being made by another process is passed over."""
    with contextlib.suppress(OSError):
        for path in sorted(parent.glob(f"{prefix}*")):
            with contextlib.suppress(OSError):
                if path.is_dir() and not path.is_symlink() and (path / _LOCK).exists():
                    lock = claim(path)
                    if lock is not None:
                        lock.close()
                        yield path


def remove_abandoned(parent: Path | None, prefix: str) -> int:
    """Removes folders that a killed process left; returns how many."""
    count = 0
    for path in abandoned_folders(parent if parent is not None else Path(tempfile.gettempdir()), prefix):
        shutil.rmtree(path, ignore_errors=True)
        count += 1
    return count


def lock_file(file: IO[bytes]) -> bool:
    """Takes an exclusive lock that ends with the process, without waiting."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
