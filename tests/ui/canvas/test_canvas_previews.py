"""A running job on the canvas: its tiles and what they show before the result is there."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot
from support.canvas import TILE, at, drag, seen, settle

from restorer.core.brush import Brush
from restorer.core.document import Document
from restorer.core.image import Patch
from restorer.core.mask import Mask
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.ui.canvas import CanvasView


def preview(value: int) -> Patch:
    return Patch(TILE, np.full((100, 100, 3), value, np.uint8))


def test_finished_tiles_show_their_pixels_without_tint(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(30, 1.0))
    drag(canvas, [at(canvas, 620, 500), at(canvas, 760, 500)])
    canvas.set_tool("pan")
    settle(qtbot, canvas)
    before = seen(canvas)
    canvas.set_tiles([TILE], document.mask.snapshot())
    canvas.mark_tile(TILE)
    canvas.add_preview(preview(200))
    settle(qtbot, canvas)
    place = at(canvas, 650, 500)
    during = seen(canvas)
    assert tuple(during[place.y(), place.x()]) == (200, 200, 200)
    still = at(canvas, 740, 500)
    assert np.array_equal(during[still.y(), still.x()], before[still.y(), still.x()])
    canvas.clear_previews()
    settle(qtbot, canvas)
    assert np.array_equal(seen(canvas), before)


def test_what_is_painted_over_a_finished_tile_is_seen(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(30, 1.0))
    canvas.set_tiles([TILE], Mask.empty(1400, 1100))
    canvas.add_preview(preview(200))
    drag(canvas, [at(canvas, 640, 500), at(canvas, 660, 500)])
    canvas.set_tool("pan")
    settle(qtbot, canvas)
    place = at(canvas, 650, 500)
    red, _, blue = seen(canvas)[place.y(), place.x()]
    assert blue > 220 > 150 > red


def test_the_committed_result_replaces_the_previews_without_a_flicker(
    qtbot: QtBot, canvas: CanvasView, document: Document
) -> None:
    canvas.fit()
    canvas.set_tool("pan")
    canvas.set_tiles([TILE])
    canvas.add_preview(preview(200))
    settle(qtbot, canvas)
    shown = seen(canvas)
    canvas.refresh(document.apply(document.state, Step("test", 1), TaskResult((preview(200),)), label="Fill"))
    canvas.clear_previews()
    assert np.array_equal(seen(canvas), shown), "at once"
    settle(qtbot, canvas)
    assert np.array_equal(seen(canvas), shown), "and when all is made again"


def test_the_tile_in_work_is_outlined(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.zoom_to(1.0)
    canvas.set_tool("pan")
    settle(qtbot, canvas)
    canvas.mark_tile(TILE)
    corner = at(canvas, TILE.left, TILE.top + 50)
    assert seen(canvas)[corner.y(), corner.x()].min() > 200
    canvas.clear_previews()
    settle(qtbot, canvas)
