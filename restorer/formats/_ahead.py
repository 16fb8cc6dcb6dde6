"""Strips of a picture made ahead on other threads, and handed over in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_MAX_WORKERS = 8
Strip = TypeVar("Strip")


def made_ahead(make: Callable[[int, int], Strip], height: int, rows: int) -> Iterator[Strip]:
    """All strips in order; beside the one that is handed over, no more than two a thread lie in memory.

    Args:
        make: a strip from its first row and the row after its last. Called from several threads; what it raises, the
            iterator raises at its place.
        height: rows of the picture.
        rows: of a strip; the last may have fewer.
    """
    starts = range(0, height, rows)
    workers = min(os.cpu_count() or 1, _MAX_WORKERS, len(starts))
    ahead: deque[Future[Strip]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for start in starts:
                ahead.append(pool.submit(make, start, min(start + rows, height)))
                if len(ahead) > 2 * workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()
