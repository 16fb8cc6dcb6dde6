"""What every tool owes, and what each of those that mark areas does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.canvas import ALT, LEFT, NONE, RIGHT, SHIFT, at, drag, settle

from restorer.core.document import Document
from restorer.core.image import Image
from restorer.core.marks import MarkMode
from restorer.core.shapes import Ellipse, Polygon, Rectangle
from restorer.session.marking.order import MaskOrder
from restorer.session.marking.similar import Similarity, similar_pixels
from restorer.ui import theme
from restorer.ui.actions import ROWS
from restorer.ui.canvas import CanvasView
from restorer.ui.icons import icon
from restorer.ui.mark_options import MarkOptions
from restorer.ui.widgets.tool_column import TOOLS, Tool

MARKING = [tool for tool in TOOLS if tool.options]
AREAS = [tool for tool in TOOLS if "mode" in tool.options]
WIDTH, HEIGHT = 400, 300


@pytest.fixture
def document() -> Document:
    """A dark square on grey, and a bright curved scratch."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    tone = 120 + np.random.default_rng(2).normal(0, 3, x.shape)
    tone[60:120, 60:140] = 30
    tone += 90 * (np.abs(y - 220 - 20 * np.sin(x / 60)) < 2.5)
    return Document(Image(np.repeat(np.clip(tone, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)), "scan.png")


@pytest.fixture
def canvas(document: Document, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> CanvasView:
    """Shows the document at 200 %, without gliding there, and does what its tools order at once."""
    monkeypatch.setattr(theme, "motion_ms", lambda duration: 0)
    canvas = CanvasView()
    qtbot.addWidget(canvas)
    canvas.resize(900, 700)

    def carry_out(order: MaskOrder) -> None:
        plane = document.protected if order.protects else document.mask
        edit = order.work(document.image, plane)
        canvas.refresh(document.edit_mask(edit, order.label, protects=order.protects))

    canvas.mask_ordered.connect(carry_out)
    canvas.show()
    canvas.set_document(document)
    canvas.zoom_to(2.0)
    settle(qtbot, canvas)
    return canvas


def click(canvas: CanvasView, *points: tuple[float, float], modifiers: Qt.KeyboardModifier = NONE) -> None:
    for x, y in points:
        QTest.mouseClick(canvas, LEFT, modifiers, at(canvas, x, y))
        modifiers = NONE


def use(canvas: CanvasView, tool: str, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Marks something with a tool, as a person would."""
    canvas.set_tool(tool)
    places: list[QPoint] = [at(canvas, x, y) for x, y in ((50, 50), (150, 50), (150, 130), (50, 130))]
    if tool == "polygon":
        click(canvas, (50, 50), (150, 50), (150, 130), modifiers=modifiers)
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    elif tool == "ribbon":
        click(canvas, (40, 232), (200, 216), (360, 214), modifiers=modifiers)
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    elif tool == "wand":
        click(canvas, (100, 90), modifiers=modifiers)
    elif tool == "lasso":
        drag(canvas, places, modifiers=modifiers)
    else:
        # QTest's moves carry no modifiers, which these tools ask for.
        canvas._pointing.press(places[0].toPointF(), LEFT, modifiers)
        canvas._pointing.move(places[2].toPointF(), modifiers)
        canvas._pointing.release(places[2].toPointF(), LEFT, modifiers)


# -- the contract


def test_tools_of_column_canvas_and_actions_are_the_same(canvas: CanvasView) -> None:
    rows = {row.id: row for row in ROWS}
    assert set(canvas._pointing.names) == {tool.id for tool in TOOLS}
    for tool in TOOLS:
        assert rows[tool.id].shortcuts == (tool.shortcut,)
        assert rows[tool.id].icon == tool.icon
        assert rows[tool.id].on_canvas
    assert len({tool.shortcut for tool in TOOLS}) == len({tool.icon for tool in TOOLS}) == len(TOOLS)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.id)
def test_every_tool_has_a_cursor_a_hint_and_an_icon(canvas: CanvasView, tool: Tool) -> None:
    canvas.set_tool(tool.id)
    QTest.mouseMove(canvas, at(canvas, 50, 50))
    # That of the crop depends on its frame, and there is none yet.
    assert tool.id == "crop" or canvas.cursor().shape() is not Qt.CursorShape.ArrowCursor
    assert not icon(tool.icon).isNull()
    assert 20 < len(tool.hint) < 160
    assert not tool.hint.endswith(".")


def test_tools_that_mark_areas_have_pointers_of_their_own(canvas: CanvasView) -> None:
    pictures = []
    for tool in AREAS:
        for mode in MarkMode:
            canvas.set_tool(tool.id)
            canvas.set_options(MarkOptions(mode=mode))
            assert canvas.cursor().shape() is Qt.CursorShape.BitmapCursor
            pictures.append(bytes(QCursor(canvas.cursor()).pixmap().toImage().constBits()))
    assert len(set(pictures)) == len(pictures)


@pytest.mark.parametrize("tool", MARKING, ids=lambda tool: tool.id)
def test_every_use_is_one_entry_and_undo_restores_exactly(canvas: CanvasView, document: Document, tool: Tool) -> None:
    document.replace_mask(np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH)).astype(np.uint8), "Before")
    mask, protected = document.mask.plane.copy(), document.protected.plane.copy()
    use(canvas, tool.id)
    assert len(document.history.entries) == 2, document.history.entries[-1].label
    assert (document.mask.plane != mask).any() or (document.protected.plane != protected).any()
    assert canvas._pointing.outline() is None
    document.undo()
    assert (document.mask.plane == mask).all()
    assert (document.protected.plane == protected).all()


@pytest.mark.parametrize("tool", AREAS, ids=lambda tool: tool.id)
def test_modifiers_and_options_say_what_becomes_of_an_area(canvas: CanvasView, document: Document, tool: Tool) -> None:
    document.replace_mask(np.full((HEIGHT, WIDTH), 255, np.uint8), "All")
    use(canvas, tool.id)
    assert len(document.history.entries) == 1, "adding to everything changes nothing"
    use(canvas, tool.id, ALT)
    taken = document.mask.plane.copy()
    assert (taken == 0).any()
    document.undo()
    canvas.set_options(MarkOptions(mode=MarkMode.SUBTRACT))
    use(canvas, tool.id)
    assert (document.mask.plane == taken).all()
    document.undo()
    use(canvas, tool.id, SHIFT)
    assert (document.mask.plane == 255).all()
    canvas.set_options(MarkOptions(mode=MarkMode.REPLACE))
    use(canvas, tool.id)
    assert (document.mask.plane == 255 - taken).all()


@pytest.mark.parametrize("tool", MARKING, ids=lambda tool: tool.id)
def test_a_locked_canvas_marks_nothing(canvas: CanvasView, document: Document, tool: Tool) -> None:
    canvas.set_locked(True)
    assert canvas.cursor().shape() is Qt.CursorShape.BusyCursor
    use(canvas, tool.id)
    assert not document.history.entries


# -- each of them


def plane_of(shape: Rectangle | Ellipse | Polygon, document: Document) -> np.ndarray:
    return shape.coverage(document.image.bounds)


@pytest.mark.parametrize("smooth", [True, False])
def test_box_tools_mark_what_was_dragged(canvas: CanvasView, document: Document, smooth: bool) -> None:
    canvas.set_options(MarkOptions(smooth=smooth))
    for tool, kind in (("rectangle", Rectangle), ("ellipse", Ellipse)):
        canvas.set_tool(tool)
        start, end = at(canvas, 50, 40), at(canvas, 190, 160)
        drag(canvas, [start, at(canvas, 80, 90), end])
        corners = [(p.image_x, p.image_y) for p in (canvas.locate(start.toPointF()), canvas.locate(end.toPointF()))]
        assert (document.mask.plane == plane_of(kind(*corners, smooth), document)).all()
        document.undo()


def test_shift_in_the_drag_is_a_square_and_alt_is_from_the_middle(canvas: CanvasView, document: Document) -> None:
    canvas.set_tool("rectangle")
    canvas.set_options(MarkOptions(smooth=False))
    press, end = at(canvas, 200, 150), at(canvas, 240, 160)
    QTest.mousePress(canvas, LEFT, NONE, press)
    canvas._pointing.move(end.toPointF(), SHIFT)
    canvas._pointing.release(end.toPointF(), LEFT, SHIFT)
    box = document.mask.occupied()
    assert (box.width, box.height) == (40, 40)
    document.undo()
    QTest.mousePress(canvas, LEFT, NONE, press)
    canvas._pointing.move(end.toPointF(), ALT)
    canvas._pointing.release(end.toPointF(), LEFT, ALT)
    box = document.mask.occupied()
    assert (box.width, box.height) == (80, 20)


@pytest.mark.parametrize("tool", ["lasso", "rectangle", "ellipse"])
def test_a_drag_is_outlined_while_it_lasts_and_escape_forgets_it(
    canvas: CanvasView, document: Document, tool: str
) -> None:
    canvas.set_tool(tool)
    drag(canvas, [at(canvas, 50, 50), at(canvas, 90, 60), at(canvas, 120, 140)], release=False)
    outline = canvas._pointing.outline()
    assert outline is not None
    assert len(outline.lines[0]) > 2
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas._pointing.outline() is None
    assert not document.history.entries


def test_a_click_is_no_area(canvas: CanvasView, document: Document) -> None:
    canvas.set_options(MarkOptions(mode=MarkMode.REPLACE))
    for tool in ("lasso", "rectangle", "ellipse"):
        canvas.set_tool(tool)
        click(canvas, (100, 100))
    assert not document.history.entries


def test_the_right_button_subtracts(canvas: CanvasView, document: Document) -> None:
    document.replace_mask(np.full((HEIGHT, WIDTH), 255, np.uint8), "All")
    canvas.set_tool("rectangle")
    drag(canvas, [at(canvas, 50, 50), at(canvas, 100, 100)], RIGHT)
    assert document.mask.plane[75, 75] == 0


CLOSINGS: dict[str, Callable[[CanvasView], None]] = {
    "enter": lambda canvas: QTest.keyClick(canvas, Qt.Key.Key_Enter),
    "double click": lambda canvas: QTest.mouseDClick(canvas, LEFT, NONE, at(canvas, 150, 130)),
    "first corner": lambda canvas: click(canvas, (51, 51)),
}


@pytest.mark.parametrize("closing", CLOSINGS)
def test_a_polygon_is_closed(canvas: CanvasView, document: Document, closing: str) -> None:
    canvas.set_tool("polygon")
    click(canvas, (50, 50), (150, 50), (150, 130))
    assert not document.history.entries
    CLOSINGS[closing](canvas)
    corners = tuple(
        (p.image_x, p.image_y)
        for p in (canvas.locate(at(canvas, x, y).toPointF()) for x, y in ((50, 50), (150, 50), (150, 130)))
    )
    assert (document.mask.plane == plane_of(Polygon(corners), document)).all()


def test_backspace_takes_corners_back_one_by_one(canvas: CanvasView, document: Document) -> None:
    canvas.set_tool("polygon")
    click(canvas, (50, 50), (150, 50), (150, 130))
    for left in (2, 1, 0):
        QTest.keyClick(canvas, Qt.Key.Key_Backspace)
        outline = canvas._pointing.outline()
        assert (len(outline.handles) if outline else 0) == left
    assert not canvas.step_back()
    click(canvas, (50, 50), (150, 50))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert not document.history.entries, "two corners are no area"
    assert not canvas._pointing.finish()


@pytest.mark.parametrize("tool", ["polygon", "ribbon"])
def test_another_tool_and_escape_forget_what_was_begun(canvas: CanvasView, document: Document, tool: str) -> None:
    canvas.set_tool(tool)
    click(canvas, (50, 50), (150, 50), (150, 130))
    canvas.set_tool("brush")
    canvas.set_tool(tool)
    assert canvas._pointing.outline() is None
    click(canvas, (50, 50), (150, 50))
    assert canvas.abandon_stroke()
    assert canvas._pointing.outline() is None
    assert not canvas.abandon_stroke()
    assert not document.history.entries


def test_x_swaps_what_shapes_do(canvas: CanvasView) -> None:
    canvas.set_tool("lasso")
    QTest.keyClick(canvas, Qt.Key.Key_X)
    assert canvas.options().mode is MarkMode.SUBTRACT
    assert canvas.brush().mode.value == "add"


def test_the_wand_marks_what_is_similar_and_a_drag_changes_the_tolerance(
    canvas: CanvasView, document: Document
) -> None:
    heard: list[MarkOptions] = []
    canvas.options_changed.connect(heard.append)
    canvas.set_options(MarkOptions(tolerance=5))
    canvas.set_tool("wand")
    start = at(canvas, 100, 90)
    drag(canvas, [start, start + QPoint(40, 0)], release=False)
    outline = canvas._pointing.outline()
    assert outline is not None
    xs = [x for line in outline.lines for x, _ in line]
    assert (round(min(xs)), round(max(xs))) == (60, 140)
    QTest.mouseRelease(canvas, LEFT, NONE, start + QPoint(40, 0))
    assert heard[-1].tolerance == 15
    expected = similar_pixels(document.image, 100, 90, Similarity(0.15)).coverage(document.image.bounds)
    assert (document.mask.plane == expected).all()


def test_an_abandoned_wand_leaves_the_tolerance(canvas: CanvasView, document: Document) -> None:
    canvas.set_tool("wand")
    start = at(canvas, 100, 90)
    drag(canvas, [start, start + QPoint(80, 0)], release=False)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.options().tolerance == MarkOptions().tolerance
    assert not document.history.entries


def test_the_ribbon_follows_the_scratch(canvas: CanvasView, document: Document) -> None:
    canvas.set_options(MarkOptions(widen_px=2))
    canvas.set_tool("ribbon")
    click(canvas, (40, 236), (200, 214))
    QTest.mouseMove(canvas, at(canvas, 300, 202))
    outline = canvas._pointing.outline()
    assert outline is not None
    assert len(outline.lines) == 2, "one leg is clicked, one follows the pointer"
    click(canvas, (360, 214))
    QTest.mouseDClick(canvas, LEFT, NONE, at(canvas, 360, 214))
    x = np.arange(60, 340)
    rows = np.round(220 + 20 * np.sin(x / 60)).astype(int)
    plane = document.mask.plane
    assert (plane[rows, x] == 255).all()
    heights = (plane[:, 60:340] > 127).sum(axis=0)
    assert 5 <= np.median(heights) <= 9
    assert heights.max() < 13


def test_the_protect_brush_leaves_the_mask_alone(canvas: CanvasView, document: Document) -> None:
    canvas.set_tool("protect")
    drag(canvas, [at(canvas, 50, 50), at(canvas, 90, 60)])
    assert document.mask.is_empty
    assert document.protected.plane[50, 50] == 255
    drag(canvas, [at(canvas, 50, 50), at(canvas, 90, 60)], RIGHT)
    assert document.protected.plane[50, 50] == 0
    assert [entry.label for entry in document.history.entries] == ["Protect", "Protect less"]
