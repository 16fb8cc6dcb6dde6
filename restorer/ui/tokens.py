"""Design tokens: every colour and size of the window, as plain values.

Greys have R = G = B. The ratios they keep (WCAG 2.x) are asserted in the tests.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from PySide6.QtGui import QColor


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours of one theme, as ``#RRGGBB``.

    Attributes:
        name: ``dark`` or ``light``.
        canvas: around the photo.
        chrome: menu bar, toolbar, tool column, options bar, status bar.
        panel: right panel and dialogs.
        popup: menus, tooltips, message bars.
        control: button, checked segment; with its hovered and pressed variants.
        field: line edit, spin box, combo box, lists.
        selected: selected row, checked tool button.
        groove: slider and progress track.
        line: separator inside one surface.
        edge: border between two surfaces.
        border: outline of fields and buttons.
        border_strong: outline of anything known by its outline alone.
        text: body; ``text_2`` labels and icons at rest, ``text_3`` hints, ``text_off`` disabled.
        accent_fill: primary button, checked box; always under white text.
        accent_line: focus ring, progress, selection bar, links.
        error: colour of an icon and of the bar beside it; likewise ``warning`` and ``success``.
    """

    name: str
    canvas: str
    chrome: str
    panel: str
    popup: str
    control: str
    control_hover: str
    control_pressed: str
    field: str
    selected: str
    groove: str
    line: str
    edge: str
    border: str
    border_strong: str
    text: str
    text_2: str
    text_3: str
    text_off: str
    accent_fill: str
    accent_fill_hover: str
    accent_fill_pressed: str
    accent_line: str
    error: str
    warning: str
    success: str

    def color(self, role: str) -> QColor:
        """The colour of a role named as its attribute; ``white`` is one too."""
        return QColor("#FFFFFF" if role == "white" else getattr(self, role))

    def high_contrast(self) -> Tokens:
        """As asked for by the system: outlines and secondary text at full strength."""
        return dataclasses.replace(self, border=self.border_strong, text_2=self.text, line=self.border)


DARK = Tokens(
    name="dark",
    canvas="#1B1B1B",
    chrome="#242424",
    panel="#2B2B2B",
    popup="#323232",
    control="#3A3A3A",
    control_hover="#454545",
    control_pressed="#303030",
    field="#1F1F1F",
    selected="#3D3D3D",
    groove="#171717",
    line="#383838",
    edge="#161616",
    border="#515151",
    border_strong="#8A8A8A",
    text="#E6E6E6",
    text_2="#B2B2B2",
    text_3="#9A9A9A",
    text_off="#757575",
    accent_fill="#226DD0",
    accent_fill_hover="#2874D9",
    accent_fill_pressed="#1B5CB4",
    accent_line="#62A8FF",
    error="#F2766B",
    warning="#E5B93C",
    success="#5BBF8A",
)

LIGHT = Tokens(
    name="light",
    canvas="#BDBDBD",
    chrome="#E6E6E6",
    panel="#F3F3F3",
    popup="#FAFAFA",
    control="#FFFFFF",
    control_hover="#FAFAFA",
    control_pressed="#E2E2E2",
    field="#FFFFFF",
    selected="#DEDEDE",
    groove="#CDCDCD",
    line="#D9D9D9",
    edge="#C2C2C2",
    border="#BDBDBD",
    border_strong="#767676",
    text="#1B1B1B",
    text_2="#474747",
    text_3="#666666",
    text_off="#8A8A8A",
    accent_fill="#1A62C0",
    accent_fill_hover="#2270D2",
    accent_fill_pressed="#144F9E",
    accent_line="#1A62C0",
    error="#B3261E",
    warning="#7A5600",
    success="#1B6E45",
)

# On the photo: the same in both themes.
GAMUT_WARNING = "#FF2FA0"
"""Painted over colours that the screen cannot show; on no photo, and neither the mask's azure nor the accent."""
MASK_TINT = "#1E90FF"
MASK_TINT_OPACITY = 0.6
HUD_PLATE = "#181818"
HUD_PLATE_OPACITY = 0.92
HUD_BORDER_OPACITY = 0.14
HUD_TEXT = "#EDEDED"
HUD_TEXT_2 = "#BDBDBD"

# Sizes in logical px, compact density, on a grid of 4.
PADDING = 12
GAP = 8
RADIUS = 4
RADIUS_SMALL = 2
FIELD_H = 24
ROW_H = 28
HEADER_H = 32
BUTTON_H = 28
TOOLBAR_H = 40
TOOLBAR_BUTTON = 28
TOOLBAR_ICON = 18
TOOL_COLUMN_W = 44
TOOL_BUTTON = 32
TOOL_ICON = 20
OPTIONS_H = 36
STATUS_H = 26
PANEL_W = 344
PANEL_MIN_W = 300
PANEL_MAX_W = 480
LABEL_W = 84
VALUE_W = 56
HISTORY_ROW_H = 36
JOB_ROW_H = 48
GROOVE_H = 3
HANDLE_D = 12
METER_H = 4
SPLITTER_HIT = 7
