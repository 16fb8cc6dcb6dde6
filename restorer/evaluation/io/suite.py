"""``restorer evaluate io``: what comes out of a file goes back into one, and nothing that is no photo does harm."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from restorer.evaluation.environment import usable_cores
from restorer.evaluation.inpaint.methods import OurInpaint
from restorer.evaluation.io.colors import measure_colors
from restorer.evaluation.io.corpus import make_corpus
from restorer.evaluation.io.hostile import hostile_files
from restorer.evaluation.io.hostile_pieces import KINDS, Hostile
from restorer.evaluation.io.readers import exiftool_facts
from restorer.evaluation.io.round_trip import RoundTrip, differences, round_trip
from restorer.evaluation.io.sandbox import (
    CRASHED,
    HUNG,
    MEMORY_CAP_BYTES,
    OPENED,
    REFUSED,
    SURPRISED,
    TIME_LIMIT_S,
    Outcome,
    open_each,
)
from restorer.evaluation.report import Cell, Gate, Report, Table
from restorer.evaluation.suites import SuiteOptions
from restorer.tasks.spec import CLASSICAL

WANTED_FILES, WANTED_HOSTILE = 60, 300
_SUFFIXES = (".jpg", ".png", ".tif", ".webp", ".bmp")
_PYTHON_TALK = ("<_io.", "NoneType", "codec can't", "argument must", "out of range", "object has no", "Error”", "tuple")
"""Words of a message that speak to programmers."""


def io_suite(options: SuiteOptions) -> Report:
    """Round trips of generated files, files made to break the program, and what is shown of each profile.

    ``photos`` limits how many files of each sort are taken.
    """
    with tempfile.TemporaryDirectory(prefix="restorer-io-") as folder:
        trips, has_exiftool = measure_round_trips(Path(folder), options.photos)
        hostile, outcomes = measure_hostile(Path(folder), options.photos)
    colors, color_gates = measure_colors()
    is_whole = options.photos is None
    reader = "and exiftool agree" if has_exiftool else "agree; exiftool is not installed"
    return Report(
        suite="io",
        subject=f"{len(trips)} round trips, {len(hostile)} files made to break the program",
        tables=(_summary(trips), _hostile_summary(hostile, outcomes), colors),
        gates=(*_trip_gates(trips, is_whole), *_hostile_gates(hostile, outcomes, is_whole), *color_gates),
        values={"faithful": sum(trip.is_faithful for trip in trips), "files": len(trips)},
        notes=(f"Metadata are identical where Pillow's readers {reader}.",),
        details=(_all_trips(trips), _all_hostile(hostile, outcomes)),
    )


def measure_round_trips(folder: Path, limit: int | None) -> tuple[list[RoundTrip], bool]:
    """What became of each file, and whether exiftool was asked as well."""
    originals, exports = folder / "originals", folder / "exports"
    originals.mkdir()
    exports.mkdir()
    ours = OurInpaint.with_model(CLASSICAL, "cpu")
    trips = [round_trip(case, exports, ours) for case in islice(make_corpus(originals), limit)]
    before = exiftool_facts(trip.case.path for trip in trips)
    after = exiftool_facts(trip.exported for trip in trips if not trip.error)
    if before is None or after is None:
        return trips, False
    return [
        trip if trip.error else trip.also_lost(differences(before[trip.case.path], after[trip.exported]))
        for trip in trips
    ], True


def measure_hostile(folder: Path, limit: int | None) -> tuple[list[Hostile], list[Outcome]]:
    """The files, and what opening each came to. A limit picks evenly from all kinds."""
    whole, target = folder / "whole", folder / "hostile"
    whole.mkdir()
    target.mkdir()
    files = list(hostile_files(whole))
    if limit is not None:
        files = files[:: max(1, len(files) // limit)][:limit]
    paths = []
    for index, file in enumerate(files):
        suffix = next((each for each in _SUFFIXES if each[1:] in file.name.lower()), ".jpg")
        path = target / f"{index:03}{suffix}"
        path.write_bytes(file.data)
        paths.append(path)
    return files, open_each(paths, workers=usable_cores())


def is_clear(message: str) -> bool:
    """Whether a message speaks to people: one that names no type or function of Python."""
    return bool(message) and not any(word in message for word in _PYTHON_TALK)


def _summary(trips: Sequence[RoundTrip]) -> Table:
    groups: dict[tuple[str, int, str], list[RoundTrip]] = defaultdict(list)
    for trip in trips:
        groups[trip.case.format, trip.case.depth, trip.case.channels].append(trip)
    rows: list[tuple[Cell, ...]] = []
    for (name, depth, channels), members in groups.items():
        pixels, metadata, inside = _kept(members)
        rows.append((f"{name}, {depth} bits, {channels}", len(members), pixels, metadata, inside))
    headings = ("files", "number", "pixels kept", "metadata kept", "repair inside")
    return Table("Round trips: open, export", headings, tuple(rows))


def _kept(trips: Sequence[RoundTrip]) -> tuple[int, int, int]:
    """How many kept their pixels, their metadata, and all but the repaired region."""
    return (
        sum(trip.pixels_kept for trip in trips),
        sum(not trip.metadata_lost and not trip.error for trip in trips),
        sum(trip.repaired and not trip.changed_outside for trip in trips),
    )


def _all_trips(trips: Sequence[RoundTrip]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for trip in trips:
        case = trip.case
        kind = f"{case.format}, {case.depth} bits, {case.channels}"
        lost = "kept" if not trip.metadata_lost else "lost: " + ", ".join(trip.metadata_lost)
        rows.append(
            (
                case.path.name,
                kind,
                case.compression,
                case.profile,
                case.layout,
                trip.exported.suffix,
                trip.error or ("kept" if trip.pixels_kept else "changed"),
                lost,
                trip.changed_outside,
            )
        )
    headings = ("file", "kind", "compression", "profile", "layout", "to", "pixels", "metadata", "changed outside")
    return Table("Every round trip", headings, tuple(rows))


def _hostile_summary(files: Sequence[Hostile], outcomes: Sequence[Outcome]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for kind in KINDS:
        members = [outcome for file, outcome in zip(files, outcomes, strict=True) if file.kind == kind]
        if not members:
            continue
        counts = Counter(outcome.verdict for outcome in members)
        longest = max(outcome.seconds for outcome in members)
        verdicts = (counts[verdict] for verdict in (OPENED, REFUSED, CRASHED, HUNG, SURPRISED))
        rows.append((kind, len(members), *verdicts, longest))
    headings = ("what was done", "files", OPENED, REFUSED, CRASHED, HUNG, SURPRISED, "most s")
    return Table("Files made to break the program", headings, tuple(rows))


def _all_hostile(files: Sequence[Hostile], outcomes: Sequence[Outcome]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (file.kind, file.name, outcome.verdict, outcome.message, outcome.seconds)
        for file, outcome in zip(files, outcomes, strict=True)
    ]
    return Table("Every file made to break the program", ("kind", "file", "verdict", "message", "s"), tuple(rows))


def _trip_gates(trips: Sequence[RoundTrip], is_whole: bool) -> list[Gate]:
    total = len(trips)
    names = "round trips with identical pixels", "round trips with identical metadata", "repairs of their region alone"
    gates = [
        Gate(name, f"{kept} of {total}", "all", kept == total) for name, kept in zip(names, _kept(trips), strict=True)
    ]
    if is_whole:
        gates.append(Gate("files of the round trip", str(total), f"≥ {WANTED_FILES}", total >= WANTED_FILES))
    return gates


def _hostile_gates(files: Sequence[Hostile], outcomes: Sequence[Outcome], is_whole: bool) -> list[Gate]:
    counts = Counter(outcome.verdict for outcome in outcomes)
    unclear = [outcome for outcome in outcomes if outcome.verdict == REFUSED and not is_clear(outcome.message)]
    cap = f"no crash below {MEMORY_CAP_BYTES >> 30} GiB of address space"
    gates = [
        Gate(f"crashes ({cap})", str(counts[CRASHED]), "0", counts[CRASHED] == 0),
        Gate(f"files that took more than {TIME_LIMIT_S:.0f} s", str(counts[HUNG]), "0", counts[HUNG] == 0),
        Gate("errors that are not meant for people", str(counts[SURPRISED]), "0", counts[SURPRISED] == 0),
        Gate("refusals that speak to programmers", str(len(unclear)), "0", not unclear),
    ]
    if is_whole:
        enough = len(files) >= WANTED_HOSTILE
        gates.append(Gate("files made to break the program", str(len(files)), f"≥ {WANTED_HOSTILE}", enough))
    return gates
