"""Zip archives of ours: written atomically, and read without trusting a word of what they claim.

Nothing is ever extracted under a name that stands in the archive, so there is no path in it that could lead out of a
folder; members are only read, up to a limit, and compared with their digests.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from restorer.core.errors import InputError
from restorer.formats.atomic import atomic_path, shown

MOST_MEMBERS = 200_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)?")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive to be written.

    Attributes:
        name: lower case, at most one folder deep.
        data: its bytes, or the file they stand in.
        deflate: whether it is compressed; what is compressed already is not.
    """

    name: str
    data: bytes | Path
    deflate: bool = False


def write_archive(path: Path, members: Iterable[Member], *, overwrite: bool) -> None:
    """Writes all members in one go: the file is there in full or not at all. The same members give the same bytes.

    Raises:
        InputError: where the target exists or cannot be written.
        WorkError: where the disk is full or fails.
    """
    with (
        atomic_path(path, overwrite=overwrite) as temporary,
        zipfile.ZipFile(temporary, "w", allowZip64=True) as archive,
    ):
        for member in members:
            if not _NAME.fullmatch(member.name):
                raise ValueError(f"{member.name!r} cannot be the name of a member")
            info = zipfile.ZipInfo(member.name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED if member.deflate else zipfile.ZIP_STORED
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as target:
                for chunk in _chunks(member.data):
                    target.write(chunk)


def _chunks(data: bytes | Path) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
        return
    with data.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


class Archive:
    """An archive opened for reading; a context manager.

    Args:
        kind: what it should be, for messages.

    Raises:
        InputError: where it is missing, unreadable, no archive, or not one that this program would write.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self.name, self._kind = shown(path), kind
        try:
            if path.is_dir():
                raise InputError(f"{self.name} is a folder, not a {kind}.")
            if path.exists() and not path.is_file():
                raise InputError(f"{self.name} is not an ordinary file.")
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise InputError(f"There is no file {self.name}.") from None
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, EOFError) as error:
            raise self._damaged(str(error)) from None
        except OSError as error:
            raise InputError(f"{self.name} cannot be read: {error.strerror or error}.") from None
        try:
            self._members = self._checked()
        except InputError:
            self._zip.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def members(self) -> frozenset[str]:
        return frozenset(self._members)

    def size(self, name: str) -> int:
        """Bytes of a member as the archive claims them; 0 where there is none."""
        info = self._members.get(name)
        return 0 if info is None else info.file_size

    def read(self, name: str, most_bytes: int, *, sha256: str = "") -> bytes:
        """A member in full.

        Args:
            most_bytes: a larger one is refused before it is read.
            sha256: what its digest must be; anything if empty.

        Raises:
            InputError: where it is missing, too large or damaged.
        """
        parts, sha = [], hashlib.sha256()
        for chunk in self._stream(name, most_bytes):
            sha.update(chunk)
            parts.append(chunk)
        self._compare(name, sha.hexdigest(), sha256)
        return b"".join(parts)

    def copy(self, name: str, target: Path, most_bytes: int, *, sha256: str = "") -> None:
        """As :meth:`read`, to a new file of the caller's. Raises OSError where it cannot be written."""
        sha = hashlib.sha256()
        with target.open("xb") as file:
            for chunk in self._stream(name, most_bytes):
                sha.update(chunk)
                file.write(chunk)
        self._compare(name, sha.hexdigest(), sha256)

    def _compare(self, name: str, digest: str, wanted: str) -> None:
        if wanted and digest != wanted:
            raise self._damaged(f"{name} is not what it was when it was saved")

    def _stream(self, name: str, most_bytes: int) -> Iterator[bytes]:
        info = self._members.get(name)
        if info is None:
            raise self._damaged(f"{name} is missing in it")
        if info.file_size > most_bytes:
            raise self._damaged(f"{name} claims {info.file_size} bytes")
        left = info.file_size
        with self._explained(name), self._zip.open(info) as file:
            while chunk := file.read(min(_CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise self._damaged(f"{name} is longer than it says")
                yield chunk
        if left:
            raise self._damaged(f"{name} is cut short")

    @contextlib.contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
            raise self._damaged(f"{name}: {error}") from None
        except OSError as error:
            raise InputError(f"{self.name} cannot be read: {error.strerror or error}.") from None

    def _checked(self) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        if len(infos) > MOST_MEMBERS:
            raise self._damaged(f"it claims {len(infos)} parts")
        length = os.fstat(self._zip.fp.fileno()).st_size if self._zip.fp is not None else 0
        members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            if not _NAME.fullmatch(info.filename) or info.filename in members:
                raise self._damaged(f"a part has the name {info.filename[:60]!r}, which no {self._kind} has")
            if info.compress_type not in _METHODS or info.flag_bits & 1:
                raise self._damaged(f"{info.filename} is packed in an unknown way")
            stored = info.compress_type == zipfile.ZIP_STORED
            if info.compress_size > length or (stored and info.compress_size != info.file_size):
                raise self._damaged(f"{info.filename} claims a size that cannot be")
            members[info.filename] = info
        return members

    def _damaged(self, reason: str) -> InputError:
        reason = reason.rstrip(".") or "it is no archive"
        return InputError(f"{self.name} is damaged or no {self._kind}: {reason}.")
