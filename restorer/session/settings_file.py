"""The file settings live in: TOML, replaced in one go, never in the way of starting and never lost."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from restorer.core.errors import WorkError
from restorer.session.settings import Settings, from_tables, to_tables

VERSION = 2
"""1 was without tables and without a number."""
_HEADING = (
    "# Settings of Restorer. Written by the program, which keeps names it does not know but no comments.\n"
    "# May be edited while it is closed.\n"
)
_BEFORE_TABLES: Mapping[str, str] = {
    "theme": "appearance.theme",
    "device": "device.use",
    "largest_photo_gib": "photos.largest_gib",
    "recent": "photos.recent",
    "last_folder": "photos.last_folder",
    "window_geometry": "window.geometry",
    "window_state": "window.state",
    "brush_size_px": "brush.size_px",
    "brush_hardness": "brush.hardness",
    "pen_pressure": "brush.pen_pressure",
    "overlay": "canvas.overlay",
}
"""Where the names of version 1 went."""


class SettingsStore:
    """One settings file.

    Args:
        path: the file; the system's folder for configuration if None. It need not exist.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            import platformdirs

            path = Path(platformdirs.user_config_dir("restorer", appauthor=False)) / "settings.toml"
        self.path = path

    def load(self) -> tuple[Settings, tuple[str, ...]]:
        """The settings and what to tell the person about them; never raises for what is in the file.

        A file that is not TOML is set aside under another name, so that nothing in it is lost; a single value that
        makes no sense falls back to its default.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return Settings(), ()
        except OSError as error:
            return Settings(), (f"The settings in {self.path} cannot be read: {error.strerror}.",)
        try:
            return from_tables(_parsed(data))
        except UnicodeDecodeError:
            return Settings(), (self._set_aside("it is not text"),)
        except tomllib.TOMLDecodeError as error:
            return Settings(), (self._set_aside(str(error)),)

    def save(self, settings: Settings) -> None:
        """Replaces the file in one go; names in it that no setting has stay.

        Not synced to the disk: settings are worth less than a stall of the window. On file systems that write out of
        order a loss of power may leave the file empty or as it was, and both are read.

        Raises:
            WorkError: where it cannot be written; the old file is as it was.
        """
        import tomli_w

        try:
            document = self._kept()
            _merge(document, to_tables(settings))
            document["version"] = max(VERSION, document["version"])
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
            try:
                temporary.write_text(_HEADING + tomli_w.dumps(document), "utf-8", newline="\n")
                temporary.replace(self.path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise WorkError(f"The settings cannot be saved to {self.path}: {error.strerror or error}.") from None

    def _kept(self) -> dict[str, Any]:
        """What is in the file now, in the shape of this version; an unreadable file is set aside."""
        try:
            return _parsed(self.path.read_bytes())
        except FileNotFoundError:
            return {"version": VERSION}
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            self._set_aside(str(error))
            return {"version": VERSION}

    def _set_aside(self, reason: str) -> str:
        broken = self._free_name()
        sentence = f"The settings file {self.path} is unusable ({reason}), so the defaults are used."
        try:
            self.path.replace(broken)
        except OSError:
            return sentence
        return f"{sentence} The old file is kept as {broken.name}."

    def _free_name(self) -> Path:
        """``settings.toml.broken``, or the first of ``…broken.2``, ``…broken.3`` that is not taken."""
        first = self.path.with_name(self.path.name + ".broken")
        names = (first if number == 1 else first.with_name(f"{first.name}.{number}") for number in range(1, 1000))
        return next((name for name in names if not name.exists()), first)


def _parsed(data: bytes) -> dict[str, Any]:
    """The tables of a file of any version. Raises UnicodeDecodeError and TOMLDecodeError."""
    document = tomllib.loads(data.decode("utf-8"))
    version = document.get("version")
    is_numbered = isinstance(version, int) and not isinstance(version, bool)
    return document if is_numbered else _from_version_1(document)


def _from_version_1(old: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {"version": VERSION}
    for name, value in old.items():
        place = _BEFORE_TABLES.get(name)
        if place is None:
            if name != "version":
                document[name] = value
            continue
        table, _, name = place.partition(".")
        section = document.setdefault(table, {})
        if isinstance(section, dict):
            section[name] = value
    return document


def _merge(document: dict[str, Any], tables: Mapping[str, Mapping[str, Any]]) -> None:
    for table, values in tables.items():
        section = document.get(table)
        if not isinstance(section, dict):
            section = document[table] = {}
        for name, value in values.items():
            if value is None:
                section.pop(name, None)
            else:
                section[name] = value
