"""Open, paint the damage, run, undo, compare, save: the main job, from end to end in the window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from restorer.core.brush import Brush
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.formats.raster import read_photo
from restorer.tasks.spec import CLASSICAL

from .conftest import Person

SCRATCH = [(128.5, y) for y in range(18, 174, 6)]
TOUCHED = Bounds(110, 0, 148, 192)
"""What a repair of the scratch may change at most: the stroke, what it grows by, and its soft rim."""
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def outside(image: Image) -> np.ndarray:
    """Every pixel that no repair of the scratch may touch."""
    keep = np.ones((image.height, image.width), bool)
    keep[TOUCHED.slices] = False
    return np.asarray(image.pixels[keep])


def models(person: Person) -> list[str]:
    return [choice.id for choice in person.workspace.session.models_for("inpaint")]


@pytest.mark.parametrize("kind", ["classical", "shipped"])
def test_the_main_job(person: Person, scratched: Path, photo: Image, kind: str, tmp_path: Path, qtbot: QtBot) -> None:
    shipped = [model for model in models(person) if model != CLASSICAL]
    if kind == "shipped" and not shipped:
        pytest.skip("no weights are installed")
    person.open(scratched)
    document = person.workspace.document
    assert document is not None
    person.furnishing.editor.tasks.select_model("inpaint", CLASSICAL if kind == "classical" else shipped[0])
    original = document.image
    person.canvas.set_brush(Brush(9.0, 1.0))

    person.drag(SCRATCH)
    assert document.mask.plane[20:170, 127:130].all(), "the stroke covers the scratch"
    assert document.mask.coverage() < 0.06

    person.run()
    repaired = document.image
    assert document.mask.is_empty
    assert np.array_equal(outside(repaired), outside(original))
    clean = photo.pixels.astype(float) * (257 if original.bit_depth == 16 else 1)
    scratch = (slice(20, 170), slice(127, 130))
    error_before = np.abs(original.pixels[scratch] - clean[scratch]).mean()
    error_after = np.abs(repaired.pixels[scratch] - clean[scratch]).mean()
    assert error_after < error_before / 3

    person.press(Qt.Key.Key_Z, CONTROL)
    assert document.image.digest() == original.digest()
    person.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert document.image.digest() == repaired.digest()
    person.press(Qt.Key.Key_Z, CONTROL)
    person.press(Qt.Key.Key_Y, CONTROL)
    assert document.image.digest() == repaired.digest()

    person.press(Qt.Key.Key_Y)
    assert person.canvas.compare() == "split"
    person.press(Qt.Key.Key_Y, SHIFT)
    assert person.canvas.compare() == "side"
    person.press(Qt.Key.Key_Y, SHIFT)
    assert person.canvas.compare() is None

    before = scratched.read_bytes()
    export(person, qtbot)
    written = read_photo(tmp_path / "Tante Zoë_restored.tif")
    assert np.array_equal(written.image.pixels, repaired.pixels)
    assert written.metadata.dpi == (300.0, 300.0)
    assert scratched.read_bytes() == before
    assert not person.window.isWindowModified()


def export(person: Person, qtbot: QtBot) -> None:
    """Ctrl+Shift+E and Enter, as suggested."""
    person.press(Qt.Key.Key_E, CONTROL | SHIFT)
    dialog = next(dialog for dialog in person.window.findChildren(QDialog) if "Export" in dialog.windowTitle())
    assert not dialog.isModal()
    assert dialog.findChild(QLineEdit).text() == "Tante Zoë_restored.tif"
    button = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Export")
    assert button.isEnabled()
    with qtbot.waitSignal(person.workspace.exporter.exported):
        button.click()


def test_strokes_erase_undo_and_survive_a_run(person: Person, scratched: Path, qtbot: QtBot) -> None:
    person.open(scratched)
    document = person.workspace.document
    assert document is not None
    person.furnishing.editor.tasks.select_model("inpaint", CLASSICAL)
    person.canvas.set_brush(Brush(9.0, 1.0))

    person.drag([(40.0, 40.0), (80.0, 40.0)])
    person.drag([(40.0, 80.0), (80.0, 80.0)])
    person.drag([(60.0, 40.0), (80.0, 40.0)], Qt.MouseButton.RightButton)
    assert document.mask.plane[40, 45] == 255
    assert document.mask.plane[40, 75] == 0, "a right-drag erases"
    person.press(Qt.Key.Key_Z, CONTROL)
    assert document.mask.plane[40, 75] == 255, "each stroke is undone by itself"

    with qtbot.waitSignal(person.workspace.finished, timeout=60_000):
        person.press(Qt.Key.Key_Return, CONTROL)
        person.drag([(180.0, 150.0), (220.0, 150.0)])
    assert document.mask.plane[150, 200] == 255, "a stroke painted meanwhile is kept"
    assert document.mask.plane[40, 45] == 0


def test_keys_of_the_canvas_reach_it(person: Person, scratched: Path) -> None:
    person.open(scratched)
    canvas = person.canvas
    size = canvas.brush().size_px
    person.press(Qt.Key.Key_BracketRight)
    assert canvas.brush().size_px > size
    person.press(Qt.Key.Key_BracketLeft)
    assert canvas.brush().size_px == pytest.approx(size)
    person.press(Qt.Key.Key_E)
    assert canvas.tool() == "eraser"
    person.press(Qt.Key.Key_B)
    assert canvas.tool() == "brush"
    person.press(Qt.Key.Key_X)
    assert canvas.brush().mode.value == "subtract"
    overlay = canvas.overlay()
    person.press(Qt.Key.Key_Q)
    assert canvas.overlay() != overlay
    person.press(Qt.Key.Key_1, CONTROL)
    assert canvas.zoom() == 1.0
    person.press(Qt.Key.Key_0, CONTROL)
    assert canvas.is_fitted()
