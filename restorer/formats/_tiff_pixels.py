"""Pixels of one TIFF page, strip by strip or tile by tile into the array the photo will live in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import PIL.Image

from restorer.core.image import Pixels
from restorer.formats import _pillow, _samples
from restorer.formats._codec import damaged
from restorer.formats._orientation import empty_upright
from restorer.formats.depth import convert_depth

# How many channels each kind of picture has before extra ones; YCbCr is decoded to RGB.
COLOR_CHANNELS = {"MINISWHITE": 1, "MINISBLACK": 1, "RGB": 3, "PALETTE": 1, "SEPARATED": 4, "YCBCR": 3}
_ALPHA = ("ASSOCALPHA", "UNASSALPHA")
_MAX_WORKERS = 8
_READ_BYTES = 4 * 2**20
"""Compressed bytes read at a time."""
_BLOCK_BYTES = 2**20
"""Bytes read at a time that are not compressed: few enough to stay in the processor's cache."""

Piece = tuple[Pixels, int, int, int]
"""Part of the picture, ``R x W x C`` as stored: its first plane (0 unless planes are separate), row and column."""


@dataclass(frozen=True, slots=True)
class TiffPixels:
    """Pixels as :class:`~restorer.formats._codec.Decoded` holds them, and what could not be kept of them."""

    pixels: Pixels
    infrared: Pixels | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channels:
    """What each channel of a page is.

    Attributes:
        color: how many come first.
        alpha, infrared: index, or None.
        premultiplied: whether the colours were multiplied by alpha.
        left_out: how many more there are.
    """

    color: int
    alpha: int | None = None
    infrared: int | None = None
    premultiplied: bool = False
    left_out: int = 0

    @classmethod
    def of(cls, page: Any) -> Channels:
        kind = page.photometric.name
        color, total = COLOR_CHANNELS[kind], int(page.samplesperpixel)
        extra = range(color, total)
        # A fourth channel without a word on what it is, is alpha by custom; one declared to be "something else" is
        # what film scanners call their infrared channel.
        said = [getattr(each, "name", "") for each in page.extrasamples] or ["UNASSALPHA"]
        meanings = dict(zip(extra, said, strict=False))
        takes_extra = kind not in ("PALETTE", "SEPARATED")
        alphas = [index for index, meaning in meanings.items() if takes_extra and meaning in _ALPHA]
        others = [index for index, meaning in meanings.items() if takes_extra and meaning == "UNSPECIFIED"]
        alpha, infrared = next(iter(alphas), None), next(iter(others), None)
        kept = sum(index is not None for index in (alpha, infrared))
        premultiplied = alpha is not None and meanings[alpha] == "ASSOCALPHA"
        return cls(color, alpha, infrared, premultiplied, len(extra) - kept)


class _Canvas:
    """The arrays to fill, and how the page's samples go into them."""

    def __init__(self, page: Any, channels: Channels, size: tuple[int, int], orientation: int) -> None:
        self._kind = page.photometric.name
        self._bits = page.bitspersample
        self._channels = channels
        self._table = _samples.palette_table(np.asarray(page.colormap)) if self._kind == "PALETTE" else None
        dtype = _samples.working_dtype(page.dtype, self._bits)
        count = channels.color + int(channels.alpha is not None)
        if self._table is not None:
            dtype, count = np.dtype(np.uint8), int(self._table.shape[1])
        if self._kind == "SEPARATED":
            dtype = np.dtype(np.uint8)
        self.pixels = empty_upright((*size, count), dtype, orientation)
        self.infrared = None
        if channels.infrared is not None:
            self.infrared = empty_upright(size, dtype, orientation)

    def put_all(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            self.put(piece)

    def put(self, piece: Piece) -> None:
        """Safe to call from several threads for pieces that do not overlap."""
        samples, plane, row, column = piece
        height, width = min(len(samples), len(self.pixels) - row), min(samples.shape[1], self.pixels.shape[1] - column)
        area = (slice(row, row + height), slice(column, column + width))
        samples = samples[:height, :width]
        if self._table is not None:
            self.pixels[area] = _samples.palette_colors(samples[:, :, 0], self._table)
            return
        values = _samples.full_range(samples, self._bits_of(plane, samples.shape[2]))
        for offset in range(0, values.shape[2]):
            if plane + offset in (self._channels.alpha, self._channels.infrared):
                target = self.pixels[..., -1] if plane + offset == self._channels.alpha else self.infrared
                assert target is not None
                target[area] = values[:, :, offset]
        count = max(0, min(values.shape[2], self._channels.color - plane))
        if count == 0:
            return
        color = values[:, :, :count]
        if self._kind == "MINISWHITE":
            color = _samples.inverted(color)
        if self._kind == "SEPARATED":
            color = convert_depth(color, 8)
        if self._is_all(color):
            self.pixels = color
        else:
            self.pixels[(*area, slice(plane, plane + count))] = color

    def _is_all(self, color: Pixels) -> bool:
        """Whether these are all the pixels there are, as they are wanted: copying them costs as much as a fast decoder.

        A strip that holds the whole picture comes as an array of its own, and nobody writes into pixels.
        """
        wanted = self.pixels
        return (color.shape, color.dtype, color.strides) == (wanted.shape, wanted.dtype, wanted.strides)

    def _bits_of(self, plane: int, count: int) -> _samples.Bits:
        return self._bits if isinstance(self._bits, int) else self._bits[plane : plane + count]


def read_pixels(page: Any, orientation: int, icc: bytes | None, name: str, *, step: int = 1) -> TiffPixels:
    """The page as stored (see :func:`~restorer.formats._orientation.empty_upright`), of working depth.

    Args:
        step: takes only every so manyth row and column; strips without such a row are not decoded.

    Raises:
        InputError: where it has too few channels.
        Exception: whatever a decoder raises for damaged data.
    """
    channels = Channels.of(page)
    if page.samplesperpixel < channels.color:
        raise damaged(name, f"it has {page.samplesperpixel} channels, too few for its colours")
    size = (-(-int(page.imagelength) // step), -(-int(page.imagewidth) // step))
    canvas = _Canvas(page, channels, size, orientation)
    if step > 1:
        canvas.put_all(_thinned_pieces(page, step))
    elif is_plain(page):
        canvas.put_all(_plain_rows(page))
    else:
        _decode_into(canvas, page)
    pixels = canvas.pixels
    notes = _samples.depth_notes(page.dtype, page.bitspersample)
    if channels.premultiplied:
        _samples.unmultiply(pixels)
    if page.photometric.name == "SEPARATED":
        pixels = _cmyk_to_rgb(pixels, icc)
        notes += (_pillow.CMYK_NOTE,)
    if channels.infrared is not None:
        notes += ("Its infrared channel is kept beside the picture and goes into TIFF exports.",)
    if channels.left_out:
        notes += (f"{channels.left_out} extra channel(s), such as saved selections, were left out.",)
    return TiffPixels(pixels, canvas.infrared, notes)


def _decode_into(canvas: _Canvas, page: Any) -> None:
    """Every strip or tile on some thread, and put where it belongs by that thread, so that none waits unfolded."""

    def put(decoded: tuple[Any, tuple[int, ...], Any]) -> None:
        samples, (plane, _, row, column, _), _ = decoded
        if samples is None:
            raise ValueError("a strip or tile is empty")
        canvas.put((samples[0], plane, row, column))

    workers = min(_MAX_WORKERS, os.cpu_count() or 1)
    for _ in page.segments(func=put, maxworkers=workers, buffersize=_READ_BYTES):
        pass


def _thinned_pieces(page: Any, step: int) -> Iterator[Piece]:
    height, strip_rows = int(page.imagelength), rows_per_strip(page)
    strips_a_plane = -(-height // strip_rows)
    page.init_decode()
    for index in range(page.shaped[0] * strips_a_plane):
        plane, strip = divmod(index, strips_a_plane)
        first = strip * strip_rows
        wanted = range(-(-first // step) * step, min(first + strip_rows, height), step)
        if not wanted:
            continue
        if is_plain(page):
            yield from ((row[:, ::step], plane, place // step, 0) for row, place in _single_rows(page, index, wanted))
            continue
        handle = page.parent.filehandle
        handle.seek(page.dataoffsets[index])
        segment, _, _ = page.decode(handle.read(page.databytecounts[index]), index, **_jpeg_arguments(page))
        if segment is None:
            raise ValueError("a strip is empty")
        yield segment[0, wanted.start - first :: step, ::step], plane, wanted.start // step, 0


def _single_rows(page: Any, index: int, wanted: range) -> Iterator[tuple[Pixels, int]]:
    _, _, _, width, channels = page.shaped
    dtype = page.dtype.newbyteorder(page.parent.byteorder)
    first = index % -(-int(page.imagelength) // rows_per_strip(page)) * rows_per_strip(page)
    for row in wanted:
        offset = page.dataoffsets[index] + (row - first) * width * channels * dtype.itemsize
        yield read_rows(page, offset, (1, width, channels), dtype), row


def _jpeg_arguments(page: Any) -> dict[str, Any]:
    return {"jpegtables": page.jpegtables, "jpegheader": page.jpegheader} if page.compression in (6, 7, 34892) else {}


def rows_per_strip(page: Any) -> int:
    """Rows of each strip but the last."""
    tag = page.tags.get(278)
    said = int(tag.value) if tag is not None and isinstance(tag.value, int) else 0
    return min(said, int(page.imagelength)) or int(page.imagelength)


def is_plain(page: Any) -> bool:
    """Whether rows can be read from the file as they are: strips of whole bytes, not compressed."""
    whole = page.bitspersample == page.dtype.itemsize * 8 and page.dtype.kind in "uf"
    return bool(whole and page.compression == 1 and page.predictor == 1 and page.fillorder == 1 and not page.is_tiled)


def _plain_rows(page: Any) -> Iterator[Piece]:
    """Blocks of rows of a page that is not compressed, so that one huge strip needs no buffer of its size."""
    planes, _, height, width, channels = page.shaped
    dtype = page.dtype.newbyteorder(page.parent.byteorder)
    row_bytes, strip_rows = width * channels * dtype.itemsize, rows_per_strip(page)
    strips_a_plane = -(-height // strip_rows)
    block_rows = max(1, _BLOCK_BYTES // row_bytes)
    for index, (offset, size) in enumerate(zip(page.dataoffsets, page.databytecounts, strict=False)):
        plane, strip = divmod(index, strips_a_plane)
        first = strip * strip_rows
        rows = min(strip_rows, height - first)
        if plane >= planes or size < rows * row_bytes:
            raise ValueError("a strip is too short")
        for row in range(0, rows, block_rows):
            count = min(block_rows, rows - row)
            yield read_rows(page, offset + row * row_bytes, (count, width, channels), dtype), plane, first + row, 0


def read_rows(page: Any, offset: int, shape: tuple[int, int, int], dtype: np.dtype[Any]) -> Pixels:
    """Rows of a page that is not compressed, from this place in the file."""
    handle = page.parent.filehandle
    handle.seek(offset)
    data = handle.read(int(np.prod(shape)) * dtype.itemsize)
    rows: Pixels = np.frombuffer(data, dtype).reshape(shape)
    return rows.astype(dtype.newbyteorder("="), copy=False)


def _cmyk_to_rgb(pixels: Pixels, icc: bytes | None) -> Pixels:
    size = (pixels.shape[1], pixels.shape[0])
    picture = PIL.Image.frombytes("CMYK", size, np.ascontiguousarray(pixels).tobytes())
    return np.asarray(_pillow.cmyk_to_rgb(picture, icc))
