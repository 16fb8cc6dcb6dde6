"""Lanes: order, delivery on the window's thread, cancelling, failures, an end without leftovers."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from restorer.core.progress import CancelToken
from restorer.ui.workers import WORKER_NICENESS, Lane, Lanes, Ticket


@pytest.fixture
def lane(qtbot: QtBot) -> Iterator[Lane]:
    lane = Lane("test")
    yield lane
    assert lane.close()
    assert not lane.is_running


class Heard:
    """What a ticket's listeners were told, and on which thread."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.errors: list[Exception] = []
        self.ended = False
        self.threads: set[QThread] = set()

    def ticket(self, work: object) -> Ticket:
        return Ticket(work, on_event=self._on_event, on_failed=self.errors.append, on_ended=self._on_ended)  # type: ignore[arg-type]

    def _on_event(self, event: object) -> None:
        self.events.append(event)
        self.threads.add(QThread.currentThread())

    def _on_ended(self) -> None:
        self.ended = True


def test_events_arrive_in_order_on_the_window_s_thread(lane: Lane, qtbot: QtBot) -> None:
    heard, ran_on = Heard(), []

    def work(_token: CancelToken) -> Iterator[object]:
        ran_on.append(QThread.currentThread())
        yield from range(100)

    lane.submit(heard.ticket(work))
    qtbot.waitUntil(lambda: heard.ended)
    assert heard.events == list(range(100))
    assert heard.threads == {QThread.currentThread()}
    assert ran_on[0] is not QThread.currentThread()
    assert lane.is_idle


def test_one_at_a_time_in_the_order_submitted(lane: Lane, qtbot: QtBot) -> None:
    running, log = threading.Semaphore(1), []

    def work_named(name: str):  # type: ignore[no-untyped-def]
        def work(_token: CancelToken) -> Iterator[object]:
            assert running.acquire(blocking=False), "two pieces of work at once"
            log.append(name)
            yield name
            running.release()

        return work

    heard = [Heard() for _ in range(5)]
    for number, each in enumerate(heard):
        lane.submit(each.ticket(work_named(str(number))))
    qtbot.waitUntil(lambda: all(each.ended for each in heard))
    assert log == ["0", "1", "2", "3", "4"]
    assert not any(each.errors for each in heard)


def test_a_failure_is_reported_and_the_next_work_runs(lane: Lane, qtbot: QtBot) -> None:
    failed, fine = Heard(), Heard()

    def bad(_token: CancelToken) -> Iterator[object]:
        yield "before"
        raise KeyError("lost")

    lane.submit(failed.ticket(bad))
    lane.submit(fine.ticket(lambda _token: iter(["after"])))
    qtbot.waitUntil(lambda: fine.ended)
    assert failed.events == ["before"]
    assert [type(error) for error in failed.errors] == [KeyError]
    assert failed.errors[0].__traceback__ is not None
    assert failed.ended
    assert fine.events == ["after"]


def test_cancel_reaches_running_work_and_skips_waiting_work(lane: Lane, qtbot: QtBot) -> None:
    started, running, waiting = threading.Event(), Heard(), Heard()

    def until_cancelled(token: CancelToken) -> Iterator[object]:
        started.set()
        token._event.wait(10)
        yield token.is_cancelled

    first = lane.submit(running.ticket(until_cancelled))
    second = lane.submit(waiting.ticket(lambda _token: iter(["never"])))
    assert started.wait(10)
    second.cancel()
    first.cancel()
    qtbot.waitUntil(lambda: waiting.ended)
    assert running.events == [True]
    assert waiting.events == []


def test_close_cancels_the_work_and_silences_it(qtbot: QtBot) -> None:
    lane, heard, started = Lane("closing"), Heard(), threading.Event()

    def until_cancelled(token: CancelToken) -> Iterator[object]:
        started.set()
        token._event.wait(10)
        yield "too late"

    lane.submit(heard.ticket(until_cancelled))
    assert started.wait(10)
    assert lane.close()
    qtbot.wait(20)
    assert heard.events == []
    assert not heard.ended
    with pytest.raises(RuntimeError, match="closed"):
        lane.submit(heard.ticket(until_cancelled))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads have a priority of their own on Linux only")
def test_only_the_worker_steps_back(lane: Lane, qtbot: QtBot) -> None:
    heard = Heard()
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def work(_token: CancelToken) -> Iterator[object]:
        yield os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    lane.submit(heard.ticket(work))
    qtbot.waitUntil(lambda: heard.ended)
    assert heard.events == [min(before + WORKER_NICENESS, 19)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


class TestLanes:
    def test_files_never_wait_behind_a_device(self, qtbot: QtBot) -> None:
        lanes, busy, quick = Lanes(), Heard(), Heard()

        def until_cancelled(token: CancelToken) -> Iterator[object]:
            token._event.wait(10)
            yield "done"

        lanes.device("cpu").submit(busy.ticket(until_cancelled))
        lanes.io.submit(quick.ticket(lambda _token: iter(["read"])))
        qtbot.waitUntil(lambda: quick.ended)
        assert not busy.ended
        assert lanes.close()

    def test_two_names_of_one_device_share_a_lane(self, qtbot: QtBot) -> None:
        lanes = Lanes()
        automatic = lanes.device("auto")
        assert lanes.device("cuda:0") is automatic, "until it is known which device auto is, it might be this one"
        lanes.identify("auto", "cuda:0")
        assert lanes.device("cuda:0") is automatic
        assert lanes.device("auto") is automatic
        assert lanes.device("cpu") is not automatic
        assert lanes.close()

    def test_auto_joins_the_lane_that_its_device_already_has(self, qtbot: QtBot) -> None:
        lanes = Lanes()
        cpu = lanes.device("cpu")
        lanes.device("auto")
        lanes.identify("auto", "cpu")
        assert lanes.device("auto") is cpu
        assert lanes.close()

    def test_a_job_that_found_no_device_leaves_it_open(self, qtbot: QtBot) -> None:
        lanes = Lanes()
        automatic = lanes.device("auto")
        lanes.identify("auto", "")
        assert lanes.device("cpu") is not automatic
        assert lanes.close()
