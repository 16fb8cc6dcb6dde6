"""The list of jobs: order per photo, freezing late, cancelling, failures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from restorer.core.errors import Cancelled
from restorer.core.progress import CancelToken
from restorer.ui import job_queue
from restorer.ui.job_queue import Job, JobPlan, JobQueue, JobState
from restorer.ui.workers import Lanes, Work


class Stage:
    """A queue with two device lanes, and work that ends when it is told to."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.queue = JobQueue()
        self.begun: list[str] = []
        self.errors: list[Exception] = []
        self.gates: dict[str, threading.Event] = {}

    def add(
        self,
        name: str,
        subject: object = None,
        device: str = "cpu",
        begin: Callable[[Job], Work] | None = None,
        retry: Callable[[], object] | None = None,
    ) -> Job:
        gate = self.gates[name] = threading.Event()

        def default_begin(_job: Job) -> Work:
            self.begun.append(name)

            def work(token: CancelToken) -> Iterator[object]:
                try:
                    while not gate.wait(0.005):
                        token.raise_if_cancelled()
                    token.raise_if_cancelled()
                except Cancelled:
                    return
                yield "done"

            return work

        return self.queue.add(
            JobPlan(
                title=name,
                subject_name="photo",
                lane=self.lanes.device(device),
                subject=subject,
                begin=begin or default_begin,
                on_event=lambda job, _event: self.queue.settle(job, JobState.DONE, "Done"),
                on_error=self._on_error,
                retry=retry,
            )
        )

    def _on_error(self, job: Job, error: Exception) -> None:
        self.errors.append(error)
        self.queue.settle(job, JobState.FAILED, str(error), "report")


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    stage = Stage()
    yield stage
    assert stage.lanes.close()


def test_jobs_of_one_lane_begin_one_after_the_other(stage: Stage, qtbot: QtBot) -> None:
    first, second = stage.add("first"), stage.add("second")
    assert stage.begun == ["first"], "the second must not be frozen while the first still changes the photo"
    assert (first.state, second.state) == (JobState.RUNNING, JobState.WAITING)
    stage.gates["first"].set()
    qtbot.waitUntil(lambda: second.state is JobState.RUNNING)
    assert stage.begun == ["first", "second"]
    stage.gates["second"].set()
    qtbot.waitUntil(lambda: second.state is JobState.DONE)
    assert first.fraction == 1.0
    assert not stage.queue.open_jobs


def test_jobs_of_one_photo_keep_their_order_across_devices(stage: Stage, qtbot: QtBot) -> None:
    photo, other = object(), object()
    stage.add("a", photo, "cpu")
    later = stage.add("b", photo, "cuda:1")
    stage.add("c", other, "cuda:1")
    assert stage.begun == ["a", "c"], "another photo's job may pass, the same photo's may not"
    stage.gates["a"].set()
    stage.gates["c"].set()
    qtbot.waitUntil(lambda: later.state is JobState.RUNNING)
    stage.gates["b"].set()
    qtbot.waitUntil(lambda: later.state is JobState.DONE)


def test_a_waiting_job_is_cancelled_without_ever_beginning(stage: Stage, qtbot: QtBot) -> None:
    first, second = stage.add("first"), stage.add("second")
    stage.queue.cancel(second)
    assert second.state is JobState.CANCELLED
    stage.gates["first"].set()
    qtbot.waitUntil(lambda: first.state is JobState.DONE)
    assert stage.begun == ["first"]


def test_a_running_job_is_asked_to_stop_and_the_next_begins(stage: Stage, qtbot: QtBot) -> None:
    first, second = stage.add("first"), stage.add("second")
    stage.queue.cancel(first)
    assert first.detail == "Stopping"
    qtbot.waitUntil(lambda: second.state is JobState.RUNNING)
    assert first.state is JobState.CANCELLED
    stage.gates["second"].set()
    qtbot.waitUntil(lambda: second.state is JobState.DONE)


def test_cancel_all_starts_nothing_on_the_way(stage: Stage, qtbot: QtBot) -> None:
    jobs = [stage.add(name) for name in ("a", "b", "c")]
    stage.queue.cancel_all()
    qtbot.waitUntil(lambda: all(job.state is JobState.CANCELLED for job in jobs))
    assert stage.begun == ["a"]


def test_cancel_all_of_one_subject_leaves_the_others(stage: Stage, qtbot: QtBot) -> None:
    photo, other = object(), object()
    stage.add("a", photo)
    kept = stage.add("b", other)
    stage.queue.cancel_all(photo)
    qtbot.waitUntil(lambda: kept.state is JobState.RUNNING)
    stage.gates["b"].set()
    qtbot.waitUntil(lambda: kept.state is JobState.DONE)


def test_a_job_that_cannot_even_begin_fails_and_blocks_nobody(stage: Stage, qtbot: QtBot) -> None:
    def broken(_job: Job) -> Work:
        raise ValueError("no such photo")

    failed = stage.add("broken", begin=broken)
    fine = stage.add("fine")
    assert failed.state is JobState.FAILED
    assert failed.report == "report"
    stage.gates["fine"].set()
    qtbot.waitUntil(lambda: fine.state is JobState.DONE)


def test_progress_never_runs_backwards(stage: Stage, qtbot: QtBot) -> None:
    job = stage.add("job")
    stage.queue.update(job, detail="half", fraction=0.5)
    stage.queue.update(job, detail="less", fraction=0.3)
    assert job.fraction == 0.5
    stage.queue.cancel(job)
    qtbot.waitUntil(lambda: job.state.is_over)


def test_an_estimate_stands_for_a_second(stage: Stage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("restorer.ui.job_queue.time.monotonic", lambda: now)
    job = stage.add("job")
    stage.queue.update(job, detail="", eta_s=14.0)
    now = 100.5
    stage.queue.update(job, detail="", eta_s=9.0)
    assert job.eta_s == 14.0
    now = 101.0
    stage.queue.update(job, detail="", eta_s=12.0)
    assert job.eta_s == 12.0
    stage.queue.cancel(job)
    monkeypatch.undo()
    qtbot.waitUntil(lambda: job.state.is_over)


def test_only_what_is_over_can_be_taken_off_the_list(stage: Stage, qtbot: QtBot) -> None:
    job = stage.add("job")
    stage.queue.dismiss(job)
    assert stage.queue.find(job.id) is job
    stage.gates["job"].set()
    qtbot.waitUntil(lambda: job.state is JobState.DONE)
    stage.queue.dismiss(job)
    assert stage.queue.find(job.id) is None


def order(stage: Stage) -> list[str]:
    return [job.title for job in stage.queue.jobs]


def finish(stage: Stage, qtbot: QtBot) -> list[str]:
    """Lets everything end; returns the order in which jobs began."""
    for gate in stage.gates.values():
        gate.set()
    qtbot.waitUntil(lambda: not stage.queue.open_jobs)
    return stage.begun


def test_waiting_jobs_are_moved_and_run_in_the_new_order(stage: Stage, qtbot: QtBot) -> None:
    photo = object()
    first, second, third, fourth = (stage.add(name, photo) for name in "abcd")
    stage.queue.move(fourth, before=second)
    assert order(stage) == ["a", "d", "b", "c"]
    stage.queue.move(third, before=first)
    assert order(stage) == ["a", "c", "d", "b"], "nothing comes in front of what runs"
    stage.queue.move(first, before=None)
    stage.queue.shift(second, -1)
    stage.queue.shift(third, -5)
    stage.queue.shift(fourth, 9)
    assert order(stage) == ["a", "c", "b", "d"]
    assert finish(stage, qtbot) == ["a", "c", "b", "d"]


def test_a_paused_lane_begins_nothing_and_its_job_stands_still(stage: Stage, qtbot: QtBot) -> None:
    first, second = stage.add("first"), stage.add("second")
    elsewhere = stage.add("elsewhere", device="cuda:1")
    lane = stage.lanes.device("cpu")
    stage.queue.pause(lane)
    assert first.is_paused
    for gate in stage.gates.values():
        gate.set()
    qtbot.waitUntil(lambda: elsewhere.state is JobState.DONE)
    assert (first.state, second.state) == (JobState.RUNNING, JobState.WAITING)
    stage.queue.resume(lane)
    qtbot.waitUntil(lambda: second.state is JobState.DONE)
    assert [line.text for line in first.log.lines] == ["Paused", "Went on"]


def test_what_is_paused_can_be_cancelled(stage: Stage, qtbot: QtBot) -> None:
    job = stage.add("job")
    stage.queue.pause(stage.lanes.device("cpu"))
    stage.queue.cancel(job)
    qtbot.waitUntil(lambda: job.state is JobState.CANCELLED)


def test_a_failed_job_is_tried_again_and_others_are_not(stage: Stage, qtbot: QtBot) -> None:
    def broken(_job: Job) -> Work:
        raise ValueError("no such photo")

    subject, again = object(), []
    failed = stage.add("broken", subject, begin=broken, retry=lambda: again.append("tried"))
    done = stage.add("fine", retry=lambda: again.append("never"))
    finish(stage, qtbot)
    assert (failed.can_retry, done.can_retry) == (True, False)
    stage.queue.retry(done)
    stage.queue.retry(failed)
    assert again == ["tried"]
    assert stage.queue.find(failed.id) is None
    gone = stage.add("broken", subject, begin=broken, retry=lambda: again.append("tried"))
    stage.queue.forget(subject)
    assert not gone.can_retry, "its photo is closed"


def test_the_list_stays_short_and_lets_go_of_photos(stage: Stage, qtbot: QtBot) -> None:
    def broken(_job: Job) -> Work:
        raise ValueError("no such photo")

    for number in range(130):
        stage.add(str(number), begin=broken, retry=lambda: None)
    jobs = stage.queue.jobs
    assert len(jobs) == 108
    assert [job.can_retry for job in jobs] == [False] * 100 + [True] * 8
    stage.queue.dismiss_over()
    assert stage.queue.jobs == ()


def test_what_a_job_freed_is_given_back_on_its_thread_however_it_ended(
    stage: Stage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    monkeypatch.setattr(job_queue, "give_back_freed", lambda: threads.append(threading.current_thread()))
    done, cancelled = stage.add("done"), stage.add("cancelled")
    stage.gates["done"].set()
    qtbot.waitUntil(lambda: cancelled.state is JobState.RUNNING)
    assert len(threads) == 1
    stage.queue.cancel(cancelled)
    qtbot.waitUntil(lambda: cancelled.state is JobState.CANCELLED)
    failed = stage.add("failed", begin=lambda _job: _broken)
    qtbot.waitUntil(lambda: failed.state is JobState.FAILED and len(threads) == 3)
    assert done.state is JobState.DONE
    assert threading.main_thread() not in threads


def _broken(_token: CancelToken) -> Iterator[object]:
    raise RuntimeError("on purpose")
    yield
