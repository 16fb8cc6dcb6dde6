"""The tool column and the options bar."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from restorer.core.brush import Brush, BrushMode
from restorer.ui.widgets import TOOLS, OptionsBar, ToolColumn
from restorer.ui.widgets.options_bar import OVERLAYS


class TestToolColumn:
    @pytest.fixture
    def column(self, qtbot: QtBot) -> ToolColumn:
        column = ToolColumn()
        qtbot.addWidget(column)
        column.resize(44, 300)
        column.show()
        return column

    def test_the_first_tool_is_in_hand(self, column: ToolColumn) -> None:
        assert column.current_tool() == TOOLS[0].id == "brush"

    @pytest.mark.parametrize("tool", TOOLS[1:], ids=lambda tool: tool.id)
    def test_a_click_takes_a_tool(self, column: ToolColumn, tool: object) -> None:
        spy = QSignalSpy(column.tool_selected)
        QTest.mouseClick(column._buttons[tool.id], Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
        assert column.current_tool() == tool.id  # type: ignore[attr-defined]
        assert spy.at(0) == [tool.id]  # type: ignore[attr-defined]

    def test_setting_is_silent(self, column: ToolColumn) -> None:
        spy = QSignalSpy(column.tool_selected)
        column.set_tool("pan")
        assert column.current_tool() == "pan"
        assert spy.count() == 0

    def test_every_button_tells_its_name_and_key(self, column: ToolColumn) -> None:
        for tool in TOOLS:
            button = column._buttons[tool.id]
            assert button.accessibleName() == tool.title
            assert f"({tool.shortcut})" in button.toolTip()

    def test_an_unknown_tool_is_refused(self, column: ToolColumn) -> None:
        with pytest.raises(KeyError):
            column.set_tool("spoon")


class TestOptionsBar:
    @pytest.fixture
    def bar(self, qtbot: QtBot) -> OptionsBar:
        host = QWidget()
        qtbot.addWidget(host)
        bar = OptionsBar(host)
        bar.host = host  # type: ignore[attr-defined]  # owns the bar
        host.resize(1200, 36)
        bar.resize(1200, 36)
        host.show()
        qtbot.waitExposed(host)
        return bar

    @pytest.fixture
    def brushes(self, bar: OptionsBar) -> QSignalSpy:
        return QSignalSpy(bar.brush_changed)

    def test_it_shows_a_brush_in_silence(self, bar: OptionsBar, brushes: QSignalSpy) -> None:
        brush = Brush(size_px=240, hardness=0.3, mode=BrushMode.SUBTRACT)
        bar.set_brush(brush)
        assert bar.brush() == brush
        assert bar.brush_size.value() == 240
        assert bar.brush_hardness.value() == 30
        assert bar.mode.current() == "subtract"
        assert brushes.count() == 0

    def test_size_hardness_and_mode_change_the_brush(self, bar: OptionsBar, brushes: QSignalSpy) -> None:
        bar.brush_size.spin_box.setValue(99)
        bar.brush_hardness.spin_box.setValue(50)
        QTest.mouseClick(bar.mode._segments["subtract"], Qt.MouseButton.LeftButton)
        assert brushes.count() == 3
        assert brushes.at(2) == [Brush(size_px=99, hardness=0.5, mode=BrushMode.SUBTRACT)]

    def test_a_fractional_size_survives_a_change_of_hardness(self, bar: OptionsBar) -> None:
        bar.set_brush(Brush(size_px=12.6))
        bar.brush_hardness.spin_box.setValue(50)
        assert bar.brush().size_px == 12.6

    @pytest.mark.parametrize("size", [1, 4000])
    def test_every_size_of_a_brush_can_be_set(self, bar: OptionsBar, size: float) -> None:
        bar.brush_size.spin_box.setValue(size)
        assert bar.brush().size_px == size

    def test_pressure(self, bar: OptionsBar) -> None:
        spy = QSignalSpy(bar.pressure_toggled)
        bar.set_pressure(True)
        assert bar.pressure.isChecked()
        assert spy.count() == 0
        QTest.mouseClick(bar.pressure, Qt.MouseButton.LeftButton)
        assert spy.at(0) == [False]

    def test_overlay(self, bar: OptionsBar) -> None:
        spy = QSignalSpy(bar.overlay_changed)
        bar.set_overlay("matte")
        assert bar.overlay.current_id() == "matte"
        assert spy.count() == 0
        QTest.keyClick(bar.overlay, Qt.Key.Key_Down)
        assert spy.at(0) == ["off"]
        with pytest.raises(ValueError, match="rainbow"):
            bar.set_overlay("rainbow")

    @pytest.mark.parametrize(
        ("tool", "size", "mode"), [("brush", True, True), ("eraser", True, False), ("pan", False, False)]
    )
    def test_each_tool_has_its_options(self, bar: OptionsBar, tool: str, size: bool, mode: bool) -> None:
        bar.set_tool(tool)
        assert bar.brush_size.isVisible() == size
        assert bar.mode.isVisible() == mode
        assert bar.overlay.isVisible()
        assert bar.title.text().lower() == tool

    def test_an_unknown_tool_is_refused(self, bar: OptionsBar) -> None:
        with pytest.raises(ValueError, match="spoon"):
            bar.set_tool("spoon")

    def test_a_narrow_window_puts_the_rest_in_a_menu(self, bar: OptionsBar) -> None:
        assert bar.mask_buttons.isVisible()
        bar.resize(bar.minimumSizeHint().width(), 36)
        assert bar.more.isVisible()
        assert not bar.mask_buttons.isVisible()
        assert not bar.overlay.isVisible()
        assert bar.brush_size.isVisible()
        overlays = QSignalSpy(bar.overlay_changed)
        pressures = QSignalSpy(bar.pressure_toggled)
        actions = {action.text(): action for action in bar.more.menu().actions()}
        actions["Outline"].trigger()
        actions["Pen pressure"].trigger()
        assert overlays.at(0) == ["outline"]
        assert pressures.at(0) == [True]
        bar.resize(1200, 36)
        assert bar.overlay.isVisible()
        assert bar.overlay.current_id() == "outline"
        assert bar.pressure.isChecked()

    def test_the_menu_follows_what_is_set(self, bar: OptionsBar) -> None:
        for identifier, title in OVERLAYS:
            bar.set_overlay(identifier)
            checked = [action.text() for action in bar.more.menu().actions() if action.isChecked()]
            assert checked == [title]
