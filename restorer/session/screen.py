"""The colour profile of the screen, from wherever the system keeps it. Imports no Qt, which does not tell."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from pathlib import Path

_PROPERTY = b"_ICC_PROFILE"
"""On the root window: ICC Profiles in X Specification 0.4, freedesktop.org."""
_CARDINAL = 6
_MAX_BYTES = 16 * 2**20


def screen_profile(environment: Mapping[str, str] = os.environ) -> bytes | None:
    """ICC profile of the main screen, or None where the system gives none; then sRGB is the best guess.

    X11 and Windows tell. macOS and most Wayland desktops turn what a window shows into the screen's colours themselves,
    from sRGB, so that there None is right as well.
    """
    if sys.platform == "win32":
        return _windows_profile()
    if sys.platform == "darwin" or not environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return None
    return _x11_profile(environment["DISPLAY"])


class _Screens(ctypes.Structure):
    """``xcb_screen_iterator_t``; a screen begins with the number of its root window."""

    _fields_ = (("data", ctypes.POINTER(ctypes.c_uint32)), ("rem", ctypes.c_int), ("index", ctypes.c_int))


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


def _x11_profile(display: str) -> bytes | None:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
        libc = ctypes.CDLL(None)
    except OSError:
        return None
    pointer = ctypes.c_void_p
    xcb.xcb_connect.restype = xcb.xcb_get_setup.restype = xcb.xcb_get_property_value.restype = pointer
    xcb.xcb_intern_atom_reply.restype = xcb.xcb_get_property_reply.restype = pointer
    xcb.xcb_setup_roots_iterator.restype = _Screens
    xcb.xcb_intern_atom.restype = xcb.xcb_get_property.restype = _Cookie
    connection = pointer(xcb.xcb_connect(display.encode(), None))
    try:
        if xcb.xcb_connection_has_error(connection):
            return None
        screens = xcb.xcb_setup_roots_iterator(pointer(xcb.xcb_get_setup(connection)))
        if screens.rem < 1:
            return None
        atom = _atom(xcb, libc, connection)
        if atom == 0:
            return None
        cookie = xcb.xcb_get_property(
            connection, 0, screens.data[0], atom, _CARDINAL, 0, ctypes.c_uint32(_MAX_BYTES // 4)
        )
        reply = pointer(xcb.xcb_get_property_reply(connection, cookie, None))
        if not reply:
            return None
        value = ctypes.string_at(xcb.xcb_get_property_value(reply), xcb.xcb_get_property_value_length(reply))
        libc.free(reply)
        return value or None
    finally:
        xcb.xcb_disconnect(connection)


def _atom(xcb: ctypes.CDLL, libc: ctypes.CDLL, connection: ctypes.c_void_p) -> int:
    """Number of the property's name; 0 where nothing on this display ever used it."""
    cookie = xcb.xcb_intern_atom(connection, 1, len(_PROPERTY), _PROPERTY)
    reply = ctypes.c_void_p(xcb.xcb_intern_atom_reply(connection, cookie, None))
    if not reply:
        return 0
    number = int.from_bytes(ctypes.string_at(reply, 12)[8:12], sys.byteorder)
    libc.free(reply)
    return number


if sys.platform == "win32":

    def _windows_profile() -> bytes | None:
        user, graphics = ctypes.windll.user32, ctypes.windll.gdi32
        user.GetDC.restype = ctypes.c_void_p
        context = ctypes.c_void_p(user.GetDC(None))
        try:
            size = ctypes.c_uint32(0)
            graphics.GetICMProfileW(context, ctypes.byref(size), None)
            name = ctypes.create_unicode_buffer(size.value or 1)
            if not size.value or not graphics.GetICMProfileW(context, ctypes.byref(size), name):
                return None
            return Path(name.value).read_bytes()
        except OSError:
            return None
        finally:
            user.ReleaseDC(None, context)
