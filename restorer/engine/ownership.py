"""One thread at a time, checked: a second one gets an error at once instead of corrupting the first one's work."""

from __future__ import annotations

import threading


class Ownership:
    """Belongs to the thread that took it first, until everything taken is given back."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._guard = threading.Lock()
        self._owner: int | None = None
        self._taken = 0

    @property
    def depth(self) -> int:
        """How many times it is taken and not yet given back."""
        return self._taken

    def take(self) -> None:
        """To be paired with :meth:`give_back`, which any thread may call.

        Raises:
            RuntimeError: where another thread holds it.
        """
        with self._guard:
            if self._owner is None:
                self._owner = threading.get_ident()
            self._refuse_others()
            self._taken += 1

    def give_back(self) -> None:
        """Ends one :meth:`take`."""
        with self._guard:
            self._taken -= 1
            if self._taken == 0:
                self._owner = None

    def check(self) -> None:
        """Raises RuntimeError where this thread does not hold it."""
        with self._guard:
            self._refuse_others()

    def _refuse_others(self) -> None:
        if self._owner != threading.get_ident():
            raise RuntimeError(f"{self._name} is used by one thread at a time; this one does not hold it")
