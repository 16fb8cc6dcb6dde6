"""The text behind "Copy report": what went wrong, with nothing in it that a person would not want to send."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
import traceback
from typing import Any

from restorer import __version__

_LIBRARIES = ("numpy", "opencv-python", "torch", "pillow", "tifffile", "imagecodecs", "PySide6-Essentials")
_QUOTED_PATH = re.compile(r"""(["'])(?:[A-Za-z]:)?[^"'\n]*[\\/]([^"'\\/\n]+)\1""")
_BARE_PATH = re.compile(r"""(?<![\w.:/\\])(?:[A-Za-z]:[\\/]|\\\\|~?/)(?:[^\s"'\\/:;,<>|]+[\\/])+([^\s"'\\/:;,<>|]+)""")


def without_folders(text: str) -> str:
    """The text with every path in it cut down to its last part: folders tell names of people and places."""
    return _BARE_PATH.sub(r"\1", _QUOTED_PATH.sub(r"\1\2\1", text))


def library_versions() -> dict[str, str]:
    """Installed versions of the libraries that matter, without importing any; missing ones are left out."""
    versions = {}
    for name in _LIBRARIES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def failure_report(error: BaseException, *, device: str, request: dict[str, Any]) -> str:
    """Traceback, versions, device and a summary of the request; no pixels, no folders.

    Args:
        request: plain values; :meth:`JobRequest.summary`.
    """
    versions = ", ".join(f"{name} {version}" for name, version in library_versions().items())
    trace = "".join(traceback.format_exception(error))
    return without_folders(
        f"Restorer {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"{versions}\n"
        f"Device: {device or 'none'}\n"
        f"Request: {json.dumps(request, ensure_ascii=False)}\n\n"
        f"{trace}"
    )
