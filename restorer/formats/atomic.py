"""Files appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from restorer.core.errors import InputError, RestorerError, WorkError
from restorer.formats.left_behind import create_held, remove_left_behind

_WORK_FAILED = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOMEM})


def shown(path: Path) -> str:
    """``path`` as text that can be printed anywhere, also where its name is not valid Unicode."""
    return str(path).encode("utf-8", "replace").decode("utf-8")


@contextlib.contextmanager
def atomic_path(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Lends an empty temporary file beside ``target`` that takes its name once the block ends well.

    The data are on the disk before the name changes. Where the block raises, ``target`` is as it was and the
    temporary file is gone; where the process is killed, the next one that writes into that folder removes it. A
    symbolic link is followed; an overwritten file keeps its permissions.

    Raises:
        InputError: where ``target`` exists and ``overwrite`` is false, is a folder, or cannot be created there.
        WorkError: where the disk is full or fails.
    """
    target = Path(os.path.realpath(target))
    _check_target(target, overwrite=overwrite)
    with _explained(target):
        remove_left_behind(target.parent)
        temporary, lock = create_held(target.parent)
    try:
        with _explained(target):
            yield temporary
            _sync(temporary)
            _publish(temporary, target, overwrite=overwrite)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        if lock is not None:
            lock.close()
    sync_folder(target.parent)


def _check_target(target: Path, *, overwrite: bool) -> None:
    try:
        if target.is_dir():
            raise InputError(f"{shown(target)} is a folder; give the name of a file.")
        if not target.parent.is_dir():
            raise InputError(f"{shown(target)} cannot be written: the folder {shown(target.parent)} does not exist.")
        if not overwrite and os.path.lexists(target):
            raise _exists(target)
    except (OSError, ValueError) as error:
        raise InputError(f"{shown(target)} cannot be written: {_reason(error)}.") from error


def _exists(target: Path) -> InputError:
    return InputError(f"{shown(target)} exists already and is not overwritten.", hint="Choose another name.")


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes the new name survive a power cut, where the system lets a folder be synchronised."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _publish(temporary: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
        return
    # A hard link refuses an existing name in one step; file systems without links (FAT, some network shares)
    # leave a moment between the look and the rename.
    try:
        os.link(temporary, target)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:
        if error.errno in _WORK_FAILED:
            raise
        if os.path.lexists(target):
            raise _exists(target) from error
        os.replace(temporary, target)


@contextlib.contextmanager
def _explained(target: Path) -> Iterator[None]:
    try:
        yield
    except RestorerError:
        raise
    except OSError as error:
        kind = WorkError if error.errno in _WORK_FAILED else InputError
        raise kind(f"{shown(target)} cannot be written: {_reason(error)}.") from error


def _reason(error: OSError | ValueError) -> str:
    """Why, in lower case and without error numbers or file names."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return str(error) or type(error).__name__
