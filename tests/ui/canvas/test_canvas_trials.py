"""A step tried on a part of the photo, on the canvas: over the photo, beside it, and gone without a trace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from support.canvas import at, drag, seen, settle

from restorer.core.brush import Brush
from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import Mask
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.formats.color import to_display
from restorer.session.preview import RegionPixels
from restorer.ui.canvas import CanvasView
from restorer.ui.canvas.trial import Trial

TILE, INNER = Bounds(650, 500, 750, 600), Bounds(680, 530, 720, 570)


def grey(value: int, scale: int = 1, used: Mask | None = None, bounds: Bounds = TILE) -> Trial:
    pixels = np.full((bounds.height * scale, bounds.width * scale, 3), value, np.uint8)
    # Without its badge, which covers what is looked at.
    return replace(Trial.of(RegionPixels(bounds, Image(pixels), changed=True), used, to_display), is_framed=False)


def inner(canvas: CanvasView) -> np.ndarray:
    """What is on screen of the middle of the tried part."""
    top_left, bottom_right = at(canvas, INNER.left, INNER.top), at(canvas, INNER.right, INNER.bottom)
    return seen(canvas)[top_left.y() : bottom_right.y(), top_left.x() : bottom_right.x()]


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("zoom", [0.5, 1.0, 3.0])
def test_it_lies_over_its_part_alone(qtbot: QtBot, canvas: CanvasView, zoom: float, scale: int) -> None:
    canvas.zoom_to(zoom)
    settle(qtbot, canvas)
    before = seen(canvas)
    canvas.show_trial(grey(200, scale))
    settle(qtbot, canvas)
    assert np.abs(inner(canvas).astype(int) - 200).max() <= 1
    outside = at(canvas, TILE.left - 12, TILE.top + 50)
    assert np.array_equal(seen(canvas)[outside.y(), outside.x()], before[outside.y(), outside.x()])
    canvas.show_trial(grey(90, scale))
    settle(qtbot, canvas)
    assert np.abs(inner(canvas).astype(int) - 90).max() <= 1
    canvas.end_trial()
    settle(qtbot, canvas)
    assert np.array_equal(seen(canvas), before)


def test_an_enlarged_one_shows_its_own_pixels(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.zoom_to(4.0)
    board = np.indices((400, 400)).sum(axis=0) % 2 * 255
    picture = Image(np.repeat(board[..., None].astype(np.uint8), 3, axis=2))
    trial = Trial.of(RegionPixels(TILE, picture, changed=True), None, to_display)
    canvas.show_trial(replace(trial, is_framed=False))
    settle(qtbot, canvas)
    shown = inner(canvas)[..., 0].astype(int)
    assert set(np.unique(shown)) == {0, 255}  # one pixel of the screen for each of them
    assert np.abs(np.diff(shown, axis=1)).min() == 255


def test_before_is_the_photo_as_it_is_now(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.set_tool("pan")
    dark = Patch(document.image.bounds, np.full_like(document.image.pixels, 30))
    canvas.refresh(document.apply(document.state, Step("test", 1), TaskResult((dark,)), label="Darken"))
    canvas.zoom_to(1.0)
    whole = grey(220, bounds=document.image.bounds)
    canvas.show_trial(whole)
    canvas.set_compare("split")
    settle(qtbot, canvas)
    left, right = seen(canvas)[300:330, 100:200], seen(canvas)[300:330, 400:500]
    assert (left.min(), left.max(), right.min(), right.max()) == (30, 30, 220, 220)
    canvas.set_showing_original(True)
    settle(qtbot, canvas)
    assert seen(canvas)[300:330, 400:500].max() == 30
    canvas.set_showing_original(False)
    canvas.end_trial()
    settle(qtbot, canvas)
    assert seen(canvas)[300:330, 100:200].max() > 200  # the photo as it was opened


def test_marks_it_was_made_from_are_hidden_under_it(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(30, 1.0))
    drag(canvas, [at(canvas, 685, 550), at(canvas, 715, 550)])
    canvas.set_tool("pan")
    settle(qtbot, canvas)
    before = seen(canvas)
    canvas.show_trial(grey(200, used=document.mask.snapshot()))
    settle(qtbot, canvas)
    assert np.abs(inner(canvas).astype(int) - 200).max() <= 1
    canvas.end_trial()
    settle(qtbot, canvas)
    assert np.array_equal(seen(canvas), before)
    canvas.show_trial(grey(200))  # of a task that takes no mask
    settle(qtbot, canvas)
    assert np.abs(inner(canvas).astype(int) - 200).max() > 50


def test_it_goes_when_the_photo_changes(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.show_trial(grey(200))
    dark = Patch(TILE, np.full((100, 100, 3), 10, np.uint8))
    canvas.refresh(document.apply(document.state, Step("test", 1), TaskResult((dark,)), label="Darken"))
    assert canvas.trial() is None


def test_the_frame_is_drawn_unless_it_stands_alone(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.zoom_to(1.0)
    trial = grey(128)
    for framed in (True, False):
        canvas.show_trial(replace(trial, is_framed=framed))
        settle(qtbot, canvas)
        edge = at(canvas, TILE.left + 50, TILE.top + 2)
        around = seen(canvas)[edge.y() - 3 : edge.y() + 4, edge.x()]
        blue = (around[:, 2].astype(int) - around[:, 0] > 80).any()
        assert (blue and around[3:].std() > 5) or not framed
        assert framed or np.array_equal(seen(canvas)[edge.y() + 2, edge.x()], [128, 128, 128])
    alone = trial.alone()
    assert alone.bounds == Bounds(0, 0, 100, 100)
    assert not alone.is_framed
