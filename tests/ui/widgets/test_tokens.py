from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtGui import QColor

from restorer.ui.tokens import DARK, LIGHT, Tokens

BODY_TEXT = 4.5
OUTLINE = 3.0
COLOURED = {"accent_fill", "accent_fill_hover", "accent_fill_pressed", "accent_line", "error", "warning", "success"}


def luminance(color: QColor) -> float:
    """Relative luminance, WCAG 2.x."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: QColor, other: QColor) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
class TestContrast:
    @pytest.mark.parametrize("surface", ["chrome", "panel", "popup", "control", "field", "selected", "canvas"])
    @pytest.mark.parametrize("role", ["text", "text_2"])
    def test_text_reads_on_every_surface(self, tokens: Tokens, role: str, surface: str) -> None:
        assert contrast(tokens.color(role), tokens.color(surface)) >= BODY_TEXT

    @pytest.mark.parametrize("surface", ["chrome", "panel", "popup", "field"])
    def test_hints_read_where_they_may_stand(self, tokens: Tokens, surface: str) -> None:
        assert contrast(tokens.color("text_3"), tokens.color(surface)) >= BODY_TEXT

    @pytest.mark.parametrize("fill", ["accent_fill", "accent_fill_hover", "accent_fill_pressed"])
    def test_white_reads_on_the_accent(self, tokens: Tokens, fill: str) -> None:
        assert contrast(tokens.color("white"), tokens.color(fill)) >= BODY_TEXT

    @pytest.mark.parametrize("role", ["error", "warning", "success", "accent_line"])
    @pytest.mark.parametrize("surface", ["panel", "popup"])
    def test_signs_read_on_bars_and_panels(self, tokens: Tokens, role: str, surface: str) -> None:
        assert contrast(tokens.color(role), tokens.color(surface)) >= BODY_TEXT

    @pytest.mark.parametrize("surface", ["chrome", "panel", "popup", "selected"])
    def test_outlines_show(self, tokens: Tokens, surface: str) -> None:
        assert contrast(tokens.color("border_strong"), tokens.color(surface)) >= OUTLINE

    def test_chrome_is_grey(self, tokens: Tokens) -> None:
        for field in dataclasses.fields(tokens):
            if field.name != "name" and field.name not in COLOURED:
                color = tokens.color(field.name)
                assert color.red() == color.green() == color.blue(), field.name

    def test_high_contrast_strengthens_outlines_and_labels(self, tokens: Tokens) -> None:
        strong = tokens.high_contrast()
        assert strong.border == tokens.border_strong
        assert strong.text_2 == tokens.text
        assert strong.line == tokens.border


def test_an_unknown_role_is_an_error() -> None:
    with pytest.raises(AttributeError):
        DARK.color("mauve")
