"""The real window on a real photo, worked by mouse and keyboard as a person would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from restorer.core.image import Image
from restorer.formats.metadata import Metadata
from restorer.formats.raster import write_photo
from restorer.session.settings_file import SettingsStore
from restorer.ui.furnishing import Furnishing
from restorer.ui.shell import Shell


class Person:
    """Somebody in front of the window. Points are pixels of the photo."""

    def __init__(self, shell: Shell, qtbot: QtBot) -> None:
        assert shell.furnishing is not None
        self.window = shell.window
        self.furnishing: Furnishing = shell.furnishing
        self.workspace = shell.furnishing.workspace
        self.canvas = shell.furnishing.editor.canvas
        self._qtbot = qtbot

    def open(self, path: Path) -> None:
        with self._qtbot.waitSignal(self.workspace.photo_shown):
            self.workspace.open_files([path])
        self._qtbot.waitUntil(self.canvas.isVisible)

    def drag(self, points: list[tuple[float, float]], button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """One stroke through these points."""
        places = [self.on_canvas(x, y) for x, y in points]
        self._qtbot.mousePress(self.canvas, button, pos=places[0])
        for place in places[1:]:
            self._qtbot.mouseMove(self.canvas, place)
        self._qtbot.mouseRelease(self.canvas, button, pos=places[-1])

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.keyClick(self.canvas, key, modifier)

    def run(self) -> None:
        """Ctrl+Enter, and waits for the job's end."""
        with self._qtbot.waitSignal(self.workspace.finished, timeout=60_000):
            self.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def on_canvas(self, x: float, y: float) -> QPoint:
        """Where a pixel of the photo is, while the photo is fitted."""
        document = self.workspace.document
        assert document is not None
        scale = self.canvas.zoom() / self.canvas.devicePixelRatioF()
        left = (self.canvas.width() - document.image.width * scale) / 2
        top = (self.canvas.height() - document.image.height * scale) / 2
        return QPointF(left + x * scale, top + y * scale).toPoint()


@pytest.fixture
def person(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> Iterator[Person]:
    shell = Shell(qapp, store=SettingsStore(tmp_path / "settings.toml"))
    shell.start()
    shell.window.resize(1280, 720)
    qtbot.waitUntil(lambda: shell.furnishing is not None)
    yield Person(shell, qtbot)
    shell.finish()
    shell.window.deleteLater()


@pytest.fixture(params=[8, 16], ids=["8 bit", "16 bit"])
def scratched(request: pytest.FixtureRequest, photo: Image, tmp_path: Path) -> Path:
    """A portrait with a white scratch down its middle, 8 or 16 bit, at 300 dpi."""
    pixels = photo.pixels.copy()
    pixels[20:170, 127:130] = 255
    if request.param == 16:
        pixels = pixels.astype("uint16") * 257
    path = tmp_path / "Tante Zoë.tif"
    write_photo(path, Image(pixels), Metadata(dpi=(300.0, 300.0)))
    return path
