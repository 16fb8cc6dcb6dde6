"""Memory that was freed but that the C library keeps: gaps between what is still in use."""

from __future__ import annotations

import ctypes
import sys


def give_back_freed() -> None:
    """Gives the system back every whole page that is free in the heaps (glibc's ``malloc_trim``); nothing elsewhere.

    Jobs allocate and free buffers of ever other sizes, and glibc keeps the gaps for later. Takes some milliseconds, in
    which other threads may wait for memory, but not for the interpreter.
    """
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries of Linux do without
        if trim is not None:
            trim(ctypes.c_size_t(0))
