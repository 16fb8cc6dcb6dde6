"""Strips of a picture made ahead on other threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from restorer.core.ahead import made_ahead

Strip = TypeVar("Strip")


def strips_ahead(make: Callable[[int, int], Strip], height: int, rows: int) -> Iterator[Strip]:
    """All strips in order, as :func:`restorer.core.ahead.made_ahead` hands them over.

    Args:
        make: a strip from its first row and the row after its last.
        height: rows of the picture.
        rows: of a strip; the last may have fewer.
    """
    return made_ahead(lambda start: make(start, min(start + rows, height)), range(0, height, rows))
