"""What became of each pixel: untouched, corrected, cleaned, or invented, and by what."""

from __future__ import annotations

import enum
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.mask import Plane
from restorer.core.placement import Placement


class PixelClass(enum.IntEnum):
    """What happened to a pixel, from the mildest to the gravest.

    The gravest thing that ever happened to a pixel counts: a colourised pixel that is filled later is a filled one, and
    a generated one that is denoised later stays a generated one. So the record never promises too much.
    """

    ORIGINAL = 0
    """As it was scanned, to the last bit; perhaps moved by a crop or a quarter turn."""
    TONE = 1
    """Geometry or tone only: resampled, or its values mapped by a curve that a person set."""
    DENOISED = 2
    """Cleaned: noise, blocks or blur removed by an estimate of what was there."""
    COLORIZED = 3
    """Its colour was guessed, its brightness is the photo's."""
    FILLED = 4
    """Filled from its neighbours by a method that learnt nothing elsewhere."""
    GENERATED = 5
    """Made by a trained model."""
    FACE = 6
    """Made by a model that knows faces: a likeness, perhaps of somebody else."""

    @property
    def title(self) -> str:
        return _TITLES[self]

    @property
    def is_invented(self) -> bool:
        """Whether its content was made up."""
        return self >= PixelClass.FILLED


_TITLES = {
    PixelClass.ORIGINAL: "Original",
    PixelClass.TONE: "Tone or geometry only",
    PixelClass.DENOISED: "Denoised",
    PixelClass.COLORIZED: "Colourised",
    PixelClass.FILLED: "Filled from neighbours",
    PixelClass.GENERATED: "Generated",
    PixelClass.FACE: "Face prior",
}


@dataclass(frozen=True, slots=True, eq=False)
class Marking:
    """Classes of a part of a photo; ``ORIGINAL`` leaves what is known of a pixel."""

    bounds: Bounds
    classes: Plane


@dataclass(frozen=True, slots=True)
class _Tile:
    """Attributes:
    packed: the plane compressed, or the class that all of it has.
    counts: number of pixels of each class.
    """

    packed: bytes | int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ProvenanceMap:
    """A class for each pixel of a photo. A value: marking gives another map, which shares what is the same.

    Kept in compressed tiles, so that a history can keep the map of every step: what is untouched takes nothing, and
    what one step did to all of a 200-megapixel photo takes some megabytes at most.
    """

    TILE = 256

    width: int
    height: int
    _tiles: Mapping[tuple[int, int], _Tile] = field(default_factory=dict, repr=False)

    @property
    def stored(self) -> Mapping[tuple[int, int], bytes | int]:
        """The tiles by row and column, as they are kept: the class that all of one has, or its packed plane."""
        return {key: tile.packed for key, tile in self._tiles.items()}

    @classmethod
    def restored(
        cls,
        width: int,
        height: int,
        stored: Mapping[tuple[int, int], bytes | int],
        base: ProvenanceMap | None = None,
    ) -> ProvenanceMap:
        """A map from what :attr:`stored` was.

        Args:
            base: a map of the same size that has all other tiles.

        Raises:
            ValueError: where a tile is damaged or lies outside of the photo.
        """
        tiles, empty = dict(base._tiles) if base is not None else {}, cls(width, height)
        for key, packed in stored.items():
            cell = empty._cell(key)
            if min(key) < 0 or cell.is_empty:
                raise ValueError(f"there is no tile {key} in {width} x {height}")
            tiles[key] = _checked(packed, cell.area)
        return cls(width, height, tiles)

    @property
    def bytes(self) -> int:
        """What the tiles take; maps of one history share most of them."""
        return sum(len(tile.packed) if isinstance(tile.packed, bytes) else 8 for tile in self._tiles.values())

    def counts(self) -> dict[PixelClass, int]:
        """Number of pixels of each class."""
        counts = [0] * len(PixelClass)
        for tile in self._tiles.values():
            counts = [sum(pair) for pair in zip(counts, tile.counts, strict=True)]
        counts[PixelClass.ORIGINAL] += self.width * self.height - sum(counts)
        return dict(zip(PixelClass, counts, strict=True))

    def fractions(self) -> dict[PixelClass, float]:
        """Share of each class, 0 to 1."""
        return {each: count / (self.width * self.height) for each, count in self.counts().items()}

    @property
    def invented_fraction(self) -> float:
        """Share of pixels whose content was made up, 0 to 1."""
        invented = sum(count for each, count in self.counts().items() if each.is_invented)
        return invented / (self.width * self.height)

    def region(self, bounds: Bounds) -> Plane:
        """Classes of a part that lies within the photo; a new array."""
        plane = np.zeros((bounds.height, bounds.width), np.uint8)
        for key in self._keys(bounds):
            if key in self._tiles:
                cell = self._cell(key)
                part = cell.intersect(bounds)
                tile = self._unpack(key)[part.translate(-cell.left, -cell.top).slices]
                plane[part.translate(-bounds.left, -bounds.top).slices] = tile
        return plane

    def plane(self) -> Plane:
        """All classes, ``H x W``; a new array."""
        return self.region(Bounds.of_size(self.width, self.height))

    def marked(self, markings: Iterable[Marking]) -> ProvenanceMap:
        """With more that happened; each pixel keeps the graver class."""
        tiles, opened = dict(self._tiles), dict[tuple[int, int], Plane]()
        for marking in markings:
            if not marking.classes.any():
                continue
            for key in self._keys(marking.bounds):
                cell = self._cell(key)
                part = cell.intersect(marking.bounds)
                classes = marking.classes[part.translate(-marking.bounds.left, -marking.bounds.top).slices]
                if key not in opened:
                    opened[key] = self._unpack(key, tiles).copy()
                target = opened[key][part.translate(-cell.left, -cell.top).slices]
                np.maximum(target, classes, out=target)
            if len(opened) > _OPEN_TILES:
                tiles |= {key: _pack(plane) for key, plane in opened.items()}
                opened.clear()
        tiles |= {key: _pack(plane) for key, plane in opened.items()}
        return ProvenanceMap(self.width, self.height, {key: tile for key, tile in tiles.items() if tile.packed != 0})

    def merged(self, *others: ProvenanceMap, within: Bounds | None = None) -> ProvenanceMap:
        """With what other maps of the same size know: each pixel has the gravest class of all.

        Args:
            within: where they may have something to say; everywhere if None.
        """
        wanted = None if within is None else set(self._keys(within))
        more: dict[tuple[int, int], list[_Tile]] = {}
        for other in others:
            for key, tile in other._tiles.items():
                if wanted is None or key in wanted:
                    more.setdefault(key, []).append(tile)
        tiles = dict(self._tiles)
        for key, found in more.items():
            mine = tiles.get(key)
            every = found if mine is None else [mine, *found]
            if all(tile == every[0] for tile in every):
                tiles[key] = every[0]
            else:
                tiles[key] = _pack(np.maximum.reduce([self._unpack(key, {key: tile}) for tile in every]))
        return ProvenanceMap(self.width, self.height, tiles)

    def without(self, bounds: Bounds) -> ProvenanceMap:
        """With nothing known of the tiles that reach into a part."""
        gone = set(self._keys(bounds))
        tiles = {key: tile for key, tile in self._tiles.items() if key not in gone}
        return ProvenanceMap(self.width, self.height, tiles)

    def at_least(self, lowest: PixelClass) -> ProvenanceMap:
        """With every pixel of at least this class."""
        every = self._keys(Bounds.of_size(self.width, self.height))
        tiles = {key: _pack(np.maximum(self._unpack(key), np.uint8(lowest))) for key in every}
        return ProvenanceMap(self.width, self.height, {key: tile for key, tile in tiles.items() if tile.packed != 0})

    def carried(self, placement: Placement) -> ProvenanceMap:
        """Of a picture of another extent: a pixel made from several has the gravest of their classes."""
        moved = ProvenanceMap(placement.width, placement.height)
        return moved.marked(self._carried(placement)) if self._tiles else moved

    def _carried(self, placement: Placement) -> Iterator[Marking]:
        for top in range(0, placement.height, self.TILE):
            for left in range(0, placement.width, self.TILE):
                box = Bounds(left, top, left + self.TILE, top + self.TILE).clip(placement.width, placement.height)
                reach = placement.bounds_in_old(box).pad(1).clip(self.width, self.height)
                if reach.is_empty or not any(key in self._tiles for key in self._keys(reach)):
                    continue
                local = (
                    Placement.crop(reach, self.width, self.height)
                    .inverse()
                    .then(placement)
                    .then(Placement.crop(box, placement.width, placement.height))
                )
                yield Marking(box, local.carry_classes(self.region(reach)))

    def _keys(self, bounds: Bounds) -> Iterator[tuple[int, int]]:
        if bounds.is_empty:
            return
        for row in range(bounds.top // self.TILE, (bounds.bottom - 1) // self.TILE + 1):
            for column in range(bounds.left // self.TILE, (bounds.right - 1) // self.TILE + 1):
                yield row, column

    def _cell(self, key: tuple[int, int]) -> Bounds:
        left, top = key[1] * self.TILE, key[0] * self.TILE
        return Bounds(left, top, left + self.TILE, top + self.TILE).clip(self.width, self.height)

    def _unpack(self, key: tuple[int, int], tiles: Mapping[tuple[int, int], _Tile] | None = None) -> Plane:
        cell, tile = self._cell(key), (self._tiles if tiles is None else tiles).get(key)
        if tile is None or isinstance(tile.packed, int):
            return np.full((cell.height, cell.width), 0 if tile is None else tile.packed, np.uint8)
        return np.frombuffer(zlib.decompress(tile.packed), np.uint8).reshape(cell.height, cell.width)


_OPEN_TILES = 512
"""Tiles that may lie about uncompressed while a map is made."""


def _pack(plane: Plane) -> _Tile:
    counts = tuple(int(count) for count in np.bincount(plane.ravel(), minlength=len(PixelClass)))
    uniform = next((each for each, count in enumerate(counts) if count == plane.size), None)
    return _Tile(zlib.compress(plane.tobytes(), 1) if uniform is None else uniform, counts)


def _checked(packed: bytes | int, area: int) -> _Tile:
    """A tile that was stored. Raises ValueError where it is damaged."""
    if isinstance(packed, int):
        return _pack(np.full((1, area), PixelClass(packed), np.uint8))
    try:
        raw = zlib.decompressobj().decompress(packed, area + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    counts = np.bincount(np.frombuffer(raw, np.uint8), minlength=len(PixelClass))
    if len(raw) != area or len(counts) > len(PixelClass):
        raise ValueError("a tile of what became of the pixels is damaged")
    return _Tile(packed, tuple(int(count) for count in counts))
