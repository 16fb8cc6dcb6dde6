"""How alive the window stays: measured in a process of its own, since no shell imports another."""

from __future__ import annotations

from typing import Any

from restorer.evaluation.probes import run_probe
from restorer.evaluation.report import Gate, Report, Table

PROBE = "restorer.ui.probe"
PREVIEW_WITHIN_MS = 150
"""What still feels as if the picture hung on the slider."""


def ui_suite(*, megapixels: int = 12, defects: int = 30) -> Report:
    """Runs the window's probe offscreen and judges what it measured.

    Raises:
        WorkError: where the probe could not run, with what it said.
    """
    figures = _probe(megapixels, defects)
    gaps, window, cancel = figures["gap_ms"], figures["window"], figures["cancel"]
    preview = figures["preview"]
    follows = preview["latency_ms"]["p50"]
    gates = (
        Gate("event-loop gap p99 while repairing", f"{gaps['p99']:.1f} ms", "≤ 33 ms", gaps["p99"] <= 33),
        Gate("longest event-loop gap while repairing", f"{gaps['max']:.1f} ms", "≤ 100 ms", gaps["max"] <= 100),
        Gate(
            "strokes painted meanwhile are in the mask", str(figures["strokes_kept"]), "True", figures["strokes_kept"]
        ),
        Gate("cancel leaves the photo as it was", str(cancel["photo_unchanged"]), "True", cancel["photo_unchanged"]),
        Gate(
            f"new preview after a slider's release, 1 megapixel, a task of {preview['task_ms']} ms",
            f"{follows:.0f} ms",
            f"≤ {PREVIEW_WITHIN_MS} ms",
            follows <= PREVIEW_WITHIN_MS,
        ),
        Gate(
            "torch imported before the window shows",
            str(window["torch_imported"]),
            "False",
            not window["torch_imported"],
        ),
        Gate("time to window over a bare one", f"{window['ratio']:.2f} ×", "≤ 1.5 ×", window["ratio"] <= 1.5),
    )
    rows = tuple((name, float(value)) for name, value in gaps.items())
    return Report(
        suite="ui",
        subject=f"{megapixels} megapixels, {defects} defects",
        tables=(Table("Event-loop gaps", ("figure", "ms"), rows),),
        gates=gates,
        values={"probe": figures},
    )


def _probe(megapixels: int, defects: int) -> dict[str, Any]:
    return run_probe(PROBE, "--photo-megapixels", str(megapixels), "--defects", str(defects))
