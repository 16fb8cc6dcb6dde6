from __future__ import annotations

import threading
import time

import pytest

from restorer.core.ahead import made_ahead


def test_results_come_in_the_order_of_their_pieces() -> None:
    def slow_first(piece: int) -> int:
        time.sleep(0.02 if piece == 0 else 0)
        return piece * piece

    assert list(made_ahead(slow_first, range(40))) == [piece * piece for piece in range(40)]


def test_nothing_gives_nothing() -> None:
    assert list(made_ahead(str, ())) == []


def test_an_error_comes_at_its_place_and_what_is_after_it_is_left() -> None:
    begun: list[int] = []

    def make(piece: int) -> int:
        begun.append(piece)
        if piece == 3:
            raise ValueError(piece)
        return piece

    work = made_ahead(make, range(10_000))
    assert [next(work) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="3"):
        next(work)
    assert len(begun) < 100


def test_it_runs_no_further_ahead_than_it_must() -> None:
    begun: list[int] = []
    work = made_ahead(begun.append, range(10_000))
    next(work)
    time.sleep(0.05)
    assert len(begun) < 50
    work.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("restorer-ahead")]
