"""Pixels kept for undo: in memory up to a byte budget, the oldest compressed on disk beyond it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path

from restorer.core.group_code import Piece, pack_group, unpack_group
from restorer.core.private_folder import PrivateFolder

DEFAULT_BUDGET_BYTES = 512 * 1024 * 1024
SPILL_PREFIX = "restorer-history-"


class PixelVault:
    """Holds groups of pieces under a key. Not thread-safe: belongs to its document's thread.

    Groups are kept as arrays while they fit the budget. Beyond it the group that was longest untouched leaves the
    memory; a compressed file of it stands in its place, so nothing that can be undone is ever dropped. Where that file
    cannot be written (a full disk, say) the budget is exceeded instead.

    A journal that writes every group anyway says so with :meth:`mark_stored`; such a group leaves the memory for free.

    Args:
        budget_bytes: how much may stay in memory.
        folder: where the private folder is made; the system's temporary folder if None.
    """

    def __init__(self, budget_bytes: int = DEFAULT_BUDGET_BYTES, folder: Path | None = None) -> None:
        self.budget_bytes = budget_bytes
        self._parent = folder
        self._folder: PrivateFolder | None = None
        self._adopted: list[PrivateFolder] = []
        self._resident: OrderedDict[int, tuple[Piece, ...]] = OrderedDict()
        self._resident_bytes = 0
        self._stored: dict[int, Path] = {}
        self._own: set[int] = set()
        self._next_key = 1
        self.on_dropped: Callable[[int], None] | None = None
        """Told of every key that is forgotten."""

    @property
    def resident_bytes(self) -> int:
        return self._resident_bytes

    @property
    def spilled_groups(self) -> int:
        """How many are on disk alone."""
        return sum(key not in self._resident for key in self._stored)

    def put(self, pieces: Iterable[Piece]) -> int:
        """Stores pieces, returns their key."""
        key = self._next_key
        self._next_key += 1
        self._resident[key] = group = tuple(pieces)
        self._resident_bytes += _bytes(group)
        self._keep_budget()
        return key

    def restore(self, key: int, path: Path) -> None:
        """Takes over a group that was written to a file before, under the key it had then; the file is not deleted.

        Raises:
            ValueError: where the key is in use.
        """
        if key in self._resident or key in self._stored or key < 1:
            raise ValueError(f"the key {key} cannot be taken")
        self._stored[key] = path
        self._next_key = max(self._next_key, key + 1)

    def keep_folder(self, folder: PrivateFolder) -> None:
        """Takes charge of the folder that restored groups are in: it is removed when the vault is closed."""
        self._adopted.append(folder)

    def get(self, key: int, half: int | None = None) -> tuple[Piece, ...]:
        """The pieces of a key; those on disk are read back (they stay on disk too).

        Args:
            half: 0 or 1 for the first or second half of them alone, which is read faster; None for all.

        Raises:
            KeyError: for an unknown key.
            InputError: where its file is damaged; OSError where it is gone.
        """
        if key in self._resident:
            self._resident.move_to_end(key)
            group = self._resident[key]
            middle = len(group) // 2
            return group if half is None else group[:middle] if half == 0 else group[middle:]
        path = self._stored[key]
        return unpack_group(path.read_bytes(), name=f"the history file {path.name}", half=half)

    def source(self, key: int) -> tuple[Piece, ...] | Path:
        """The pieces of a key, or the file they are in already. Raises KeyError for an unknown key."""
        return self._stored[key] if key in self._stored else self._resident[key]

    def held(self, key: int) -> tuple[Piece, ...] | Path:
        """As :meth:`source`, but the pieces where they are in memory as well: for whoever looks at them soon."""
        return self._resident[key] if key in self._resident else self._stored[key]

    @property
    def keys(self) -> frozenset[int]:
        """Everything that is kept."""
        return frozenset((*self._resident, *self._stored))

    def mark_stored(self, key: int, path: Path) -> None:
        """Somebody has written the group, as :func:`~restorer.core.group_code.pack_group` gives it, and keeps it."""
        if key in self._resident and key not in self._stored:
            self._stored[key] = path
            self._keep_budget()

    def drop(self, key: int) -> None:
        """Forgets a key; unknown keys are fine."""
        group = self._resident.pop(key, None)
        if group is not None:
            self._resident_bytes -= _bytes(group)
        path = self._stored.pop(key, None)
        if path is not None and key in self._own:
            self._own.discard(key)
            path.unlink(missing_ok=True)
        if self.on_dropped is not None and (group is not None or path is not None):
            self.on_dropped(key)

    def close(self) -> None:
        """Forgets everything and removes the folder."""
        self._resident.clear()
        self._resident_bytes = 0
        self._stored.clear()
        self._own.clear()
        for folder in (*self._adopted, *((self._folder,) if self._folder is not None else ())):
            folder.remove()
        self._adopted.clear()
        self._folder = None

    def _keep_budget(self) -> None:
        while self._resident_bytes > self.budget_bytes and len(self._resident) > 1:
            key, group = next(iter(self._resident.items()))
            try:
                if key not in self._stored:
                    self._spill(key, group)
            except OSError:
                return
            del self._resident[key]
            self._resident_bytes -= _bytes(group)

    def _spill(self, key: int, group: tuple[Piece, ...]) -> None:
        if self._folder is None:
            self._folder = PrivateFolder(SPILL_PREFIX, self._parent)
        path = self._folder.path / f"{key}.group"
        path.write_bytes(pack_group(group))
        self._stored[key] = path
        self._own.add(key)


def _bytes(group: tuple[Piece, ...]) -> int:
    # One value stretched over a piece has strides of 0, and takes no room.
    return sum(int(pixels.nbytes) if any(pixels.strides) else pixels.itemsize for _, pixels in group)
