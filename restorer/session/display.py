"""Whether a window can be opened at all, found out before Qt would abort the process over it.

Imports no Qt: it is asked first, and by those who can do without a window.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Mapping
from pathlib import Path

_CONNECT_TIMEOUT_S = 2.0
_HEADLESS_HINT = "Without a window the same work runs from the command line: restorer apply --help."
_INVISIBLE = ("offscreen", "minimal", "vnc")
"""Qt platforms that show nothing on a display of this machine."""
SYSTEM_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libdbus-1.so.3": "libdbus-1-3",
}
"""Libraries that Qt needs on Linux and its wheel does not bring, and the Debian packages that have them."""


def window_problem(environment: Mapping[str, str] = os.environ) -> str:
    """One sentence or two on why no window can be opened here and what to do; empty where one can.

    Takes a few milliseconds: it connects to the display the way Qt will.
    """
    if not is_installed("PySide6"):
        return f"The window needs PySide6: pip install 'restorer[window]'. {_HEADLESS_HINT}"
    if sys.platform in ("win32", "darwin"):
        return ""
    platform = environment.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
    if platform and not platform.startswith(("xcb", "wayland")):
        return _plugin_problem(platform)
    missing = missing_libraries()
    if missing:
        packages = " ".join(SYSTEM_LIBRARIES[name] for name in missing)
        names = ", ".join(missing)
        return f"The window needs {names}; on Debian and Ubuntu: sudo apt install {packages}. {_HEADLESS_HINT}"
    return _display_problem(platform, environment)


def shows_nothing(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether Qt was told to draw where nobody sees it."""
    return environment.get("QT_QPA_PLATFORM", "").partition(":")[0] in _INVISIBLE


def is_installed(package: str) -> bool:
    """Whether a package could be imported, without importing it."""
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def missing_libraries() -> tuple[str, ...]:
    """System libraries that Qt needs for a window and cannot load; none where Qt brings its own."""
    if not sys.platform.startswith("linux"):
        return ()
    return tuple(name for name in SYSTEM_LIBRARIES if not _loads(name))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _plugin_problem(platform: str) -> str:
    """Qt ends the process where it is told to use a platform plugin that it does not have."""
    spec = importlib.util.find_spec("PySide6")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    plugins = [Path(folder) / "Qt" / "plugins" / "platforms" for folder in folders]
    if any(folder.is_dir() for folder in plugins) and not any((f / f"libq{platform}.so").exists() for f in plugins):
        return f"QT_QPA_PLATFORM asks for {platform}, which this Qt does not have: unset it and try again."
    return ""


def _display_problem(platform: str, environment: Mapping[str, str]) -> str:
    wayland = "" if platform == "xcb" else environment.get("WAYLAND_DISPLAY", "")
    x11 = "" if platform.startswith("wayland") else environment.get("DISPLAY", "")
    if not wayland and not x11:
        return f"There is no display to open a window on. {_HEADLESS_HINT}"
    if wayland and _wayland_answers(wayland, environment):
        return ""
    if x11 and _x11_answers(x11):
        return ""
    return f"The display {wayland or x11} cannot be opened: nothing answers, or it refuses this user. {_HEADLESS_HINT}"


def _wayland_answers(name: str, environment: Mapping[str, str]) -> bool:
    import socket

    path = Path(environment.get("XDG_RUNTIME_DIR", "")) / name  # an absolute name replaces the folder
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_CONNECT_TIMEOUT_S)
            connection.connect(str(path))
    except OSError:
        return False
    return True


def _x11_answers(display: str) -> bool:
    """Opens and closes a connection, so that a refused authorisation is noticed as well as a missing server."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    answered = bool(xcb.xcb_connection_has_error(connection) == 0)
    xcb.xcb_disconnect(connection)
    return answered
