"""What a person set and the program remembers: one small TOML file, never in the way of starting."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from restorer.core.errors import WorkError

RECENT_KEPT = 12
BRUSH_SIZE_PX = (1.0, 4000.0)
"""As in core.brush, which would bring numpy along, and settings are read before the window's first frame."""
LARGEST_PHOTO_GIB = (0.25, 64.0)
THEMES = ("system", "dark", "light")
OVERLAYS = ("off", "tint", "outline", "matte")


@dataclass(frozen=True, slots=True)
class Settings:
    """One set of settings, a value.

    Attributes:
        theme: one of :data:`THEMES`.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        recent: photos opened last, newest first.
        last_folder: where the last photo was opened or saved.
        window_geometry, window_state: as the toolkit saved them; opaque.
        brush_size_px: diameter in image pixels.
        brush_hardness: 0 to 1.
        pen_pressure: whether a pen's pressure changes the brush's size.
        overlay: one of :data:`OVERLAYS`.
        largest_photo_gib: decoded size, in GiB, up to which a photo is opened.
    """

    theme: str = "system"
    device: str = "auto"
    recent: tuple[Path, ...] = ()
    last_folder: Path | None = None
    window_geometry: bytes = b""
    window_state: bytes = b""
    brush_size_px: float = 24.0
    brush_hardness: float = 0.8
    pen_pressure: bool = True
    overlay: str = "tint"
    largest_photo_gib: float = 6.0


class SettingsStore:
    """The file settings live in.

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
            text = self.path.read_text("utf-8")
        except FileNotFoundError:
            return Settings(), ()
        except OSError as error:
            return Settings(), (f"The settings in {self.path} cannot be read: {error.strerror}.",)
        except UnicodeDecodeError:
            return Settings(), (self._set_aside("it is not text"),)
        try:
            return from_toml(text)
        except tomllib.TOMLDecodeError as error:
            return Settings(), (self._set_aside(str(error)),)

    def save(self, settings: Settings) -> None:
        """Replaces the file in one go. Not synced to the disk: settings are worth less than a stall of the window.

        Raises:
            WorkError: where it cannot be written; the old file is as it was.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
            try:
                temporary.write_text(to_toml(settings), "utf-8")
                temporary.replace(self.path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise WorkError(f"The settings cannot be saved to {self.path}: {error.strerror or error}.") from None

    def _set_aside(self, reason: str) -> str:
        broken = self.path.with_name(self.path.name + ".broken")
        sentence = f"The settings file {self.path} is unusable ({reason}), so the defaults are used."
        try:
            self.path.replace(broken)
        except OSError:
            return sentence
        return f"{sentence} The old file is kept as {broken.name}."


def to_toml(settings: Settings) -> str:
    """The text of a settings file. Every value is a string, number, boolean or list of strings."""
    lines = ["# Settings of Restorer. Written by the program; may be edited while it is closed."]
    for field in dataclasses.fields(settings):
        value = _encode(getattr(settings, field.name))
        if value is not None:
            lines.append(f"{field.name} = {value}")
    return "\n".join(lines) + "\n"


def from_toml(text: str) -> tuple[Settings, tuple[str, ...]]:
    """Settings from the text of a file, and a sentence for every value that was not usable.

    Unknown names are passed over: they belong to another version of the program.

    Raises:
        tomllib.TOMLDecodeError: where it is not TOML.
    """
    values: dict[str, Any] = {}
    notices = []
    for name, raw in tomllib.loads(text).items():
        decode = _DECODERS.get(name)
        if decode is None:
            continue
        try:
            values[name] = decode(raw)
        except (TypeError, ValueError, binascii.Error):
            notices.append(f"The setting {name} cannot be {raw!r}, so its default is used.")
    return Settings(**values), tuple(notices)


def _encode(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case bytes():
            return _quote(base64.b64encode(value).decode("ascii"))
        case tuple():
            return "[" + ", ".join(_quote(str(item)) for item in value) + "]"
        case _:
            return _quote(str(value))


def _quote(text: str) -> str:
    """A basic TOML string. JSON's escapes are a part of TOML's; what JSON leaves bare (DEL) TOML wants escaped.

    A lone surrogate (a file name that is not valid text) cannot stand in TOML and becomes a question mark.
    """
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _one_of(choices: tuple[str, ...]) -> Callable[[object], str]:
    def decode(value: object) -> str:
        if value not in choices:
            raise ValueError
        return str(value)

    return decode


def _number(low: float, high: float) -> Callable[[object], float]:
    def decode(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise ValueError
        return float(value)

    return decode


def _paths(value: object) -> tuple[Path, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(Path(_text(item)) for item in value)[:RECENT_KEPT]


def _bytes(value: object) -> bytes:
    return base64.b64decode(_text(value), validate=True)


_DECODERS: Mapping[str, Callable[[object], object]] = {
    "theme": _one_of(THEMES),
    "device": _text,
    "recent": _paths,
    "last_folder": lambda value: Path(_text(value)),
    "window_geometry": _bytes,
    "window_state": _bytes,
    "brush_size_px": _number(*BRUSH_SIZE_PX),
    "brush_hardness": _number(0.0, 1.0),
    "pen_pressure": _flag,
    "overlay": _one_of(OVERLAYS),
    "largest_photo_gib": _number(*LARGEST_PHOTO_GIB),
}
