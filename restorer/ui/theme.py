"""Light and dark theme: tokens to palette and style sheet, following the system unless told otherwise.

A change is one palette, one style sheet on the application and an emptied icon cache, in that order; nothing is set
per widget. Painted widgets ask :func:`tokens` while painting.
"""

from __future__ import annotations

import dataclasses
import functools
import string
from typing import ClassVar

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from restorer.ui import icons
from restorer.ui.tokens import DARK, LIGHT, Tokens

CHOICES = ("system", "dark", "light")
_SURFACE = "surface"

_SHEET = string.Template("""
QToolBar { background: $chrome; border: 0; spacing: 2px; padding: 5px 8px; }
QStatusBar { background: $chrome; }
QStatusBar::item { border: 0; }
QToolTip { border: 1px solid $border; padding: 4px 8px; }
QMenuBar { background: $chrome; padding: 2px 4px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; }
QMenuBar::item:selected { background: $control; }
QMenu { background: $popup; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 10px; }
QMenu::item:selected { background: $accent_fill; color: #FFFFFF; }
QMenu::item:disabled { color: $text_off; background: transparent; }
QPushButton { min-height: 18px; padding: 4px 12px; border: 1px solid $border; border-radius: 4px; }
QPushButton { background: $control; outline: 0; }
QPushButton:hover { background: $control_hover; }
QPushButton:pressed { background: $control_pressed; }
QPushButton:checked { background: $selected; border-color: $accent_line; }
QPushButton:disabled { background: transparent; border-color: $line; color: $text_off; }
QPushButton[primary="true"] { background: $accent_fill; border-color: $accent_fill; color: #FFFFFF; }
QPushButton[primary="true"]:hover { background: $accent_fill_hover; }
QPushButton[primary="true"]:pressed { background: $accent_fill_pressed; }
QPushButton[primary="true"]:disabled { background: transparent; border-color: $line; color: $text_off; }
QPushButton[compact="true"] { min-height: 14px; padding: 4px 10px; }
QPushButton[quiet="true"] { background: transparent; border-color: transparent; }
QPushButton[quiet="true"]:hover { background: $control; }
QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 4px; background: transparent; }
QToolButton:hover { background: $control; }
QToolButton:checked, QToolButton:pressed { background: $selected; }
QToolButton::menu-indicator { image: none; }
QLineEdit, QAbstractSpinBox { min-height: 20px; padding: 1px 6px; border: 1px solid $border; border-radius: 4px; }
QLineEdit, QAbstractSpinBox { background: $field; }
QLineEdit:focus, QAbstractSpinBox:focus { border-color: $accent_line; }
QLineEdit:disabled, QAbstractSpinBox:disabled { border-color: $line; background: transparent; }
QAbstractSpinBox { padding: 1px 0; }
QLineEdit[bare="true"] { border: 0; padding: 0; background: transparent; }
QAbstractSpinBox QLineEdit { border: 0; padding: 0 6px; min-height: 0; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; height: 0; border: 0; }
QScrollBar:vertical { width: 10px; background: transparent; margin: 0; }
QScrollBar:horizontal { height: 10px; background: transparent; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
""")

_ROLES = {
    QPalette.ColorRole.Window: "panel",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.Base: "field",
    QPalette.ColorRole.AlternateBase: "panel",
    QPalette.ColorRole.Button: "control",
    QPalette.ColorRole.PlaceholderText: "text_3",
    QPalette.ColorRole.Light: "control_hover",
    QPalette.ColorRole.Midlight: "control",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Dark: "edge",
    QPalette.ColorRole.Highlight: "accent_fill",
    QPalette.ColorRole.HighlightedText: "white",
    # Set by hand: Accent follows neither a Highlight set later nor QPalette(color).
    QPalette.ColorRole.Accent: "accent_fill",
    QPalette.ColorRole.Link: "accent_line",
    QPalette.ColorRole.LinkVisited: "accent_line",
    QPalette.ColorRole.ToolTipBase: "popup",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.BrightText: "error",
}
_DISABLED = {
    QPalette.ColorRole.WindowText: "text_off",
    QPalette.ColorRole.Text: "text_off",
    QPalette.ColorRole.ButtonText: "text_off",
    QPalette.ColorRole.PlaceholderText: "text_off",
    QPalette.ColorRole.Highlight: "border",
    QPalette.ColorRole.Accent: "border",
}

_FONT_ROLES = {
    "body": (0.0, QFont.Weight.Normal),
    "strong": (0.0, QFont.Weight.Medium),
    "section": (0.0, QFont.Weight.DemiBold),
    "small": (-1.0, QFont.Weight.Normal),
    "title": (1.0, QFont.Weight.DemiBold),
    "palette": (2.0, QFont.Weight.Normal),
    "empty": (4.0, QFont.Weight.DemiBold),
    "ruler": (-2.5, QFont.Weight.Normal),
}
_SMALLEST_TEXT_PX = 11.0


def palette(tokens: Tokens) -> QPalette:
    """All three groups; Inactive equals Active, since a job runs while the window is in the back."""
    result = QPalette()
    for role, name in _ROLES.items():
        result.setColor(role, tokens.color(name))
    result.setColor(QPalette.ColorRole.Shadow, QColor("#000000"))
    for role, name in _DISABLED.items():
        result.setColor(QPalette.ColorGroup.Disabled, role, tokens.color(name))
    return result


def style_sheet(tokens: Tokens) -> str:
    """The whole style sheet of the application, filled in."""
    return _SHEET.substitute(dataclasses.asdict(tokens))


class _Theme(QObject):
    """The one theme of the process; a child of the application, so that it ends with it."""

    changed = Signal()
    current: ClassVar[_Theme | None] = None

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice = "system"
        self.surround = ""
        self.tokens = DARK
        app.setStyle("Fusion")
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._on_system_changed)
        if hasattr(hints, "accessibility"):  # since Qt 6.10
            hints.accessibility().contrastPreferenceChanged.connect(self._on_system_changed)

    def choose(self, choice: str) -> None:
        self._choice = choice
        hints = self._app.styleHints()
        if choice == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if choice == "dark" else Qt.ColorScheme.Light)
        self._apply()

    def _on_system_changed(self) -> None:
        if self._wanted() != self.tokens:
            self._apply()

    def _wanted(self) -> Tokens:
        hints = self._app.styleHints()
        if self._choice == "system":
            base = LIGHT if hints.colorScheme() == Qt.ColorScheme.Light else DARK
        else:
            base = LIGHT if self._choice == "light" else DARK
        if hasattr(hints, "accessibility"):
            contrast = hints.accessibility().contrastPreference()
            if contrast == Qt.ContrastPreference.HighContrast:
                return base.high_contrast()
        return base

    def _apply(self) -> None:
        self.tokens = self._wanted()
        self._app.setPalette(palette(self.tokens))
        self._app.setStyleSheet(style_sheet(self.tokens))
        icons.use_tokens(self.tokens)
        for widget in QApplication.allWidgets():
            surface = widget.property(_SURFACE)
            if surface:
                # A widget that was never shown is polished later, and then gets back the palette it had before.
                widget.ensurePolished()
                _fill(widget, self.tokens.color(surface))
        self.changed.emit()


def apply_theme(app: QApplication, choice: str = "system") -> None:
    """Dress the application; call again to switch.

    Args:
        app: the application.
        choice: ``system`` follows the desktop, live, and is dark where the desktop does not say; ``dark`` and ``light``
            override it.

    Raises:
        ValueError: for another choice.
    """
    if choice not in CHOICES:
        raise ValueError(f"theme {choice!r} is none of {', '.join(CHOICES)}")
    if _Theme.current is None:
        _Theme.current = _Theme(app)
    _Theme.current.choose(choice)


def tokens() -> Tokens:
    """Colours of the theme in force; dark until one is applied."""
    return _Theme.current.tokens if _Theme.current is not None else DARK


def use_surround(choice: str) -> None:
    """Chooses the grey around photos: ``theme``, or a percentage of lightness such as ``50``."""
    if _Theme.current is not None:
        _Theme.current.surround = "" if choice == "theme" else choice
        _Theme.current.changed.emit()


def surround() -> QColor:
    """The grey around photos."""
    chosen = _Theme.current.surround if _Theme.current is not None else ""
    if not chosen:
        return tokens().color("canvas")
    level = round(float(chosen) * 2.55)
    return QColor(level, level, level)


def theme_changed() -> SignalInstance:
    """Emitted after every change, for what is no widget and so gets no ``PaletteChange``.

    Raises:
        RuntimeError: before :func:`apply_theme`.
    """
    if _Theme.current is None:
        raise RuntimeError("no theme is applied yet")
    return _Theme.current.changed


def set_surface(widget: QWidget, role: str) -> None:
    """Fill a widget's background with a colour role (``chrome``, ``popup``, ``field`` …), now and after theme changes.

    By palette, not by style sheet: a bare selector would reach every child, its dialogs and tooltips.
    """
    widget.setProperty(_SURFACE, role)
    widget.setAutoFillBackground(True)
    _fill(widget, tokens().color(role))


def _fill(widget: QWidget, color: QColor) -> None:
    colors = widget.palette()
    colors.setColor(QPalette.ColorRole.Window, color)
    widget.setPalette(colors)


def font(role: str = "body") -> QFont:
    """Font of a type role: the system's family and size, offset so that the person's setting is kept.

    Args:
        role: ``body``, ``strong``, ``section``, ``small``, ``title``, ``palette``, ``empty`` or ``ruler``.
    """
    offset_px, weight = _FONT_ROLES[role]
    result = QFont(QApplication.font())
    if weight == QFont.Weight.Medium and not _has_medium(result.family()):
        weight = QFont.Weight.DemiBold
    result.setWeight(weight)
    base_px = QFontInfo(result).pixelSize()
    wanted_px = base_px + offset_px
    if role == "small":
        wanted_px = max(wanted_px, min(base_px, _SMALLEST_TEXT_PX))
    if result.pointSizeF() > 0:
        result.setPointSizeF(result.pointSizeF() * wanted_px / base_px)
    else:
        result.setPixelSize(round(wanted_px))
    return result


def tabular(base: QFont) -> QFont:
    """The same font with figures of one width, so that numbers do not jump."""
    result = QFont(base)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


@functools.cache
def _has_medium(family: str) -> bool:
    return any(QFontDatabase.weight(family, style) == QFont.Weight.Medium for style in QFontDatabase.styles(family))


def motion_ms(duration: int) -> int:
    """The duration of a movement in ms, or 0 where the person asked the system for reduced motion."""
    hints = QGuiApplication.styleHints()
    accessibility = hints.accessibility() if hasattr(hints, "accessibility") else None
    if accessibility is not None and hasattr(accessibility, "motionPreference"):  # since Qt 6.12
        return 0 if accessibility.motionPreference().name == "ReducedMotion" else duration
    return duration
