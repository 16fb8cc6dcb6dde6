"""The canvas shows a photo in the screen's colours, and marks those the screen does not have."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from support.canvas import seen, settle

from restorer.core.document import Document
from restorer.core.image import ColorTag, Image
from restorer.formats.color import Display
from restorer.formats.intent import Intent
from restorer.formats.profiles import standard_profile
from restorer.ui.canvas import CanvasView
from restorer.ui.canvas.colors import CanvasColors
from restorer.ui.tokens import GAMUT_WARNING

MARK = np.frombuffer(bytes.fromhex(GAMUT_WARNING[1:]), np.uint8)


@pytest.fixture
def wide(qtbot: QtBot, canvas: CanvasView) -> Image:
    """ProPhoto at the left a green that no screen has, at the right a gray; shown at 100 %."""
    pixels = np.full((300, 500, 3), 30000, np.uint16)
    pixels[:, :250] = (0, 60000, 0)
    image = Image(pixels, ColorTag(standard_profile("prophoto"), "ProPhoto"))
    canvas.set_document(Document(image, "wide.tif"))
    canvas.set_tool("pan")
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    return image


def at_middle(canvas: CanvasView, across: int) -> np.ndarray:
    """The colour that many pixels right of the photo's middle."""
    shown = seen(canvas)
    return shown[shown.shape[0] // 2, shown.shape[1] // 2 + across]


def test_a_photo_is_shown_through_its_profile_to_the_screen_s(qtbot: QtBot, canvas: CanvasView, wide: Image) -> None:
    for display in (Display(), Display(standard_profile("display-p3"), Intent.RELATIVE)):
        canvas.set_display(display)
        settle(qtbot, canvas)
        for across, column in ((-100, 0), (100, 499)):
            meant = display(wide.pixels[:1, column : column + 1], wide.color)[0, 0]
            assert np.array_equal(at_middle(canvas, across), meant)


def test_colours_the_screen_lacks_are_marked_while_that_is_wanted(
    qtbot: QtBot, canvas: CanvasView, wide: Image
) -> None:
    before = at_middle(canvas, -100)
    canvas.set_gamut_warning(True)
    assert canvas.gamut_warning()
    settle(qtbot, canvas)
    assert np.array_equal(at_middle(canvas, -100), MARK)
    assert not np.array_equal(at_middle(canvas, 100), MARK)
    canvas.set_document(Document(wide, "again"))
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    assert np.array_equal(at_middle(canvas, -100), MARK), "for the next photo as well"
    canvas.set_gamut_warning(False)
    settle(qtbot, canvas)
    assert np.array_equal(at_middle(canvas, -100), before)


def test_what_lies_within_the_screen_s_gamut_is_never_marked() -> None:
    colors = CanvasColors(Display(standard_profile("prophoto")), warns=True)
    pixels = np.random.default_rng(1).integers(0, 256, (20, 20, 3), np.uint8)
    assert not (colors(pixels, ColorTag()) == MARK).all(axis=2).any()
    gray = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    assert np.array_equal(CanvasColors(warns=True)(gray, ColorTag()), Display()(gray, ColorTag()))
