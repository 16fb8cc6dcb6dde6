"""Previews: what is shown of a region is what the whole run gives there."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from restorer.core.errors import InputError, OutOfMemoryError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import Mask
from restorer.core.params import param
from restorer.core.placement import Placement
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.result import Reframed, TaskResult
from restorer.session import jobs, preview, resolver
from restorer.session.engines import ClassicalEngine
from restorer.session.jobs import JobCancelled, JobFailed, JobPreview, JobTilesPlanned, run_job
from restorer.session.preview import (
    FactsCache,
    PreviewFinished,
    PreviewRequest,
    RegionPixels,
    fit_region,
    most_pixels,
    preview_request,
    run_preview,
)
from restorer.session.session import Session
from restorer.store import Catalogue
from restorer.tasks import TASKS
from restorer.tasks.spec import CLASSICAL, Fidelity, Locality, Task, TaskInput

REGION = Bounds(70, 40, 170, 120)


@dataclass(frozen=True, slots=True)
class SmoothParams:
    """One parameter."""

    radius: int = param(3, "Radius of the mean.", low=0, high=9)


def survey(photo: Image, _token: CancelToken) -> Mapping[str, Any]:
    return {"mean": float(photo.pixels.mean())}


def smooth(given: TaskInput, _engine: object, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """A mean over squares in bands of 16 rows, pulled to the whole photo's mean, and a stripe at every 64th column."""
    photo = given.photo
    mean = (given.facts or survey(photo, token))["mean"]
    bands = tuple(Bounds(0, top, photo.width, min(top + 16, photo.height)) for top in range(0, photo.height, 16))
    yield TilesPlanned(bands)
    patches = []
    for index, band in enumerate(bands):
        token.raise_if_cancelled()
        yield TileStarted(index, len(bands), band)
        radius = given.params.radius
        near = band.pad(radius).intersect(photo.bounds)
        padded = np.pad(photo.pixels[near.slices].astype(float), ((radius, radius), (radius, radius), (0, 0)), "edge")
        sides = range(2 * radius + 1)
        total = sum(padded[y : y + near.height, x : x + near.width] for y in sides for x in sides)
        pixels = (total / len(sides) ** 2 * 0.9 + mean * 0.1)[band.translate(0, -near.top).slices]
        pixels[:, (np.arange(photo.width) + given.origin[0]) % 64 == 0] = 0
        patches.append(Patch(band, pixels.astype(photo.pixels.dtype)))
        yield TileFinished(index, len(bands), patches[-1])
    return TaskResult(tuple(patches), tiles=len(bands))


def make_task(**changes: Any) -> Task:
    task = Task(
        "smooth", 1, "Smooth", "Means.", Fidelity.CONSERVE, SmoothParams, False, "brush", smooth, weightless=True
    )
    return dataclasses.replace(task, **{"locality": Locality(margin_px=12, survey=survey), **changes})


@pytest.fixture
def session(tmp_path: Any) -> Session:
    return Session(catalogue=Catalogue([tmp_path]))


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a task the only one there is."""

    def use(task: Task) -> Task:
        for module in (jobs, preview, resolver):
            monkeypatch.setattr(module, "get_task", lambda _id: task)
        monkeypatch.setattr("restorer.session.session.get_task", lambda _id: task)
        return task

    return use


def finished(request: PreviewRequest) -> RegionPixels:
    *_, last = run_preview(request, ClassicalEngine(), CancelToken())
    assert isinstance(last, PreviewFinished), last
    return last.region


def whole(session: Session, photo: Image, mask: Mask | None, step: Any) -> Image:
    *_, last = run_job(session.request(photo, mask, step), ClassicalEngine(), CancelToken())
    return photo.with_patches(last.result.patches)  # type: ignore[union-attr]


def dotted(photo: Image, *boxes: Bounds) -> Mask:
    plane = np.zeros((photo.height, photo.width), np.uint8)
    for box in boxes:
        plane[box.slices] = 255
    return Mask(plane)


@pytest.mark.parametrize("region", [REGION, Bounds(0, 0, 40, 30), Bounds(200, 150, 256, 192), Bounds(0, 0, 256, 192)])
def test_a_region_is_as_in_the_whole_result(session: Session, photo: Image, use: Any, region: Bounds) -> None:
    use(make_task())
    step = session.resolve_step("smooth")
    made = finished(preview_request(session, session.request(photo, None, step), region))
    assert made.bounds == region
    assert made.changed
    assert made.scale == 1
    np.testing.assert_array_equal(made.picture.pixels, whole(session, photo, None, step).crop(region))


def test_the_whole_photo_is_surveyed_once_for_each_state(session: Session, photo: Image, use: Any) -> None:
    asked = []

    def counted(image: Image, token: CancelToken) -> Mapping[str, Any]:
        asked.append(image.bounds)
        return survey(image, token)

    use(make_task(locality=Locality(margin_px=12, survey=counted)))
    step, facts = session.resolve_step("smooth"), FactsCache()
    for state in ("a", "a", "b"):
        job = session.request(photo, None, step, base_state=state)
        finished(preview_request(session, job, REGION, facts=facts))
    assert asked == [photo.bounds, photo.bounds]


def test_events_are_in_coordinates_of_the_photo(session: Session, photo: Image, use: Any) -> None:
    use(make_task())
    request = preview_request(session, session.request(photo, None, session.resolve_step("smooth")), REGION)
    events = list(run_preview(request, ClassicalEngine(), CancelToken()))
    planned = next(event for event in events if isinstance(event, JobTilesPlanned))
    seen = Bounds.around(planned.tiles)
    assert seen.contains(REGION.pad(12).intersect(photo.bounds))
    assert seen.left % 64 == seen.top % 64 == 0
    patches = [event.patch for event in events if isinstance(event, JobPreview)]
    assert Bounds.around(patch.bounds for patch in patches) == seen


@pytest.mark.parametrize(
    "boxes",
    [
        (Bounds(80, 50, 90, 60), Bounds(150, 100, 158, 140)),
        (Bounds(5, 70, 250, 75), Bounds(120, 0, 124, 190)),  # across the region and beyond it
        (Bounds(20, 20, 30, 30),),
    ],
)
def test_inpaint_fills_a_region_as_the_whole_run_does(
    session: Session, photo: Image, boxes: tuple[Bounds, ...]
) -> None:
    mask = dotted(photo, *boxes)
    step = session.resolve_step("inpaint", {"method": "telea"}, model=CLASSICAL)
    made = finished(preview_request(session, session.request(photo, mask, step), REGION))
    np.testing.assert_array_equal(made.picture.pixels, whole(session, photo, mask, step).crop(REGION))
    assert made.changed is any(box.overlaps(REGION) for box in boxes)


def test_inpaint_fills_no_more_than_it_has_to(session: Session) -> None:
    photo = Image(np.random.default_rng(0).integers(0, 255, (400, 2400, 3), np.uint8))
    mask = dotted(photo, *(Bounds(x, 200, x + 6, 206) for x in range(20, 2400, 60)))
    step = session.resolve_step("inpaint", {"method": "telea"}, model=CLASSICAL)
    request = preview_request(session, session.request(photo, mask, step), Bounds(1000, 100, 1200, 300))
    events = list(run_preview(request, ClassicalEngine(), CancelToken()))
    planned = next(event for event in events if isinstance(event, JobTilesPlanned))
    assert 0 < sum(tile.width for tile in planned.tiles) < 900


def test_repair_scratches_looks_only_around_the_region(session: Session, photo: Image) -> None:
    pixels = photo.pixels.copy()
    pixels[:, 100:102] = 255
    photo = Image(pixels)
    step = session.resolve_step("repair-scratches", {"method": "telea"}, model=CLASSICAL)
    made = finished(preview_request(session, session.request(photo, None, step), REGION))
    assert made.changed
    np.testing.assert_array_equal(made.picture.pixels, whole(session, photo, None, step).crop(REGION))


def test_what_is_protected_is_shown_as_it_is(session: Session, photo: Image, use: Any) -> None:
    use(make_task())
    kept = Bounds(100, 60, 130, 80)
    step = session.resolve_step("smooth")
    job = dataclasses.replace(session.request(photo, None, step), protected=dotted(photo, kept))
    made = finished(preview_request(session, job, REGION)).picture.pixels
    inside = kept.translate(-REGION.left, -REGION.top).slices
    np.testing.assert_array_equal(made[inside], photo.crop(kept))
    assert (made != photo.crop(REGION)).any()


def test_of_several_variants_the_first_is_tried(session: Session, photo: Image) -> None:
    mask = dotted(photo, Bounds(80, 50, 90, 60))
    step = session.resolve_step("inpaint", {"method": "patchmatch", "variants": 4}, model=CLASSICAL)
    assert preview_request(session, session.request(photo, mask, step), REGION).job.step.params["variants"] == 1


@pytest.mark.parametrize("scale", [2, 4])
def test_an_enlarged_region_is_as_in_the_whole_result(session: Session, photo: Image, use: Any, scale: int) -> None:
    def enlarge(given: TaskInput, _engine: object, _token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
        yield TilesPlanned((given.photo.bounds,))
        pixels = given.photo.pixels.repeat(scale, axis=0).repeat(scale, axis=1)
        width, height = given.photo.width, given.photo.height
        placement = Placement.scaled(width, height, width * scale, height * scale)
        return TaskResult((), reframed=Reframed(Image(pixels, given.photo.color), placement))

    use(make_task(run=enlarge))
    step = session.resolve_step("smooth")
    made = finished(preview_request(session, session.request(photo, None, step), REGION))
    assert (made.bounds, made.scale) == (REGION, scale)
    *_, last = run_job(session.request(photo, None, step), ClassicalEngine(), CancelToken())
    edges = (edge * scale for edge in (REGION.left, REGION.top, REGION.right, REGION.bottom))
    whole_picture = last.result.applied_to(photo)  # type: ignore[union-attr]
    np.testing.assert_array_equal(made.picture.pixels, whole_picture.crop(Bounds(*edges)))


def test_a_turned_picture_has_no_preview(session: Session, photo: Image, use: Any) -> None:
    def turn(given: TaskInput, _engine: object, _token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
        yield TilesPlanned((given.photo.bounds,))
        placement = Placement.turned(2, given.photo.width, given.photo.height)
        return TaskResult((), reframed=Reframed(Image(given.photo.pixels[::-1, ::-1]), placement))

    use(make_task(run=turn))
    request = preview_request(session, session.request(photo, None, session.resolve_step("smooth")), REGION)
    *_, last = run_preview(request, ClassicalEngine(), CancelToken())
    assert isinstance(last, JobFailed)
    assert last.exit_code == 2


def test_what_stands_in_the_way_is_said(session: Session, photo: Image, use: Any) -> None:
    step = session.resolve_step("inpaint", model=CLASSICAL)
    with pytest.raises(InputError, match="nothing is marked"):
        preview_request(session, session.request(photo, Mask.empty(photo.width, photo.height), step), REGION)
    use(make_task(locality=None))
    smooth_step = session.resolve_step("smooth")
    with pytest.raises(InputError, match="no preview of a part"):
        preview_request(session, session.request(photo, None, smooth_step), REGION)
    use(make_task())
    with pytest.raises(InputError, match="in view"):
        preview_request(session, session.request(photo, None, smooth_step), Bounds(900, 0, 950, 20))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (InputError("Too dark."), "Too dark."),
        (OutOfMemoryError("No room."), "No room."),
        (MemoryError(), "out of memory"),
    ],
)
def test_a_failure_is_an_event(session: Session, photo: Image, use: Any, error: Exception, sentence: str) -> None:
    def fail(_given: TaskInput, _engine: object, _token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
        yield TilesPlanned((REGION,))
        raise error

    use(make_task(run=fail))
    request = preview_request(session, session.request(photo, None, session.resolve_step("smooth")), REGION)
    *_, last = run_preview(request, ClassicalEngine(), CancelToken())
    assert isinstance(last, JobFailed)
    assert sentence in last.message
    assert "region" in last.report


def test_cancelling_takes_effect_between_tiles(session: Session, photo: Image, use: Any) -> None:
    use(make_task())
    token = CancelToken()
    request = preview_request(session, session.request(photo, None, session.resolve_step("smooth")), REGION)
    seen = []
    for event in run_preview(request, ClassicalEngine(), token):
        seen.append(event)
        if isinstance(event, JobPreview):
            token.cancel()
    assert isinstance(seen[-1], JobCancelled)
    assert sum(isinstance(event, JobPreview) for event in seen) == 1


@pytest.mark.parametrize("visible", [Bounds(-50, -50, 9000, 7000), Bounds(100, 0, 9000, 30), Bounds(0, 0, 9000, 9000)])
def test_too_large_a_view_is_tried_in_its_middle(visible: Bounds) -> None:
    photo = Bounds(0, 0, 8000, 6000)
    region, shown = fit_region(visible, photo, 1_000_000), visible.intersect(photo)
    assert region.area <= 1_000_000
    assert shown.contains(region)
    assert abs((region.left + region.right) - (shown.left + shown.right)) <= 1
    assert region.width / region.height == pytest.approx(shown.width / shown.height, rel=0.05)


@pytest.mark.parametrize(("factor", "most"), [(1.0, 4_000_000), (2.0, 4_000_000), (4.0, 1_000_000), (8.0, 250_000)])
def test_less_is_tried_of_what_is_enlarged(photo: Image, factor: float, most: int) -> None:
    enlarge = TASKS["super-resolve"]
    assert most_pixels(enlarge, {"factor": factor}, photo) == pytest.approx(most, rel=0.01)
    assert most_pixels(enlarge, {"factor": -1}, photo) == 4_000_000  # refused where it is tried
    assert most_pixels(TASKS["denoise"], {}, photo) == 4_000_000


LOCAL = [task for task in TASKS.values() if task.locality is not None]


@pytest.mark.parametrize("task", LOCAL, ids=lambda task: task.id)
def test_every_task_shows_what_it_will_do(session: Session, photo: Image, task: Task) -> None:
    """Whatever a task measures, draws or tiles, the part in view is as in the whole result."""
    region = REGION
    if task.locality is not None and not task.locality.sees_whole:  # large enough that a part of it is seen
        photo, region = (
            Image(np.pad(photo.pixels, ((150, 150), (150, 150), (0, 0)), "reflect")),
            Bounds(250, 220, 330, 280),
        )
    mask = dotted(photo, Bounds(80, 50, 90, 60), Bounds(160, 30, 168, 150)) if task.needs_mask else None
    job = session.request(photo, mask, session.resolve_step(task.id, model=CLASSICAL))
    made = finished(preview_request(session, job, region))
    *_, last = run_job(job, ClassicalEngine(), CancelToken())
    result: TaskResult = last.result  # type: ignore[union-attr]
    shown = region if result.reframed is None else result.reframed.placement.bounds_in_new(region)
    expected = result.applied_to(photo).crop(shown).astype(int)
    off = np.abs(made.picture.pixels.astype(int) - expected)
    assert off.max() <= 1, f"{(off > 1).mean():.2%} of the pixels differ, by up to {off.max()}"
