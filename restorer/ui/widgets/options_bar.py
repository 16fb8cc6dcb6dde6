"""The options of the tool in hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QActionGroup, QIcon, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from restorer.ui import icons, theme
from restorer.ui.tokens import FIELD_H, MASK_TINT, OPTIONS_H, PADDING
from restorer.ui.widgets.buttons import IconButton
from restorer.ui.widgets.check_box import CheckBox
from restorer.ui.widgets.combo_box import ComboBox
from restorer.ui.widgets.labels import TintedLabel
from restorer.ui.widgets.mark_row import MarkRow, labelled
from restorer.ui.widgets.mask_buttons import MaskButtons
from restorer.ui.widgets.segmented import Option, Segmented
from restorer.ui.widgets.tool_column import TOOLS
from restorer.ui.widgets.value_slider import ValueSlider

if TYPE_CHECKING:
    from restorer.core.brush import Brush

OVERLAYS = (("tint", "Tint"), ("outline", "Outline"), ("matte", "Matte"), ("off", "Off"))
_SLIDER_W = 184


class OptionsBar(QWidget):
    """Options of the tool, operations on the mask, and how it is shown.

    A menu at the end holds the rarer operations; in a window too narrow for all, pressure and overlay go there as well,
    and in a narrower one the operations, which are there anyway, lose their buttons.
    """

    brush_changed = Signal(object)
    """The person changed the brush; carries the new :class:`~restorer.core.brush.Brush`."""
    pressure_toggled = Signal(bool)
    overlay_changed = Signal(str)
    """``tint``, ``outline``, ``matte`` or ``off``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Here, since it brings numpy, which the window shows itself without.
        from restorer.core.brush import MAX_SIZE_PX, MIN_SIZE_PX, Brush, BrushMode

        theme.set_surface(self, "chrome")
        self.setAccessibleName("Tool options")
        self.setFixedHeight(OPTIONS_H)
        self._brush = Brush()
        self._tool = TOOLS[0]
        self._narrow = 0
        self.title = TintedLabel("Brush", font="section", parent=self)
        self.brush_size = ValueSlider(
            MIN_SIZE_PX, MAX_SIZE_PX, default=self._brush.size_px, unit="px", logarithmic=True, name="Brush size"
        )
        self.brush_hardness = ValueSlider(0, 100, default=self._brush.hardness * 100, unit="%", name="Brush hardness")
        for slider in (self.brush_size, self.brush_hardness):
            slider.setMaximumWidth(_SLIDER_W)
        self.mode = Segmented(
            (
                Option(BrushMode.ADD.value, "Add", "add", "Paint what is to be repaired; X swaps"),
                Option(BrushMode.SUBTRACT.value, "Subtract", "subtract", "Take away from what is painted; X swaps"),
            ),
            name="Brush mode",
        )
        self.pressure = CheckBox("Pen pressure")
        self.overlay = ComboBox("Mask overlay")
        for identifier, title in OVERLAYS:
            self.overlay.addItem(_overlay_icon(identifier), title, identifier)
        self.overlay.setFixedWidth(self.overlay.sizeHint().width())
        self.marks = MarkRow()
        self.mask_buttons = MaskButtons()
        self.more = IconButton("more", "More of the mask", size=FIELD_H, parent=self)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._build_menu())
        self._brush_parts = (labelled("Size", self.brush_size), labelled("Hardness", self.brush_hardness))
        self._overlay_part = labelled("Overlay", self.overlay)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PADDING, 0, PADDING, 1)
        layout.setSpacing(PADDING + 4)
        layout.addWidget(self.title)
        for part in (*self._brush_parts, self.mode, self.marks, self.pressure, self.mask_buttons, self.more):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(self._overlay_part)
        self.brush_size.value_changed.connect(lambda value: self._change(size_px=value))
        self.brush_hardness.value_changed.connect(lambda value: self._change(hardness=value / 100))
        self.mode.current_changed.connect(lambda mode: self._change(mode=BrushMode(mode)))
        self.pressure.clicked.connect(self._on_pressure_clicked)
        self.overlay.chosen.connect(self.overlay_changed)
        self._arrange()

    def brush(self) -> Brush:
        return self._brush

    def set_brush(self, brush: Brush) -> None:
        """Show this brush."""
        self._brush = brush
        self.brush_size.set_value(brush.size_px)
        self.brush_hardness.set_value(round(brush.hardness * 100))
        self.mode.set_current(brush.mode.value)

    def set_tool(self, tool: str) -> None:
        """Show the options of this tool.

        Raises:
            ValueError: for an unknown tool.
        """
        known = {known.id: known for known in TOOLS}
        if tool not in known:
            raise ValueError(f"there is no tool {tool!r}")
        self._tool = known[tool]
        self.title.setText(self._tool.title)
        self._narrow = self._narrowness()
        self._arrange()

    def add_mask_actions(self, groups: Sequence[Sequence[QAction]]) -> None:
        """Puts actions on the mask at the top of the menu, with a line after each group."""
        menu = self.more.menu()
        first = menu.actions()[0]
        for group in groups:
            menu.insertActions(first, list(group))
            menu.insertSeparator(first)

    def set_pressure(self, on: bool) -> None:
        self.pressure.setChecked(on)
        self._pressure_action.setChecked(on)

    def set_overlay(self, identifier: str) -> None:
        """Show this overlay as the chosen one.

        Raises:
            ValueError: for an unknown overlay.
        """
        self.overlay.select(identifier)
        self._overlay_actions[identifier].setChecked(True)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(self._width_of(3), OPTIONS_H)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        narrow = self._narrowness()
        if narrow != self._narrow:
            self._narrow = narrow
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.tokens().color("edge"))
        painter.end()

    def _change(self, **changes: Any) -> None:
        self._brush = dataclasses.replace(self._brush, **changes)
        self.brush_changed.emit(self._brush)

    def _arrange(self) -> None:
        options = self._tool.options
        self.title.setVisible(self._narrow < 3)
        for part in self._brush_parts:
            part.setVisible("brush" in options)
        self.mode.setVisible("brush-mode" in options)
        self.marks.show_groups(options)
        self.mask_buttons.setVisible(bool(options) and self._narrow < 2)
        self.pressure.setVisible("pressure" in options and self._narrow < 1)
        self._overlay_part.setVisible(self._narrow < 1)
        self._pressure_action.setVisible("pressure" in options)

    def _narrowness(self) -> int:
        """What gives way: 0 nothing, 1 pressure and overlay, 2 the operations on the mask too, 3 the title as well."""
        return next((step for step in (0, 1, 2) if self.width() >= self._width_of(step)), 3)

    def _width_of(self, narrow: int) -> int:
        """Least width of the tool's options; see :meth:`_narrowness`."""
        options = self._tool.options
        parts: list[QWidget] = [self.more, *([self.title] if narrow < 3 else [])]
        if "brush" in options:
            parts += self._brush_parts
        parts += [self.mode] if "brush-mode" in options else []
        parts += [self.mask_buttons] if options and narrow < 2 else []
        if narrow < 1:
            parts += [self._overlay_part, *([self.pressure] if "pressure" in options else [])]
        widths = sum(part.minimumSizeHint().width() for part in parts)
        if "mode" in options:
            widths += self.marks.width_of(options) + PADDING + 4
        return widths + (PADDING + 4) * len(parts) + 2 * PADDING

    def _build_menu(self) -> QMenu:
        menu = QMenu(self)
        self._pressure_action = menu.addAction("Pen pressure")
        self._pressure_action.setCheckable(True)
        self._pressure_action.triggered.connect(self._on_pressure_clicked)
        overlays = QActionGroup(menu)
        menu.addSection("Overlay")
        self._overlay_actions: dict[str, QAction] = {}
        for identifier, title in OVERLAYS:
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(identifier == OVERLAYS[0][0])
            action.triggered.connect(lambda _checked=False, identifier=identifier: self._on_overlay_chosen(identifier))
            overlays.addAction(action)
            self._overlay_actions[identifier] = action
        return menu

    def _on_pressure_clicked(self, on: bool) -> None:
        self.set_pressure(on)
        self.pressure_toggled.emit(on)

    def _on_overlay_chosen(self, identifier: str) -> None:
        self.set_overlay(identifier)
        self.overlay_changed.emit(identifier)


def _overlay_icon(identifier: str) -> QIcon:
    if identifier == "tint":
        return icons.swatch(MASK_TINT)
    return icons.icon({"outline": "selection", "matte": "invert", "off": "hidden"}[identifier], "text_2")
