"""Rendering intents; apart from the profiles, so that forms and settings need no colour library."""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    """What becomes of colours the target cannot show (ICC.1, section 6.2)."""

    PERCEPTUAL = "perceptual"
    RELATIVE = "relative"
    SATURATION = "saturation"
    ABSOLUTE = "absolute"

    @property
    def label(self) -> str:
        titles = {Intent.RELATIVE: "Relative colorimetric", Intent.ABSOLUTE: "Absolute colorimetric"}
        return titles.get(self, self.value.capitalize())
