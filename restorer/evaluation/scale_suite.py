"""A huge scan in the window: memory, first pixels, frames, dabs, export; measured in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from restorer.core.errors import WorkError
from restorer.evaluation.report import Cell, Gate, Report, Table

PROBE = "restorer.ui.probe_scale"
TIMEOUT_S = 3600
MEGAPIXELS = 200.0
MEMORY_RATIO, FIRST_RATIO, EXPORT_RATIO, FRAME_RATIO = 2.5, 1.2, 1.3, 1.3
FRAME_MS, DAB_MS, IDLE_SHARE = 16.0, 8.0, 0.01
_CACHES_BYTES = 128 * 2**20
"""What the canvas keeps of tiles, however large the scan; a small photo does not fill it."""
_WHOLE_FROM_BYTES = 10**9
"""Of decoded pixels, from which on the program itself no longer matters to how much memory is taken."""


def scale_suite(megapixels: float = MEGAPIXELS, *, quick: bool = False) -> Report:
    """Opens, looks at, paints on and exports a generated 16-bit RGB TIFF in the real window, at 1920 x 1080.

    Args:
        megapixels: its size. Of one that decodes to less than a gigabyte, only the memory beyond that of a photo of 2
            megapixels and of the canvas's full caches is judged: they alone are more than such a scan.
        quick: fewer frames and dabs, to see whether it works.

    Raises:
        WorkError: where the probe could not run, with what it said.
    """
    figures = _probe(megapixels, quick)
    return Report(
        suite="scale",
        subject=f"a 16-bit RGB TIFF of {megapixels:g} megapixels",
        tables=tables_of(figures),
        gates=gates_of(figures),
        values={"scale": figures},
        notes=("Memory is the most the window's process had in use at any time until then.",),
    )


def tables_of(figures: dict[str, Any]) -> tuple[Table, ...]:
    """Everything side by side with the photo of 2 megapixels."""
    small, large = figures["small"], figures["large"]
    rows: list[tuple[Cell, ...]] = [
        (name, small["peak_bytes"][name] / 2**20, large["peak_bytes"][name] / 2**20) for name in large["peak_bytes"]
    ]
    memory = Table("Most memory so far, MiB", ("when", "2 megapixels", "the scan"), tuple(rows))
    times: list[tuple[Cell, ...]] = [
        ("first pixels, s", small["first_pixels_s"], large["first_pixels_s"]),
        ("opened, s", small["opened_s"], large["opened_s"]),
        ("sharp, s", small["sharp_s"], large["sharp_s"]),
        ("export, s", small["export_s"], large["export_s"]),
        *((f"frame {name}, ms", small["frame_ms"][name], large["frame_ms"][name]) for name in ("p50", "p95", "max")),
        ("longest gap while opening, ms", small["opening_gap_ms"]["max"], large["opening_gap_ms"]["max"]),
        ("longest gap after inverting the mask, ms", small["invert_gap_ms"]["max"], large["invert_gap_ms"]["max"]),
    ]
    for size in large["dab_ms"]:
        for zoom in large["dab_ms"][size]:
            found = small["dab_ms"][size][zoom]["p95"], large["dab_ms"][size][zoom]["p95"]
            times.append((f"dab of {size} px at {zoom}, p95 ms", *found))
    whole: list[tuple[Cell, ...]] = [
        (name, found["plain_decode_s"], found["first_pixels_s"]) for name, found in figures["whole"].items()
    ]
    formats = Table(
        "Formats that are read to the end first, s", ("what", "plain decoding", "first pixels"), tuple(whole)
    )
    return memory, Table("Times", ("what", "2 megapixels", "the scan"), tuple(times)), formats


def gates_of(figures: dict[str, Any]) -> tuple[Gate, ...]:
    """What must be reached, and whether it was."""
    small, large = figures["small"], figures["large"]
    decoded, used, memory = large["decoded_bytes"], large["peak_bytes"]["exported"], "peak memory over decoded pixels"
    if decoded < _WHOLE_FROM_BYTES:
        decoded -= small["decoded_bytes"]
        used -= small["peak_bytes"]["exported"] + _CACHES_BYTES
        memory += " (beyond 2 megapixels and full caches)"
    decode, encode = figures["plain_decode_s"], figures["plain_encode_s"]
    first, frame = large["first_pixels_s"], large["frame_ms"]["p95"]
    dabs = {
        f"{size} px at {zoom}": found["p95"] for size, zooms in large["dab_ms"].items() for zoom, found in zooms.items()
    }
    slowest = max(dabs, key=lambda name: dabs[name])
    when = f"{'before' if large['before_decoded'] else 'after'} all is decoded ({large['opened_s']:.2f} s)"
    in_time = large["before_decoded"] or first <= FIRST_RATIO * decode
    late = {name: found["first_pixels_s"] / found["plain_decode_s"] for name, found in figures["whole"].items()}
    latest = max(late, key=lambda name: late[name])
    return (
        Gate(memory, f"{used / decoded:.2f} ×", f"≤ {MEMORY_RATIO} ×", used <= MEMORY_RATIO * decoded),
        Gate(
            "first pixels on the screen",
            f"{first:.2f} s, {when}",
            f"before that, or ≤ {FIRST_RATIO} × plain decoding ({decode:.2f} s)",
            in_time,
        ),
        Gate(
            f"first pixels over plain decoding, formats read to the end ({latest})",
            f"{late[latest]:.2f} ×",
            f"≤ {FIRST_RATIO} ×",
            late[latest] <= FIRST_RATIO,
        ),
        Gate("pan and zoom, frame p95", f"{frame:.1f} ms", f"≤ {FRAME_MS:g} ms", frame <= FRAME_MS),
        Gate(
            "the same over a photo of 2 megapixels",
            f"{frame / small['frame_ms']['p95']:.2f} ×",
            f"≤ {FRAME_RATIO} ×",
            frame <= FRAME_RATIO * small["frame_ms"]["p95"],
        ),
        Gate(f"slowest dab p95 ({slowest})", f"{dabs[slowest]:.1f} ms", f"≤ {DAB_MS:g} ms", dabs[slowest] <= DAB_MS),
        Gate(
            "export over the plain encoder",
            f"{large['export_s'] / encode:.2f} × ({large['export_s']:.1f} s)",
            f"≤ {EXPORT_RATIO} × ({encode:.1f} s)",
            large["export_s"] <= EXPORT_RATIO * encode,
        ),
        Gate(
            "processor time while idle",
            f"{large['idle_cpu_share']:.2%}",
            f"≤ {IDLE_SHARE:.0%}",
            large["idle_cpu_share"] <= IDLE_SHARE,
        ),
    )


def _probe(megapixels: float, quick: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", PROBE, "--megapixels", str(megapixels), *(["--quick"] if quick else [])]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, env=environment, check=False)
    except subprocess.TimeoutExpired:
        raise WorkError(f"The probe on a huge scan took more than {TIMEOUT_S} s.") from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()[-1:] or done.returncode
        raise WorkError(f"The probe on a huge scan failed: {said}.")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
