"""``restorer apply denoise | deblock | deblur | super-resolve``, classical and with networks made on the spot."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from restorer.formats.raster import read_photo
from restorer.store import ModelCard

from .conftest import Cli

NOISY = {"denoise": ["--set", "noise=9"], "deblock": ["--set", "quality=15"], "deblur": ["--set", "blur_px=1.1"]}


@pytest.fixture
def networks(models_folder: Path) -> Path:
    """A network that restores and two that enlarge, untrained: weights that are drawn, and made to do little."""
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    from restorer.networks import ARCHITECTURES

    def write(model_id: str, architecture: str, task: str, also: tuple[str, ...], **hyperparameters: object) -> None:
        torch.manual_seed(5)
        network = ARCHITECTURES[architecture](**hyperparameters)
        if architecture == "restore-unet":
            torch.nn.init.normal_(network.head.weight, std=0.02)
        file = models_folder / f"{model_id}.safetensors"
        save_file(network.state_dict(), file)
        card = ModelCard(
            id=model_id,
            title=model_id,
            task=task,
            also_serves=also,
            architecture=architecture,
            hyperparameters=hyperparameters,
            file=file.name,
            sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
            bytes=file.stat().st_size,
            licence="CC0-1.0",
            summary="For tests.",
            context_px=network.reach_px,
        )
        (models_folder / f"{model_id}.json").write_text(card.to_text(), "utf-8")

    write("tiny-restore", "restore-unet", "denoise", ("deblock", "deblur"), widths=[8, 8], blocks=[1, 1])
    for scale in (2, 4):
        write(f"tiny-x{scale}", "compact-sr", "super-resolve", (), num_feat=8, num_conv=2, upscale=scale)
    return models_folder


@pytest.mark.usefixtures("models_folder")
@pytest.mark.parametrize("task", NOISY)
def test_classical(cli: Cli, scan: Path, task: str, tmp_path: Path) -> None:
    outcome = cli("apply", task, scan, "-o", "out.png", "--json", *NOISY[task])
    report = json.loads(outcome.out)
    assert (outcome.code, report["task"], report["model"]) == (0, task, "classical")
    assert report["generated_fraction"] == 0
    assert report["changed_pixels"] > 1000
    assert report["provenance"]["denoised"] > 0.1
    before, after = read_photo(scan), read_photo(tmp_path / "out.png")
    assert not np.array_equal(before.image.pixels, after.image.pixels)
    assert after.metadata.dpi == before.metadata.dpi


@pytest.mark.parametrize("task", NOISY)
def test_with_a_network_inside_a_mask_and_again_by_the_recipe(
    cli: Cli, networks: Path, scan: Path, mask: Path, task: str, tmp_path: Path
) -> None:
    words = ("--mask", mask, "--device", "cpu", *NOISY[task])
    outcome = cli("apply", task, scan, "-o", "out.png", "--json", "--save-recipe", "r.json", *words)
    report = json.loads(outcome.out)
    assert (outcome.code, report["model"], report["generated_fraction"]) == (0, "tiny-restore", 0)
    before, after = read_photo(scan).image.pixels, read_photo(tmp_path / "out.png").image.pixels
    painted = np.asarray(PIL.Image.open(mask).convert("L")) > 0
    assert np.array_equal(before[~painted], after[~painted])
    assert not np.array_equal(before[painted], after[painted])
    assert cli("run", "r.json", scan, "-o", "again.png", "--device", "cpu").code == 0
    assert np.array_equal(read_photo(tmp_path / "again.png").image.pixels, after)


@pytest.mark.usefixtures("models_folder")
def test_the_quality_comes_from_the_files_own_tables(cli: Cli, scan: Path, tmp_path: Path) -> None:
    with PIL.Image.open(scan) as picture:
        picture.convert("RGB").save(tmp_path / "small.jpg", quality=23)
    report = json.loads(cli("apply", "deblock", "small.jpg", "-o", "out.png", "--json").out)
    assert report["params"]["quality"] == 23
    with PIL.Image.open(tmp_path / "small.jpg") as picture:
        picture.save(tmp_path / "decoded.png")
    report = json.loads(cli("apply", "deblock", "decoded.png", "-o", "out2.png", "--json").out)
    assert report["params"]["quality"] == pytest.approx(23, abs=3), "from its traces"


@pytest.mark.usefixtures("models_folder")
def test_lanczos_enlarges_and_the_resolution_follows(cli: Cli, scan: Path, tmp_path: Path) -> None:
    size = read_photo(scan).image
    report = json.loads(cli("apply", "super-resolve", scan, "-o", "out.png", "--json", "--set", "factor=1.5").out)
    after = read_photo(tmp_path / "out.png")
    assert (report["width"], report["height"]) == (after.image.width, after.image.height)
    assert after.image.width == round(size.width * 1.5)
    assert after.metadata.dpi == pytest.approx((450, 450), abs=0.5)
    assert report["generated_fraction"] == 0
    assert cli("apply", "super-resolve", scan, "-o", "big.png", "--set", "keep=resolution").code == 0
    assert read_photo(tmp_path / "big.png").metadata.dpi == pytest.approx((300, 300), abs=0.5)


@pytest.mark.parametrize(("factor", "model"), [(2, "tiny-x2"), (1.3, "tiny-x2"), (2.5, "tiny-x4"), (6, "tiny-x4")])
def test_the_network_that_suits_the_size(
    cli: Cli, networks: Path, scan: Path, factor: float, model: str, tmp_path: Path
) -> None:
    outcome = cli(
        "apply", "super-resolve", scan, "-o", "out.png", "--json", "--set", f"factor={factor}", "--device", "cpu"
    )
    report = json.loads(outcome.out)
    assert (outcome.code, report["model"], report["generated_fraction"]) == (0, model, 1)
    assert read_photo(tmp_path / "out.png").image.width == round(read_photo(scan).image.width * factor)


def test_a_network_enlarges_what_the_mask_marks(
    cli: Cli, networks: Path, scan: Path, mask: Path, tmp_path: Path
) -> None:
    words = ("apply", "super-resolve", scan, "-o", "part.png", "--mask", mask, "--json", "--device", "cpu")
    outcome = cli(*words, "--set", "feather_px=0")
    report = json.loads(outcome.out)
    assert outcome.code == 0
    assert 0 < report["generated_fraction"] < 1
    assert cli("apply", "super-resolve", scan, "-o", "plain.png", "--model", "classical").code == 0
    part, plain = (read_photo(tmp_path / name).image.pixels for name in ("part.png", "plain.png"))
    differs = (part != plain).any(axis=2).mean()
    assert 0 < differs <= report["generated_fraction"] + 1e-6


def test_what_is_refused(cli: Cli, networks: Path, scan: Path, mask: Path, tmp_path: Path) -> None:
    for words, reason in (
        (("denoise", scan, "-o", "o.png", "--model", "tiny-x2"), "is for the task super-resolve, not for denoise"),
        (("super-resolve", scan, "-o", "o.png", "--model", "tiny-restore"), "not for super-resolve"),
        (("crop", scan, "-o", "o.png", "--mask", mask), "takes no mask"),
        (
            ("super-resolve", scan, "-o", "o.webp", "--set", "size_by=pixels", "--set", "pixels=20000"),
            "WebP holds pictures of up to 16383 pixels a side",
        ),
        (
            ("super-resolve", scan, "-o", "o.jpg", "--set", "size_by=pixels", "--set", "pixels=70000"),
            "The largest of this shape is 65500 ×",
        ),
        (("super-resolve", scan, "-o", "o.png", "--set", "factor=9"), "factor cannot be"),
        (("denoise", scan, "-o", "o.png", "--set", "strength=101"), "strength cannot be"),
    ):
        outcome = cli("apply", *words)
        assert outcome.code == 2
        assert reason in outcome.err
        assert not list(tmp_path.glob("o.*"))
