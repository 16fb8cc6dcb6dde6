"""Suites end to end, on few and small photos, and the command around them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage
from typer import Exit

from restorer.core.errors import InputError, WorkError
from restorer.evaluation import command, ui_suite
from restorer.evaluation.inpaint_suite import inpaint_suite

FIGURES = {
    "gap_ms": {"p50": 1.0, "p99": 12.0, "max": 40.0},
    "window": {"ratio": 1.2, "torch_imported": False},
    "cancel": {"photo_unchanged": True, "ms": 80.0},
    "strokes_kept": True,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 256, (8, 9, 3), np.uint8)
    PillowImage.fromarray(coarse).resize((150, 130), PillowImage.Resampling.BICUBIC).save(tmp_path / "one.png")
    return tmp_path


def test_the_inpaint_suite_measures_every_method_and_counts_what_changed_outside(folder: Path) -> None:
    report = inpaint_suite(folder, model="classical")
    names = [row[0] for row in report.tables[0].rows]
    assert {"Telea", "Navier–Stokes", "classical, method alone", "classical, as shipped"} <= set(names)
    outside = [gate for gate in report.gates if "outside" in gate.name]
    assert len(outside) == 2
    assert all(gate.reached for gate in report.gates)
    assert json.loads(json.dumps(report.to_json()))["photos"] == 1


def test_the_ui_suite_judges_what_the_probe_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    late = {**FIGURES, "gap_ms": {**FIGURES["gap_ms"], "max": 130.0}}  # type: ignore[dict-item]

    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, json.dumps(late), "")

    monkeypatch.setattr(ui_suite.subprocess, "run", answer)
    missed = [gate.name for gate in ui_suite.ui_suite().gates if not gate.reached]
    assert missed == ["longest event-loop gap while repairing"]


def test_a_probe_that_fails_is_an_error_and_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "no weights")

    monkeypatch.setattr(ui_suite.subprocess, "run", answer)
    with pytest.raises(WorkError, match="no weights"):
        ui_suite.ui_suite()


def test_the_command_prints_one_object_and_fails_where_a_gate_was_missed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command.evaluate("inpaint", data=folder, model="classical", device="cpu", as_json=True)
    assert json.loads(capsys.readouterr().out)["model"] == "classical"
    late = {**FIGURES, "strokes_kept": False}
    monkeypatch.setattr(ui_suite, "_probe", lambda *_: late)
    with pytest.raises(Exit) as ended:
        command.evaluate("ui")
    assert ended.value.exit_code == 1
    assert "strokes" in capsys.readouterr().out


def test_an_unknown_suite_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="inpaint, ui"):
        command.evaluate("colour")
