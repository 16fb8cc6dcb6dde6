"""Whether the screen shows what a profile means: our display path beside LittleCMS in floating point."""

from __future__ import annotations

from restorer.evaluation.io.blocks import GRAY_PROFILES, RGB_PROFILES, make_profile
from restorer.evaluation.report import Cell, Gate, Table
from restorer.formats.color_chart import display_difference

DEPTHS = (8, 16, 32)
LIMIT = 1.0
"""CIEDE2000: about what a trained eye can just tell side by side."""


def measure_colors() -> tuple[Table, Gate]:
    """Largest CIEDE2000 on a chart of the whole gamut, for each profile and depth, and whether all stay below 1."""
    rows: list[tuple[Cell, ...]] = []
    worst = 0.0
    for name in (*RGB_PROFILES, *GRAY_PROFILES):
        icc = make_profile(name)
        if icc is None:
            continue
        differences = [display_difference(icc, depth) for depth in DEPTHS]
        worst = max(worst, *differences)
        rows.append((name, *differences))
    headings = ("profile", *(f"{depth} bits" for depth in DEPTHS))
    table = Table("Largest CIEDE2000 between what is shown and LittleCMS", headings, tuple(rows))
    return table, Gate("largest CIEDE2000 of what is shown", f"{worst:.2f}", f"≤ {LIMIT:g}", worst <= LIMIT)
