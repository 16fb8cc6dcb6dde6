from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QMenu, QMenuBar, QStatusBar, QToolBar, QWidget
from pytestqt.qtbot import QtBot

from restorer.ui import theme
from restorer.ui.tokens import DARK, LIGHT, Tokens

Group = QPalette.ColorGroup
Role = QPalette.ColorRole


@pytest.mark.parametrize(("choice", "tokens"), [("dark", DARK), ("light", LIGHT)])
def test_the_application_wears_the_chosen_theme(themed: QApplication, choice: str, tokens: Tokens) -> None:
    theme.apply_theme(themed, choice)
    assert theme.tokens() == tokens
    assert themed.palette().color(Role.Window) == tokens.color("panel")
    assert tokens.accent_fill in themed.styleSheet()


def test_an_unknown_choice_is_refused(themed: QApplication) -> None:
    with pytest.raises(ValueError, match="mauve"):
        theme.apply_theme(themed, "mauve")


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
def test_the_palette_is_whole(tokens: Tokens) -> None:
    palette = theme.palette(tokens)
    for role in theme._ROLES:
        assert palette.color(Group.Active, role) == palette.color(Group.Inactive, role)
    assert palette.color(Group.Active, Role.Accent) == tokens.color("accent_fill")
    assert palette.color(Group.Disabled, Role.Text) == tokens.color("text_off")
    assert palette.color(Group.Disabled, Role.Highlight) == tokens.color("border")


@pytest.mark.parametrize("forbidden", ["QSlider", "QComboBox", "QCheckBox", "QProgressBar", "QTabBar"])
def test_no_rule_takes_a_control_from_the_style(forbidden: str) -> None:
    assert forbidden not in theme.style_sheet(DARK)


def test_the_sheet_leaves_fonts_alone_and_fills_every_token() -> None:
    sheet = theme.style_sheet(LIGHT)
    assert "font" not in sheet
    assert "$" not in sheet
    assert all(re.match(r"[QA-Za-z]", line) for line in sheet.strip().splitlines())


def test_a_change_is_announced_once(themed: QApplication, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.theme_changed()):
        theme.apply_theme(themed, "light")


def test_a_surface_keeps_its_role_through_a_change(themed: QApplication, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    theme.set_surface(widget, "chrome")
    assert widget.palette().color(Role.Window) == DARK.color("chrome")
    theme.apply_theme(themed, "light")
    assert widget.palette().color(Role.Window) == LIGHT.color("chrome")
    assert not widget.styleSheet()


@pytest.mark.parametrize(
    ("make", "role"), [(QMenu, "popup"), (QMenuBar, "chrome"), (QToolBar, "chrome"), (QStatusBar, "chrome")]
)
def test_bars_and_menus_stand_on_their_own_grey(qtbot: QtBot, make: type[QWidget], role: str) -> None:
    widget = make()
    qtbot.addWidget(widget)
    widget.resize(200, 60)
    assert widget.grab().toImage().pixelColor(100, 30) == DARK.color(role)


@pytest.mark.parametrize(
    ("scheme", "contrast", "expected"),
    [
        (Qt.ColorScheme.Light, False, LIGHT),
        (Qt.ColorScheme.Dark, False, DARK),
        (Qt.ColorScheme.Unknown, False, DARK),
        (Qt.ColorScheme.Light, True, LIGHT.high_contrast()),
    ],
)
def test_system_follows_the_desktop(
    themed: QApplication, monkeypatch: pytest.MonkeyPatch, scheme: Qt.ColorScheme, contrast: bool, expected: Tokens
) -> None:
    if not hasattr(Qt, "ContrastPreference"):
        pytest.skip("this Qt knows no contrast preference")
    preference = Qt.ContrastPreference.HighContrast if contrast else Qt.ContrastPreference.NoPreference
    hints = SimpleNamespace(
        colorScheme=lambda: scheme,
        unsetColorScheme=lambda: None,
        accessibility=lambda: SimpleNamespace(contrastPreference=lambda: preference),
    )
    desktop = SimpleNamespace(styleHints=lambda: hints, setPalette=lambda *_: None, setStyleSheet=lambda *_: None)
    current = theme._Theme.current
    assert current is not None
    with monkeypatch.context() as patch:
        patch.setattr(current, "_app", desktop)
        current.choose("system")
        assert theme.tokens() == expected


class TestFonts:
    def test_sizes_are_offsets_to_the_persons_own(self, themed: QApplication) -> None:
        before = themed.font()
        try:
            themed.setFont(QFont(before.family(), 15))
            body = QFontInfo(theme.font("body")).pixelSize()
            assert QFontInfo(theme.font("small")).pixelSize() == body - 1
            assert QFontInfo(theme.font("empty")).pixelSize() == body + 4
        finally:
            themed.setFont(before)

    def test_small_text_stays_readable(self, themed: QApplication) -> None:
        before = themed.font()
        try:
            themed.setFont(QFont(before.family(), 8))
            body = QFontInfo(theme.font("body")).pixelSize()
            assert QFontInfo(theme.font("small")).pixelSize() >= min(body, 11)
        finally:
            themed.setFont(before)

    def test_a_font_set_in_pixels_stays_in_pixels(self, themed: QApplication) -> None:
        before = themed.font()
        try:
            pixels = QFont(before.family())
            pixels.setPixelSize(20)
            themed.setFont(pixels)
            assert theme.font("small").pixelSize() == 19
        finally:
            themed.setFont(before)

    def test_headings_are_heavier(self) -> None:
        assert theme.font("section").weight() == QFont.Weight.DemiBold
        assert theme.font("strong").weight() in (QFont.Weight.Medium, QFont.Weight.DemiBold)

    def test_tabular_figures_share_one_width(self) -> None:
        metrics = QFontMetrics(theme.tabular(theme.font()))
        assert len({metrics.horizontalAdvance(figure) for figure in "0123456789"}) == 1


def test_motion_is_dropped_where_the_system_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert theme.motion_ms(0) == 0
    if not hasattr(Qt, "MotionPreference"):
        pytest.skip("this Qt knows no motion preference")
    reduced = SimpleNamespace(motionPreference=lambda: Qt.MotionPreference.ReducedMotion)
    hints = SimpleNamespace(accessibility=lambda: reduced)
    monkeypatch.setattr(theme, "QGuiApplication", SimpleNamespace(styleHints=lambda: hints))
    assert theme.motion_ms(120) == 0
