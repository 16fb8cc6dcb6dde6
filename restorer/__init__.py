"""Restorer: restore old scanned photographs, offline, with generators trained for it."""

from __future__ import annotations

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
