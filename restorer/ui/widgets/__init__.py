"""Painted widgets in the colours of the theme; they know nothing of photos or jobs.

Setters never emit a widget's own signals: a signal means that the person did it.
"""

from restorer.ui.widgets.buttons import IconButton, KeyButton, ToolButton, describe
from restorer.ui.widgets.check_box import CheckBox
from restorer.ui.widgets.combo_box import ComboBox
from restorer.ui.widgets.fidelity import FidelityGlyph, paint_fidelity
from restorer.ui.widgets.focus_ring import FocusRing
from restorer.ui.widgets.folding_panel import FoldingPanel, PanelHeader
from restorer.ui.widgets.key_cap import KeyCap, cap_size, key_text, paint_cap
from restorer.ui.widgets.labels import ElidedLabel, FieldLabel, Separator, TintedLabel
from restorer.ui.widgets.message_bar import MessageAction, MessageBar, MessageStack
from restorer.ui.widgets.meter import Meter, paint_meter
from restorer.ui.widgets.motion import slide
from restorer.ui.widgets.numbers import format_number, parse_number
from restorer.ui.widgets.options_bar import OptionsBar
from restorer.ui.widgets.painting import FOCUS_RING, paint_box, paint_chevron, paint_ring, shows_focus
from restorer.ui.widgets.picture_choice import PictureChoice, PictureOption
from restorer.ui.widgets.section_header import SectionHeader
from restorer.ui.widgets.segmented import Option, Segmented
from restorer.ui.widgets.spin_box import SpinBox
from restorer.ui.widgets.splitter import Splitter
from restorer.ui.widgets.tool_column import TOOLS, Tool, ToolColumn
from restorer.ui.widgets.value_slider import ValueSlider

__all__ = [
    "FOCUS_RING",
    "TOOLS",
    "CheckBox",
    "ComboBox",
    "ElidedLabel",
    "FidelityGlyph",
    "FieldLabel",
    "FocusRing",
    "FoldingPanel",
    "IconButton",
    "KeyButton",
    "KeyCap",
    "MessageAction",
    "MessageBar",
    "MessageStack",
    "Meter",
    "Option",
    "OptionsBar",
    "PanelHeader",
    "PictureChoice",
    "PictureOption",
    "SectionHeader",
    "Segmented",
    "Separator",
    "SpinBox",
    "Splitter",
    "TintedLabel",
    "Tool",
    "ToolButton",
    "ToolColumn",
    "ValueSlider",
    "cap_size",
    "describe",
    "format_number",
    "key_text",
    "paint_box",
    "paint_cap",
    "paint_chevron",
    "paint_fidelity",
    "paint_meter",
    "paint_ring",
    "parse_number",
    "shows_focus",
    "slide",
]
