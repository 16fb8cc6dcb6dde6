"""Icons: Phosphor glyphs (regular weight) by meaning, and a few of our own, in the colours of the theme.

The glyphs come from the font inside QtAwesome, read with ``QRawFont`` as outlines: importing QtAwesome itself would
load eleven fonts and double the time to the first window. Outlines are drawn at the asked size and device pixel
ratio, so every icon is sharp everywhere, and thickened to one line width at all sizes, as drawn in the design.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QRawFont,
    QTransform,
)

from restorer.resources import resources_dir
from restorer.ui.tokens import DARK, Tokens

_GLYPHS = {
    "open": "folder-open",
    "save": "floppy-disk",
    "export": "export",
    "undo": "arrow-u-up-left",
    "redo": "arrow-u-up-right",
    "compare": "split",
    "side-by-side": "columns",
    "bake-off": "grid-four",
    "provenance": "stack",
    "search": "magnifying-glass",
    "device": "cpu",
    "brush": "paint-brush",
    "wand": "magic-wand",
    "protect": "shield",
    "grow": "arrows-out-simple",
    "shrink": "arrows-in-simple",
    "pan": "hand",
    "zoom": "magnifying-glass-plus",
    "zoom-in": "plus",
    "zoom-out": "minus",
    "fit": "corners-out",
    "shortcuts": "keyboard",
    "mask": "selection-all",
    "clear": "trash",
    "invert": "circle-half",
    "inpaint": "bandage",
    "scan": "crosshair",
    "denoise": "waves",
    "deblock": "squares-four",
    "deblur": "aperture",
    "super-resolve": "arrows-out",
    "scribble": "scribble-loop",
    "tone": "sliders-horizontal",
    "stale": "arrows-clockwise",
    "branch": "git-branch",
    "shown": "eye",
    "hidden": "eye-slash",
    "close": "x",
    "cancel": "x",
    "waiting": "clock",
    "done": "check",
    "edited": "pencil-simple",
    "photo": "image",
    "paste": "clipboard",
    "settings": "gear-six",
    "help": "question",
    "error": "warning-circle",
    "failed": "warning-circle",
    "warning": "warning",
    "chevron-down": "caret-down",
    "chevron-up": "caret-up",
    "chevron-right": "caret-right",
    "chevron-left": "caret-left",
    "more": "dots-three",
    "return": "arrow-elbow-down-left",
    "add": "plus",
    "subtract": "minus",
    "folder": "folder",
    "about": "info",
    "resume": "play",
    "again": "arrow-clockwise",
    "neutral": "eyedropper",
    "turn-left": "arrow-counter-clockwise",
    "turn-right": "arrow-clockwise",
    "log": "list-bullets",
}
"""Meaning to glyph. What is not here is taken as a glyph name itself: ``lock``, ``copy``, ``crop`` …"""

_GRID = 256.0
"""Both Phosphor and our own drawings fill a square of this side, with lines 16 wide."""
_GRID_LINE = 16.0
_LINE_PX = 1.5
_OPTICAL_SCALE = 1.08
"""Phosphor keeps 12.5 % of air at each side where the design's icons keep 8 %."""


class UnknownIconError(KeyError):
    """No such icon: neither a meaning listed here, nor a drawing of ours, nor a Phosphor glyph."""


@dataclass(frozen=True, slots=True)
class _Outlines:
    font: QRawFont
    characters: dict[str, str]


@functools.cache
def _phosphor() -> _Outlines:
    """The font and its table of names, from the installed QtAwesome."""
    package = importlib.util.find_spec("qtawesome")
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("QtAwesome, which holds the icons, is not installed.")
    folder = Path(package.submodule_search_locations[0]) / "fonts"
    font = QRawFont(str(next(folder.glob("phosphor-*.ttf"))), _GRID, QFont.HintingPreference.PreferNoHinting)
    table: dict[str, str] = json.loads(next(folder.glob("phosphor-charmap-*.json")).read_text("utf-8"))
    return _Outlines(font, {name: chr(int(code, 16)) for name, code in table.items()})


@functools.cache
def _drawing(name: str) -> str | None:
    """Source of an SVG of ours, or None."""
    path = resources_dir() / "icons" / f"{name}.svg"
    return path.read_text("utf-8") if path.is_file() else None


@functools.cache
def _outline(glyph: str) -> QPainterPath:
    """Outline of a glyph in the grid, y down, line width 16."""
    outlines = _phosphor()
    if glyph not in outlines.characters:
        raise UnknownIconError(glyph)
    index = outlines.font.glyphIndexesForString(outlines.characters[glyph])[0]
    path = outlines.font.pathForGlyph(index)
    path.translate(0.0, outlines.font.ascent())
    path.setFillRule(Qt.FillRule.WindingFill)
    return path


def draw_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Draw an icon into a square.

    Args:
        painter: its state is left as it was.
        name: a meaning of the table above, a drawing of ours or a Phosphor glyph.
        rect: the square, in the painter's coordinates.
        color: of the lines.

    Raises:
        UnknownIconError: for another name.
    """
    glyph = _GLYPHS.get(name, name)
    source = _drawing(glyph)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if source is None:
        _draw_outline(painter, _outline(glyph), rect, color)
    else:
        _draw_svg(painter, source, rect, color)
    painter.restore()


def _draw_outline(painter: QPainter, path: QPainterPath, rect: QRectF, color: QColor) -> None:
    scale = rect.width() / _GRID * _OPTICAL_SCALE
    placed = QTransform().translate(rect.center().x(), rect.center().y()).scale(scale, scale)
    placed.translate(-_GRID / 2, -_GRID / 2)
    painter.setBrush(color)
    missing = _LINE_PX - _GRID_LINE * scale
    # Lines thinner than the design's are thickened by an outline, half of it on each side.
    painter.setPen(QPen(color, missing) if missing > 0.05 else Qt.PenStyle.NoPen)
    painter.drawPath(placed.map(path))


def _draw_svg(painter: QPainter, source: str, rect: QRectF, color: QColor) -> None:
    from PySide6.QtSvg import QSvgRenderer

    line = _LINE_PX * 24.0 / rect.width()
    # QtSvg draws currentColor black whatever the palette.
    text = source.replace("currentColor", color.name()).replace('stroke-width="1.5"', f'stroke-width="{line:.3f}"')
    QSvgRenderer(QByteArray(text.encode())).render(painter, rect)


class _Colors:
    """The colours in force and what was drawn in them, by name, size, role and device pixel ratio."""

    tokens: Tokens = DARK
    pixmaps: ClassVar[dict[tuple[str, int, int, str, float], QPixmap]] = {}


def use_tokens(tokens: Tokens) -> None:
    """Draw in these colours from now on; called by the theme, which repaints everything afterwards."""
    _Colors.tokens = tokens
    _Colors.pixmaps.clear()


def icon_pixmap(name: str, size_px: int, role: str = "text", dpr: float = 1.0) -> QPixmap:
    """An icon as a pixmap of ``size_px`` logical px, sharp at the device pixel ratio."""
    return _pixmap(name, QSize(size_px, size_px), role, dpr)


def _pixmap(name: str, size: QSize, role: str, dpr: float) -> QPixmap:
    key = (name, size.width(), size.height(), role, dpr)
    cached = _Colors.pixmaps.get(key)
    if cached is None:
        cached = QPixmap(size * dpr)
        cached.setDevicePixelRatio(dpr)
        cached.fill(Qt.GlobalColor.transparent)
        painter = QPainter(cached)
        draw_icon(painter, name, _square(QRectF(0.0, 0.0, size.width(), size.height())), _Colors.tokens.color(role))
        painter.end()
        _Colors.pixmaps[key] = cached
    return cached


def _square(rect: QRectF) -> QRectF:
    side = min(rect.width(), rect.height())
    return QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side)


class _ThemedEngine(QIconEngine):
    """Asks for the colour while painting, so that icons held by actions and buttons follow the theme."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def clone(self) -> QIconEngine:
        return _ThemedEngine(self._name, self._role)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        draw_icon(painter, self._name, _square(QRectF(rect)), _Colors.tokens.color(self._color_role(mode, state)))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:  # noqa: N802
        return _pixmap(self._name, size, self._color_role(mode, state), scale)

    def _color_role(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode == QIcon.Mode.Disabled:
            return "text_off"
        if mode == QIcon.Mode.Selected:
            return "white"
        awake = mode == QIcon.Mode.Active or state == QIcon.State.On
        if awake and self._role in ("text_2", "text_3"):
            return "text"
        return self._role


def icon(name: str, role: str = "text") -> QIcon:
    """An icon that follows the theme.

    Args:
        name: as in :func:`draw_icon`.
        role: token of its colour at rest; disabled is ``text_off``, selected white; hovered or checked is at least
            ``text``.

    Raises:
        UnknownIconError: for an unknown name.
    """
    glyph = _GLYPHS.get(name, name)
    if _drawing(glyph) is None:
        _outline(glyph)
    return QIcon(_ThemedEngine(name, role))


class _SwatchEngine(QIconEngine):
    """A colour with a dark and a light ring, so that white and violet read on both themes."""

    def __init__(self, color: str) -> None:
        super().__init__()
        self._color = color

    def clone(self) -> QIconEngine:
        return _SwatchEngine(self._color)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        square = _square(QRectF(rect))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for inset, color in ((0.0, QColor(255, 255, 255, 71)), (1.0, QColor(0, 0, 0)), (2.0, QColor(self._color))):
            painter.setBrush(color)
            painter.drawRoundedRect(square.adjusted(inset, inset, -inset, -inset), 3.0 - inset, 3.0 - inset)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:  # noqa: N802
        pixmap = QPixmap(size * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap


def swatch(color: str) -> QIcon:
    """A colour as an icon."""
    return QIcon(_SwatchEngine(color))
