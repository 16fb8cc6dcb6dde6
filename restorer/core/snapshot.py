"""A document as it is at one moment, as values: what another thread needs to write it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from restorer.core.group_code import Piece
from restorer.core.history import Entry

GroupSource = tuple[Piece, ...] | Path
"""Pixels of a vault group: the pieces, or the file that holds them packed."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Everything that was done to a photo. Nothing in it changes any more.

    Attributes:
        root_state: of the history.
        entries: of every branch, parents first.
        tip: id of the last entry of the shown line.
        cursor: how many of that line's entries are applied.
        groups: by vault key.
        width, height, channels, dtype: of the original.
    """

    root_state: str
    entries: tuple[Entry, ...]
    tip: int
    cursor: int
    groups: Mapping[int, GroupSource]
    width: int
    height: int
    channels: int
    dtype: str
