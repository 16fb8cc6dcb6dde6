"""The first import of torch, made so that the window stays alive while it happens on a worker.

Importing torch takes seconds. Three parts of it hold the interpreter's lock for hundreds of milliseconds, in which
the window could not even repaint: waiting for the disk after a start of the computer, loading the shared libraries,
and the garbage collector walking the half a million objects that torch makes. The first two are done ahead of the
import without the lock: modules are read, and ``dlopen`` is called as a foreign function (``ctypes.CDLL`` and
``import`` keep the lock). The collector is switched off meanwhile, and what was imported is taken out of its sight for
good.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SUFFIX = ".dylib" if sys.platform == "darwin" else ".so"
_LIBRARIES = {
    "torch": tuple(
        f"lib/{name}{_SUFFIX}"
        for name in ("libtorch_global_deps", "libtorch_cpu", "libtorch", "libshm", "libtorch_python")
    ),
    "cv2": ("cv2*.so",),
}
"""Shared libraries of a package, in the order its import would load them."""

_READ_BYTES = 1 << 20

_loaded: set[str] = set()


@contextmanager
def heavy_imports(*packages: str) -> Iterator[None]:
    """Put around code that may import these packages for the first time, on a worker thread.

    Costs nothing once they are in. The collector is off for the whole process meanwhile: a second or two.
    """
    missing = [name for name in packages if name not in _loaded]
    if not missing:
        yield
        return
    for name in missing:
        _warm_modules(name)
        _load_shared_libraries(name)
    with _collector:
        yield
    _loaded.update(missing)


class _CollectorPause:
    """The garbage collector is off while anybody is inside; the last to leave switches it on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            gc.disable()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            gc.freeze()
            if self._inside == 0:
                gc.enable()


_collector = _CollectorPause()


def _warm_modules(package: str) -> None:
    """Reads the package's compiled modules into the system's file cache, best effort.

    After a start of the computer they are on the disk alone, and an import waits for it with the lock held; plain
    reading waits without.
    """
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        for path in Path(folder).rglob("*.pyc"):
            with contextlib.suppress(OSError), path.open("rb", buffering=0) as file:
                while file.read(_READ_BYTES):
                    pass


def _load_shared_libraries(package: str) -> None:
    """Best effort: a library that is not there or does not load is left to the import, which will say why."""
    spec = importlib.util.find_spec(package)
    if sys.platform == "win32" or spec is None or not spec.submodule_search_locations:
        return  # on Windows torch itself loads its libraries through a foreign function, without the lock
    folder = Path(next(iter(spec.submodule_search_locations)))
    libc = ctypes.CDLL(None)
    libc.dlopen.argtypes = [ctypes.c_char_p, ctypes.c_int]
    libc.dlopen.restype = ctypes.c_void_p
    for pattern in _LIBRARIES[package]:
        for path in sorted(folder.glob(pattern)):
            scope = os.RTLD_GLOBAL if "global_deps" in path.name else os.RTLD_LOCAL
            libc.dlopen(os.fsencode(path), os.RTLD_NOW | scope)
