"""Looking for damage as a job of its own: its result is a map that masks are cut from, not changed pixels."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from restorer.core.contract import Engine
from restorer.core.damage import DamageMap
from restorer.core.errors import Cancelled, RestorerError
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.progress import CancelToken, TaskEvent
from restorer.core.step import Step
from restorer.session.jobs import EngineSource, JobCancelled, JobEvent, JobFailed, carry_out
from restorer.session.session import Session
from restorer.tasks.detection import detect
from restorer.tasks.repair_scratches import REPAIR_SCRATCHES
from restorer.tasks.spec import CLASSICAL

TITLE = "Detect damage"


@dataclass(frozen=True, slots=True, eq=False)
class DetectionRequest:
    """Everything one search needs.

    Attributes:
        id: stamped on every event of the job.
        photo: the pixels to look at.
        model: id of a model of the task ``repair-scratches``, or ``classical``.
        model_title: of the model, for people.
        within: only this part is looked at, or None.
        base_state: :attr:`Document.state` the photo had.
        photo_name: of the photo, for people.
    """

    id: int
    photo: Image
    model: str
    model_title: str
    within: Bounds | None = None
    base_state: str = ""
    photo_name: str = ""

    @property
    def title(self) -> str:
        """What to call the job."""
        return TITLE

    def summary(self) -> dict[str, Any]:
        """Plain facts for a failure report."""
        photo = self.photo
        return {
            "model": self.model,
            "photo": f"{photo.width} x {photo.height} x {photo.channels} {photo.pixels.dtype}",
        }


@dataclass(frozen=True, slots=True, eq=False)
class DetectionFinished:
    """Done: what was found, and where the search ended. Read-only, so it may be queued to a window."""

    id: int
    request: DetectionRequest
    damage: DamageMap
    seconds: float
    device: str


DetectionEvent = JobEvent | DetectionFinished


def detection_request(
    session: Session,
    photo: Image,
    *,
    model: str = "",
    within: Bounds | None = None,
    base_state: str = "",
    photo_name: str = "",
) -> DetectionRequest:
    """A search on pixels that nobody will change.

    Args:
        model: id; empty for the best installed one, else the classical method.

    Raises:
        InputError: for an unknown model or one of another task.
        WeightsError: where the model asked for has no weights.
    """
    chosen = session.resolve_step(REPAIR_SCRATCHES.id, model=model).model
    title = "Classical" if chosen == CLASSICAL else session.catalogue.get(chosen).title
    return DetectionRequest(session.next_job_id(), photo, chosen, title, within, base_state, photo_name)


def detection_engine(session: Session, request: DetectionRequest, device: str = "auto") -> Engine:
    """The engine for a search; the classical method gets one at once, without torch.

    Raises:
        InputError: for a device that is not there.
    """
    return session.engine_for(Step(REPAIR_SCRATCHES.id, REPAIR_SCRATCHES.version, model=request.model), device)


def run_detection(request: DetectionRequest, engine: EngineSource, token: CancelToken) -> Iterator[DetectionEvent]:
    """Runs a search and says what happens, as :func:`restorer.session.jobs.run_job` does for a task.

    Yields:
        events in order; the last is always DetectionFinished, JobFailed or JobCancelled. Nothing is raised.
    """

    def work(owner: Engine) -> Generator[TaskEvent, None, DamageMap]:
        return detect(request.photo, request.model, owner, token, within=request.within)

    def finish(damage: DamageMap, seconds: float, device: str) -> DetectionFinished:
        return DetectionFinished(request.id, request, damage, seconds, device)

    return carry_out(request, work, finish, engine, token)


def detect_damage(
    session: Session,
    photo: Image,
    *,
    model: str = "",
    device: str = "auto",
    within: Bounds | None = None,
    token: CancelToken | None = None,
) -> DamageMap:
    """The search on the thread of the caller, for scripts; a window iterates :func:`run_detection` on a lane.

    Args:
        token: may be set from any thread.

    Raises:
        RestorerError: as :func:`detection_request`, or where the search failed.
        Cancelled: once the token is set.
    """
    request = detection_request(session, photo, model=model, within=within)
    for event in run_detection(request, lambda: detection_engine(session, request, device), token or CancelToken()):
        match event:
            case DetectionFinished(damage=damage):
                return damage
            case JobFailed(message=message, hint=hint):
                raise RestorerError(message, hint=hint)
            case JobCancelled():
                raise Cancelled
    raise AssertionError("a job ends with an event")
