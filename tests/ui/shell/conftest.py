"""A workspace on a small photo, and jobs that go on only when the test says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from restorer.core.document import Document
from restorer.core.errors import Cancelled
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import MaskPiece
from restorer.core.progress import CancelToken
from restorer.core.result import TaskResult
from restorer.formats.metadata import Metadata
from restorer.formats.raster import write_photo
from restorer.session.jobs import (
    JobCancelled,
    JobFailed,
    JobFinished,
    JobPreview,
    JobProgress,
    JobRequest,
    JobStarted,
    JobTilesPlanned,
    JobTileStarted,
)
from restorer.session.session import Session
from restorer.session.settings_file import SettingsStore
from restorer.ui import runs
from restorer.ui.furnishing import Furnishing
from restorer.ui.messages import Message
from restorer.ui.photo import OpenPhoto
from restorer.ui.shell import Shell
from restorer.ui.workspace import Workspace

REGION = Bounds(8, 8, 24, 16)


class StagedJobs:
    """Stands in for :func:`run_job`: each job paints its region white once :meth:`release` was called."""

    def __init__(self) -> None:
        self.requests: list[JobRequest] = []
        self.fail_with = ""
        self.hears_cancel = True
        self._gate = threading.Event()

    def release(self) -> None:
        self._gate.set()

    def hold(self) -> None:
        self._gate.clear()

    def __call__(self, request: JobRequest, _engine: object, token: CancelToken) -> Iterator[object]:
        self.requests.append(request)
        job = request.id
        try:
            yield JobStarted(job, "Staged", "cpu")
            yield JobTilesPlanned(job, (REGION,))
            yield JobTileStarted(job, 0, 1, REGION)
            while not self._gate.wait(0.005):
                if self.hears_cancel:
                    token.raise_if_cancelled()
            if self.fail_with:
                yield JobFailed(job, self.fail_with, "Try another model.", "traceback", 1)
                return
            pixels = np.full((REGION.height, REGION.width, request.photo.channels), request.photo.max_value)
            patch = Patch(REGION, pixels.astype(request.photo.pixels.dtype))
            yield JobPreview(job, patch)
            yield JobProgress(job, 1, 1, 0.0)
            filled = MaskPiece(REGION, np.full((REGION.height, REGION.width), 255, np.uint8))
            yield JobFinished(job, request, request.step, TaskResult((patch,), (filled,), 1), 1.5, "cpu")
        except Cancelled:
            yield JobCancelled(job)


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> StagedJobs:
    staged = StagedJobs()
    monkeypatch.setattr(runs, "run_job", staged)
    return staged


@pytest.fixture
def workspace(qtbot: QtBot) -> Iterator[Workspace]:
    workspace = Workspace(Session())
    yield workspace
    assert workspace.close()


@pytest.fixture
def messages(workspace: Workspace) -> list[Message]:
    """Everything the workspace had to say."""
    heard: list[Message] = []
    workspace.message_raised.connect(heard.append)
    return heard


@pytest.fixture
def opened(workspace: Workspace, scan: Path, qtbot: QtBot) -> OpenPhoto:
    """The scan, open and shown."""
    with qtbot.waitSignal(workspace.photo_shown):
        workspace.open_files([scan])
    photo = workspace.current
    assert photo is not None
    return photo


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A small gray TIFF of 16 bit at 600 dpi, with a name that is not ASCII."""
    path = tmp_path / "Großmutter 祖母.tif"
    ramp = np.linspace(0, 65535, 64 * 48).reshape(48, 64, 1).astype(np.uint16)
    write_photo(path, Image(ramp), Metadata(dpi=(600.0, 600.0), exif=None, xmp=None, iptc=None))
    return path


def paint(document: Document, bounds: Bounds = REGION) -> None:
    """Marks a rectangle, as a stroke would."""
    plane = document.mask.plane.copy()
    plane[bounds.slices] = 255
    document.replace_mask(plane, "Stroke")


@pytest.fixture
def shell(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> Iterator[Shell]:
    """The whole window, furnished and empty."""
    shell = Shell(qapp, store=SettingsStore(tmp_path / "settings.toml"))
    shell.start()
    qtbot.waitUntil(lambda: shell.furnishing is not None)
    yield shell
    shell.finish()
    shell.window.deleteLater()


@pytest.fixture
def furnishing(shell: Shell) -> Furnishing:
    assert shell.furnishing is not None
    return shell.furnishing


@pytest.fixture
def with_scan(furnishing: Furnishing, scan: Path, qtbot: QtBot) -> OpenPhoto:
    """The scan, open in the window."""
    with qtbot.waitSignal(furnishing.workspace.photo_shown):
        furnishing.workspace.open_files([scan])
    photo = furnishing.workspace.current
    assert photo is not None
    return photo


def titles(furnishing: Furnishing) -> list[str]:
    """Of the standing messages, newest first."""
    return [bar.title for bar in furnishing.messages.bars()]


def press(furnishing: Furnishing, label: str) -> None:
    """Presses a button of the newest message."""
    bar = furnishing.messages.bars()[0]
    next(button for button in bar.findChildren(QPushButton) if button.text() == label).click()
