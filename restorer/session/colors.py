"""In which colours photos are shown: the screen's profile and the person's rendering intent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from restorer.formats.intent import Intent
from restorer.session.screen import screen_profile
from restorer.session.settings import Settings

if TYPE_CHECKING:
    from restorer.formats.color import Display


def find_display(settings: Settings) -> Display:
    """What the settings say, with the profile that the system keeps for the main screen. Takes a few milliseconds.

    A profile that cannot be used, one that is not RGB say, stands for sRGB.
    """
    from restorer.formats.color import Display

    return Display(screen_profile() if settings.screen == "system" else None, Intent(settings.intent))
