"""Contact sheets: labelled pictures in rows, for eyes to judge what figures cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from restorer.core.lazy import load_cv2

Pixels8 = npt.NDArray[np.uint8]
Region = npt.NDArray[np.bool_]

MARGIN_PX = 24
GAP_PX = 8
ROW_GAP_PX = 16
SURROUND = (0x26, 0x26, 0x28)
"""Neutral and dark, as in the program's own window: colours beside it look as they are."""
TEXT = (0xE6, 0xE6, 0xE6)
QUIET = (0x9A, 0x9A, 0x9E)
MARK = (0xFF, 0x5A, 0x36)
TITLE_PT, HEADING_PT, CAPTION_PT = 20, 14, 12
_PLAIN = str.maketrans({"–": "-", "—": "-", "×": "x", "≥": ">=", "≤": "<=", "→": "to", "Δ": "d", "−": "-"})
"""What Pillow's own font has no glyphs for. It is used since it looks the same on every machine."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture of a sheet.

    Attributes:
        picture: ``H x W`` or ``H x W x 3`` uint8.
        caption: one short line under it.
        marked: ``H x W`` bool whose outline is drawn over the picture.
    """

    picture: Pixels8
    caption: str = ""
    marked: Region | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """Pictures side by side; ``title`` stands over them."""

    tiles: tuple[Tile, ...]
    title: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page of pictures.

    Attributes:
        name: of its file, without the ending.
        title: over everything.
        rows: top to bottom.
        columns: headings of the tiles' columns; none if empty.
        side_px: the longest side pictures are shown with; larger ones are shrunk, smaller ones are not enlarged.
        note: what is to be seen, in a few words under the title.
    """

    name: str
    title: str
    rows: tuple[Row, ...]
    columns: tuple[str, ...] = ()
    side_px: int = 256
    note: str = ""

    def render(self) -> PIL.Image.Image:
        """The page as RGB. The widest and tallest pictures of each column and row make room for the others."""
        pictures = [[_shown(tile, self.side_px) for tile in row.tiles] for row in self.rows]
        widths = _column_widths(pictures, self.columns)
        page_width = max(sum(widths) + GAP_PX * (len(widths) - 1), _text_width(self.title, TITLE_PT))
        page_width = max(page_width, _text_width(self.note, CAPTION_PT)) + 2 * MARGIN_PX
        page = PIL.Image.new("RGB", (page_width, self._height(pictures)), SURROUND)
        pen = PIL.ImageDraw.Draw(page)
        top = self._draw_head(pen, widths)
        for row, shown in zip(self.rows, pictures, strict=True):
            top = _draw_row(page, pen, top, row, shown, widths)
        return page

    def _height(self, pictures: list[list[Pixels8]]) -> int:
        head = MARGIN_PX + _line(TITLE_PT) + (_line(CAPTION_PT) if self.note else 0) + GAP_PX
        head += _line(HEADING_PT) if self.columns else 0
        body = (_row_height(row, shown) + ROW_GAP_PX for row, shown in zip(self.rows, pictures, strict=True))
        return head + sum(body) - ROW_GAP_PX + MARGIN_PX

    def _draw_head(self, pen: PIL.ImageDraw.ImageDraw, widths: Sequence[int]) -> int:
        top = MARGIN_PX
        _write(pen, MARGIN_PX, top, self.title, TITLE_PT, TEXT)
        top += _line(TITLE_PT)
        if self.note:
            _write(pen, MARGIN_PX, top, self.note, CAPTION_PT, QUIET)
            top += _line(CAPTION_PT)
        top += GAP_PX
        if self.columns:
            left = MARGIN_PX
            for heading, width in zip(self.columns, widths, strict=False):
                _write(pen, left, top, heading, HEADING_PT, TEXT)
                left += width + GAP_PX
            top += _line(HEADING_PT)
        return top


def enlarge(picture: Pixels8, times: int) -> Pixels8:
    """Every pixel as ``times`` x ``times`` of them, so that a small crop can be judged."""
    return np.ascontiguousarray(picture.repeat(times, axis=0).repeat(times, axis=1))


def shrunk(picture: Pixels8, side_px: int) -> Pixels8:
    """The picture with its longer side ``side_px`` (area average), or as it is where that is no larger."""
    scale = side_px / max(picture.shape[:2])
    if scale >= 1:
        return picture
    cv2 = load_cv2()
    size = tuple(max(1, round(side * scale)) for side in reversed(picture.shape[:2]))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _shown(tile: Tile, side_px: int) -> Pixels8:
    """The tile's picture as RGB within ``side_px``, with its outline."""
    cv2 = load_cv2()
    picture = shrunk(tile.picture, side_px)
    picture = picture if picture.ndim == 3 else picture[..., None].repeat(3, axis=2)
    if tile.marked is None:
        return picture
    marked = cv2.resize(tile.marked.astype(np.uint8), picture.shape[1::-1], interpolation=cv2.INTER_AREA)
    outlines, _ = cv2.findContours(marked, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(picture.copy(), outlines, -1, MARK, 1))


def _column_widths(pictures: list[list[Pixels8]], columns: Sequence[str]) -> list[int]:
    count = max([len(columns), *(len(row) for row in pictures)])
    widths = [0] * count
    for row in pictures:
        for index, picture in enumerate(row):
            widths[index] = max(widths[index], picture.shape[1])
    for index, heading in enumerate(columns):
        widths[index] = max(widths[index], _text_width(heading, HEADING_PT))
    return widths


def _row_height(row: Row, pictures: list[Pixels8]) -> int:
    height = max((picture.shape[0] for picture in pictures), default=0)
    captions = _line(CAPTION_PT) if any(tile.caption for tile in row.tiles) else 0
    return (_line(HEADING_PT) if row.title else 0) + height + captions


def _draw_row(
    page: PIL.Image.Image,
    pen: PIL.ImageDraw.ImageDraw,
    top: int,
    row: Row,
    pictures: list[Pixels8],
    widths: Sequence[int],
) -> int:
    bottom = top + _row_height(row, pictures)
    if row.title:
        _write(pen, MARGIN_PX, top, row.title, HEADING_PT, QUIET)
        top += _line(HEADING_PT)
    left = MARGIN_PX
    under = top + max((picture.shape[0] for picture in pictures), default=0)
    for tile, picture, width in zip(row.tiles, pictures, widths, strict=False):
        page.paste(PIL.Image.fromarray(picture), (left, top))
        _write(pen, left, under + 3, _cut(tile.caption, width), CAPTION_PT, QUIET)
        left += width + GAP_PX
    return bottom + ROW_GAP_PX


def _cut(text: str, width: int) -> str:
    """The text, shortened until it fits under its picture."""
    shown = text
    while shown and _text_width(shown, CAPTION_PT) > width:
        text = text[:-1]
        shown = f"{text}…" if text else ""
    return shown


@cache
def _font(points: int) -> PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont:
    return PIL.ImageFont.load_default(points)


def _write(
    pen: PIL.ImageDraw.ImageDraw, left: int, top: int, text: str, points: int, color: tuple[int, int, int]
) -> None:
    pen.text((left, top), text.translate(_PLAIN), color, _font(points))


def _text_width(text: str, points: int) -> int:
    return int(np.ceil(_font(points).getlength(text.translate(_PLAIN))))


def _line(points: int) -> int:
    return round(points * 1.5)
