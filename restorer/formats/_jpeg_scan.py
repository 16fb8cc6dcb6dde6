"""Whether a JPEG holds all of its picture.

libjpeg fills up what is missing with gray and says nothing that could be heard. A file that was cut in the middle, and
given an end marker by whatever copied or recovered it, would open as a photo with a gray lower half.

Source: ITU-T T.81 (JPEG), annexes B and G.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

_START, _END, _SCAN, _RESTART_INTERVAL = 0xD8, 0xD9, 0xDA, 0xDD
_FRAMES = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
FILLER = bytes(range(1, 255)) * 16
"""Coded data of no meaning: where a scan is whole, a decoder reads nothing of what follows it."""


@dataclass(frozen=True, slots=True)
class Component:
    """One colour plane: its id and how many samples it has for each unit of the picture."""

    identity: int
    across: int
    down: int


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass of coded data: which components and coefficients it brings, and where it lies."""

    components: tuple[int, ...]
    first: int
    last: int
    bit: int
    start: int
    end: int
    restart_interval: int


@dataclass(slots=True)
class Structure:
    """Markers of the first picture of a file.

    Attributes:
        end: where the end marker of the picture stands; None where there is none.
    """

    width: int = 0
    height: int = 0
    progressive: bool = False
    components: tuple[Component, ...] = ()
    scans: list[Scan] = field(default_factory=list)
    end: int | None = None


def read_structure(data: bytes) -> Structure:
    """Raises ValueError where the markers cannot be followed."""
    found, position, interval = Structure(), 2, 0
    while position + 4 <= len(data):
        if data[position] != 0xFF:  # Some cameras leave padding between segments.
            position = _scan_end(data, position)
            continue
        marker = data[position + 1]
        if marker == 0xFF or marker in _STANDALONE:
            position += 1 if marker == 0xFF else 2
            continue
        if marker == _END:
            break
        (length,) = struct.unpack_from(">H", data, position + 2)
        body = data[position + 4 : position + 2 + length]
        position += 2 + length
        if marker in _FRAMES and not found.components:
            _read_frame(found, marker, body)
        elif marker == _RESTART_INTERVAL and len(body) >= 2:
            (interval,) = struct.unpack_from(">H", body)
        elif marker == _SCAN:
            end = _scan_end(data, position)
            found.scans.append(_read_scan(body, position, end, interval))
            position = end
    if data[position : position + 2] == bytes((0xFF, _END)):
        found.end = position
    return found


def _read_frame(found: Structure, marker: int, body: bytes) -> None:
    if len(body) < 6 or len(body) < 6 + 3 * body[5]:
        raise ValueError("the frame header is too short")
    found.progressive = marker in _PROGRESSIVE
    found.height, found.width = struct.unpack_from(">HH", body, 1)
    planes = (body[at : at + 3] for at in range(6, 6 + 3 * body[5], 3))
    found.components = tuple(Component(plane[0], plane[1] >> 4, plane[1] & 15) for plane in planes)


def _scan_end(data: bytes, position: int) -> int:
    """Where the next marker that ends coded data stands, or the end of the file."""
    match = _MARKER.search(data, position)
    return match.start() if match else len(data)


def _read_scan(body: bytes, start: int, end: int, interval: int) -> Scan:
    count = body[0] if body else 0
    if len(body) < 4 + 2 * count:
        raise ValueError("a scan header is too short")
    first, last, bits = body[1 + 2 * count : 4 + 2 * count]
    return Scan(tuple(body[1 : 1 + 2 * count : 2]), first, last, bits & 15, start, end, interval)


def missing(structure: Structure, data: bytes) -> str:
    """What the markers show to be missing, in words; empty where they show nothing."""
    if structure.end is None:
        return "its end is missing"
    wanted = {component.identity for component in structure.components}
    if structure.progressive:
        whole = set.intersection(*(_finished(structure, identity) for identity in wanted)) if wanted else set()
        if len(whole) < 64:
            return "its last scans are missing"
    elif wanted - {identity for scan in structure.scans for identity in scan.components}:
        return "one of its colours is missing"
    for scan in structure.scans:
        if scan.restart_interval and len(_RESTART.findall(data, scan.start, scan.end)) < _restarts(structure, scan):
            return "parts of the picture are missing"
    return ""


def _finished(structure: Structure, identity: int) -> set[int]:
    """Coefficients of a component that scans bring to their last bit."""
    scans = (scan for scan in structure.scans if identity in scan.components and scan.bit == 0)
    return {index for scan in scans for index in range(scan.first, scan.last + 1)}


def _restarts(structure: Structure, scan: Scan) -> int:
    """Restart markers inside a scan."""
    across = max(component.across for component in structure.components)
    down = max(component.down for component in structure.components)
    unit_width, unit_height = 8 * across, 8 * down
    if len(scan.components) == 1:
        (component,) = (each for each in structure.components if each.identity == scan.components[0])
        unit_width, unit_height = unit_width // component.across, unit_height // component.down
    units = -(-structure.width // unit_width) * -(-structure.height // unit_height)
    return max(0, -(-units // scan.restart_interval) - 1)


def with_filler(structure: Structure, data: bytes) -> bytes:
    """The file with data of no meaning behind its last scan: it looks another if that scan was not whole."""
    end = structure.scans[-1].end
    return data[:end] + FILLER + data[end:]
