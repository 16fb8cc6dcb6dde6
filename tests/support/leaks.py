"""Fails the test that leaves a thread or a timer running, and stops what it left so that the next test starts clean."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

GRACE_S = 2.0
"""How long a thread that was told to end may take."""


@pytest.fixture(scope="session")
def started_qt_objects() -> Iterator[list[weakref.ref[Any]]]:
    """Every QThread and QTimer started from Python, in order; the leak check empties it after each test.

    The references are weak: a test must not find its objects living longer for being watched.
    """
    try:
        from PySide6.QtCore import QThread, QTimer
    except ImportError:
        yield []
        return
    started: list[weakref.ref[Any]] = []

    def remembering(original: Callable[..., None]) -> Callable[..., None]:
        def start(self: Any, *args: Any) -> None:
            started.append(weakref.ref(self))
            original(self, *args)

        return start

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QThread, "start", remembering(QThread.start))
        patch.setattr(QTimer, "start", remembering(QTimer.start))
        yield started


@pytest.fixture(autouse=True)
def no_leaks(started_qt_objects: list[weakref.ref[Any]]) -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    leaked = [*_stop_qt(started_qt_objects), *_running_threads(before)]
    started_qt_objects.clear()
    if leaked:
        pytest.fail("left running: " + ", ".join(leaked))


def _running_threads(before: set[threading.Thread]) -> list[str]:
    leaked = []
    for thread in threading.enumerate():
        # Python makes up a dummy for a QThread that runs Python code, and keeps it after that thread has ended.
        if thread in before or isinstance(thread, threading._DummyThread):
            continue
        thread.join(GRACE_S)
        if thread.is_alive():
            leaked.append(f"thread {thread.name}")
    return leaked


def _stop_qt(started: list[weakref.ref[Any]]) -> list[str]:
    if not started:
        return []
    import shiboken6
    from PySide6.QtCore import QCoreApplication, QEvent, QThread

    # pytest-qt has called deleteLater() on the test's widgets; nothing but this deletes them outside of an event loop.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    leaked = []
    for thing in dict.fromkeys(reference() for reference in started):
        if thing is None or not shiboken6.isValid(thing):
            continue
        if isinstance(thing, QThread):
            if thing.isRunning() and not thing.wait(int(GRACE_S * 1000)):
                leaked.append(f"QThread {thing.objectName() or type(thing).__name__}")
                thing.quit()
                thing.wait(int(GRACE_S * 1000))
        elif thing.isActive():
            leaked.append(f"QTimer of {type(thing.parent()).__name__} every {thing.interval()} ms")
            thing.stop()
    return leaked
