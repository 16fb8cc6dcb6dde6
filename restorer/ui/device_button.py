"""Where work runs: the button at the right end of the toolbar, and its menu."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QStyle, QStyleOptionToolButton, QStylePainter, QToolButton, QWidget

from restorer.ui import theme, words
from restorer.ui.icons import draw_icon
from restorer.ui.tokens import TOOLBAR_BUTTON, TOOLBAR_ICON
from restorer.ui.widgets.buttons import describe
from restorer.ui.widgets.meter import paint_meter
from restorer.ui.widgets.painting import FOCUS_RING, paint_chevron

if TYPE_CHECKING:
    from restorer.engine.devices import DeviceInfo

AUTOMATIC = "auto"
_PADDING = 8
_GAP = 8
_METER = QSize(26, 4)
_CHEVRON_PX = 12
_MOST_NAME_PX = 220


class DeviceButton(QToolButton):
    """Says which device is chosen and, once devices are known, how much of its memory is in use.

    Devices are known only after someone asked on a worker: listing them imports torch.
    """

    device_chosen = Signal(str)
    menu_opened = Signal()
    """The menu shows; whoever can list devices should, unless they are known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen = AUTOMATIC
        self._running_on = ""
        self._devices: tuple[DeviceInfo, ...] | None = None
        self._problem = ""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._on_about_to_show)
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFixedHeight(TOOLBAR_BUTTON)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(FOCUS_RING, "inside")
        self._describe()

    @property
    def knows_devices(self) -> bool:
        return self._devices is not None

    def set_chosen(self, device: str) -> None:
        """``auto`` or a device id."""
        self._chosen = device
        self._refresh()

    def set_running_on(self, device: str) -> None:
        """Device id that a job really runs on; told where the choice is automatic."""
        self._running_on = device
        self._refresh()

    def set_devices(self, devices: Sequence[DeviceInfo]) -> None:
        self._devices, self._problem = tuple(devices), ""
        self._refresh()

    def set_problem(self, sentence: str) -> None:
        """Why devices cannot be listed."""
        self._problem = sentence
        self._refresh()

    # -- what it says

    def _shown(self) -> DeviceInfo | None:
        wanted = self._running_on if self._chosen == AUTOMATIC else self._chosen
        devices = [device for device in self._devices or () if not device.problem]
        if self._chosen == AUTOMATIC and not wanted and devices:
            return devices[0]
        chosen = next((device for device in devices if device.id == wanted or device.id == f"{wanted}:0"), None)
        # Where the one that was chosen stopped working, jobs go to the last there is, the processor.
        return chosen if chosen is not None or not self._has_problem(wanted) else devices[-1]

    def _has_problem(self, wanted: str) -> bool:
        return any(d.problem and wanted in (d.id, d.id.partition(":")[0]) for d in self._devices or ())

    def _title(self) -> str:
        shown = self._shown()
        if shown is not None:
            return shown.name
        if self._chosen == AUTOMATIC:
            return "Automatic device"
        return {"cpu": "CPU", "mps": "Apple GPU"}.get(self._chosen, self._chosen.upper().replace("CUDA", "GPU"))

    def _memory(self) -> tuple[float, str] | None:
        """Share in use and ``7.4 / 12 GB``, where the device says."""
        shown = self._shown()
        if shown is None or not shown.total_bytes:
            return None
        used = shown.total_bytes - shown.free_bytes
        return used / shown.total_bytes, f"{words.gigabytes(used)} / {words.gigabytes(shown.total_bytes)} GB"

    # -- menu

    def _on_about_to_show(self) -> None:
        self.menu_opened.emit()
        self._fill()

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        group = QActionGroup(menu)
        menu.addAction("Run on").setEnabled(False)  # the style sheet leaves section titles out
        self._add_choice(group, AUTOMATIC, "Automatic", "The fastest device, the CPU when it does not fit")
        for device in self._devices or ():
            memory = f"{words.gigabytes(device.free_bytes)} of {words.gigabytes(device.total_bytes)} GB free"
            state = "stopped working" if device.problem else memory
            self._add_choice(group, device.id, f"{device.name}, {state}", device.problem)
            if device.problem:
                group.actions()[-1].setEnabled(False)
        if self._devices is None:
            menu.addAction(self._problem or "Looking for devices…").setEnabled(False)

    def _add_choice(self, group: QActionGroup, device: str, text: str, hint: str) -> None:
        action = self.menu().addAction(text)
        action.setCheckable(True)
        action.setChecked(device == self._chosen)
        action.setToolTip(hint)
        action.triggered.connect(lambda: self.device_chosen.emit(device))
        group.addAction(action)

    # -- painting

    def sizeHint(self) -> QSize:  # noqa: N802
        metrics = self.fontMetrics()
        width = 2 * _PADDING + TOOLBAR_ICON + _GAP + self._name_width() + _GAP + _CHEVRON_PX
        memory = self._memory()
        if memory is not None:
            width += _METER.width() + 2 * _GAP + metrics.horizontalAdvance(memory[1])
        return QSize(width, TOOLBAR_BUTTON)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_PanelButtonTool, option)
        self._paint_content(painter)
        painter.end()

    def _paint_content(self, painter: QPainter) -> None:
        tokens = theme.tokens()
        middle, left = self.height() / 2, float(_PADDING)
        square = QRectF(left, middle - TOOLBAR_ICON / 2, TOOLBAR_ICON, TOOLBAR_ICON)
        draw_icon(painter, "device", square, tokens.color("text"))
        left += TOOLBAR_ICON + _GAP
        painter.setPen(tokens.color("text"))
        room = QRect(round(left), 0, self._name_width(), self.height())
        name = self.fontMetrics().elidedText(self._title(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
        left += self._name_width() + _GAP
        memory = self._memory()
        if memory is not None:
            share, text = memory
            bar = QRectF(left, middle - _METER.height() / 2, _METER.width(), _METER.height())
            paint_meter(painter, bar, ((share, "text_3"),), tokens)
            left += _METER.width() + _GAP
            painter.setPen(tokens.color("text_2"))
            room = QRect(round(left), 0, self.fontMetrics().horizontalAdvance(text) + 1, self.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        right = self.width() - _PADDING - _CHEVRON_PX / 2
        paint_chevron(painter, right, middle, tokens.color("text_2"), pointing_down=True)

    def _name_width(self) -> int:
        return min(self.fontMetrics().horizontalAdvance(self._title()) + 1, _MOST_NAME_PX)

    def _refresh(self) -> None:
        self._describe()
        self.updateGeometry()
        self.update()
        if self.menu().isVisible():
            self._fill()

    def _describe(self) -> None:
        memory = self._memory()
        describe(self, f"Device: {self._title()}" + (f", {memory[1]} in use" if memory else ""))
