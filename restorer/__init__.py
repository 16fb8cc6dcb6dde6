"""Restorer: restore old scanned photographs, offline, with generators trained for it."""

from __future__ import annotations

import os

# Work is cut up here, in pieces that have a thread each and are too small to be shared once more by numpy's algebra:
# its own threads would only fight those for the cores. It looks once, when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__all__ = ["__version__"]

__version__: str


def __getattr__(name: str) -> str:
    # Looked up on first use: reading the installed packages' metadata takes as long as opening a window.
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import metadata

    try:
        return metadata.version("restorer")
    except metadata.PackageNotFoundError:  # a source tree that was never installed
        return "0.0.0+source"
