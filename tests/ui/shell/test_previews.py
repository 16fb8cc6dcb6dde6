"""Preview here in the window: the latest order wins, real jobs come first, and nothing of it stays."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.tasks import offer_first

from restorer.core.errors import InputError, OutOfMemoryError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.params import param
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.result import TaskResult
from restorer.formats.metadata import Metadata
from restorer.formats.raster import write_photo
from restorer.tasks.spec import Fidelity, Locality, Task, TaskInput
from restorer.ui.furnishing import Furnishing
from restorer.ui.photo import OpenPhoto
from restorer.ui.preview_presenter import PreviewPresenter
from restorer.ui.previews import PreviewOrder, Previews

TILES = 4


@dataclass(frozen=True, slots=True)
class ShadeParams:
    """One parameter."""

    level: int = param(10, "What every pixel becomes.", low=0, high=200)


class Shade:
    """A task that paints all it is given, in four tiles that take as long as the test wants."""

    def __init__(self) -> None:
        self.levels: list[int] = []
        self.finished: list[int] = []
        self.tile_s = 0.0
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.threads: set[int] = set()

    def task(self) -> Task:
        return Task(
            "shade", 1, "Shade", "Shades it.", Fidelity.CONSERVE, ShadeParams, False, "brush", self.run,
            weightless=True, locality=Locality(margin_px=4, grid_px=8),
        )  # fmt: skip

    def run(self, given: TaskInput, _engine: object, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
        level = given.params.level
        self.levels.append(level)
        self.threads.add(threading.get_ident())
        if self.error is not None:
            raise self.error
        photo = given.photo
        pixels = np.full_like(photo.pixels, level)
        patch = Patch(photo.bounds, pixels)
        yield TilesPlanned((photo.bounds,) * TILES)
        for index in range(TILES):
            token.raise_if_cancelled()
            yield TileStarted(index, TILES, photo.bounds)
            if self.tile_s:
                threading.Event().wait(self.tile_s)
            while not self.gate.wait(0.002):
                token.raise_if_cancelled()
            yield TileFinished(index, TILES, patch)
        self.finished.append(level)
        return TaskResult((patch,), tiles=TILES)


@pytest.fixture(autouse=True)
def shade(monkeypatch: pytest.MonkeyPatch) -> Shade:
    """The window knows this task as well."""
    shade = Shade()
    offer_first(monkeypatch, shade.task())
    return shade


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "noise.png"
    pixels = np.random.default_rng(3).integers(0, 255, (300, 400, 3), np.uint8)
    write_photo(path, Image(pixels), Metadata(dpi=None, exif=None, xmp=None, iptc=None))
    return path


@pytest.fixture
def previews(furnishing: Furnishing, with_scan: OpenPhoto) -> Previews:
    return furnishing.workspace.previews


def presenter(furnishing: Furnishing) -> PreviewPresenter:
    return furnishing._preview


def shown_level(furnishing: Furnishing) -> int | None:
    """The grey that is laid over the photo."""
    trial = furnishing.editor.canvas.trial()
    if trial is None:
        return None
    assert trial.patch is not None
    return int(trial.patch.pixels[0, 0, 0])


def toggle(furnishing: Furnishing) -> None:
    furnishing.commands.toggle_preview()


def set_level(furnishing: Furnishing, level: int) -> None:
    """Moves the slider as a drag does."""
    slider: Any = furnishing.editor.tasks._sections["shade"].form.field("level")
    slider._on_dragged(level / 200)


def plate(furnishing: Furnishing) -> str:
    return " ".join(part.text for part in furnishing.editor.canvas._hud.right.parts)


def lanes(furnishing: Furnishing) -> list[str]:
    """Threads of the window."""
    return sorted(furnishing.workspace.lanes._lanes)


def idle(previews: Previews) -> Callable[[], bool]:
    return lambda: not previews.is_busy


def test_the_part_in_view_is_tried_and_nothing_is_committed(
    furnishing: Furnishing, previews: Previews, with_scan: OpenPhoto, shade: Shade, qtbot: QtBot
) -> None:
    state, image = with_scan.document.state, with_scan.document.image
    set_level(furnishing, 60)
    assert shade.levels == []  # nobody asked for a preview
    toggle(furnishing)
    qtbot.waitUntil(lambda: shown_level(furnishing) == 60)
    trial = furnishing.editor.canvas.trial()
    assert trial is not None
    assert trial.bounds == with_scan.document.image.bounds
    assert "Preview" in plate(furnishing)
    assert (with_scan.document.state, with_scan.document.image) == (state, image)
    toggle(furnishing)
    assert shown_level(furnishing) is None
    assert plate(furnishing) == ""


def test_a_changed_setting_is_tried_again(furnishing: Furnishing, previews: Previews, qtbot: QtBot) -> None:
    toggle(furnishing)
    qtbot.waitUntil(lambda: shown_level(furnishing) == 10)
    set_level(furnishing, 80)
    qtbot.waitUntil(lambda: shown_level(furnishing) == 80)


@pytest.mark.parametrize("tile_s", [0.0, 0.01, 0.12])
def test_a_hundred_moves_of_a_slider_cost_little(
    furnishing: Furnishing, previews: Previews, with_scan: OpenPhoto, shade: Shade, qtbot: QtBot, tile_s: float
) -> None:
    state, rows = with_scan.document.state, len(with_scan.document.history.entries)
    toggle(furnishing)
    qtbot.waitUntil(lambda: shown_level(furnishing) == 10)
    before = lanes(furnishing)
    shade.tile_s = tile_s
    shade.levels.clear()
    set_level(furnishing, 11)
    qtbot.waitUntil(lambda: bool(shade.levels))
    for level in range(12, 112):
        set_level(furnishing, level)  # all while the first is worked on, or nearly so
    qtbot.waitUntil(lambda: shown_level(furnishing) == 111, timeout=10_000)
    qtbot.waitUntil(idle(previews))
    assert shade.levels[-1] == shade.finished[-1] == 111
    assert len(shade.levels) <= 3  # the one at work, one of the first moves, the last
    assert len(shade.threads) == 1
    assert lanes(furnishing) == before
    assert with_scan.document.state == state
    assert len(with_scan.document.history.entries) == rows
    assert furnishing.workspace.jobs.jobs == ()


def test_a_dragged_slider_is_followed(furnishing: Furnishing, previews: Previews, shade: Shade, qtbot: QtBot) -> None:
    toggle(furnishing)
    qtbot.waitUntil(lambda: shown_level(furnishing) == 10)
    seen = set()
    for level in range(20, 60):
        set_level(furnishing, level)
        qtbot.wait(5)
        seen.add(shown_level(furnishing))
    assert len(seen) >= 3


def test_slow_work_that_is_out_of_date_is_stopped(
    furnishing: Furnishing, previews: Previews, shade: Shade, qtbot: QtBot
) -> None:
    shade.gate.clear()
    toggle(furnishing)
    qtbot.waitUntil(lambda: shade.levels == [10])
    set_level(furnishing, 90)
    qtbot.waitUntil(lambda: shade.levels == [10, 90])
    assert shade.finished == []
    shade.gate.set()
    qtbot.waitUntil(lambda: shown_level(furnishing) == 90)


def test_moving_the_view_tries_the_new_part(
    furnishing: Furnishing, previews: Previews, with_scan: OpenPhoto, qtbot: QtBot
) -> None:
    canvas = furnishing.editor.canvas
    toggle(furnishing)
    qtbot.waitUntil(lambda: shown_level(furnishing) == 10)
    canvas.zoom_to(12.0)
    qtbot.waitUntil(lambda: canvas.is_fitted() is False and canvas.zoom() == 12.0)

    def follows() -> bool:
        trial = canvas.trial()
        return trial is not None and trial.bounds == canvas.visible_bounds() != with_scan.document.image.bounds

    qtbot.waitUntil(follows)


def test_escape_and_another_task_end_it(furnishing: Furnishing, previews: Previews, qtbot: QtBot) -> None:
    tasks = furnishing.editor.tasks
    for end in (furnishing.commands.cancel, lambda: tasks._on_opened("inpaint")):
        tasks.open_task("shade")
        toggle(furnishing)
        qtbot.waitUntil(lambda: shown_level(furnishing) == 10)
        end()
        assert shown_level(furnishing) is None
        assert tasks.previewed_task() is None


def test_running_ends_it(
    furnishing: Furnishing, previews: Previews, with_scan: OpenPhoto, shade: Shade, qtbot: QtBot
) -> None:
    shade.gate.clear()
    toggle(furnishing)
    qtbot.waitUntil(lambda: shade.levels == [10])
    furnishing.commands.run()
    assert furnishing.editor.tasks.previewed_task() is None
    qtbot.waitUntil(lambda: shade.levels == [10, 10])  # stopped, and the real one begun
    shade.gate.set()
    qtbot.waitUntil(lambda: with_scan.document.history.can_undo)
    assert shown_level(furnishing) is None


def test_it_waits_for_a_job_and_then_comes(
    furnishing: Furnishing, previews: Previews, with_scan: OpenPhoto, shade: Shade, qtbot: QtBot
) -> None:
    shade.gate.clear()
    furnishing.commands.run()
    qtbot.waitUntil(lambda: shade.levels == [10])
    toggle(furnishing)
    for level in (20, 30, 40):
        set_level(furnishing, level)
        qtbot.wait(40)
    assert previews.is_waiting
    assert shade.levels == [10]
    shade.gate.set()
    qtbot.waitUntil(lambda: shown_level(furnishing) == 40)
    assert set(shade.levels[1:]) == {40}  # at most once more, for the photo that the job left
    assert len(shade.levels) <= 3


def test_undo_tries_the_photo_as_it_is_then(
    furnishing: Furnishing, previews: Previews, with_scan: OpenPhoto, shade: Shade, qtbot: QtBot
) -> None:
    furnishing.commands.run()
    qtbot.waitUntil(lambda: with_scan.document.history.can_undo)
    toggle(furnishing)
    qtbot.waitUntil(lambda: shown_level(furnishing) == 10)
    assert "nothing changes" in plate(furnishing)
    furnishing.commands.undo()
    assert shown_level(furnishing) is None  # it belonged to other pixels
    qtbot.waitUntil(lambda: shown_level(furnishing) == 10)
    assert "nothing changes" not in plate(furnishing)


def test_closing_and_switching_photos_in_the_middle(
    furnishing: Furnishing, previews: Previews, with_scan: OpenPhoto, shade: Shade, tmp_path: Path, qtbot: QtBot
) -> None:
    other = tmp_path / "other.png"
    other.write_bytes((tmp_path / "noise.png").read_bytes())
    shade.gate.clear()
    toggle(furnishing)
    qtbot.waitUntil(lambda: shade.levels == [10])
    with qtbot.waitSignal(furnishing.workspace.photo_shown):
        furnishing.workspace.open_files([other])
    assert furnishing.editor.tasks.previewed_task() is None
    toggle(furnishing)
    qtbot.waitUntil(lambda: shade.levels == [10, 10])
    second = furnishing.workspace.current
    assert second is not None
    furnishing.workspace.close_photo(second)
    furnishing.workspace.close_photo(with_scan)
    qtbot.waitUntil(idle(previews))
    assert shade.finished == []
    assert shown_level(furnishing) is None
    toggle(furnishing)  # without a photo the button does nothing
    assert not previews.is_busy


def test_closing_the_window_in_the_middle(
    furnishing: Furnishing, previews: Previews, with_scan: OpenPhoto, shade: Shade, qtbot: QtBot
) -> None:
    shade.gate.clear()
    toggle(furnishing)
    qtbot.waitUntil(lambda: shade.levels == [10])
    assert furnishing.close()
    previews.show(PreviewOrder(with_scan, "shade", {}, "classical", Bounds(0, 0, 9, 9)))
    assert not previews.is_busy


def test_settings_that_do_not_work_are_said_quietly(
    furnishing: Furnishing, previews: Previews, shade: Shade, qtbot: QtBot
) -> None:
    shade.error = InputError("That is too dark.")
    toggle(furnishing)
    qtbot.waitUntil(lambda: "That is too dark." in plate(furnishing))
    assert furnishing.messages.count() == 0
    shade.error = None
    set_level(furnishing, 70)
    qtbot.waitUntil(lambda: shown_level(furnishing) == 70)


def test_a_mark_is_waited_for(furnishing: Furnishing, previews: Previews, with_scan: OpenPhoto, qtbot: QtBot) -> None:
    tasks = furnishing.editor.tasks
    tasks.open_task("inpaint")
    tasks.select_model("inpaint", "classical")
    tasks.set_values("inpaint", {"method": "telea"})
    toggle(furnishing)
    assert "nothing is marked" in plate(furnishing)
    plane = with_scan.document.mask.plane.copy()
    plane[100:110, 100:140] = 255
    furnishing.workspace.replace_mask(plane, "Stroke")
    qtbot.waitUntil(lambda: furnishing.editor.canvas.trial() is not None)
    assert with_scan.document.mask.plane[105, 120] == 255


@pytest.mark.parametrize(
    "error", [OutOfMemoryError("The device's memory ran out."), MemoryError(), ZeroDivisionError()]
)
def test_a_failure_ends_it_with_a_message(
    furnishing: Furnishing, previews: Previews, shade: Shade, error: Exception, qtbot: QtBot
) -> None:
    shade.error = error
    toggle(furnishing)
    qtbot.waitUntil(lambda: furnishing.messages.count() == 1)
    assert furnishing.editor.tasks.previewed_task() is None
    assert not previews.is_busy or qtbot.waitUntil(idle(previews)) is None
    shade.error = None
    toggle(furnishing)
    qtbot.waitUntil(lambda: shown_level(furnishing) == 10)


def test_the_key_works_on_the_canvas(furnishing: Furnishing, previews: Previews, qtbot: QtBot) -> None:
    canvas = furnishing.editor.canvas
    canvas.window().activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    QTest.keyClick(canvas, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: shown_level(furnishing) == 10)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert shown_level(furnishing) is None
