"""What a person set and the program remembers, as a value.

Each setting is declared once: its place in the file, its default, and what it may be. The file itself is
:mod:`restorer.session.settings_file`'s matter.
"""

from __future__ import annotations

import base64
import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

RECENT_KEPT = 12
BRUSH_SIZE_PX = (1.0, 4000.0)
"""As in core.brush, which would bring numpy along, and settings are read before the window's first frame."""
LARGEST_PHOTO_GIB = (0.25, 64.0)
MEMORY_GIB = (0.0, 1024.0)
AUTOSAVE_S = (5.0, 3600.0)
THEMES = ("system", "dark", "light")
LANGUAGES = ("system", "en")
OVERLAYS = ("off", "tint", "outline", "matte")
WHEELS = ("zoom", "pan")
SCREENS = ("system", "srgb")
INTENTS = ("perceptual", "relative", "saturation", "absolute")
"""As in formats.intent."""
SURROUNDS = ("theme", "10", "50", "90")
SHORTCUT_PRESETS = ("photoshop", "gimp", "krita")

T = TypeVar("T")
Keys = Mapping[str, tuple[str, ...]]
_NO_KEYS: Keys = MappingProxyType({})


def _setting(place: str, default: T, decode: Callable[[object], T]) -> T:
    """A field of :class:`Settings`.

    Args:
        place: ``table.name`` in the file.
        decode: the value from what stands there; raises TypeError or ValueError for what it cannot be.
    """
    metadata = {"place": place, "decode": decode}
    if isinstance(default, Mapping):  # which a dataclass takes for something that instances could change
        return cast(T, dataclasses.field(default_factory=lambda: default, metadata=metadata))
    return dataclasses.field(default=default, metadata=metadata)


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


def _path(value: object) -> Path | None:
    return Path(_text(value))


def _paths(value: object) -> tuple[Path, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(Path(_text(item)) for item in value)[:RECENT_KEPT]


def _bytes(value: object) -> bytes:
    return base64.b64decode(_text(value), validate=True)


def _keys(value: object) -> Keys:
    if not isinstance(value, dict):
        raise TypeError
    keys: dict[str, tuple[str, ...]] = {}
    for name, sequences in value.items():
        if not isinstance(sequences, list):
            raise TypeError
        keys[name] = tuple(_text(sequence) for sequence in sequences)
    return MappingProxyType(keys)


@dataclass(frozen=True, slots=True)
class Settings:
    """One set of settings.

    Attributes:
        theme: one of :data:`THEMES`.
        language: one of :data:`LANGUAGES`.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        memory_gib: most memory that plans for tiles count on; 0 for what the device has free.
        largest_photo_gib: decoded size, in GiB, up to which a photo is opened.
        autosave_s: seconds after which work that could not be kept on the disk is tried again.
        recent: photos opened last, newest first.
        last_folder: where the last photo was opened or saved.
        window_geometry, window_state: as the toolkit saved them; opaque.
        brush_size_px: diameter in image pixels.
        brush_hardness: 0 to 1.
        pen_pressure: whether a pen's pressure changes the brush's size.
        smooth_edges: whether tools that mark areas do so with antialiased edges.
        wand_tolerance: how different a colour may be, in per cent of full white.
        wand_contiguous: whether the wand takes connected pixels only.
        wand_sample_px: side of the square whose mean colour the wand looks for.
        ribbon_widen_px: how much wider than measured a ribbon is made.
        overlay: how the mask is shown, one of :data:`OVERLAYS`.
        wheel: what the mouse wheel does on the canvas, one of :data:`WHEELS`.
        screen: whose colours photos are shown in, one of :data:`SCREENS`: the screen's own profile, or sRGB.
        intent: what becomes of colours the screen cannot show, one of :data:`INTENTS`.
        surround: grey around the photo, one of :data:`SURROUNDS`: the theme's, or so many percent of lightness.
        shortcut_preset: one of :data:`SHORTCUT_PRESETS`.
        shortcuts: what the person changed in the preset: action id to key sequences, none = no shortcut.
    """

    theme: str = _setting("appearance.theme", "system", _one_of(THEMES))
    language: str = _setting("appearance.language", "system", _one_of(LANGUAGES))
    device: str = _setting("device.use", "auto", _text)
    memory_gib: float = _setting("device.memory_gib", 0.0, _number(*MEMORY_GIB))
    largest_photo_gib: float = _setting("photos.largest_gib", 6.0, _number(*LARGEST_PHOTO_GIB))
    autosave_s: float = _setting("photos.autosave_s", 60.0, _number(*AUTOSAVE_S))
    recent: tuple[Path, ...] = _setting("photos.recent", (), _paths)
    last_folder: Path | None = _setting("photos.last_folder", None, _path)  # noqa: RUF009 - makes a field
    window_geometry: bytes = _setting("window.geometry", b"", _bytes)
    window_state: bytes = _setting("window.state", b"", _bytes)
    brush_size_px: float = _setting("brush.size_px", 24.0, _number(*BRUSH_SIZE_PX))
    brush_hardness: float = _setting("brush.hardness", 0.8, _number(0.0, 1.0))
    pen_pressure: bool = _setting("brush.pen_pressure", True, _flag)
    smooth_edges: bool = _setting("mark.smooth_edges", True, _flag)
    wand_tolerance: float = _setting("mark.wand_tolerance", 10.0, _number(0.0, 100.0))
    wand_contiguous: bool = _setting("mark.wand_contiguous", True, _flag)
    wand_sample_px: float = _setting("mark.wand_sample_px", 3.0, _number(1.0, 11.0))
    ribbon_widen_px: float = _setting("mark.ribbon_widen_px", 2.0, _number(0.0, 60.0))
    overlay: str = _setting("canvas.overlay", "tint", _one_of(OVERLAYS))
    wheel: str = _setting("canvas.wheel", "zoom", _one_of(WHEELS))
    screen: str = _setting("canvas.screen", "system", _one_of(SCREENS))
    intent: str = _setting("canvas.intent", "perceptual", _one_of(INTENTS))
    surround: str = _setting("canvas.surround", "theme", _one_of(SURROUNDS))
    shortcut_preset: str = _setting("shortcuts.preset", "photoshop", _one_of(SHORTCUT_PRESETS))
    shortcuts: Keys = _setting("shortcuts.keys", _NO_KEYS, _keys)  # noqa: RUF009 - makes a field


def from_tables(tables: Mapping[str, Any]) -> tuple[Settings, tuple[str, ...]]:
    """Settings from the tables of a file, and a sentence for every value that was not usable.

    Names that no setting has are passed over.
    """
    values: dict[str, Any] = {}
    notices = []
    for field in dataclasses.fields(Settings):
        table, _, name = field.metadata["place"].partition(".")
        section = tables.get(table, {})
        if not isinstance(section, Mapping) or name not in section:
            continue
        try:
            values[field.name] = field.metadata["decode"](section[name])
        except (TypeError, ValueError):
            notices.append(f"The setting {table}.{name} cannot be {section[name]!r}, so its default is used.")
    return Settings(**values), tuple(notices)


def to_tables(settings: Settings) -> dict[str, dict[str, Any]]:
    """The tables of a file; a value of None stands for a setting that is not there."""
    tables: dict[str, dict[str, Any]] = {}
    for field in dataclasses.fields(settings):
        table, _, name = field.metadata["place"].partition(".")
        tables.setdefault(table, {})[name] = _encode(getattr(settings, field.name))
    return tables


def _encode(value: object) -> Any:
    match value:
        case None | bool() | int():
            return value
        case float():
            return int(value) if value.is_integer() and math.fabs(value) < 2**53 else value
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case tuple():
            return [_encode(item) for item in value]
        case Mapping():
            return {str(name): _encode(item) for name, item in value.items()}
        case _:
            # A lone surrogate (a file name that is not valid text) cannot stand in TOML.
            return str(value).encode("utf-8", "replace").decode("utf-8")
