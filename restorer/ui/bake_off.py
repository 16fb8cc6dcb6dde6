"""A bake-off: candidates for one task tried one after another on the same part of a photo. No widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from restorer.core.change import NOTHING, Change
from restorer.core.geometry import Bounds
from restorer.core.mask import Plane
from restorer.core.progress import CancelToken
from restorer.session.bake_off import FEWEST, MOST, Candidate, another_candidate, disagreement
from restorer.session.jobs import JobProgress, JobStarted
from restorer.tasks import get_task
from restorer.ui.photo import OpenPhoto
from restorer.ui.previews import PreviewFailure, PreviewOrder, PreviewResult, Previews
from restorer.ui.workers import Ticket
from restorer.ui.workspace import Workspace


@dataclass(slots=True, eq=False)
class Entry:
    """A candidate and what became of it so far.

    Attributes:
        result: what it makes of the region, once it is there.
        failure: why it makes nothing of it.
        is_running: whether it is its turn.
        done, total: tiles.
    """

    candidate: Candidate
    result: PreviewResult | None = None
    failure: PreviewFailure | None = None
    is_running: bool = False
    done: int = 0
    total: int = 0

    @property
    def is_open(self) -> bool:
        return self.result is None and self.failure is None

    def reset(self) -> None:
        self.result = self.failure = None
        self.is_running = False
        self.done = self.total = 0


class BakeOff(QObject):
    """Belongs to the window's thread. Candidates run in the order they are listed, one at a time.

    Args:
        photo, task_id, region: what all candidates work on.
        candidates: two to four.
    """

    changed = Signal()
    """What became of an entry, or which there are."""
    photo_changed = Signal()
    """The photo has other pixels; :meth:`restart` tries them."""
    photo_gone = Signal()
    """Another photo is shown, or the part that was compared is another one."""
    disagreement_ready = Signal(object)
    """Plane of the region's size: where those that are ready differ."""

    def __init__(
        self,
        workspace: Workspace,
        photo: OpenPhoto,
        task_id: str,
        region: Bounds,
        candidates: Sequence[Candidate],
    ) -> None:
        super().__init__(workspace)
        self.photo, self.task, self.region = photo, get_task(task_id), region
        self.entries = [Entry(candidate) for candidate in candidates]
        self.models = tuple(choice for choice in workspace.session.models_for(task_id) if choice.id)
        self.display = workspace.session.display
        self._workspace = workspace
        self._previews = Previews(workspace.session, workspace.lanes, workspace.jobs, self)
        self._previews.model_started.connect(workspace.runs.model_started)
        self._previews.advanced.connect(self._on_advanced)
        self._previews.finished.connect(self._on_finished)
        self._previews.failed.connect(self._on_failed)
        self._previews.waiting_changed.connect(self.changed)
        workspace.changed.connect(self._on_photo_changed)
        workspace.photo_shown.connect(self._on_photo_shown)
        self._is_closed = False

    @property
    def is_waiting(self) -> bool:
        """Whether another job has to end first."""
        return self._previews.is_waiting

    @property
    def is_done(self) -> bool:
        return not any(entry.is_open for entry in self.entries)

    # -- what is compared

    def set_candidate(self, place: int, candidate: Candidate) -> None:
        """Another model or other settings; tried again."""
        entry = self.entries[place]
        if entry.candidate == candidate:
            return
        was_running = entry.is_running
        entry.candidate = candidate
        entry.reset()
        if was_running:
            self._run(entry)
        else:
            self.run_next()
        self.changed.emit()

    def add(self) -> None:
        """One more that is unlike the others; nothing where there are four."""
        if len(self.entries) < MOST:
            models = [choice.id for choice in self.models]
            present = [entry.candidate for entry in self.entries]
            self.entries.append(Entry(another_candidate(self.task, models, present)))
            self.run_next()
            self.changed.emit()

    def remove(self, place: int) -> None:
        """One less; nothing where there are two."""
        if len(self.entries) > FEWEST:
            entry = self.entries.pop(place)
            if entry.is_running:
                self._previews.cancel()
            self.run_next()
            self.changed.emit()

    def title(self, candidate: Candidate) -> str:
        """Of its model."""
        return next((choice.title for choice in self.models if choice.id == candidate.model), candidate.model)

    # -- running

    def run_next(self) -> None:
        """Begins with the first that is open, unless one is running."""
        if self._is_closed or any(entry.is_running for entry in self.entries):
            return
        entry = next((entry for entry in self.entries if entry.is_open), None)
        if entry is not None:
            self._run(entry)

    def restart(self) -> None:
        """The photo is another one: all over again."""
        self._previews.cancel()
        for entry in self.entries:
            entry.reset()
        self.run_next()
        self.changed.emit()

    def close(self) -> None:
        """Stops within one tile, and goes then. Nothing is told any more."""
        self._is_closed = True
        self.blockSignals(True)
        self._previews.close()
        self._previews.waiting_changed.connect(self._leave)
        self._leave()

    def _leave(self) -> None:
        """A lane must not tell one that is gone."""
        if not self._previews.is_working:
            self.deleteLater()

    def ask_disagreement(self) -> None:
        """Computes, on a thread of its own, where the results that are there differ; see the signal."""
        results = [entry.result.event.region.picture for entry in self.entries if entry.result is not None]
        width, height = self.region.width, self.region.height

        def work(_token: CancelToken) -> list[Plane]:
            return [disagreement(results if len(results) > 1 else [], width, height)]

        def show(plane: Plane) -> None:
            if not self._is_closed:
                self.disagreement_ready.emit(plane)

        self._workspace.lanes.thumbnails.submit(Ticket(lambda token: iter(work(token)), on_event=show))

    def _run(self, entry: Entry) -> None:
        entry.is_running = True
        candidate = entry.candidate
        self._previews.show(
            PreviewOrder(self.photo, self.task.id, candidate.params, candidate.model, self.region, key=entry)
        )

    def _on_photo_changed(self, change: Change) -> None:
        if self._workspace.current is not self.photo:
            return
        if change.placement is not None:
            self.photo_gone.emit()
            return
        marks = change.mask if self.task.takes_mask else NOTHING
        if not (change.image.is_empty and change.protected.is_empty and marks.is_empty):
            self.photo_changed.emit()

    def _on_photo_shown(self) -> None:
        if self._workspace.current is not self.photo:
            self.photo_gone.emit()

    def _entry(self, order: PreviewOrder) -> Entry | None:
        """Who asked for it, unless that one was changed or removed since."""
        entry = order.key
        if isinstance(entry, Entry) and entry in self.entries:
            candidate = entry.candidate
            if (candidate.params, candidate.model) == (order.params, order.model):
                return entry
        return None

    def _on_advanced(self, order: PreviewOrder, event: object) -> None:
        entry = self._entry(order)
        if entry is not None and isinstance(event, JobProgress):
            entry.done, entry.total = event.done, event.total
            self.changed.emit()
        elif isinstance(event, JobStarted):
            self.changed.emit()

    def _on_finished(self, order: PreviewOrder, result: PreviewResult) -> None:
        entry = self._entry(order)
        if entry is not None:
            entry.result, entry.is_running = result, False
        self._go_on()

    def _on_failed(self, order: PreviewOrder, failure: PreviewFailure) -> None:
        entry = self._entry(order)
        if entry is not None:
            entry.failure, entry.is_running = failure, False
        self._go_on()

    def _go_on(self) -> None:
        self.run_next()
        self.changed.emit()
