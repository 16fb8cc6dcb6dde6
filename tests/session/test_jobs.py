from __future__ import annotations

import pytest
from session.fake_tasks import TILES, make_request, make_task, paint

from restorer.core.errors import OutOfMemoryError, WeightsError
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken, Notice, TilesPlanned
from restorer.session import jobs
from restorer.session.engines import ClassicalEngine
from restorer.session.jobs import (
    JobCancelled,
    JobFailed,
    JobFinished,
    JobNotice,
    JobPreview,
    JobProgress,
    JobStarted,
    JobTilesPlanned,
    JobTileStarted,
    mask_digest,
    run_job,
)


@pytest.fixture
def use(monkeypatch):
    """Makes jobs run the given function as their task."""

    def use(run):
        monkeypatch.setattr(jobs, "get_task", lambda task_id: make_task(run))

    return use


def run_with(run, use, *, token=None, engine=None):
    use(run)
    return list(run_job(make_request(), engine or ClassicalEngine(), token or CancelToken()))


def test_events_come_in_order(use):
    events = run_with(paint, use)
    tile = [JobTileStarted, JobPreview, JobProgress]
    assert [type(event) for event in events] == [JobStarted, JobTilesPlanned, JobProgress, *(tile * 3), JobFinished]
    assert {event.id for event in events} == {41}
    assert events[0] == JobStarted(41, "Classical", "cpu")
    assert events[1].tiles == TILES
    assert [(event.done, event.total) for event in events if isinstance(event, JobProgress)] == [
        (0, 3),
        (1, 3),
        (2, 3),
        (3, 3),
    ]


def test_no_estimate_after_one_quick_tile_but_after_two(use):
    estimates = [event.eta_s for event in run_with(paint, use) if isinstance(event, JobProgress)]
    assert estimates[:2] == [None, None]
    assert estimates[2] is not None
    assert estimates[3] == 0.0


def test_the_finished_step_is_complete(use):
    finished = run_with(paint, use)[-1]
    request = finished.request
    assert finished.step.mask == mask_digest(request.mask)
    assert finished.step.params == request.step.params
    assert finished.result.tiles == 3
    assert finished.result.patches[2].pixels[0, 0, 0] == 9
    assert finished.seconds >= 0
    assert finished.device == "cpu"


def test_mask_digest_tells_masks_apart():
    assert mask_digest(Mask.empty(4, 2)) != mask_digest(Mask.empty(2, 4))
    assert mask_digest(Mask.empty(4, 2)) == mask_digest(Mask.empty(4, 2).snapshot())


def test_cancel_before_the_start(use):
    token = CancelToken()
    token.cancel()
    assert run_with(paint, use, token=token) == [JobCancelled(41)]


def test_cancel_takes_effect_within_a_tile(use):
    use(paint)
    token = CancelToken()
    seen = []
    for event in run_job(make_request(), ClassicalEngine(), token):
        seen.append(type(event))
        if isinstance(event, JobTileStarted):
            token.cancel()
    assert seen.count(JobTileStarted) == 1
    assert seen[-1] is JobCancelled


def test_cancel_during_the_last_tile_gives_no_result(use):
    use(paint)
    token = CancelToken()
    events = []
    for event in run_job(make_request(), ClassicalEngine(), token):
        events.append(event)
        if isinstance(event, JobProgress) and event.done == 3:
            token.cancel()
    assert events[-1] == JobCancelled(41)


def test_an_expected_error_keeps_its_sentence_and_code(use):
    def run(given, engine, token):
        yield TilesPlanned(TILES)
        raise OutOfMemoryError("The memory of cuda:0 ran out.", hint="Use --device cpu.")

    failed = run_with(run, use)[-1]
    assert (failed.message, failed.hint, failed.exit_code) == (
        "The memory of cuda:0 ran out.",
        "Use --device cpu.",
        1,
    )


def test_a_bug_becomes_a_failure_with_its_traceback(use):
    def run(given, engine, token):
        yield TilesPlanned(TILES)
        raise KeyError("/home/anna/photos/opa.tif")

    failed = run_with(run, use)[-1]
    assert isinstance(failed, JobFailed)
    assert "Paint" in failed.message
    assert "KeyError" in failed.message
    assert failed.exit_code == 1
    assert "Traceback" in failed.report
    assert "in run" in failed.report
    assert "8 x 8 x 3 uint8" in failed.report
    assert "12.5000% within 4 x 2" in failed.report
    assert "anna" not in failed.report


def test_an_engine_that_cannot_be_made_is_a_failure_too(use):
    def make_engine():
        raise WeightsError("The weights are damaged.")

    events = run_with(paint, use, engine=make_engine)
    assert [type(event) for event in events] == [JobFailed]
    assert events[0].exit_code == 2


def test_running_out_of_main_memory_is_said_in_words(use):
    def run(given, engine, token):
        yield TilesPlanned(TILES)
        raise MemoryError

    assert "ran out of memory" in run_with(run, use)[-1].message


def test_parameters_are_checked_before_the_task_sees_them(use):
    use(paint)
    request = make_request()
    request.step.params["value"] = 256
    failed = list(run_job(request, ClassicalEngine(), CancelToken()))[-1]
    assert isinstance(failed, JobFailed)
    assert "value" in failed.message


def test_notices_are_passed_on_and_tiles_may_be_planned_anew(use):
    def run(given, engine, token):
        yield TilesPlanned(TILES[:1])
        yield Notice("Smaller tiles.", "Memory is short.")
        return (yield from paint(given, engine, token))

    events = run_with(run, use)
    assert JobNotice(41, "Smaller tiles.", "Memory is short.") in events
    assert sum(isinstance(event, JobTilesPlanned) for event in events) == 2
    assert isinstance(events[-1], JobFinished)


def test_closing_a_job_closes_its_task(use):
    closed = []

    def run(given, engine, token):
        try:
            yield from paint(given, engine, token)
        finally:
            closed.append(True)

    use(run)
    job = run_job(make_request(), ClassicalEngine(), CancelToken())
    next(job)
    next(job)
    job.close()
    assert closed == [True]


def test_the_classical_engine_runs_no_model():
    engine = ClassicalEngine()
    assert engine.device_name == "cpu"
    with pytest.raises(WeightsError, match="inpaint-unet"):
        engine.lease("inpaint-unet")
