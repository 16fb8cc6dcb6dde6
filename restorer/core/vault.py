"""Pixels kept for undo: in memory up to a byte budget, the oldest on disk beyond it."""

from __future__ import annotations

import shutil
import tempfile
import zlib
from collections import OrderedDict
from collections.abc import Iterable
from itertools import count
from pathlib import Path

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.image import Pixels

Piece = tuple[Bounds, Pixels]

DEFAULT_BUDGET_BYTES = 512 * 1024 * 1024


class PixelVault:
    """Holds groups of pieces under a key. Not thread-safe: belongs to its document's thread.

    Groups are kept as arrays while they fit the budget. Beyond it the group that was longest untouched is compressed
    to a file in a private temporary folder, so nothing that can be undone is ever dropped. Where that folder cannot
    be written (a full disk, say) the budget is exceeded instead.

    Args:
        budget_bytes: how much may stay in memory.
        folder: where the private folder is made; the system's temporary folder if None.
    """

    def __init__(self, budget_bytes: int = DEFAULT_BUDGET_BYTES, folder: Path | None = None) -> None:
        self.budget_bytes = budget_bytes
        self._parent = folder
        self._folder: Path | None = None
        self._resident: OrderedDict[int, tuple[Piece, ...]] = OrderedDict()
        self._spilled: dict[int, tuple[tuple[Bounds, str, tuple[int, ...], int], ...]] = {}
        self._keys = count(1)

    @property
    def resident_bytes(self) -> int:
        return sum(_bytes(group) for group in self._resident.values())

    @property
    def spilled_groups(self) -> int:
        return len(self._spilled)

    def put(self, pieces: Iterable[Piece]) -> int:
        """Stores pieces, returns their key."""
        key = next(self._keys)
        self._resident[key] = tuple(pieces)
        self._keep_budget()
        return key

    def get(self, key: int) -> tuple[Piece, ...]:
        """The pieces of a key; those on disk are read back (they stay on disk too). Raises KeyError for others."""
        if key in self._resident:
            self._resident.move_to_end(key)
            return self._resident[key]
        index = self._spilled[key]
        packed = self._path(key).read_bytes()
        pieces, start = [], 0
        for bounds, dtype, shape, length in index:
            raw = zlib.decompress(packed[start : start + length])
            pieces.append((bounds, np.frombuffer(raw, dtype).reshape(shape)))
            start += length
        return tuple(pieces)

    def drop(self, key: int) -> None:
        """Forgets a key; unknown keys are fine."""
        self._resident.pop(key, None)
        if self._spilled.pop(key, None) is not None:
            self._path(key).unlink(missing_ok=True)

    def close(self) -> None:
        """Forgets everything and removes the folder."""
        self._resident.clear()
        self._spilled.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _keep_budget(self) -> None:
        total = self.resident_bytes
        while total > self.budget_bytes and len(self._resident) > 1:
            key, group = next(iter(self._resident.items()))
            try:
                self._spill(key, group)
            except OSError:
                return
            del self._resident[key]
            total -= _bytes(group)

    def _spill(self, key: int, group: tuple[Piece, ...]) -> None:
        index = []
        with self._path(key).open("wb") as file:
            for bounds, pixels in group:
                packed = zlib.compress(np.ascontiguousarray(pixels).tobytes(), 1)
                file.write(packed)
                index.append((bounds, pixels.dtype.str, pixels.shape, len(packed)))
        self._spilled[key] = tuple(index)

    def _path(self, key: int) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="restorer-history-", dir=self._parent))
        return self._folder / f"{key}.z"


def _bytes(group: tuple[Piece, ...]) -> int:
    return sum(int(pixels.nbytes) for _, pixels in group)
