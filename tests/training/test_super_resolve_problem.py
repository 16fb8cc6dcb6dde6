"""Learning to make photos larger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.core.errors import InputError
from restorer.degradation.resampling import bicubic_shrunk
from restorer.store import ModelCard
from restorer.training import presets
from restorer.training.data import PhotoSet
from restorer.training.export import export_weights
from restorer.training.presets import get_preset
from restorer.training.problems import super_resolve, super_resolve_check
from restorer.training.problems.super_resolve import SuperResolveConfig, SuperResolveProblem, make_pair
from restorer.training.start import start_run
from restorer.training.weights import build_network

CONFIG = SuperResolveConfig(
    model_id="sr-tiny",
    hyperparameters='{"num_feat": 12, "num_conv": 2, "upscale": 2}',
    images=240,
    patch_start=32,
    patch_end=32,
    batch_pixels=8 * 32**2,
    learning_rate=3e-3,
    warmup_images=8,
    checkpoint_seconds=1000.0,
    priority=7,
)
VIVID = replace(
    CONFIG,
    model_id="sr-tiny-vivid",
    interpolates_with="sr-tiny",
    images=24,
    consistency_weight=1.0,
    adversarial_weight=0.5,
    feature_matching_weight=1.0,
    discriminator='{"width": 8, "depth": 2}',
)


@pytest.fixture(autouse=True)
def small_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(super_resolve, "EVALUATION_SIDE", 48)
    monkeypatch.setattr(super_resolve_check, "EVALUATION_SIDE", 48)
    monkeypatch.setattr(super_resolve_check, "EVALUATION_COUNT", 6)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """With fine detail."""
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for index in range(3):
        dots = PillowImage.fromarray(rng.integers(0, 256, (46, 53, 3), np.uint8))
        dots.resize((160, 140), PillowImage.Resampling.BICUBIC).save(folder / f"{index}.png")
    return folder


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("scale", [2, 4])
def test_the_small_photo_is_the_large_one_made_small(scale: int) -> None:
    photos = PhotoSet([torch.randint(0, 256, (3, 100, 90), dtype=torch.uint8)])
    config = replace(CONFIG, gray_share=0.0)
    small, large = make_pair(photos, config, scale, 3, 48, seeded())
    assert large.shape == (3, 3, 48, 48)
    assert small.shape == (3, 3, 48 // scale, 48 // scale)
    expected = (bicubic_shrunk(large, scale).clamp(0, 1) * 255).round() / 255
    # The rim differs: it has seen what lies around the patch.
    assert torch.equal(small[..., 2:-2, 2:-2], expected[..., 2:-2, 2:-2])
    assert not torch.equal(small, expected)
    for picture in (small, large):
        assert torch.allclose(picture * 255, (picture * 255).round(), atol=1e-4)


def test_a_share_is_without_colour() -> None:
    photos = PhotoSet([torch.randint(0, 256, (3, 100, 90), dtype=torch.uint8)])
    small, large = make_pair(photos, replace(CONFIG, gray_share=0.5), 2, 32, 32, seeded())
    gray = (large == large[:, :1]).flatten(1).all(1)
    assert 4 < int(gray.sum()) < 28
    assert torch.equal(gray, (small == small[:, :1]).flatten(1).all(1))


def test_a_run_beats_bicubic_and_its_card_says_what_for(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(presets.PRESETS, "tiny", lambda: CONFIG)
    trainer = start_run("tiny", photos, tmp_path / "run", torch.device("cpu"), {})
    before = trainer.evaluate()
    trainer.run()
    after = trainer.evaluate()
    assert after["luma_psnr_db"] > before["luma_psnr_db"] + 0.5
    assert list(after) == ["luma_psnr_db", "bicubic_luma_psnr_db", "sharpness", "consistent_db"]
    weights = export_weights(trainer, photos)
    card = ModelCard.from_text(weights.with_suffix(".json").read_text("utf-8"), name="card")
    assert card.tasks == ("super-resolve",)
    assert card.priority == 7
    assert card.hyperparameters["upscale"] == 2


def test_the_vivid_stage_goes_on_from_the_clean_one(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(presets.PRESETS, "tiny", lambda: replace(CONFIG, images=8))
    monkeypatch.setitem(presets.PRESETS, "tiny-vivid", lambda: VIVID)
    clean = start_run("tiny", photos, tmp_path / "clean", torch.device("cpu"), {})
    clean.run()
    settings = {"initial": str(export_weights(clean, photos))}
    vivid = start_run("tiny-vivid", photos, tmp_path / "vivid", torch.device("cpu"), settings)
    vivid.run()
    names = set(vivid.log.entries()[-1].losses)
    assert {"charbonnier", "consistency", "adversarial", "feature_matching", "discriminator"} <= names
    weights = export_weights(vivid, photos)
    card = ModelCard.from_text(weights.with_suffix(".json").read_text("utf-8"), name="card")
    assert card.interpolates_with == "sr-tiny"


def test_a_network_that_does_not_enlarge_is_refused(photos: Path) -> None:
    config = replace(CONFIG, hyperparameters='{"num_feat": 8, "num_conv": 1, "upscale": 3}')
    with pytest.raises(InputError, match="enlarges 3 times"):
        SuperResolveProblem(config, photos, torch.device("cpu"))


@pytest.mark.parametrize("name", [name for name in presets.PRESETS if name.startswith("sr-")])
def test_presets_know_how_far_their_networks_look(name: str) -> None:
    config = get_preset(name)
    network = build_network(config)
    assert config.context_px == network.reach_px
    assert config.model_id == name.removesuffix("-cpu").removesuffix("-gpu")
    assert f"x{network.scale}" in name
