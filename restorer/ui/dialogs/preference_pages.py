"""The pages of the preferences, but for the one on shortcuts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from restorer.core.progress import CancelToken
from restorer.session.settings import AUTOSAVE_S, LARGEST_PHOTO_GIB
from restorer.ui import theme, words
from restorer.ui.dialogs.settings_form import SettingsForm
from restorer.ui.language import available_languages, tr
from restorer.ui.preload import heavy_imports
from restorer.ui.widgets import Meter, Separator, TintedLabel, ValueSlider
from restorer.ui.workers import Ticket
from restorer.ui.workspace import Workspace

if TYPE_CHECKING:
    from restorer.engine.devices import DeviceInfo

_LANGUAGES = {"en": "English", "de": "Deutsch"}
_GIB = 2**30


class GeneralPage(SettingsForm):
    """Looks and saving."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.add_choice("theme", "Theme", [("system", tr("System")), ("dark", tr("Dark")), ("light", tr("Light"))])
        codes = [code for code in available_languages() if code in _LANGUAGES]
        languages = [("system", tr("As the system")), *((code, _LANGUAGES[code]) for code in codes)]
        self.add_list("language", "Language", languages)
        self.add_note(tr("Another language is used from the next start on."))
        low, high = AUTOSAVE_S
        self.add_slider(
            "autosave_s",
            "Autosave again after",
            ValueSlider(low, min(high, 600.0), default=60.0, step=5.0, unit="s", name=tr("Autosave interval")),
        )
        self.add_note(tr("Work is kept on the disk as it is done. Where that fails, it is tried again."))
        low, high = LARGEST_PHOTO_GIB
        slider = ValueSlider(
            low, high, default=6.0, step=0.25, decimals=2, unit="GB", logarithmic=True, name=tr("Largest photo")
        )
        self.add_slider("largest_photo_gib", "Largest photo", slider)
        self.add_note(tr("Size in memory, opened. Larger files are refused rather than filling the memory."))
        self.column.addStretch(1)


class CanvasPage(SettingsForm):
    """The photo and the hand on it."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.add_choice("wheel", "Mouse wheel", [("zoom", tr("Zooms")), ("pan", tr("Pans"))])
        self.add_note(tr("Ctrl zooms and two fingers pan, whatever is chosen."))
        self.add_choice(
            "surround",
            "Around the photo",
            [("theme", tr("As the theme")), ("10", "10 %"), ("50", "50 %"), ("90", "90 %")],
        )
        self.add_note(tr("Grey. 50 % is best for judging tones."))
        self.add_choice("screen", "Screen colours", [("system", tr("Its own profile")), ("srgb", "sRGB")])
        self.add_list(
            "intent",
            "Rendering intent",
            [
                ("perceptual", tr("Perceptual")),
                ("relative", tr("Relative colorimetric")),
                ("saturation", tr("Saturation")),
                ("absolute", tr("Absolute colorimetric")),
            ],
        )
        self.add_note(tr("How photos are shown; files are not changed by it."))
        self.add_choice(
            "overlay",
            "Mask",
            [("tint", tr("Tint")), ("outline", tr("Outline")), ("matte", tr("Matte")), ("off", tr("Off"))],
        )
        self.add_check("pen_pressure", "Pen", tr("Pressure changes the size of the brush"))
        self.column.addStretch(1)


class DevicePage(SettingsForm):
    """Where work runs, and how much memory it may plan with."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._list = self.add_list("device", "Run on", [("auto", tr("Automatic: the fastest that works"))])
        slider = ValueSlider(0.0, 64.0, default=0.0, step=0.5, decimals=1, unit="GB", name=tr("Memory budget"))
        self.add_slider("memory_gib", "Plan with at most", slider)
        self.add_note(
            tr(
                "Memory for tiles and models; 0 is what is free. Smaller tiles take longer and give the same picture. "
                "Where memory runs out all the same, tiles are made smaller, then the processor takes over."
            )
        )
        self.column.addWidget(Separator())
        self.column.addWidget(TintedLabel(tr("Devices"), font="section"))
        self._devices = QGridLayout()
        self._devices.setHorizontalSpacing(12)
        self._devices.setVerticalSpacing(8)
        self._devices.setColumnStretch(0, 1)
        holder = QFrame()
        holder.setLayout(self._devices)
        self.column.addWidget(holder)
        self._state = TintedLabel(tr("Looking for devices…"), role="text_2")
        self.column.addWidget(self._state)
        self._trouble = TintedLabel(role="text_2")
        self._trouble.setWordWrap(True)
        self.column.addWidget(self._trouble)
        self.column.addStretch(1)
        self._asked = False
        self._show_trouble()

    def look(self) -> None:
        """Lists devices, once, on the io lane: it imports torch."""
        if self._asked:
            return
        self._asked = True
        session = self._workspace.session

        def work(_token: CancelToken) -> Iterator[object]:
            with heavy_imports("torch"):
                yield session.devices()

        self._workspace.lanes.io.submit(Ticket(work, on_event=self._show_devices, on_failed=self._on_failed))

    def _show_devices(self, devices: tuple[DeviceInfo, ...]) -> None:
        titles = [("auto", tr("Automatic: the fastest that works"))]
        titles += [(device.id, f"{device.name} ({device.id})") for device in devices if not device.problem]
        self._list.set_choices(titles)
        self.refresh()
        for row, device in enumerate(devices):
            self._add_device(row, device)
        self._state.hide()

    def _add_device(self, row: int, device: DeviceInfo) -> None:
        name = TintedLabel(device.name, role="text_off" if device.problem else "text")
        self._devices.addWidget(name, row, 0)
        if device.problem:
            problem = TintedLabel(tr("stopped working"), role="error")
            problem.setToolTip(device.problem)
            self._devices.addWidget(problem, row, 1, 1, 2, Qt.AlignmentFlag.AlignRight)
            return
        used = device.total_bytes - device.free_bytes
        meter = Meter(tr("Memory in use"), role="text_3")
        meter.setFixedWidth(96)
        meter.set_value(used / max(device.total_bytes, 1))
        text = tr("{} of {} GB free").format(words.gigabytes(device.free_bytes), words.gigabytes(device.total_bytes))
        figures = TintedLabel(text, role="text_2")
        figures.setFont(theme.tabular(theme.font("body")))
        self._devices.addWidget(meter, row, 1, Qt.AlignmentFlag.AlignVCenter)
        self._devices.addWidget(figures, row, 2, Qt.AlignmentFlag.AlignRight)

    def _on_failed(self, error: Exception) -> None:
        self._state.setText(tr("Devices cannot be listed: {}").format(error))

    def _show_trouble(self) -> None:
        last = next(reversed(self._workspace.session.trouble_log.read()), None)
        self._trouble.setVisible(last is not None)
        if last is not None:
            self._trouble.setText(tr("{} restorer doctor tells more.").format(f"{last.sentence().rstrip('.')}."))


def framed(page: QWidget) -> QWidget:
    """The page with the margins of a dialog."""
    page.setContentsMargins(16, 16, 16, 8)
    return page
