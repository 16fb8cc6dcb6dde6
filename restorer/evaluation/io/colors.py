"""Whether the screen shows what a profile means: our display path beside LittleCMS in floating point."""

from __future__ import annotations

from collections.abc import Mapping

from restorer.evaluation.io.blocks import GRAY_PROFILES, RGB_PROFILES, make_profile
from restorer.evaluation.io.scanner_profile import scanner_profile
from restorer.evaluation.report import Cell, Gate, Table
from restorer.formats.color_chart import display_difference
from restorer.formats.intent import Intent

DEPTHS = (8, 16, 32)
LIMIT = 1.0
"""CIEDE2000: about what a trained eye can just tell side by side."""
SCANNER = "scanner, a table"
_SCREENS = {"sRGB": None, "Display P3": "Display P3"}
_INTENTS = (Intent.PERCEPTUAL, Intent.RELATIVE)


def photo_profiles() -> Mapping[str, bytes]:
    """Every kind that a scan may carry: gray, curves and a matrix, a table of colours."""
    made = {name: make_profile(name) for name in (*GRAY_PROFILES, *RGB_PROFILES)}
    return {name: icc for name, icc in made.items() if icc is not None} | {SCANNER: scanner_profile()}


def measure_colors() -> tuple[Table, tuple[Gate, ...]]:
    """Largest CIEDE2000 on a chart of the whole gamut for each profile, screen and intent; a verdict for each screen.

    Both are rounded to the screen's 8 bits: a value that lies half way and falls the other way counts as a whole level,
    which near black and near gray is a CIEDE2000 of up to 1.
    """
    rows: list[tuple[Cell, ...]] = []
    worst = dict.fromkeys(_SCREENS, 0.0)
    for name, icc in photo_profiles().items():
        for screen, screen_name in _SCREENS.items():
            profile = make_profile(screen_name) if screen_name is not None else None
            for intent in _INTENTS:
                differences = [display_difference(icc, depth, screen=profile, intent=intent) for depth in DEPTHS]
                worst[screen] = max(worst[screen], *differences)
                rows.append((name, screen, intent.value, *differences))
    headings = ("profile", "screen", "intent", *(f"{depth} bits" for depth in DEPTHS))
    table = Table("Largest CIEDE2000 between what is shown and LittleCMS", headings, tuple(rows))
    gates = tuple(
        Gate(f"largest CIEDE2000 of what is shown, {screen} screen", f"{value:.2f}", f"≤ {LIMIT:g}", value <= LIMIT)
        for screen, value in worst.items()
    )
    return table, gates
