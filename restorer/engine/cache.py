"""Things that are dear to load, kept under a byte budget."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What the cache asks of its values."""

    @property
    def bytes(self) -> int: ...


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Sized)


@dataclass(slots=True)
class _Resident(Generic[V]):
    value: V
    leases: int = 0


class ResidentCache(Generic[K, V]):
    """Least recently used values go first when the budget is exceeded; leased ones never go.

    Where everything is leased the budget is exceeded rather than a lease broken. Not thread-safe.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self._residents: OrderedDict[K, _Resident[V]] = OrderedDict()

    @property
    def bytes(self) -> int:
        """Size of everything resident."""
        return sum(resident.value.bytes for resident in self._residents.values())

    @property
    def keys(self) -> tuple[K, ...]:
        """What is resident, least recently used first."""
        return tuple(self._residents)

    def lease(self, key: K, load: Callable[[], V]) -> V:
        """The value of ``key``, loaded if it is not resident. Each lease is to be ended by one :meth:`release`."""
        resident = self._residents.get(key)
        if resident is None:
            resident = self._residents[key] = _Resident(load())
        resident.leases += 1
        self._residents.move_to_end(key)
        self._evict(self.budget_bytes)
        return resident.value

    def release(self, key: K) -> None:
        """Ends one lease."""
        self._residents[key].leases -= 1
        self._evict(self.budget_bytes)

    def leased(self) -> tuple[V, ...]:
        """Every value with an open lease."""
        return tuple(resident.value for resident in self._residents.values() if resident.leases > 0)

    def drop_idle(self, key: K) -> None:
        """Drops one value unless it is leased."""
        resident = self._residents.get(key)
        if resident is not None and resident.leases == 0:
            del self._residents[key]

    def evict_idle(self) -> None:
        """Drops everything that is not leased."""
        self._evict(0)

    def _evict(self, budget_bytes: int) -> None:
        for key in self.keys:
            if self.bytes <= budget_bytes:
                return
            if self._residents[key].leases == 0:
                del self._residents[key]
