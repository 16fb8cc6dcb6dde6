"""A document against a model of it that simply keeps a copy of everything: any order of actions gives the same."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from restorer.core.brush import Brush, BrushMode, StrokePainter, StrokePoint
from restorer.core.document import Change, Document
from restorer.core.errors import StaleResultError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch, Pixels
from restorer.core.mask import Mask, MaskEditor, Plane
from restorer.core.result import Alternative, TaskResult
from restorer.core.step import Step
from restorer.core.vault import PixelVault

WIDTH, HEIGHT = 40, 30


@dataclass(frozen=True)
class Moment:
    """Copies of the pixels and the mask at one place of the history, and what the latest step's answers look like."""

    pixels: Pixels
    mask: Plane
    state: str
    answers: tuple[Pixels, ...] = ()


points = st.builds(
    StrokePoint,
    st.floats(-5, WIDTH + 5, allow_nan=False),
    st.floats(-5, HEIGHT + 5, allow_nan=False),
    st.floats(0, 1),
)
brushes = st.builds(Brush, st.sampled_from([1.0, 3.0, 9.0]), st.sampled_from([0.0, 1.0]), st.sampled_from(BrushMode))
rectangles = st.builds(
    lambda x, y, w, h: Bounds(x, y, min(WIDTH, x + w), min(HEIGHT, y + h)),
    st.integers(0, WIDTH - 1),
    st.integers(0, HEIGHT - 1),
    st.integers(1, 15),
    st.integers(1, 15),
)
patches = st.lists(st.tuples(rectangles, st.integers(0, 255)), min_size=1, max_size=3)


class DocumentMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        # Cells smaller than the photo, so that an edit has several; a budget so small that most of it goes to disk.
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(MaskEditor, "CELL", 8)
        pixels = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
        self.document = Document(Image(pixels), "scan.png", vault=PixelVault(budget_bytes=600))
        self.moments = [self.now()]
        self.cursor = 0
        self.painter: StrokePainter | None = None
        self.runs = 0

    def teardown(self) -> None:
        self.document.close()
        self.patch.undo()

    def now(self) -> Moment:
        document = self.document
        return Moment(document.image.pixels.copy(), document.mask.plane.copy(), document.state)

    def settle(self) -> None:
        """What the document does with an unfinished stroke before anything else happens."""
        if self.painter is not None and not np.array_equal(self.document.mask.plane, self.moments[self.cursor].mask):
            self.remember_stroke()

    def remember_stroke(self) -> None:
        self.remember(replace(self.now(), answers=self.moments[self.cursor].answers))

    def remember(self, moment: Moment) -> None:
        self.moments[self.cursor + 1 :] = [moment]
        self.cursor += 1

    def check_redraw(self, before: Moment, change: Change) -> None:
        """Whatever looks different lies in the bounds that the change says."""
        changed = {
            "image": ((self.document.image.pixels != before.pixels).any(axis=2), change.image),
            "mask": (self.document.mask.plane != before.mask, change.mask),
        }
        for differs, said in changed.values():
            rest = differs.copy()
            rest[said.slices] = False
            assert not rest.any()

    # -- strokes, in pieces, so that anything can happen in between

    @precondition(lambda self: self.painter is None)
    @rule(brush=brushes)
    def begin_stroke(self, brush: Brush) -> None:
        self.painter = self.document.begin_stroke(brush)

    @precondition(lambda self: self.painter is not None)
    @rule(point=points)
    def draw(self, point: StrokePoint) -> None:
        assert self.painter is not None
        before = self.now()
        self.check_redraw(before, Change(mask=self.painter.add(point)))

    @precondition(lambda self: self.painter is not None)
    @rule()
    def end_stroke(self) -> None:
        assert self.painter is not None
        change = self.document.end_stroke(self.painter)
        differs = not np.array_equal(self.document.mask.plane, self.moments[self.cursor].mask)
        assert change.history is differs
        if differs:
            self.remember_stroke()
        self.painter = None

    @precondition(lambda self: self.painter is not None)
    @rule()
    def abandon_stroke(self) -> None:
        assert self.painter is not None
        before = self.now()
        self.check_redraw(before, Change(mask=self.painter.abandon()))
        self.painter = None

    # -- whole actions

    @rule(bounds=rectangles, value=st.integers(0, 255))
    def replace_mask(self, bounds: Bounds, value: int) -> None:
        self.settle()
        plane = self.moments[self.cursor].mask.copy()
        plane[bounds.slices] = value
        before = self.now()
        self.check_redraw(before, self.document.replace_mask(plane.copy(), "Load mask"))
        if not np.array_equal(plane, before.mask):
            self.remember(Moment(before.pixels, plane, before.state, self.moments[self.cursor].answers))

    @rule(parts=patches, with_mask=st.booleans())
    def apply(self, parts: list[tuple[Bounds, int]], with_mask: bool) -> None:
        self.settle()
        before = self.now()
        self.runs += 1
        used = Mask(before.mask.copy()) if with_mask else None
        change = self.document.apply(
            before.state, Step("inpaint", 1, seed=self.runs), _result(parts), label="Inpaint", used_mask=used
        )
        pixels = before.pixels.copy()
        for bounds, value in parts:
            pixels[bounds.slices] = value
        mask = np.zeros_like(before.mask) if with_mask else before.mask
        self.check_redraw(before, change)
        self.remember(Moment(pixels, mask, self.document.state))
        assert self.document.state != before.state

    @rule(parts=patches, values=st.lists(st.integers(0, 255), min_size=2, max_size=4))
    def apply_with_alternatives(self, parts: list[tuple[Bounds, int]], values: list[int]) -> None:
        self.settle()
        before = self.now()
        self.runs += 1
        answers = [[(bounds, value) for bounds, _ in parts] for value in values]
        alternatives = tuple(Alternative(_result(each).patches, {"variant": n}) for n, each in enumerate(answers))
        result = TaskResult(alternatives[0].patches, alternatives=alternatives)
        change = self.document.apply(before.state, Step("inpaint", 1, seed=self.runs), result, label="Inpaint")
        looks = []
        for each in answers:
            looks.append(before.pixels.copy())
            for bounds, value in each:
                looks[-1][bounds.slices] = value
        self.check_redraw(before, change)
        self.remember(Moment(looks[0], before.mask, self.document.state, tuple(looks)))

    @rule(data=st.data())
    def choose(self, data: st.DataObject) -> None:
        here = self.moments[self.cursor]
        index = data.draw(st.integers(0, max(0, len(here.answers) - 1)))
        if not here.answers:
            with pytest.raises(IndexError):
                self.document.choose(index)
        elif index == self.document.chosen:
            assert self.document.choose(index) == Change()
        else:
            self.settle()
            before = self.now()
            self.check_redraw(before, self.document.choose(index))
            self.remember(Moment(here.answers[index], before.mask, self.document.state, here.answers))

    @rule(parts=patches)
    def apply_stale(self, parts: list[tuple[Bounds, int]]) -> None:
        with pytest.raises(StaleResultError):
            self.document.apply("another state", Step("inpaint", 1), _result(parts), label="Inpaint")

    @rule()
    def undo(self) -> None:
        self.settle()
        before = self.now()
        self.check_redraw(before, self.document.undo())
        self.cursor = max(0, self.cursor - 1)

    @rule()
    def redo(self) -> None:
        self.settle()
        before = self.now()
        self.check_redraw(before, self.document.redo())
        self.cursor = min(len(self.moments) - 1, self.cursor + 1)

    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        self.settle()
        before = self.now()
        self.cursor = data.draw(st.integers(0, len(self.moments) - 1))
        self.check_redraw(before, self.document.jump(self.cursor))

    @rule(data=st.data())
    def look_elsewhere(self, data: st.DataObject) -> None:
        cursor = data.draw(st.integers(0, len(self.document.history.entries)))
        assert np.array_equal(self.document.image_at(cursor).pixels, self.moments[cursor].pixels)

    # -- always

    @invariant()
    def document_is_as_the_model_says(self) -> None:
        history, here = self.document.history, self.moments[self.cursor]
        assert np.array_equal(self.document.image.pixels, here.pixels)
        assert self.document.state == here.state
        assert (history.cursor, len(history.entries)) == (self.cursor, len(self.moments) - 1)
        assert len(self.document.choices) == len(here.answers)
        if self.painter is None:
            assert np.array_equal(self.document.mask.plane, here.mask)


def _result(parts: list[tuple[Bounds, int]]) -> TaskResult:
    return TaskResult(
        tuple(Patch(bounds, np.full((bounds.height, bounds.width, 3), value, np.uint8)) for bounds, value in parts)
    )


DocumentMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestDocument = DocumentMachine.TestCase
