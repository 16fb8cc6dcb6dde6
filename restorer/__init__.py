"""Restorer: restore old scanned photographs, offline, with generators trained for it."""

from importlib import metadata

try:
    __version__ = metadata.version("restorer")
except metadata.PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0.0.0+source"

__all__ = ["__version__"]
