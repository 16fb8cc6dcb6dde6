"""What a job says it did, through the whole way of a real job."""

from __future__ import annotations

import pytest
from session.fake_tasks import make_request, make_task, paint

from restorer.core.errors import OutOfMemoryError
from restorer.core.progress import CancelToken, MemoryPlanned, Notice, TaskEvent
from restorer.session import jobs
from restorer.session.engines import ClassicalEngine
from restorer.session.job_log import JobLog, size_words
from restorer.session.jobs import run_job


class Remarking(ClassicalEngine):
    """Has something to say once."""

    def __init__(self) -> None:
        self.left: list[TaskEvent] = []

    def remarks(self) -> tuple[TaskEvent, ...]:
        left, self.left = tuple(self.left), []
        return left


def log_of(run, monkeypatch, token=None):
    engine = Remarking()
    monkeypatch.setattr(jobs, "get_task", lambda task_id: make_task(lambda *given: run(engine, *given)))
    log = JobLog(clock=iter(range(100)).__next__)
    for event in run_job(make_request(), engine, token or CancelToken()):
        log.note(event)
    return log


def with_trouble(engine, given, owner, token):
    engine.left = [MemoryPlanned("cuda:0", 768, 412_000_000, 5_100_000_000)]
    work = paint(given, owner, token)
    yield next(work)
    engine.left = [Notice("Graphics memory ran out; went on with smaller tiles (256 px).")]
    return (yield from work)


def test_device_tiles_memory_and_fallbacks_are_all_there(monkeypatch):
    log = log_of(with_trouble, monkeypatch)
    texts = [line.text for line in log.lines]
    assert texts[:4] == [
        "Started on cpu with Classical",
        "Tiles up to 768 px: 412 MB of 5.1 GB free on cuda:0",
        "3 tiles, the largest 8 × 4 px",
        "Graphics memory ran out; went on with smaller tiles (256 px).",
    ]
    assert texts[4].startswith("Finished on cpu after 0.0 s, 3 network calls")
    assert [line.kind for line in log.lines] == ["info", "info", "info", "warning", "info"]
    assert [line.seconds for line in log.lines] == [1, 2, 3, 4, 5]
    assert log.plan is not None
    assert log.plan.needed_bytes == 412_000_000
    text = log.to_text()
    assert text.startswith("Asked for on 2")
    assert "     4.0 s  ! Graphics memory ran out" in text


def failing(engine, given, owner, token):
    engine.left = [Notice("Tiles were made smaller.")]
    raise OutOfMemoryError("Memory ran out.", hint="Close other programs.")
    yield


def test_a_failure_keeps_what_was_said_before_it(monkeypatch):
    log = log_of(failing, monkeypatch)
    assert [(line.text, line.kind) for line in log.lines[1:]] == [
        ("Tiles were made smaller.", "warning"),
        ("Memory ran out. Close other programs.", "error"),
    ]


def test_cancelling_is_written_down(monkeypatch):
    token = CancelToken()
    token.cancel()
    assert [line.text for line in log_of(with_trouble, monkeypatch, token).lines] == [
        "Cancelled; the photo is as it was"
    ]


@pytest.mark.parametrize(("count", "words"), [(0, "0 kB"), (9_400, "9 kB"), (412_000_000, "412 MB"), (5.1e9, "5.1 GB")])
def test_sizes(count, words):
    assert size_words(count) == words
