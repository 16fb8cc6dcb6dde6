"""From a crease to its repair, by mouse and keyboard, around what must not be touched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from e2e.conftest import Person
from restorer.core.document import Document
from restorer.core.image import Image
from restorer.formats.raster import write_photo

WIDTH, HEIGHT, CREASE_PX = 560, 360, 5.0


def middle(x: np.ndarray) -> np.ndarray:
    """Where the crease runs."""
    return 180 + 60 * np.sin(x / 95) + 0.08 * x


def creased(path: Path) -> Path:
    """A 16-bit photo with grain, and a bright crease right across it."""
    rng = np.random.default_rng(9)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float) + 0.5
    tone = 100 + 30 * np.sin(x / 60) + 25 * np.cos(y / 41) + rng.normal(0, 4, x.shape)
    distance = np.abs(y - middle(x)) / np.hypot(1, np.gradient(middle(x[0])))
    tone += 80 * np.clip(CREASE_PX / 2 - distance + 0.5, 0, 1)
    pixels = np.repeat(np.clip(tone, 0, 255)[:, :, None] * 257, 3, axis=2)
    write_photo(path, Image(pixels.astype(np.uint16)))
    return path


def click(person: Person, qtbot: QtBot, x: float, y: float) -> None:
    qtbot.mouseClick(person.canvas, Qt.MouseButton.LeftButton, pos=person.on_canvas(x, y))


def document_of(person: Person) -> Document:
    document = person.workspace.document
    assert document is not None
    return document


def test_a_ribbon_covers_the_crease_and_what_is_protected_stays_to_the_bit(
    person: Person, tmp_path: Path, qtbot: QtBot
) -> None:
    person.open(creased(tmp_path / "fold.tif"))
    document = document_of(person)
    person.press(Qt.Key.Key_R)
    assert person.canvas.tool() == "ribbon"
    xs = np.array([12.0, 190.0, 370.0, 548.0])
    for x, y in zip(xs, middle(xs) + np.array([3, -3, 2, -2]), strict=True):
        click(person, qtbot, x, y)
    person.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(document.history.entries) == 1 and not person.workspace.mask_work.is_busy)

    # The marked band, column by column: its middle and, straightened, its width less the 2 px of margin.
    marked = document.mask.plane.astype(float) / 255
    columns = np.arange(25, WIDTH - 25)
    heights = marked[:, columns].sum(axis=0)
    rows = (marked[:, columns] * (np.arange(HEIGHT)[:, None] + 0.5)).sum(axis=0) / heights
    slope = np.gradient(middle(columns + 0.5))
    assert np.abs((rows - middle(columns + 0.5)) / np.hypot(1, slope)).max() < 1.5
    widths = heights / np.hypot(1, slope) - person.canvas.options().widen_px
    assert np.abs(widths - CREASE_PX).max() < 1.5

    # Protect a stretch of it, which is marked nonetheless, and repair the rest.
    person.press(Qt.Key.Key_G)
    spot = 280.0, float(middle(np.array([280.0]))[0])
    person.drag([(spot[0] - 10, spot[1]), spot, (spot[0] + 10, spot[1])])
    protected = document.protected.plane > 0
    assert (protected & (document.mask.plane > 0)).any()
    before = document.image.pixels
    person.furnishing.editor.tasks.select_model("inpaint", "classical")
    person.run()
    after = document_of(person).image.pixels
    assert after[protected].tobytes() == before[protected].tobytes()
    far = ~protected & (marked > 0.9)
    assert (after[far] != before[far]).any(axis=1).mean() > 0.95

    # Every bit comes back, step by step.
    for _ in range(3):
        person.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.image.pixels.tobytes() == before.tobytes()
    assert document.mask.is_empty
    assert document.protected.is_empty


def test_the_wand_takes_what_its_tolerance_says(person: Person, tmp_path: Path, qtbot: QtBot) -> None:
    steps = np.repeat(np.array([0, 20, 40, 60, 80], np.uint8) + 60, 60)[None, :].repeat(200, axis=0)
    path = tmp_path / "steps.png"
    write_photo(path, Image(steps[:, :, None]))
    person.open(path)
    document = document_of(person)
    person.press(Qt.Key.Key_W)
    for tolerance, bars in ((5, 1), (9, 3), (17, 5)):
        person.furnishing.editor.options.marks.tolerance.spin_box.setValue(tolerance)
        click(person, qtbot, 150, 100)
        box = document.mask.occupied()
        assert abs(box.width - 60 * bars) <= 2
        person.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert document.mask.is_empty
