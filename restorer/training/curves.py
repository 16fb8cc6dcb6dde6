"""The curves of a run as one PNG: a small chart for every figure and every loss, over the images seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from restorer.formats.atomic import atomic_path
from restorer.training.progress import Progress

Point = tuple[float, float]

FILE = "curves.png"
_COLUMNS = 3
_WIDTH, _HEIGHT = 400, 230
_LEFT, _TOP, _RIGHT, _BOTTOM = 58, 36, 16, 30
_SCALE = 2
"""Drawn so much larger and then reduced: Pillow draws lines with hard edges."""
_PAPER, _INK, _QUIET, _GRID = "#ffffff", "#1c1c1e", "#76767c", "#e6e6ea"
_FIGURE, _LOSS, _RATE = "#0a64c8", "#b4521e", "#76767c"


def write_curves(folder: Path, entries: Sequence[Progress]) -> Path:
    """Draws ``curves.png`` in the run's folder from its log: figures in blue, losses in brown, the learning rate."""
    charts = _charts(entries)
    rows = -(-len(charts) // _COLUMNS)
    size = (_COLUMNS * _WIDTH * _SCALE, rows * _HEIGHT * _SCALE)
    sheet = PillowImage.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    for index, (name, colour, points) in enumerate(charts):
        row, column = divmod(index, _COLUMNS)
        _draw_chart(draw, (column * _WIDTH, row * _HEIGHT), name, colour, points)
    target = folder / FILE
    with atomic_path(target, overwrite=True) as path:
        sheet.resize((size[0] // _SCALE, size[1] // _SCALE), PillowImage.Resampling.BOX).save(path, "PNG")
    return target


def _charts(entries: Sequence[Progress]) -> list[tuple[str, str, list[Point]]]:
    """Name, colour and points of each chart; what only some lines of the log have is drawn where it is."""
    series: dict[str, tuple[str, list[Point]]] = {}
    for kind, colour in (("figures", _FIGURE), ("losses", _LOSS)):
        for entry in entries:
            for name, value in getattr(entry, kind).items():
                label = name if kind == "figures" else f"loss {name}"
                series.setdefault(label, (colour, []))[1].append((entry.images, value))
    series["learning rate"] = (_RATE, [(entry.images, entry.learning_rate) for entry in entries])
    return [(name.replace("_", " "), colour, points) for name, (colour, points) in series.items()]


def _draw_chart(
    draw: ImageDraw.ImageDraw, corner: tuple[int, int], name: str, colour: str, points: Sequence[Point]
) -> None:
    left, top = corner[0] + _LEFT, corner[1] + _TOP
    right, bottom = corner[0] + _WIDTH - _RIGHT, corner[1] + _HEIGHT - _BOTTOM
    points = [(x, y) for x, y in points if math.isfinite(y)]
    x_ticks = nice_ticks(0.0, max([x for x, _ in points], default=1.0) or 1.0)
    y_ticks = nice_ticks(*_shown_range([y for _, y in points]))

    def place(x: float, y: float) -> Point:
        across = (x - x_ticks[0]) / (x_ticks[-1] - x_ticks[0])
        up = (min(max(y, y_ticks[0]), y_ticks[-1]) - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])
        return (left + across * (right - left)) * _SCALE, (bottom - up * (bottom - top)) * _SCALE

    def text(x: float, y: float, words: str, anchor: str, ink: str, size: int) -> None:
        font = ImageFont.load_default(size * _SCALE)
        draw.text((x * _SCALE, y * _SCALE), words, fill=ink, font=font, anchor=anchor)

    for y in y_ticks:
        draw.line([place(x_ticks[0], y), place(x_ticks[-1], y)], fill=_GRID, width=_SCALE)
        text(left - 6, place(0, y)[1] / _SCALE, _number(y, y_ticks[1] - y_ticks[0]), "rm", _QUIET, 11)
    for x in x_ticks:
        text(place(x, y_ticks[0])[0] / _SCALE, bottom + 6, _number(x, x_ticks[1] - x_ticks[0]), "mt", _QUIET, 11)
    text(left, corner[1] + 22, name, "ls", _INK, 13)
    if not points:
        return
    text(right, corner[1] + 22, f"{points[-1][1]:.4g}", "rs", colour, 13)
    places = [place(x, y) for x, y in points]
    if len(places) > 1:
        draw.line(places, fill=colour, width=2 * _SCALE, joint="curve")
    x, y = places[-1]
    reach = 3 * _SCALE
    draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)


def _shown_range(values: Sequence[float]) -> tuple[float, float]:
    """From the lowest to the highest value, but a long curve's first outliers do not flatten the rest of it."""
    if not values:
        return 0.0, 1.0
    if len(values) < 20:
        return min(values), max(values)
    low, high = np.percentile(values, (1, 98))
    return min(float(low), values[-1]), max(float(high), values[-1])


def nice_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers that enclose ``low`` to ``high``, at most ``most + 2`` of them (Heckbert, *Nice Numbers for Graph
    Labels*, 1990)."""
    if high - low < 1e-12 * max(1.0, abs(high)):
        pad = 0.05 * abs(high) or 0.5
        low, high = low - pad, high + pad
    rough = (high - low) / (most - 1)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [index * step for index in range(first, last + 1)]


def _number(value: float, step: float) -> str:
    """With as many decimals as tell it from its neighbours ``step`` away."""
    if step >= 100:
        size, letter = (1e6, "M") if step >= 1e5 else (1e3, "k")
        return f"{value / size:g}{letter}"
    if step < 1e-4:
        return f"{value:.2g}"
    return f"{value:.{max(0, -math.floor(math.log10(step) + 1e-9))}f}"
