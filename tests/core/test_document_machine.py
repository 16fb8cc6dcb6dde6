"""A document against a model of it that simply keeps a copy of everything: any order of actions gives the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

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
from restorer.core.mask import Mask, MaskEditor, MaskPiece, Plane
from restorer.core.placement import Placement
from restorer.core.provenance import PixelClass, ProvenanceMap
from restorer.core.result import Alternative, Reframed, TaskResult
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
    classes: Plane = field(default_factory=lambda: np.zeros((HEIGHT, WIDTH), np.uint8))
    placement: Placement = field(default_factory=lambda: Placement.identity(WIDTH, HEIGHT))


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
changes = st.sampled_from([PixelClass.TONE, PixelClass.DENOISED, PixelClass.FILLED])
patches = st.lists(st.tuples(rectangles, st.integers(0, 255)), min_size=1, max_size=3)


class DocumentMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        # Cells smaller than the photo, so that an edit has several; a budget so small that most of it goes to disk.
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(MaskEditor, "CELL", 8)
        self.patch.setattr(ProvenanceMap, "TILE", 16)
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
        return Moment(
            document.image.pixels.copy(),
            document.mask.plane.copy(),
            document.state,
            classes=document.provenance.plane(),
            placement=document.placement_from(0),
        )

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
        if change.placement is not None:
            self.check_crossing(before, change)
            return
        assert self.document.image.pixels.shape == before.pixels.shape
        changed = {
            "image": ((self.document.image.pixels != before.pixels).any(axis=2), change.image),
            "mask": (self.document.mask.plane != before.mask, change.mask),
        }
        for differs, said in changed.values():
            rest = differs.copy()
            rest[said.slices] = False
            assert not rest.any()

    def check_crossing(self, before: Moment, change: Change) -> None:
        """Another extent: everything is to be redrawn, and a stroke that was being drawn ended with the old one."""
        here, placement = self.document.image, change.placement
        assert placement is not None
        assert change.image == change.mask == change.protected == here.bounds
        assert placement.bounds() == here.bounds
        assert (placement.source_height, placement.source_width) == before.pixels.shape[:2]
        if self.painter is not None:
            plane = self.document.mask.plane.copy()
            self.painter.add(StrokePoint(3, 3))
            assert self.document.end_stroke(self.painter) == Change()
            assert np.array_equal(self.document.mask.plane, plane)
            self.painter = None

    def fit(self, bounds: Bounds) -> Bounds:
        """A rectangle within the photo as large as it is now."""
        inside = bounds.clip(self.document.image.width, self.document.image.height)
        return Bounds(0, 0, 1, 1) if inside.is_empty else inside

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
        plane[self.fit(bounds).slices] = value
        before = self.now()
        self.check_redraw(before, self.document.replace_mask(plane.copy(), "Load mask"))
        if not np.array_equal(plane, before.mask):
            self.remember(replace(before, mask=plane, answers=self.moments[self.cursor].answers))

    @rule(parts=patches, with_mask=st.booleans(), changed_as=changes, filled=st.booleans())
    def apply(self, parts: list[tuple[Bounds, int]], with_mask: bool, changed_as: PixelClass, filled: bool) -> None:
        self.settle()
        parts = [(self.fit(bounds), value) for bounds, value in parts]
        before = self.now()
        self.runs += 1
        used = Mask(before.mask.copy()) if with_mask else None
        change = self.document.apply(
            before.state,
            Step("inpaint", 1, seed=self.runs),
            _result(parts, changed_as, filled=filled),
            label="Inpaint",
            used_mask=used,
        )
        pixels = before.pixels.copy()
        for bounds, value in parts:
            pixels[bounds.slices] = value
        mask = np.zeros_like(before.mask) if with_mask else before.mask
        self.check_redraw(before, change)
        classes = before.classes.copy()
        classes[(pixels != before.pixels).any(axis=2)] = changed_as
        if filled:
            classes[parts[0][0].slices] = PixelClass.GENERATED
        self.remember(
            replace(
                before,
                pixels=pixels,
                mask=mask,
                state=self.document.state,
                classes=np.maximum(classes, before.classes),
            )
        )
        assert self.document.state != before.state

    @rule(kind=st.sampled_from(["turn", "turn back", "mirror", "crop", "enlarge"]), with_mask=st.booleans())
    def reframe(self, kind: str, with_mask: bool) -> None:
        self.settle()
        before = self.now()
        height, width = before.mask.shape
        if kind == "enlarge" and max(height, width) > 2 * WIDTH:
            kind = "turn"
        placement, make = _reframing(kind, width, height)
        self.runs += 1
        result = TaskResult(
            (),
            reframed=Reframed(Image(np.ascontiguousarray(make(before.pixels))), placement),
            changed_as=PixelClass.TONE,
        )
        used = Mask(before.mask.copy()) if with_mask else None
        step = Step("crop", 1, seed=self.runs)
        change = self.document.apply(before.state, step, result, label="Crop", used_mask=used)
        self.check_redraw(before, change)
        assert change.placement == placement
        mask = np.zeros_like(before.mask) if with_mask else before.mask
        classes = make(before.classes)
        self.remember(
            Moment(
                make(before.pixels),
                make(mask) if placement.is_exact else placement.carry_coverage(mask),
                self.document.state,
                classes=classes if placement.is_exact else np.maximum(placement.carry_classes(before.classes), 1),
                placement=before.placement.then(placement),
            )
        )

    @rule(parts=patches, values=st.lists(st.integers(0, 255), min_size=2, max_size=4))
    def apply_with_alternatives(self, parts: list[tuple[Bounds, int]], values: list[int]) -> None:
        self.settle()
        parts = [(self.fit(bounds), value) for bounds, value in parts]
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
        # An answer that is chosen later fills the same pixels.
        classes = before.classes.copy()
        classes[(looks[0] != before.pixels).any(axis=2)] = PixelClass.DENOISED
        self.remember(
            replace(
                before,
                pixels=looks[0],
                state=self.document.state,
                answers=tuple(looks),
                classes=np.maximum(classes, before.classes),
            )
        )

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
            looks, state = here.answers[index], self.document.state
            self.remember(replace(before, pixels=looks, state=state, answers=here.answers))

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
        moment, here = self.moments[cursor], self.moments[self.cursor]
        assert np.array_equal(self.document.image_at(cursor).pixels, moment.pixels)
        placement = self.document.placement_from(cursor)
        assert (placement.source_height, placement.source_width) == moment.mask.shape
        assert moment.placement.then(placement).matrix == pytest.approx(here.placement.matrix)

    # -- always

    @invariant()
    def document_is_as_the_model_says(self) -> None:
        history, here = self.document.history, self.moments[self.cursor]
        assert np.array_equal(self.document.image.pixels, here.pixels)
        assert np.array_equal(self.document.provenance.plane(), here.classes)
        assert self.document.placement_from(0).matrix == pytest.approx(here.placement.matrix)
        assert self.document.state == here.state
        assert (history.cursor, len(history.entries)) == (self.cursor, len(self.moments) - 1)
        assert len(self.document.choices) == len(here.answers)
        if self.painter is None:
            assert np.array_equal(self.document.mask.plane, here.mask)

    @invariant()
    def what_counts_as_original_is_the_original(self) -> None:
        placement = self.document.placement_from(0)
        if placement.is_exact:
            same = (placement.take(self.document.original.pixels) == self.document.image.pixels).all(axis=2)
            assert same[self.document.provenance.plane() == PixelClass.ORIGINAL].all()


def _result(
    parts: list[tuple[Bounds, int]], changed_as: PixelClass = PixelClass.DENOISED, *, filled: bool = False
) -> TaskResult:
    first = parts[0][0]
    piece = MaskPiece(first, np.full((first.height, first.width), 255, np.uint8))
    patches = (Patch(box, np.full((box.height, box.width, 3), value, np.uint8)) for box, value in parts)
    return TaskResult(tuple(patches), (piece,) if filled else (), changed_as=changed_as)


def _reframing(kind: str, width: int, height: int) -> tuple[Placement, Callable[[Any], Any]]:
    """A placement, and what it does to an array, said in other words."""
    match kind:
        case "turn":
            return Placement.turned(1, width, height), lambda array: np.rot90(array, -1)
        case "turn back":
            return Placement.turned(3, width, height), np.rot90
        case "mirror":
            return Placement.mirrored(width, height, across=True), lambda array: array[:, ::-1]
        case "crop":
            right, bottom = max(2, width - 2), max(2, height - 1)
            box = Bounds(1, 1, right, bottom)
            return Placement.crop(box, width, height), lambda array: array[1:bottom, 1:right]
        case _:
            placement = Placement.scaled(width, height, 2 * width, 2 * height)
            return placement, lambda array: array.repeat(2, axis=0).repeat(2, axis=1)


DocumentMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestDocument = DocumentMachine.TestCase
