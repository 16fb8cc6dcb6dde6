"""Parts of the frame by themselves: status bar, device button, filmstrip, empty view, the tally of the mask."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from restorer.core.geometry import Bounds
from restorer.core.mask import Mask
from restorer.engine.devices import DeviceInfo
from restorer.ui.device_button import DeviceButton
from restorer.ui.empty_view import EmptyView
from restorer.ui.filmstrip import FilmPhoto, Filmstrip
from restorer.ui.furnishing import Furnishing
from restorer.ui.mask_tally import MaskTally
from restorer.ui.photo import OpenPhoto
from restorer.ui.shell import Shell
from restorer.ui.status_bar import FIELDS, StatusBar

GB = 1024**3
TEXTS = {
    "zoom": "16 %",
    "pixels": "4825 × 4400 px",
    "print": "20.4 × 18.6 cm",
    "dpi": "600 dpi",
    "depth": "16-bit RGB",
    "profile": "Adobe RGB (1998)",
}


class TestStatusBar:
    @pytest.fixture
    def bar(self, qtbot: QtBot) -> StatusBar:
        bar = StatusBar()
        qtbot.addWidget(bar)
        bar.resize(1600, 26)
        bar.show()
        bar.show_photo(TEXTS)
        bar.set_field("saved", "Autosaved 20 s ago")
        bar.set_field("pointer", "x 1950, y 3675")
        bar.set_color(QColor(143, 133, 122), "143 133 122")
        bar.set_provenance(0.029, "2.9 % of this photo was generated")
        return bar

    def visible(self, bar: StatusBar) -> list[str]:
        return [name for name in FIELDS if bar._fields[name].isVisible()]

    def test_all_fit_in_a_wide_window(self, bar: StatusBar) -> None:
        assert self.visible(bar) == list(FIELDS)

    def test_the_colour_goes_first_and_the_sentence_never(self, bar: StatusBar) -> None:
        gone: list[str] = []
        for width in range(1600, 300, -10):
            bar.resize(width, 26)
            gone += [name for name in FIELDS if name not in self.visible(bar) and name not in gone]
            assert bar._sentence.isVisible()
        assert gone[:4] == ["color", "pointer", "saved", "print"]

    def test_a_photo_without_resolution_shows_no_empty_field(self, bar: StatusBar) -> None:
        bar.show_photo({**TEXTS, "dpi": "", "print": ""})
        assert "dpi" not in self.visible(bar)
        assert "print" not in self.visible(bar)

    def test_without_a_photo_two_sentences(self, bar: StatusBar) -> None:
        bar.show_nothing("Ready", "Everything runs on this computer")
        assert self.visible(bar) == []
        assert bar.text("provenance") == "Everything runs on this computer"


class TestDeviceButton:
    DEVICES = (
        DeviceInfo("cuda:0", "NVIDIA RTX 4070", 12 * GB, int(4.6 * GB)),
        DeviceInfo("cpu", "CPU", 24 * GB, 16 * GB),
    )

    @pytest.fixture
    def button(self, qtbot: QtBot) -> DeviceButton:
        button = DeviceButton()
        qtbot.addWidget(button)
        return button

    def test_until_devices_are_known_it_says_what_is_chosen(self, button: DeviceButton) -> None:
        assert button.accessibleName() == "Device: Automatic device"
        button.set_chosen("cpu")
        assert button.accessibleName() == "Device: CPU"
        assert not button.knows_devices

    def test_then_which_one_it_is_and_its_memory(self, button: DeviceButton) -> None:
        button.set_devices(self.DEVICES)
        assert "NVIDIA RTX 4070" in button.accessibleName()
        assert "7.4 / 12 GB" in button.accessibleName()
        button.set_running_on("cpu")
        assert "CPU" in button.accessibleName()

    def test_a_device_that_stopped_working_is_told_and_not_offered(self, button: DeviceButton) -> None:
        broken = dataclasses.replace(self.DEVICES[0], problem="The device cuda:0 failed: CUDA error.")
        button.set_devices((broken, *self.DEVICES[1:]))
        assert self.DEVICES[1].name in button.accessibleName(), "the choice is automatic, so it is the next one"
        button.set_chosen(broken.id)
        assert self.DEVICES[-1].name in button.accessibleName()
        button._fill()
        action = next(action for action in button.menu().actions() if action.text().startswith(broken.name))
        assert action.text() == f"{broken.name}, stopped working"
        assert not action.isEnabled()
        assert action.toolTip() == broken.problem

    def test_the_menu_asks_for_devices_and_offers_them(self, button: DeviceButton, qtbot: QtBot) -> None:
        with qtbot.waitSignal(button.menu_opened):
            button.menu().aboutToShow.emit()
        assert [action.text() for action in button.menu().actions()][-1] == "Looking for devices…"
        button.set_devices(self.DEVICES)
        button.menu().aboutToShow.emit()
        choices = [action for action in button.menu().actions() if action.isCheckable()]
        assert [action.isChecked() for action in choices] == [True, False, False]
        with qtbot.waitSignal(button.device_chosen) as chosen:
            choices[1].trigger()
        assert chosen.args == ["cuda:0"]


class TestFilmstrip:
    def test_it_shows_for_two_photos_and_tells_which_was_chosen(self, qtbot: QtBot) -> None:
        strip = Filmstrip()
        qtbot.addWidget(strip)
        picture = QImage(96, 40, QImage.Format.Format_RGB32)
        strip.set_photos([FilmPhoto("a.tif", picture)], 0)
        assert strip.isHidden()
        strip.set_photos([FilmPhoto("a.tif", picture, "edited"), FilmPhoto("b.tif", None)], 1)
        assert not strip.isHidden()
        strip.grab()
        with qtbot.waitSignal(strip.photo_chosen) as chosen:
            strip._list.clicked.emit(strip._model.index(0, 0))
        assert chosen.args == [0]
        strip.set_allowed(False)
        assert strip.isHidden()


class TestEmptyView:
    @pytest.fixture
    def view(self, qtbot: QtBot) -> EmptyView:
        view = EmptyView()
        qtbot.addWidget(view)
        view.resize(1000, 600)
        view.show()
        return view

    def test_each_button_asks_for_its_thing(self, view: EmptyView, qtbot: QtBot) -> None:
        buttons = {button.text(): button for button in view.findChildren(QPushButton)}
        for text, signal in (
            ("Open photos", view.open_requested),
            ("Paste", view.paste_requested),
            ("Open sample", view.sample_requested),
        ):
            with qtbot.waitSignal(signal):
                buttons[text].click()

    def test_recent_photos_are_rows_to_press(self, view: EmptyView, qtbot: QtBot) -> None:
        paths = [Path("/album/Großmutter.tif"), Path("/album/b.jpg")]
        view.set_recent(paths)
        rows = [row for row in view.findChildren(QToolButton) if row.accessibleName().startswith("Open ")]
        assert [row.accessibleName() for row in rows] == ["Open Großmutter.tif", "Open b.jpg"]
        with qtbot.waitSignal(view.recent_requested) as chosen:
            rows[0].click()
        assert chosen.args == [paths[0]]

    def test_the_sample_picture_fills_its_place(self, view: EmptyView) -> None:
        picture = QPixmap(200, 245)
        picture.fill(QColor("red"))
        view.set_sample_picture(picture)
        shown = view._sample._picture.pixmap()
        assert (shown.width(), shown.height()) == (
            round(96 * shown.devicePixelRatio()),
            round(72 * shown.devicePixelRatio()),
        )


class TestMaskTally:
    def test_it_agrees_with_a_count_of_everything(self) -> None:
        random = np.random.default_rng(5)
        mask = Mask.empty(1300, 700)
        tally = MaskTally(mask)
        assert not tally.is_empty, "nobody knows yet"
        tally.work()
        assert tally.is_empty
        for _ in range(20):
            left, top = int(random.integers(0, 1200)), int(random.integers(0, 600))
            bounds = Bounds(left, top, left + int(random.integers(1, 400)), top + 90).clip(1300, 700)
            mask.plane[bounds.slices] = random.choice([0, 255])
            tally.update(bounds)
            tally.work()
            assert tally.share == mask.coverage()
            assert tally.is_empty == mask.is_empty

    def test_much_is_counted_in_slices(self) -> None:
        mask = Mask(np.full((2000, 2000), 255, np.uint8))
        tally, slices = MaskTally(mask), 0
        while tally.is_behind:
            tally.work(0.0)
            slices += 1
        assert slices == 16
        assert tally.share == 1.0


def test_the_share_of_a_large_mask_is_told_when_it_is_counted(
    furnishing: Furnishing, with_scan: OpenPhoto, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("restorer.ui.photo_presenter._COUNT_SLICE_S", 0.0)
    monkeypatch.setattr("restorer.ui.mask_tally._CELL", 64)
    furnishing._photos._tally = MaskTally(with_scan.document.mask, is_empty=True)
    image = with_scan.document.image
    furnishing.workspace.replace_mask(np.full((image.height, image.width), 255, np.uint8), "All")
    assert furnishing._photos.facts().painted
    qtbot.waitUntil(lambda: not furnishing._photos._counting.isActive())
    assert "100" in furnishing.editor.tasks._sections["inpaint"].hint()


def test_the_provenance_action_and_the_canvas_agree(furnishing: Furnishing, shell: Shell, with_scan: OpenPhoto) -> None:
    action = shell.window.actions_by_id["provenance"]
    action.trigger()
    assert furnishing.editor.canvas.provenance_shown()
    assert action.isChecked()
    action.trigger()
    assert not furnishing.editor.canvas.provenance_shown()
    assert not action.isChecked()


def test_the_provenance_map_is_saved_as_a_picture(
    furnishing: Furnishing, with_scan: OpenPhoto, tmp_path: Path, qtbot: QtBot
) -> None:
    target = tmp_path / "map.png"
    with qtbot.waitSignal(furnishing.workspace.message_raised) as heard:
        furnishing.workspace.masks.write_provenance(with_scan, target)
    assert heard.args[0].title == "The provenance map was saved as map.png"
    assert target.is_file()
