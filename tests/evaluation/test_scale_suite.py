"""What is judged of a huge scan, and how."""

from __future__ import annotations

import copy
import json
import subprocess
from typing import Any

import pytest

from restorer.core.errors import WorkError
from restorer.evaluation import scale_suite
from restorer.evaluation.suites import SuiteOptions, run_suite

PHOTO: dict[str, Any] = {
    "decoded_bytes": 1_200_000_000,
    "first_pixels_s": 0.4,
    "before_decoded": True,
    "opened_s": 2.0,
    "sharp_s": 3.0,
    "opening_gap_ms": {"max": 20.0},
    "invert_gap_ms": {"max": 30.0},
    "frame_ms": {"p50": 5.0, "p95": 12.0, "max": 20.0},
    "dab_ms": {
        "10": {"fit": {"p95": 2.0}, "100 %": {"p95": 3.0}},
        "1000": {"fit": {"p95": 7.0}, "100 %": {"p95": 7.5}},
    },
    "export_s": 10.0,
    "peak_bytes": {"before": 200_000_000, "opened": 1_700_000_000, "exported": 2_900_000_000},
    "idle_cpu_share": 0.001,
}
FIGURES: dict[str, Any] = {
    "plain_decode_s": 0.5,
    "plain_encode_s": 9.0,
    "whole": {
        "PNG": {"plain_decode_s": 1.0, "first_pixels_s": 1.1},
        "TIFF": {"plain_decode_s": 0.5, "first_pixels_s": 0.5},
    },
    "small": PHOTO,
    "large": dict(PHOTO),
}


def missed(**changes: Any) -> list[str]:
    """Names of the gates that are missed where the scan's figures are these."""
    figures = copy.deepcopy(FIGURES)
    figures["large"] |= changes
    return [gate.name for gate in scale_suite.gates_of(figures) if not gate.reached]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"peak_bytes": PHOTO["peak_bytes"] | {"exported": 3_100_000_000}}, "peak memory over decoded pixels"),
        ({"before_decoded": False, "first_pixels_s": 0.7}, "first pixels on the screen"),
        ({"dab_ms": {"4000": {"fit": {"p95": 8.2}}}}, "slowest dab p95 (4000 px at fit)"),
        ({"export_s": 12.0}, "export over the plain encoder"),
        ({"idle_cpu_share": 0.02}, "processor time while idle"),
    ],
)
def test_each_gate_is_missed_by_itself(changes: dict[str, Any], name: str) -> None:
    assert missed() == []
    assert missed(**changes) == [name]


def test_frames_are_held_to_a_figure_and_to_those_of_a_small_photo() -> None:
    assert missed(frame_ms={"p50": 1.0, "p95": 15.9, "max": 16.0}) == ["the same over a photo of 2 megapixels"]
    assert len(missed(frame_ms={"p50": 1.0, "p95": 16.1, "max": 17.0})) == 2


def test_first_pixels_after_decoding_are_fine_where_that_was_quick() -> None:
    assert missed(before_decoded=False, first_pixels_s=0.59) == []


def test_the_latest_of_the_formats_that_are_read_to_the_end_is_judged() -> None:
    figures = copy.deepcopy(FIGURES)
    figures["whole"]["TIFF"]["first_pixels_s"] = 0.7
    (gate,) = [each for each in scale_suite.gates_of(figures) if not each.reached]
    assert "(TIFF)" in gate.name
    assert gate.figure == "1.40 ×"


def test_of_a_smaller_scan_what_a_small_photo_takes_is_taken_off() -> None:
    figures = copy.deepcopy(FIGURES)
    figures["small"] |= {"decoded_bytes": 12_000_000, "peak_bytes": {"exported": 350_000_000}}
    for used, reached in ((484 + 2.4 * 108, True), (485 + 2.6 * 108, False)):
        figures["large"] |= {"decoded_bytes": 120_000_000, "peak_bytes": {"exported": used * 1e6}}
        gate = scale_suite.gates_of(figures)[0]
        assert "beyond 2 megapixels" in gate.name
        assert gate.reached is reached


def test_the_suite_runs_the_probe_and_tells_everything_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, json.dumps(FIGURES), "")

    monkeypatch.setattr(scale_suite.subprocess, "run", answer)
    report = run_suite("scale", SuiteOptions(megapixels=20, quick=True))
    assert asked[0][-3:] == ["--megapixels", "20", "--quick"]
    assert not report.missed
    memory, times, formats = report.tables
    assert formats.rows[0] == ("PNG", 1.0, 1.1)
    assert memory.rows[0] == ("before", 200_000_000 / 2**20, 200_000_000 / 2**20)
    assert ("dab of 1000 px at 100 %, p95 ms", 7.5, 7.5) in times.rows


def test_a_probe_that_fails_is_an_error_and_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "no room on the disk")
    monkeypatch.setattr(scale_suite.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(WorkError, match="no room on the disk"):
        scale_suite.scale_suite()
