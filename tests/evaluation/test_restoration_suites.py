"""Suites for denoise, deblock, deblur and super-resolve, on small photos with networks made on the spot."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage
from skimage import data

from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.evaluation.metrics import psnr
from restorer.evaluation.restoration import deblock, deblur, denoise, enlarge
from restorer.evaluation.restoration.baselines import NL_MEANS, denoise_baselines
from restorer.evaluation.restoration.goals import Goal
from restorer.evaluation.restoration.large import enlarged_canvas, seam_gradient_ratio, with_noise
from restorer.evaluation.restoration.ours import Ours, to_float
from restorer.evaluation.suites import SuiteOptions, run_suite
from restorer.networks import ARCHITECTURES
from restorer.store import Catalogue, ModelCard

EVAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "eval"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "set5"
    folder.mkdir()
    for name, crop in (("a", data.astronaut()[:96, 120:232]), ("b", data.chelsea()[60:150, 60:180])):
        PillowImage.fromarray(crop).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Untrained networks: one that restores gives back the photo, those that enlarge repeat its pixels."""
    catalogue = Catalogue([tmp_path])
    monkeypatch.setattr(Catalogue, "default", classmethod(lambda cls: catalogue))

    def write(model_id: str, architecture: str, task: str, context_px: int, *also: str, **more: object) -> None:
        partner = str(more.pop("interpolates_with", ""))
        network = ARCHITECTURES[architecture](**more)
        from safetensors.torch import save_file

        file = tmp_path / f"{model_id}.safetensors"
        save_file(network.state_dict(), file)
        digest, size = hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_size
        card = ModelCard(
            model_id, model_id, task, architecture, more, file.name, digest, size, "CC0-1.0", "For tests.", context_px,
            interpolates_with=partner, also_serves=also,
        )  # fmt: skip
        (tmp_path / f"{model_id}.json").write_text(card.to_text(), "utf-8")

    torch.manual_seed(1)
    write("restore-tiny", "restore-unet", "denoise", 16, "deblock", "deblur", widths=[8], blocks=[1])
    for scale in (2, 4):
        write(f"sr-tiny-x{scale}", "compact-sr", "super-resolve", 3, num_feat=4, num_conv=1, upscale=scale)
    write(
        "sr-vivid", "compact-sr", "super-resolve", 3, num_feat=4, num_conv=1, upscale=4, interpolates_with="sr-tiny-x4"
    )
    return tmp_path


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (denoise, deblock, deblur):
        monkeypatch.setattr(module, "LARGE_SIZE", (200, 240))
    monkeypatch.setattr(denoise, "PART_SIZE", (120, 160))
    monkeypatch.setattr(enlarge, "_LARGE_SIZES", {2: (120, 100), 4: (90, 80)})
    monkeypatch.setattr(denoise, "TOLD", (0.0, 1.0))
    monkeypatch.setattr(deblur, "BLURS_PX", (1.0, 1.6))


def options(folder: Path) -> SuiteOptions:
    return SuiteOptions(data=folder, device="cpu", photos=1)


@pytest.mark.usefixtures("models")
def test_denoise_measures_networks_task_and_classical_methods(folder: Path) -> None:
    report = denoise.denoise_suite(options(folder))
    figures = {row[0]: float(row[1]) for row in report.tables[0].rows}  # type: ignore[arg-type]
    assert figures["noisy"] == pytest.approx(20.2, abs=0.3)
    assert figures["restore-tiny"] == pytest.approx(figures["noisy"], abs=1e-4)
    assert sum(name.startswith(NL_MEANS) for name in figures) == 2
    assert max(figures.values()) > figures["noisy"] + 4
    assert [row[2] for row in report.tables[1].rows] == pytest.approx([100, 100], abs=3)
    missed = {gate.name for gate in report.gates if not gate.reached}
    assert any("over the better NL-means" in name for name in missed)
    assert "denoise: values changed at strength 0, 8 and 16 bit" not in missed
    assert report.missed
    json.dumps(report.to_json())


@pytest.mark.usefixtures("models")
def test_deblock_measures_gray_and_colour(folder: Path) -> None:
    report = deblock.deblock_suite(options(folder))
    for table in report.tables:
        figures = {row[0]: row for row in table.rows}
        assert figures["restore-tiny"][2] == pytest.approx(0, abs=1e-6)
        assert float(str(figures["classical"][2])) > 0.1
        qualities = [float(str(figures["JPEG"][column])) for column in (1, 3, 5)]
        assert qualities == sorted(qualities)
    assert report.gates[0].figure == "0.00 dB"
    assert not report.gates[0].reached


@pytest.mark.usefixtures("models")
def test_deblur_holds_the_network_to_the_classical_inverse(folder: Path) -> None:
    report = deblur.deblur_suite(options(folder))
    assert [table.title[:12] for table in report.tables] == ["Blur of 1 px", "Blur of 1.6 "]
    gains = {row[0]: float(str(row[2])) for row in report.tables[1].rows}
    assert gains["blurred"] == 0
    assert gains["classical, task, 50 %"] > 0.05
    assert not report.gates[0].reached


@pytest.mark.usefixtures("models")
def test_sr_measures_every_factor_and_the_vivid_partner(folder: Path) -> None:
    report = enlarge.enlarge_suite(options(folder))
    by_title = {table.title: [row[0] for row in table.rows] for table in report.tables}
    assert by_title == {
        "2× on set5, 1 photos, a rim of 2 px left out": ["bicubic", "Lanczos", "sr-tiny-x2"],
        "4× on set5, 1 photos, a rim of 4 px left out": [
            "bicubic", "Lanczos", "sr-tiny-x4", "sr-tiny-x4, half vivid", "sr-tiny-x4, vivid",
        ],
    }  # fmt: skip
    assert {gate.name for gate in report.gates} >= {"sr-tiny-x4: PSNR 4× on Set5", "sr-tiny-x2: PSNR 2× on Set5"}
    assert {sheet.name for sheet in report.sheets} == {"sr-x2", "sr-x4"}


def test_without_a_network_the_classical_methods_are_measured(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Catalogue, "default", classmethod(lambda cls: Catalogue([tmp_path / "none"])))
    report = denoise.denoise_suite(options(folder))
    assert report.subject == "classical"
    assert not report.missed
    assert len(enlarge.enlarge_suite(options(folder)).tables) == 2


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(("suite", "model"), [("sr", "restore-tiny"), ("denoise", "sr-tiny-x2"), ("deblur", "nobody")])
def test_a_model_of_another_task_is_refused(folder: Path, suite: str, model: str) -> None:
    with pytest.raises(InputError):
        run_suite(suite, SuiteOptions(data=folder, model=model))


TILES = (Bounds(0, 0, 448, 352), Bounds(448, 0, 900, 352), Bounds(0, 352, 448, 700), Bounds(448, 352, 900, 700))
OTHER_TILES = (Bounds(0, 0, 418, 636), Bounds(418, 0, 836, 636))


@pytest.mark.parametrize("scale", [1, 2])
def test_a_seam_shows_and_content_does_not(scale: int) -> None:
    canvas = enlarged_canvas(np.ascontiguousarray(data.astronaut() // 4 + 96), (700, 900))
    pixels = with_noise(canvas, 2.0).repeat(scale, axis=0).repeat(scale, axis=1)
    other = pixels[64 * scale :, 64 * scale :]
    assert seam_gradient_ratio(pixels, TILES, other, OTHER_TILES, scale) == pytest.approx(1)
    seamed = pixels.astype(int)
    seamed[:, 448 * scale :] += 6
    seamed = seamed.astype(np.uint8)
    assert seam_gradient_ratio(seamed, TILES, other, OTHER_TILES, scale) > 1.05


def test_borders_that_lie_together_tell_nothing() -> None:
    pixels = with_noise(np.full((300, 300, 3), 128, np.uint8), 4.0)
    tiles, same = (Bounds(0, 0, 150, 300), Bounds(150, 0, 300, 300)), (Bounds(0, 0, 86, 236), Bounds(86, 0, 236, 236))
    assert np.isnan(seam_gradient_ratio(pixels, tiles, pixels[64:, 64:], same))
    assert np.isnan(seam_gradient_ratio(pixels, (Bounds(0, 0, 300, 300),), pixels[64:, 64:], same))


def test_a_goal_says_floor_and_target() -> None:
    goal = Goal("PSNR", 30.3, 31.0)
    assert (goal.gate(30.9, "x").reached, goal.gate(30.2).reached) == (True, False)
    assert goal.gate(30.9, "x").wanted == "≥ 30.3 dB (target 31)"
    assert goal.gate(30.9, "x").name == "x: PSNR"


def test_baselines_take_noise_away() -> None:
    truth = to_float(np.ascontiguousarray(data.astronaut()[:80, 120:200]))
    noisy = truth + np.random.default_rng(1).standard_normal(truth.shape, np.float32) * np.float32(25 / 255)
    for label, baseline in denoise_baselines().items():
        made = max(psnr(baseline.denoise(noisy, 25 / 255, each), truth, peak=1.0) for each in baseline.strengths)
        assert made > psnr(noisy, truth, peak=1.0) + 3, label


def test_folders_of_photos_are_sets_of_their_own(folder: Path) -> None:
    assert enlarge.photo_sets(folder) == [("set5", folder)]
    assert enlarge.photo_sets(folder.parent) == [("set5", folder)]
    assert enlarge.photo_sets(None)[0][1] is None


@pytest.mark.skipif(not (EVAL / "set5").is_dir(), reason="the photos are not here")
def test_bicubic_on_set5_is_what_the_literature_says() -> None:
    test = enlarge.EnlargeTest(Ours(session=None, task="", device="cpu", cards=()))  # type: ignore[arg-type]
    for path in sorted((EVAL / "set5").iterdir()):
        test.add("set5", path.stem, np.asarray(PillowImage.open(path).convert("RGB")))
    for scale, published in ((2, 33.67), (4, 28.43)):
        figures = test.scores["set5", scale, enlarge.BICUBIC].psnr
        assert sum(figures) / len(figures) == pytest.approx(published, abs=0.02)
