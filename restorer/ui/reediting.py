"""Steps edited after they were taken: hidden, moved, changed, taken out, and run again; recipes on other photos."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from restorer.core import plan as plans
from restorer.core.contract import Engine
from restorer.core.errors import InputError, RestorerError, StaleResultError
from restorer.core.mask import Mask
from restorer.core.mask_code import PackedMask, mask_digest
from restorer.core.params import Value
from restorer.core.plan import Plan, Slot
from restorer.core.progress import CancelToken
from restorer.core.replayed import Replayed
from restorer.core.step import Recipe, Step
from restorer.formats.recipe_file import RecipeFile
from restorer.session.jobs import JobCancelled, JobFailed, JobNotice, JobProgress, JobStarted
from restorer.session.recipes import MaskFit, make_ready
from restorer.session.replay import (
    ReplayFinished,
    ReplayRequest,
    ReplayStepStarted,
    apply_steps,
    run_replay,
)
from restorer.session.session import Session
from restorer.tasks.spec import CLASSICAL
from restorer.ui import words
from restorer.ui.job_queue import Job, JobPlan, JobQueue, JobState
from restorer.ui.messages import Message, Offer, error_message
from restorer.ui.photo import OpenPhoto
from restorer.ui.preload import heavy_imports
from restorer.ui.workers import Lanes, Work

_KEPT = "The photo is as it was."


class Reediting(QObject):
    """Belongs to the window's thread."""

    changed = Signal(object, object)
    """OpenPhoto and the Change of its document."""
    replaying_changed = Signal()
    """A replay was queued or is over."""
    message_raised = Signal(object)

    def __init__(self, session: Session, lanes: Lanes, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lanes = lanes
        self._queue = queue
        self._replaying: dict[int, OpenPhoto] = {}
        self.recipe_clip: RecipeFile | None = None
        """The recipe that was copied last."""

    def is_replaying(self, photo: OpenPhoto | None) -> bool:
        open_ids = {job.id for job in self._queue.open_jobs}
        return any(subject is photo and job in open_ids for job, subject in self._replaying.items())

    # -- the plan

    def slot_at(self, photo: OpenPhoto, cursor: int) -> Slot | None:
        """The step of a history row, as it is in effect now; None where it is not."""
        entries = photo.document.history.entries
        if not 1 <= cursor <= len(entries) or not entries[cursor - 1].slot or entries[cursor - 1].amends:
            return None
        wanted = entries[cursor - 1].slot
        return next((slot for slot in photo.document.plan if slot.id == wanted), None)

    def toggle(self, photo: OpenPhoto, cursor: int) -> None:
        slot = self.slot_at(photo, cursor)
        if slot is not None:
            label = f"Hid {slot.label}" if slot.enabled else f"Showed {slot.label}"
            self._edit(photo, lambda plan: plans.with_enabled(plan, slot.id, not slot.enabled), label, slot.detail)

    def remove(self, photo: OpenPhoto, cursor: int) -> None:
        slot = self.slot_at(photo, cursor)
        if slot is not None:
            self._edit(photo, lambda plan: plans.without(plan, slot.id), f"Took out {slot.label}", slot.detail)

    def move(self, photo: OpenPhoto, cursor: int, offset: int) -> None:
        """Moves a step one place later (1) or earlier (-1), where that makes sense."""
        slot = self.slot_at(photo, cursor)
        if slot is not None:
            label = f"Moved {slot.label} {'later' if offset > 0 else 'earlier'}"
            self._edit(photo, lambda plan: plans.moved(plan, slot.id, offset), label, slot.detail)

    def change_settings(self, photo: OpenPhoto, cursor: int, params: Mapping[str, Value], model: str) -> None:
        """Other parameters or another model for a step; its result is stale until it is replayed."""
        slot = self.slot_at(photo, cursor)
        if slot is None:
            return
        try:
            wanted = self._session.resolve_step(slot.step.task, params, model=model, seed=slot.step.seed)
        except RestorerError as error:
            self._say("The settings were not taken", error)
            return
        step = replace(wanted, mask=slot.step.mask)
        if step != slot.step:
            self._edit(photo, lambda plan: plans.with_step(plan, slot.id, step), f"Changed {slot.label}")

    def change_mask(self, photo: OpenPhoto, cursor: int, mask: Mask) -> None:
        """The mask as it is painted now for a step; its result is stale until it is replayed."""
        slot = self.slot_at(photo, cursor)
        if slot is None:
            return
        if mask.is_empty or (mask.width, mask.height) != (slot.width, slot.height):
            reason = "Nothing is painted." if mask.is_empty else "The photo had another size when that step was taken."
            self._say("The mask was not taken", InputError(reason))
            return
        step = replace(slot.step, mask=mask_digest(mask))
        packed = PackedMask.of(mask)
        self._edit(photo, lambda plan: plans.with_step(plan, slot.id, step, packed), f"New mask for {slot.label}")

    def _edit(self, photo: OpenPhoto, edit: Callable[[Plan], Plan], label: str, detail: str = "") -> None:
        try:
            plan = edit(photo.document.plan)
        except InputError as error:
            self._say("That is not possible", error)
            return
        self.changed.emit(photo, photo.document.edit_plan(plan, label, detail=detail))

    # -- branches and names

    def rename(self, photo: OpenPhoto, cursor: int, name: str) -> None:
        entries = photo.document.history.entries
        if 1 <= cursor <= len(entries):
            self.changed.emit(photo, photo.document.rename(entries[cursor - 1].id, name))

    def switch(self, photo: OpenPhoto, tip: int) -> None:
        if tip in photo.document.history.nodes:
            self.changed.emit(photo, photo.document.switch(tip))

    def remove_branch(self, photo: OpenPhoto, tip: int) -> None:
        if tip in photo.document.history.nodes:
            self.changed.emit(photo, photo.document.remove_branch(tip))

    # -- running again

    def replay(self, photo: OpenPhoto, device: str) -> None:
        """Queues a run of every step that is not up to date, and of those after it."""
        if self.is_replaying(photo) or not photo.document.stale:
            return
        steps = Recipe(tuple(slot.step for slot in photo.document.plan if slot.enabled))
        try:
            make_ready(self._session, steps)
        except RestorerError as error:
            self._say("The steps cannot be replayed", error)
            return

        def begin(job: Job) -> Work:
            document = photo.document
            base = document.replay_base()
            request = ReplayRequest(
                job.id,
                Recipe(tuple(slot.step for slot in base.slots)),
                base.image,
                {slot.step.mask: slot.mask for slot in base.slots if slot.mask is not None},
                base_state=document.state,
                photo_name=photo.name,
                protected=base.protected,
                file=document.file,
            )
            return self._work(request, device, lambda finished: _replayed(finished, base.slots))

        def done(results: Mapping[int, Replayed], base: str) -> None:
            count = words.counted(len(results), "step", "steps")
            change = photo.document.take_replay(base, results, label="Replay", detail=count)
            self.changed.emit(photo, change)

        again = partial(self.replay, photo, device)
        job = self._enqueue(photo, "Replay", device, _is_classical(steps), begin, done, again)
        if not job.state.is_over:
            self._replaying[job.id] = photo
            self.replaying_changed.emit()

    def copy_recipe(self, photo: OpenPhoto) -> RecipeFile:
        """The steps in effect with their masks and what is protected; kept for :meth:`run_recipe` on another photo."""
        self.recipe_clip = RecipeFile.of(photo.document)
        return self.recipe_clip

    def run_recipe(self, photo: OpenPhoto, file: RecipeFile, device: str, fit: MaskFit = MaskFit.FIT) -> None:
        """Queues a recipe on a photo; its steps become entries of the history."""
        try:
            ready = make_ready(self._session, file.recipe)
        except RestorerError as error:
            self._say("The recipe cannot be run", error)
            return
        for notice in ready.notices:
            self.message_raised.emit(Message("info", "The recipe is from another version", notice))

        def begin(job: Job) -> Work:
            document = photo.document
            request = ReplayRequest(
                job.id,
                ready.recipe,
                document.image,
                file.masks,
                fit=fit,
                base_state=document.state,
                photo_name=photo.name,
                protected=document.protection(),
                recipe_protected=file.protected,
                file=document.file,
            )
            return self._work(request, device, lambda finished: finished)

        def done(finished: ReplayFinished, base: str) -> None:
            if base != photo.document.state:
                raise StaleResultError(f"{photo.name} changed while the recipe ran, so its results were not applied.")
            self.changed.emit(photo, apply_steps(photo.document, finished.steps, self._session))

        title = f"Recipe of {words.counted(len(ready.recipe.steps), 'step', 'steps')}"
        again = partial(self.run_recipe, photo, file, device, fit)
        offers = (
            Offer("Stretch the masks", partial(self.run_recipe, photo, file, device, MaskFit.SCALE)),
            Offer("Leave masks out", partial(self.run_recipe, photo, file, device, MaskFit.DROP)),
        )
        self._enqueue(photo, title, device, _is_classical(ready.recipe), begin, done, again, offers)

    def _work(self, request: ReplayRequest, device: str, finish: Callable[[ReplayFinished], object]) -> Work:
        def engine(step: Step) -> Engine:
            with heavy_imports(*(("cv2",) if set(step.models) == {CLASSICAL} else ("cv2", "torch"))):
                return self._session.engine_for(step, device)

        def work(token: CancelToken) -> Iterator[object]:
            with heavy_imports("cv2"):
                for event in run_replay(request, engine, token):
                    if isinstance(event, ReplayFinished):
                        yield _Done(finish(event), request.base_state, event.seconds)
                    else:
                        yield event

        return work

    def _enqueue(
        self,
        photo: OpenPhoto,
        title: str,
        device: str,
        classical: bool,
        begin: Callable[[Job], Work],
        done: Callable[[object, str], None] | Callable[..., None],
        again: Callable[[], None],
        offers: tuple[Offer, ...] = (),
    ) -> Job:
        return self._queue.add(
            JobPlan(
                title=title,
                subject_name=photo.name,
                lane=self._lanes.device("cpu" if classical else device),
                subject=photo,
                begin=begin,
                on_event=partial(self._on_event, done, offers),
                on_error=self._on_error,
                retry=again,
            )
        )

    def _on_event(self, done: Callable[..., None], offers: tuple[Offer, ...], job: Job, event: object) -> None:
        match event:
            case ReplayStepStarted(number=number, total=total, title=title):
                self._queue.update(job, detail=f"{title}, step {number} of {total}")
            case JobProgress(done=tiles, total=total, eta_s=eta_s):
                self._queue.update(job, detail=job.detail, fraction=tiles / max(total, 1), eta_s=eta_s)
            case JobNotice(message=message, detail=detail):
                self.message_raised.emit(Message("info", message, detail, key=f"notice-{job.id}"))
            case JobStarted():
                pass
            case _Done(value=value, base=base, seconds=seconds):
                self._finish(job, partial(done, value, base), seconds)
            case JobFailed(message=message, hint=hint, report=report):
                masks = offers if "mask of" in message else ()
                text = " ".join(part for part in (message, _KEPT, "" if masks else hint) if part)
                self.message_raised.emit(Message("error", f"{job.title} stopped", text, masks, report, f"re-{job.id}"))
                self._end(job, JobState.FAILED, message, report)
            case JobCancelled():
                self._end(job, JobState.CANCELLED, "Cancelled, the photo is unchanged")

    def _finish(self, job: Job, take: Callable[[], None], seconds: float) -> None:
        if job.is_cancelled:
            self._end(job, JobState.CANCELLED, "Cancelled, the photo is unchanged")
            return
        try:
            take()
        except StaleResultError as error:
            self._end(job, JobState.DONE, "Not applied: the photo changed meanwhile")
            self._say(f"The result of {job.title} was not applied", error)
            return
        self._end(job, JobState.DONE, words.duration(seconds))

    def _on_error(self, job: Job, error: Exception) -> None:
        message = error_message(f"{job.title} of {job.subject_name} stopped", error, kept=_KEPT)
        if message is not None:
            self.message_raised.emit(message)
        self._end(job, JobState.FAILED, str(error), message.report if message is not None else "")

    def _end(self, job: Job, state: JobState, detail: str, report: str = "") -> None:
        self._replaying.pop(job.id, None)
        self._queue.settle(job, state, detail, report)
        self.replaying_changed.emit()

    def _say(self, title: str, error: RestorerError) -> None:
        self.message_raised.emit(Message("info", title, f"{error.message} {error.hint}".strip(), key="reediting"))


class _Done:
    """What a finished replay gives the window."""

    __match_args__ = ("value", "base", "seconds")

    def __init__(self, value: object, base: str, seconds: float) -> None:
        self.value, self.base, self.seconds = value, base, seconds


def _replayed(finished: ReplayFinished, slots: tuple[Slot, ...]) -> dict[int, Replayed]:
    """New results by slot id; made on the lane, since comparing large photos takes its time."""
    results = {}
    for step in finished.steps:
        job, slot = step.finished, slots[step.number - 1]
        packed = PackedMask.of(job.request.mask) if job.request.mask is not None else None
        done = replace(slot.step, mask=job.step.mask)
        results[slot.id] = Replayed.of(done, job.result, job.request.photo, step.image, packed, job.seconds)
    return results


def _is_classical(recipe: Recipe) -> bool:
    return all(set(step.models) == {CLASSICAL} for step in recipe.steps)
