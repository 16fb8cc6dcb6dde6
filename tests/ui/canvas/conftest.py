"""A canvas on a photo of which every pixel is known."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from support.canvas import settle

from restorer.core.document import Document
from restorer.core.image import Image
from restorer.ui import theme
from restorer.ui.canvas import CanvasView


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> QApplication:
    """The application, dressed: painting text needs both."""
    theme.apply_theme(qapp, "dark")
    return qapp


@pytest.fixture
def noise() -> Image:
    """1400 x 1100 pixels that all differ from their neighbours; more than one tile each way."""
    return Image(np.random.default_rng(7).integers(0, 256, (1100, 1400, 3), np.uint8))


@pytest.fixture
def document(noise: Image) -> Document:
    return Document(noise, "noise.png")


@pytest.fixture
def canvas(qtbot: QtBot, document: Document, monkeypatch: pytest.MonkeyPatch) -> CanvasView:
    """600 x 400 logical pixels, shown, with the photo, all tiles made, and nothing that glides."""
    monkeypatch.setattr(theme, "motion_ms", lambda duration: 0)
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    with qtbot.waitExposed(view):
        view.show()
    view.set_document(document)
    settle(qtbot, view)
    return view
