"""A large photo is seen before it is read; one that cannot be read leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from support.canvas import seen

from restorer.core.errors import InputError
from restorer.core.image import Image
from restorer.formats.metadata import Metadata
from restorer.formats.raster import ExportOptions, write_photo
from restorer.session.session import Session
from restorer.ui import opening
from restorer.ui.furnishing import Furnishing
from restorer.ui.opening import Pictured
from restorer.ui.shell import Shell


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_PICTURED_FROM_BYTES", 0)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A TIFF of four flat quarters, which a small picture shows as well as the photo."""
    pixels = np.zeros((1200, 1600, 3), np.uint16)
    pixels[:600, :800], pixels[600:, 800:] = (60000, 0, 0), (0, 0, 60000)
    path = tmp_path / "large.tif"
    write_photo(path, Image(pixels), Metadata(), ExportOptions(compression="none"))
    return path


def test_the_picture_comes_before_the_photo_and_looks_the_same(
    shell: Shell, furnishing: Furnishing, large: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas, workspace = furnishing.editor.canvas, furnishing.workspace
    first: list[np.ndarray] = []

    def on_pictured(_: Pictured) -> None:
        assert workspace.current is None
        assert canvas.is_pending()
        assert canvas.editable_document() is None
        assert furnishing.editor.isVisible()
        first.append(seen(canvas))

    workspace.opener.pictured.connect(on_pictured)
    with qtbot.waitSignal(workspace.photo_shown):
        workspace.open_files([large])
    qtbot.waitUntil(canvas.is_sharp)
    assert len(first) == 1
    assert not canvas.is_pending()
    then = seen(canvas).astype(int)
    rows, columns = slice(None, then.shape[0] - 60), slice(None)  # above the plates
    assert np.abs(first[0][rows, columns].astype(int) - then[rows, columns]).mean() < 2


def test_a_photo_that_is_being_worked_on_stays_in_view(
    furnishing: Furnishing, scan: Path, large: Path, qtbot: QtBot
) -> None:
    workspace = furnishing.workspace
    with qtbot.waitSignal(workspace.photo_shown):
        workspace.open_files([scan])
    pending: list[bool] = []
    workspace.opener.pictured.connect(lambda _: pending.append(furnishing.editor.canvas.is_pending()))
    with qtbot.waitSignal(workspace.photo_shown):
        workspace.open_files([large])
    assert pending == [False]


def test_a_photo_that_cannot_be_read_leaves_the_empty_window(
    shell: Shell, furnishing: Furnishing, large: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InputError("large.tif is damaged.")

    monkeypatch.setattr(Session, "open_photo", refuse)
    with qtbot.waitSignal(furnishing.workspace.message_raised):
        furnishing.workspace.open_files([large])
    qtbot.waitUntil(lambda: not furnishing.editor.canvas.is_pending())
    assert shell.window.empty.isVisible()
    assert not furnishing.editor.isVisible()


def test_small_files_are_just_opened(
    furnishing: Furnishing, large: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_PICTURED_FROM_BYTES", 2**40)
    with (
        qtbot.assertNotEmitted(furnishing.workspace.opener.pictured),
        qtbot.waitSignal(furnishing.workspace.photo_shown),
    ):
        furnishing.workspace.open_files([large])
