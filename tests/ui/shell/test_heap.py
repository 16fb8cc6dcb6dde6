"""What jobs freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pytest

from restorer.ui.heap import give_back_freed

KEEPS = sys.platform.startswith("linux") and hasattr(ctypes.CDLL(None), "malloc_trim")


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096


@pytest.mark.skipif(not KEEPS, reason="this C library has no malloc_trim")
def test_gaps_between_what_is_in_use_are_given_back() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    blocks = [libc.malloc(40_000) for _ in range(1_500)]
    for block in blocks:
        ctypes.memset(block, 1, 40_000)
    # Each eighth stays, so that the heap cannot simply be made shorter.
    for index, block in enumerate(blocks):
        if index % 8:
            libc.free(block)
    before = resident_bytes()
    give_back_freed()
    after = resident_bytes()
    for block in blocks[::8]:
        libc.free(block)
    assert before - after > 1_500 * 40_000 // 2
