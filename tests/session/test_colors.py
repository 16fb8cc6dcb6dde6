"""Whose colours photos are shown in."""

from __future__ import annotations

import pytest

from restorer.formats.intent import Intent
from restorer.formats.profiles import standard_profile
from restorer.session import colors
from restorer.session.session import Session
from restorer.session.settings import INTENTS, Settings


def test_the_screen_s_profile_unless_srgb_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = standard_profile("display-p3")
    monkeypatch.setattr(colors, "screen_profile", lambda: profile)
    assert colors.find_display(Settings()).screen == profile
    assert colors.find_display(Settings(screen="srgb")).screen is None


def test_every_intent_can_be_set() -> None:
    assert set(INTENTS) == {intent.value for intent in Intent}
    assert colors.find_display(Settings(screen="srgb", intent="absolute")).intent is Intent.ABSOLUTE


def test_a_session_shows_srgb_until_it_has_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colors, "screen_profile", lambda: b"profile")
    session = Session()
    assert session.display.screen is None
    found = session.find_display()
    assert found.screen == b"profile"
    assert session.display is found
