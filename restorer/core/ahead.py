"""Pieces of work done ahead on other threads, and handed over in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_MAX_WORKERS = 8
Piece = TypeVar("Piece")
Result = TypeVar("Result")


def made_ahead(make: Callable[[Piece], Result], pieces: Sequence[Piece]) -> Generator[Result, None, None]:
    """What ``make`` makes of all pieces, in order; beside the one that is handed over, no more than two a thread lie in
    memory.

    Args:
        make: called from several threads; what it raises, the iterator raises at its place.
    """
    workers = min(os.cpu_count() or 1, _MAX_WORKERS, max(1, len(pieces)))
    ahead: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="restorer-ahead") as pool:
        try:
            for piece in pieces:
                ahead.append(pool.submit(make, piece))
                if len(ahead) > 2 * workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()
