"""One contract over all widgets: they paint in both themes, go by a name, and leave styling to the application."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QSlider, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from restorer.ui import theme
from restorer.ui.panels import HistoryPanel, HistoryRow, JobRow, JobsPanel
from restorer.ui.widgets import (
    CheckBox,
    ComboBox,
    ElidedLabel,
    FidelityGlyph,
    FoldingPanel,
    IconButton,
    KeyButton,
    KeyCap,
    MessageAction,
    MessageBar,
    Meter,
    Option,
    OptionsBar,
    PictureChoice,
    PictureOption,
    SectionHeader,
    Segmented,
    Separator,
    SpinBox,
    TintedLabel,
    ToolButton,
    ToolColumn,
    ValueSlider,
)
from restorer.ui.widgets.curve_editor import CurveEditor
from restorer.ui.widgets.histogram import HistogramView


def combo_box() -> ComboBox:
    box = ComboBox("Model")
    box.set_choices([("a", "Alpha"), ("b", "Beta")])
    return box


def meter() -> Meter:
    bar = Meter("Progress")
    bar.set_value(0.5)
    return bar


def history() -> HistoryPanel:
    panel = HistoryPanel()
    panel.set_rows([HistoryRow("Original", "TIFF", None, 0), HistoryRow("Inpaint", "", None, 1, applied=False)], 0)
    return panel


def jobs() -> JobsPanel:
    panel = JobsPanel()
    panel.set_jobs(
        [JobRow(1, "Inpaint", "Disk full", 0.5, "", "failed"), JobRow(2, "Inpaint", "", None, "", "waiting")]
    )
    return panel


def histogram() -> HistogramView:
    view = HistogramView()
    view.set_counts([[float(n % 9) for n in range(256)]] * 3, [1.0] * 256, black=0.1, white=0.0)
    return view


def pictures() -> PictureChoice:
    choice = PictureChoice("Variants")
    choice.set_options([PictureOption(None, str(number), f"Variant {number}") for number in (1, 2)], 0)
    return choice


WIDGETS: dict[str, Callable[[], QWidget]] = {
    "check box": lambda: CheckBox("Grain"),
    "combo box": combo_box,
    "curve editor": lambda: CurveEditor("Curve"),
    "elided label": lambda: ElidedLabel("name.tif"),
    "fidelity": lambda: FidelityGlyph(2, "Repair"),
    "folding panel": lambda: FoldingPanel("Jobs"),
    "histogram": histogram,
    "history": history,
    "icon button": lambda: IconButton("undo", "Undo"),
    "jobs": jobs,
    "key button": lambda: KeyButton("Run", "Ctrl+Return", primary=True),
    "key cap": lambda: KeyCap("Ctrl+Z"),
    "message": lambda: MessageBar("error", "Stopped", "The disk is full.", [MessageAction("Retry", lambda: None)]),
    "meter": meter,
    "options bar": OptionsBar,
    "picture choice": pictures,
    "section header": lambda: SectionHeader("Inpaint", icon="inpaint", fidelity=2, word="Repair", note="note"),
    "segmented": lambda: Segmented([Option("a", "Add", "add"), Option("b", "Subtract")], name="Mode"),
    "separator": Separator,
    "spin box": lambda: SpinBox(0, 10, unit="px", name="Size"),
    "tinted label": lambda: TintedLabel("text"),
    "tool button": lambda: ToolButton("brush", "Brush"),
    "tool column": ToolColumn,
    "value slider": lambda: ValueSlider(0, 100, default=50, unit="%", name="Strength"),
}

USABLE = (
    "check box",
    "combo box",
    "icon button",
    "key button",
    "message",
    "options bar",
    "picture choice",
    "section header",
    "segmented",
    "spin box",
    "tool button",
    "tool column",
    "value slider",
)


@pytest.fixture(params=sorted(WIDGETS))
def widget(request: pytest.FixtureRequest, qtbot: QtBot) -> QWidget:
    widget = WIDGETS[request.param]()
    qtbot.addWidget(widget)
    widget.resize(max(widget.sizeHint().width(), 240), max(widget.sizeHint().height(), 1))
    widget.show()
    return widget


def family(widget: QWidget) -> list[QWidget]:
    return [widget, *widget.findChildren(QWidget)]


def test_it_paints_differently_in_each_theme(widget: QWidget, themed: QApplication) -> None:
    dark = widget.grab().toImage()
    theme.apply_theme(themed, "light")
    QApplication.processEvents()
    assert widget.grab().toImage() != dark


@pytest.mark.parametrize("widget", USABLE, indirect=True)
def test_it_shows_that_it_is_disabled(widget: QWidget) -> None:
    before = widget.grab().toImage()
    widget.setEnabled(False)
    assert widget.grab().toImage() != before


def test_everything_reachable_has_a_name(widget: QWidget) -> None:
    for one in family(widget):
        reachable = one.focusPolicy() & Qt.FocusPolicy.TabFocus
        # Parts of Qt's own widgets; a popup is named when it opens.
        inner = one.objectName().startswith("qt_") or one.window() is not widget.window()
        if reachable and not inner and not isinstance(one, (QLabel, QSpinBox)):
            assert one.accessibleName() or (isinstance(one, QAbstractButton) and one.text()), one


def test_styling_is_left_to_the_application(widget: QWidget) -> None:
    for one in family(widget):
        assert not one.styleSheet()
        assert one.graphicsEffect() is None


def test_hit_targets_are_large_enough(widget: QWidget) -> None:
    for one in family(widget):
        if isinstance(one, (QAbstractButton, QSlider, QComboBox)) and one.isVisible():
            assert one.height() >= 24, one


def test_it_can_be_painted_at_any_scale(widget: QWidget) -> None:
    for ratio in (1.0, 1.25, 1.5, 2.0):
        image = QImage(widget.size() * ratio, QImage.Format.Format_ARGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(0)
        blank = image.copy()
        widget.render(image)
        assert image != blank


@pytest.mark.parametrize("name", sorted(WIDGETS))
def test_nothing_of_it_stays_behind(name: str, themed: QApplication) -> None:
    before = len(QApplication.allWidgets())
    widget = WIDGETS[name]()
    widget.show()
    QApplication.processEvents()
    widget.close()
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert len(QApplication.allWidgets()) == before
