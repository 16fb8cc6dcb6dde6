"""Editing earlier steps, branches, and going about in the history, against a model that keeps copies of everything."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from restorer.core import plan as plans
from restorer.core.brush import Brush, StrokePoint
from restorer.core.document import Change, Document
from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch, Pixels
from restorer.core.mask import MaskEditor, Plane
from restorer.core.mask_code import mask_digest
from restorer.core.placement import Placement
from restorer.core.replayed import Replayed
from restorer.core.result import Reframed, TaskResult
from restorer.core.step import Step
from restorer.core.vault import PixelVault
from restorer.formats.project_file import ProjectContent, SourceRef, extract_groups, read_project, write_project

WIDTH, HEIGHT = 24, 18
Parts = tuple[tuple[Bounds, int], ...]
Prefix = tuple[tuple[bool, int], ...]


@dataclass(frozen=True)
class Result:
    """A model of a slot: ``version`` stands for the pixels it gave, ``base`` for what they were computed from."""

    id: int
    version: int
    parts: Parts
    base: Prefix
    enabled: bool = True
    pending: bool = False


@dataclass(frozen=True)
class Moment:
    pixels: Pixels
    mask: Plane
    state: str
    plan: tuple[Result, ...]


rectangles = st.builds(
    lambda x, y, w, h: Bounds(x, y, min(WIDTH, x + w), min(HEIGHT, y + h)),
    st.integers(0, WIDTH - 1),
    st.integers(0, HEIGHT - 1),
    st.integers(1, 10),
    st.integers(1, 10),
)
some_parts = st.lists(st.tuples(rectangles, st.integers(0, 255)), min_size=1, max_size=2).map(tuple)


def stale_of(plan: tuple[Result, ...]) -> tuple[list[int], Prefix]:
    prefix: Prefix = ()
    stale = []
    for slot in plan:
        if slot.enabled:
            fresh = not slot.pending and slot.base == prefix
            if not fresh:
                stale.append(slot.id)
            prefix = (*prefix, (fresh, slot.version))
    return stale, prefix


class PlanMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(MaskEditor, "CELL", 8)
        self.patch.setattr("restorer.core.buffers._WORTHWHILE_BYTES", 0)
        pixels = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
        self.document = Document(Image(pixels), "scan.png", vault=PixelVault(budget_bytes=2_000))
        self.moments = {0: Moment(pixels, np.zeros((HEIGHT, WIDTH), np.uint8), self.document.state, ())}
        self.runs = 0
        self.operations = 0
        self.folder = Path(tempfile.mkdtemp(prefix="restorer-machine-"))

    def teardown(self) -> None:
        self.document.close()
        shutil.rmtree(self.folder)
        self.patch.undo()

    # -- the model

    @property
    def here(self) -> int:
        current = self.document.history.current
        return current.id if current is not None else 0

    @property
    def plan(self) -> tuple[Result, ...]:
        return self.moments[self.here].plan

    def composed(self, plan: tuple[Result, ...]) -> Pixels:
        pixels = self.moments[0].pixels.copy()
        for slot in plan:
            for bounds, value in slot.parts if slot.enabled else ():
                pixels[bounds.slices] = value
        return pixels

    def expect(self, plan: tuple[Result, ...], mask: Plane) -> None:
        """Takes the newest entry into the model; the document must look as the model says."""
        assert np.array_equal(self.document.image.pixels, self.composed(plan))
        self.moments[self.here] = Moment(self.composed(plan), mask, self.document.state, plan)

    def changing(self, act: Callable[[], Change]) -> None:
        """Does it, and looks whether everything that changed is said to have."""
        before, mask = self.document.image.pixels.copy(), self.document.mask.plane.copy()
        change = act()
        for differs, said in (
            ((self.document.image.pixels != before).any(axis=2), change.image),
            (self.document.mask.plane != mask, change.mask),
        ):
            rest = differs.copy()
            rest[said.slices] = False
            assert not rest.any()

    def edit(self, core: plans.Plan, model: tuple[Result, ...]) -> None:
        mask = self.document.mask.plane.copy()
        self.changing(lambda: self.document.edit_plan(core, "Edit"))
        self.expect(model, mask)

    # -- operations

    @rule(parts=some_parts, masked=st.booleans())
    def step(self, parts: Parts, masked: bool) -> None:
        self.runs += 1
        model, prefix = self.plan, stale_of(self.plan)[1]
        used = self.document.mask.snapshot() if masked else None
        done = Step("inpaint", 1, seed=self.runs, mask=mask_digest(used) if used is not None else "")
        mask = np.zeros((HEIGHT, WIDTH), np.uint8) if masked else self.document.mask.plane.copy()
        self.changing(
            lambda: self.document.apply(self.document.state, done, _result(parts), label="Inpaint", used_mask=used)
        )
        self.expect((*model, Result(self.here, self.runs, parts, prefix)), mask)

    @rule(x=st.floats(0, WIDTH), y=st.floats(0, HEIGHT))
    def stroke(self, x: float, y: float) -> None:
        model, id = self.plan, self.here
        painter = self.document.begin_stroke(Brush(5.0, 1.0))
        painter.add(StrokePoint(x, y))
        self.document.end_stroke(painter)
        if self.here != id:
            self.expect(model, self.document.mask.plane.copy())

    @precondition(lambda self: self.plan)
    @rule(data=st.data())
    def toggle(self, data: st.DataObject) -> None:
        slot = data.draw(st.sampled_from(self.plan))
        core = plans.with_enabled(self.document.plan, slot.id, not slot.enabled)
        self.edit(core, _with(self.plan, replace(slot, enabled=not slot.enabled)))

    @precondition(lambda self: self.plan)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        slot = data.draw(st.sampled_from(self.plan))
        self.edit(plans.without(self.document.plan, slot.id), tuple(s for s in self.plan if s.id != slot.id))

    @precondition(lambda self: self.plan)
    @rule(data=st.data(), offset=st.sampled_from([-1, 1]))
    def move(self, data: st.DataObject, offset: int) -> None:
        place = data.draw(st.integers(0, len(self.plan) - 1))
        model, id = list(self.plan), self.plan[place].id
        if not 0 <= place + offset < len(model):
            with pytest.raises(InputError, match="already"):
                plans.moved(self.document.plan, id, offset)
            return
        model[place], model[place + offset] = model[place + offset], model[place]
        self.edit(plans.moved(self.document.plan, id, offset), tuple(model))

    @precondition(lambda self: self.plan)
    @rule(data=st.data())
    def change_parameters(self, data: st.DataObject) -> None:
        slot = data.draw(st.sampled_from(self.plan))
        core = self.document.plan[plans.place_of(self.document.plan, slot.id)]
        self.runs += 1
        wanted = replace(core.step, seed=1_000_000 + self.runs)
        self.edit(plans.with_step(self.document.plan, slot.id, wanted), _with(self.plan, replace(slot, pending=True)))

    @precondition(lambda self: self.document.stale)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        """What stands behind the first stale step is run again, as far as it is enabled."""
        model, results, first, prefix = list(self.plan), {}, False, ()
        stale = set(stale_of(self.plan)[0])
        for place, slot in enumerate(model):
            first = first or slot.id in stale
            if slot.enabled and first:
                self.runs += 1
                parts = data.draw(some_parts)
                model[place] = Result(slot.id, self.runs, parts, prefix)
                step = next(each.step for each in self.document.plan if each.id == slot.id)
                results[slot.id] = Replayed.of(step, _result(parts), self.document.image, self.document.image, None)
            if slot.enabled:
                prefix = (*prefix, (True, model[place].version))
        mask = self.document.mask.plane.copy()
        self.changing(lambda: self.document.take_replay(self.document.state, results, label="Replay"))
        self.expect(tuple(model), mask)
        assert self.document.stale == ()

    @rule()
    def undo(self) -> None:
        current = self.document.history.current
        self.changing(self.document.undo)
        assert self.here == (current.parent if current is not None else 0)

    @rule()
    def redo(self) -> None:
        history = self.document.history
        expected = history.entries[history.cursor].id if history.can_redo else self.here
        self.changing(self.document.redo)
        assert self.here == expected

    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        cursor = data.draw(st.integers(0, len(self.document.history.entries)))
        assert np.array_equal(self.document.image_at(cursor).pixels, self.moments[_id_at(self.document, cursor)].pixels)
        self.changing(lambda: self.document.jump(cursor))

    @precondition(lambda self: self.document.history.branches())
    @rule(data=st.data())
    def switch(self, data: st.DataObject) -> None:
        branch = data.draw(st.sampled_from(self.document.history.branches()))
        self.changing(lambda: self.document.switch(branch.tip))
        assert self.here == branch.tip

    @rule(data=st.data())
    def look_at_any_state(self, data: st.DataObject) -> None:
        """Of whatever branch; the photo stays as it is."""
        each = data.draw(st.sampled_from((0, *self.document.history.nodes)))
        assert np.array_equal(self.document.kept_state(each).picture().pixels, self.moments[each].pixels)

    @precondition(lambda self: len(self.document.history.branches()) > 1)
    @rule(data=st.data())
    def remove_branch(self, data: st.DataObject) -> None:
        branch = data.draw(st.sampled_from(self.document.history.branches()))
        self.document.remove_branch(branch.tip)
        assert branch.tip not in self.document.history.nodes

    @precondition(lambda self: self.here)
    @rule(name=st.sampled_from(["", "With border", "Großmutter"]))
    def rename(self, name: str) -> None:
        self.document.rename(self.here, name)

    @rule()
    def save_and_load(self) -> None:
        """The document is written down and goes on as another one, read from there."""
        path = self.folder / "work.restore"
        write_project(path, ProjectContent(self.document.snapshot(), SourceRef("scan.png")), overwrite=True)
        project = read_project(path)
        groups = Path(tempfile.mkdtemp(dir=self.folder))
        vault = PixelVault(budget_bytes=2_000)
        for key, file in extract_groups(project, groups).items():
            vault.restore(key, file)
        again = Document(self.document.original, "scan.png", vault=vault)
        again.resume(project.history(), project.cursor)
        self.document.close()
        self.document = again

    # -- always

    @invariant()
    def document_is_as_the_model_says(self) -> None:
        self.operations += 1
        document, moment = self.document, self.moments[self.here]
        assert np.array_equal(document.image.pixels, moment.pixels)
        assert np.array_equal(document.mask.plane, moment.mask)
        assert document.state == moment.state
        assert [(slot.id, slot.enabled) for slot in document.plan] == [(s.id, s.enabled) for s in moment.plan]
        assert list(document.stale) == stale_of(moment.plan)[0]
        assert len(document.history.recipe().steps) == sum(slot.enabled for slot in moment.plan)

    @invariant()
    def every_branch_leads_somewhere(self) -> None:
        history = self.document.history
        for branch in history.branches():
            assert branch.tip in history.nodes
            assert 0 <= branch.leaves_at <= len(history.entries)
            assert branch.entries > 0


def _with(plan: tuple[Result, ...], changed: Result) -> tuple[Result, ...]:
    return tuple(changed if slot.id == changed.id else slot for slot in plan)


def _id_at(document: Document, cursor: int) -> int:
    return document.history.entries[cursor - 1].id if cursor else 0


def _result(parts: Parts) -> TaskResult:
    return TaskResult(
        tuple(Patch(bounds, np.full((bounds.height, bounds.width, 3), value, np.uint8)) for bounds, value in parts)
    )


PlanMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestPlan = PlanMachine.TestCase


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_twenty_thousand_operations() -> None:
    done = []

    class Counting(PlanMachine):
        def teardown(self) -> None:
            done.append(self.operations)
            super().teardown()

    run_state_machine_as_test(
        Counting,
        settings=settings(
            max_examples=500, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    print(f"{sum(done)} operations in {len(done)} histories")  # noqa: T201
    assert sum(done) >= 20_000


# -- steps that change the extent


def cropped(document: Document, bounds: Bounds) -> TaskResult:
    placement = Placement.crop(bounds, document.image.width, document.image.height)
    return TaskResult((), reframed=Reframed(Image(placement.take(document.image.pixels)), placement))


def test_a_crop_is_hidden_and_shown_with_the_mask_and_the_repairs_inside_it() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    document = Document(Image(pixels), "scan.png")
    document.apply(document.state, Step("inpaint", 1), _result(((Bounds(2, 2, 6, 6), 9),)), label="Inpaint")
    document.apply(document.state, Step("crop", 1), cropped(document, Bounds(4, 3, 20, 15)), label="Crop")
    inside = _result(((Bounds(0, 0, 3, 3), 77),))
    document.apply(document.state, Step("inpaint", 1, seed=2), inside, label="Inpaint")
    plane = np.zeros((12, 16), np.uint8)
    plane[5, 7] = 255
    document.replace_mask(plane, "Mask")
    first, crop, second = document.plan
    after = document.image.pixels.copy()

    change = document.edit_plan(plans.with_enabled(document.plan, crop.id, False), "Hide Crop")
    assert change.placement is not None
    assert (document.image.width, document.image.height) == (WIDTH, HEIGHT)
    assert (document.image.pixels[2:6, 2:6] == 9).all()
    assert document.mask.plane[8, 11] == 255
    assert np.count_nonzero(document.mask.plane) == 1
    assert document.stale == (second.id,), "its result lies in a picture of another size"

    document.edit_plan(plans.with_enabled(document.plan, crop.id, True), "Show Crop")
    assert np.array_equal(document.image.pixels, after)
    assert np.array_equal(document.mask.plane, plane)
    assert document.stale == ()

    document.edit_plan(plans.with_enabled(document.plan, first.id, False), "Hide Inpaint")
    assert np.array_equal(document.image.pixels[3:, 3:], pixels[6:15, 7:20]), "a crop only moves pixels"
    assert document.stale == (second.id,)
    with pytest.raises(InputError, match="cannot change places"):
        plans.moved(document.plan, crop.id, 1)
    for _ in range(3):
        document.undo()
    assert np.array_equal(document.image.pixels, after)
    document.jump(0)
    assert np.array_equal(document.image.pixels, pixels)
    document.jump(len(document.history.entries))
    assert document.mask.plane[5, 7] == 255
    document.close()


def test_what_hidden_steps_invented_does_not_count() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    document = Document(Image(pixels), "scan.png")
    from restorer.core.mask import MaskPiece

    for box in (Bounds(0, 0, 6, 6), Bounds(3, 3, 9, 9)):
        filled = MaskPiece(box, np.full((6, 6), 255, np.uint8))
        result = TaskResult(_result(((box, 50),)).patches, (filled,))
        document.apply(document.state, Step("inpaint", 1, seed=box.left), result, label="Inpaint")
    both = document.filled_fraction()
    document.edit_plan(plans.with_enabled(document.plan, document.plan[0].id, False), "Hide")
    assert document.filled_fraction() == 36 / (WIDTH * HEIGHT) < both
    document.undo()
    assert document.filled_fraction() == both
    document.close()
