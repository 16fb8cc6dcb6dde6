"""Pausing and cancelling between tiles."""

from __future__ import annotations

import threading

import pytest

from restorer.core.errors import Cancelled
from restorer.core.progress import CancelToken


def in_thread(token: CancelToken) -> tuple[threading.Thread, list[str]]:
    """Asks the token in a thread of its own; what came of it."""
    ended: list[str] = []

    def ask() -> None:
        try:
            token.raise_if_cancelled()
            ended.append("on")
        except Cancelled:
            ended.append("cancelled")

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, ended


def test_work_stands_still_until_it_is_resumed() -> None:
    token = CancelToken()
    token.pause()
    assert token.is_paused
    thread, ended = in_thread(token)
    thread.join(0.03)
    assert ended == []
    token.resume()
    thread.join(5)
    assert ended == ["on"]
    assert 0.02 < token.paused_s < 5


def test_cancelling_wakes_what_is_paused() -> None:
    token = CancelToken()
    token.pause()
    thread, ended = in_thread(token)
    token.cancel()
    thread.join(5)
    assert ended == ["cancelled"]
    token.pause()
    assert not token.is_paused, "nobody would ever wake it"
    with pytest.raises(Cancelled):
        token.raise_if_cancelled()
