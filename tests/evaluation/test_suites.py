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
from restorer.evaluation import command, probes, ui_suite
from restorer.evaluation.inpaint.baselines import BIHARMONIC, NAVIER_STOKES, TELEA, inpaint_baselines
from restorer.evaluation.inpaint.free_form import FreeFormTest
from restorer.evaluation.inpaint.methods import OurInpaint
from restorer.evaluation.inpaint.scoring import Score
from restorer.evaluation.inpaint.scratches import ScratchTest
from restorer.evaluation.inpaint.suite import inpaint_suite
from restorer.evaluation.report import Report
from restorer.evaluation.suites import SuiteOptions, run_suite
from restorer.session import Session
from restorer.store import Catalogue

FIGURES = {
    "gap_ms": {"p50": 1.0, "p99": 12.0, "max": 40.0},
    "preview": {"latency_ms": {"p50": 90.0, "max": 140.0}, "task_ms": 20},
    "window": {"ratio": 1.2, "torch_imported": False},
    "cancel": {"photo_unchanged": True, "ms": 80.0},
    "strokes_kept": True,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(1)
    for name in ("one.png", "two.png"):
        coarse = rng.integers(0, 256, (8, 9, 3), np.uint8)
        PillowImage.fromarray(coarse).resize((150, 130), PillowImage.Resampling.BICUBIC).save(folder / name)
    return folder


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return inpaint_suite(SuiteOptions(data=folder, model="classical", device="cpu", photos=1))


def test_the_inpaint_suite_measures_every_method_on_scratches_and_holes(report: Report) -> None:
    scratches, free_form = report.tables
    classical = {"Telea", "Navier–Stokes", "biharmonic"}
    assert classical | {"classical, method alone", "classical, as shipped"} <= {row[0] for row in scratches.rows}
    assert classical | {"classical"} <= {row[0] for row in free_form.rows}
    for table in report.tables:
        for row in table.rows:
            assert float(str(row[1])) > 10, f"{row[0]} has no PSNR worth the name"
    assert json.loads(json.dumps(report.to_json()))["photos"] == 1


def test_the_inpaint_suite_counts_what_changed_outside(report: Report) -> None:
    outside = {gate.name: gate.reached for gate in report.gates if "outside" in gate.name}
    assert len(outside) == 2
    assert all(outside.values())


def test_the_inpaint_suite_shows_each_photo_with_every_method(report: Report) -> None:
    sheets = {sheet.name: sheet for sheet in report.sheets}
    assert set(sheets) == {"scratches-one", "free-form-one"}
    for sheet in sheets.values():
        assert sheet.columns[:2] == ("truth", "damaged")
        assert all(len(row.tiles) == len(sheet.columns) for row in sheet.rows)
        assert len(sheet.rows) >= 2


class SomeNetwork(OurInpaint):
    """Whose weights nobody asks for."""

    has_vivid = False  # type: ignore[assignment]


CLEAN, TEXTURED = "some-network, clean", "some-network, textured"


def a_network() -> OurInpaint:
    return SomeNetwork(Session(catalogue=Catalogue([])), "some-network", "cpu")


def scores(psnr: float, seam_error: float = 0.5) -> list[Score]:
    return [Score(psnr, 0.5, 0.9, seam_error, 3.0, 0.1)]


@pytest.mark.parametrize(("ours_db", "reached"), [(23.4, False), (23.6, True)])
def test_the_floor_is_2_5_db_over_the_better_classical_method(ours_db: float, reached: bool) -> None:
    test = ScratchTest(a_network())
    test.scores |= {TELEA: scores(21.0), NAVIER_STOKES: scores(20.0), "some-network, method alone": scores(ours_db)}
    assert test.gates()[0].reached is reached
    assert "target +3.5 dB missing" in test.notes()[0]


def test_free_form_fills_must_beat_every_classical_method() -> None:
    test = FreeFormTest(a_network())
    methods = inpaint_baselines()
    test.scores |= {name: scores(20.0, 0.5) for name in methods} | {
        CLEAN: scores(21.0, 0.6),
        TEXTURED: scores(18.0, 0.4),
    }
    test.distances |= dict.fromkeys(methods, 3.0) | {BIHARMONIC: 2.0, CLEAN: 1.0, TEXTURED: 2.5}
    verdicts = {gate.name: gate.reached for gate in test.gates()}
    assert verdicts == {
        "free-form: hole PSNR over Navier–Stokes": True,
        "free-form: seam error of some-network, textured": True,
        "free-form: FD-own of some-network, textured": False,
    }


def test_without_the_feature_network_its_column_is_a_dash_and_its_gate_is_not_there() -> None:
    test = FreeFormTest(a_network())
    test.scores |= {name: scores(20.0) for name in (*inpaint_baselines(), CLEAN, TEXTURED)}
    test.measure_features()
    assert all(row[6] is None for row in test.table().rows)
    assert not any("FD-own" in gate.name for gate in test.gates())
    assert any("not installed" in note for note in test.notes())


def test_with_the_feature_network_every_method_is_measured_against_the_truth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Installed:
        def get(self, model_id: str) -> str:
            return model_id

        def weights_path(self, card: str) -> Path:
            return Path(f"{card}.safetensors")

    class Space:
        def frechet_distance(self, real: list[float], made: list[float], regions: list[str]) -> float:
            assert regions == ["hole"]
            return abs(real[0] - made[0])

    loaded = []
    monkeypatch.setattr("restorer.evaluation.features.FeatureSpace.load", lambda path: loaded.append(path) or Space())
    test = FreeFormTest(a_network())
    monkeypatch.setattr(test.ours.session, "catalogue", Installed())
    test.truths, test.holes = [5.0], ["hole"]  # type: ignore[list-item]
    test.fills |= {TELEA: [2.0], "some-network": [4.5]}  # type: ignore[dict-item]
    test.measure_features()
    assert loaded == [Path("features.safetensors")]
    assert test.distances == {TELEA: 3.0, "some-network": 0.5}


def test_the_ui_suite_judges_what_the_probe_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    late = {**FIGURES, "gap_ms": {**FIGURES["gap_ms"], "max": 130.0}}  # type: ignore[dict-item]

    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, json.dumps(late), "")

    monkeypatch.setattr(probes.subprocess, "run", answer)
    missed = [gate.name for gate in ui_suite.ui_suite().gates if not gate.reached]
    assert missed == ["longest event-loop gap while repairing"]


def test_a_probe_that_fails_is_an_error_and_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "no weights")

    monkeypatch.setattr(probes.subprocess, "run", answer)
    with pytest.raises(WorkError, match="no weights"):
        ui_suite.ui_suite()


def test_the_command_prints_one_object_and_fails_where_a_gate_was_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(ui_suite, "_probe", lambda *_: FIGURES)
    command.evaluate("ui", as_json=True, megapixels=0)
    assert json.loads(capsys.readouterr().out)["suite"] == "ui"
    late = {**FIGURES, "strokes_kept": False}
    monkeypatch.setattr(ui_suite, "_probe", lambda *_: late)
    with pytest.raises(Exit) as ended:
        command.evaluate("ui", out=tmp_path / "report", photos=3, megapixels=0)
    assert ended.value.exit_code == 1
    assert "strokes" in capsys.readouterr().out
    assert "restorer evaluate ui --photos 3 --megapixels 0" in (tmp_path / "report" / "report.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("inpaint", "inpaint.suite.inpaint_suite"),
        ("detect", "detect_suite.detect_suite"),
        ("degradation", "degradation_suite.degradation_suite"),
        ("io", "io.suite.io_suite"),
    ],
)
def test_every_row_leads_to_its_suite_with_what_was_asked(
    name: str, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, found = SuiteOptions(photos=2), Report("x", "y", (), ())
    asked = []

    def suite(given: SuiteOptions) -> Report:
        asked.append(given)
        return found

    monkeypatch.setattr(f"restorer.evaluation.{function}", suite)
    assert run_suite(name, options) is found
    assert asked == [options]


def test_an_unknown_suite_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"inpaint, .*, ui"):
        command.evaluate("paint")
