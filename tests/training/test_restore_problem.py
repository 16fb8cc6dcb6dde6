"""Learning to take away noise, JPEG's traces and blur."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from restorer.store import ModelCard
from restorer.training import presets
from restorer.training.data import PhotoSet, shrunk_crops
from restorer.training.export import export_weights
from restorer.training.presets import get_preset
from restorer.training.problems import restore, restore_check
from restorer.training.problems.restore import RestoreConfig, RestoreProblem, make_batch
from restorer.training.problems.restore_damage import MARGIN_PX, blur_kernels, damage, draw_damage
from restorer.training.start import start_run

CONFIG = RestoreConfig(
    hyperparameters='{"widths": [8, 8], "blocks": [1, 1]}',
    images=48,
    patch_start=32,
    patch_end=32,
    batch_pixels=8 * 32**2,
    learning_rate=2e-3,
    warmup_images=8,
    checkpoint_seconds=1000.0,
)


@pytest.fixture(autouse=True)
def small_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore, "EVALUATION_SIDE", 48)
    monkeypatch.setattr(restore_check, "EVALUATION_SIDE", 48)
    monkeypatch.setattr(restore_check, "EVALUATION_COUNT", 6)


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def drawn(config: RestoreConfig, count: int = 24) -> tuple[Any, torch.Tensor, torch.Tensor, torch.Tensor]:
    """The draw, photos without their margin, what is given and what is to be answered."""
    photos = torch.rand((count, 3, 32 + MARGIN_PX, 32 + MARGIN_PX), generator=seeded(2)) * 0.5 + 0.25
    draw = replace(draw_damage(count, config, seeded()), corner=(0, 0))
    given, answer = damage(photos, draw, seeded(3))
    return draw, photos[..., 8:40, 8:40], given, answer


def only(kind: str, **more: Any) -> RestoreConfig:
    shares = {f"{name}_share": float(name == kind) for name in ("noise", "jpeg", "blur")}
    return replace(CONFIG, gray_share=0.0, untouched_share=0.0, **shares, **more)


@pytest.mark.parametrize(("kind", "level"), [("noise", 0), ("jpeg", 1), ("blur", 2)])
def test_one_kind_of_damage_is_to_go_and_its_level_is_told(kind: str, level: int) -> None:
    draw, photos, given, answer = drawn(only(kind))
    told = draw.levels()
    assert torch.equal(answer, torch.where(draw.is_8bit[:, None, None, None], (photos * 255).round() / 255, photos))
    assert (told[:, level] > 0).all()
    assert (told.count_nonzero(1) == 1).all()
    assert ((given - answer).flatten(1).abs().amax(1) > 0).all()


@pytest.mark.parametrize("kind", ["noise", "jpeg", "blur"])
def test_what_is_not_asked_for_stays(kind: str) -> None:
    draw, photos, given, answer = drawn(replace(only(kind), untouched_share=1.0))
    assert torch.equal(given, answer)
    assert not torch.equal(given, photos)
    assert not draw.levels().any()


def test_noise_is_as_strong_as_it_is_told() -> None:
    draw, _, given, answer = drawn(only("noise"), 32)
    white = (draw.clump_sigma == 0) & ~draw.is_8bit
    measured = (given - answer)[white].flatten(1).std(1)
    assert measured.numpy() == pytest.approx(draw.noise_sigma[white].numpy(), rel=0.1)
    assert (draw.levels()[:, 0] / draw.noise_sigma).numpy() == pytest.approx(1, abs=0.35)


def test_in_mixed_damage_the_part_that_stays_is_the_same_on_both_sides() -> None:
    draw, _, given, answer = drawn(replace(CONFIG, noise_share=0.0, jpeg_share=0.0, blur_share=0.0), 64)
    only_noise_stays = (draw.noise_sigma > 0.02) & ~draw.asked[:, 0] & (draw.quality == 0) & (draw.blur_sigma == 0)
    assert only_noise_stays.any()
    assert torch.equal(given[only_noise_stays], answer[only_noise_stays])
    kinds = torch.stack((draw.noise_sigma > 0, draw.quality > 0, draw.blur_sigma > 0), 1)
    assert (kinds.sum(1) > 1).any()
    assert not (draw.levels() > 0)[~(kinds & draw.asked)].any()


def test_a_network_for_one_task_is_asked_for_nothing_else() -> None:
    config = replace(CONFIG, serves="denoise", noise_share=0.2, jpeg_share=0.2, blur_share=0.2)
    told = draw_damage(64, config, seeded()).levels()
    assert told[:, 0].any()
    assert not told[:, 1:].any()


def test_blur_kernels_blur_as_much_as_they_say() -> None:
    sigma = torch.tensor([0.8, 1.5, 2.5])
    places = torch.arange(-9.0, 10.0)
    for is_disc in (False, True):
        kernels = blur_kernels(sigma, torch.zeros(3, 2), torch.full((3,), is_disc))
        spread = (kernels.sum(1) * places**2).sum(1).sqrt()
        assert kernels.sum((1, 2)).numpy() == pytest.approx(1)
        assert spread.numpy() == pytest.approx(sigma.numpy(), rel=0.15)


def test_the_same_seed_gives_the_same_batch() -> None:
    photos = PhotoSet([torch.randint(0, 256, (3, 90, 80), dtype=torch.uint8)])
    first, again = (make_batch(photos, CONFIG, 6, 32, seeded(5)) for _ in range(2))
    assert torch.equal(first.inputs[0], again.inputs[0])
    assert torch.equal(first.inputs[1], again.inputs[1])
    assert torch.equal(first.target, again.target)
    assert not torch.equal(first.target, make_batch(photos, CONFIG, 6, 32, seeded(6)).target)


def test_crops_of_smaller_photos_come_from_larger_ones() -> None:
    photos = PhotoSet([torch.randint(0, 256, (3, 60, 60), dtype=torch.uint8) for _ in range(3)])
    crops = shrunk_crops(photos, 4, 32, 1.0, 0.55, seeded())
    assert crops.shape == (4, 3, 32, 32)
    assert float(crops.std()) < 0.8 * float(shrunk_crops(photos, 4, 32, 0.0, 0.55, seeded()).std())
    assert shrunk_crops(photos, 4, 60, 1.0, 0.55, seeded()).shape == (4, 3, 60, 60)


def test_faint_damage_counts_for_more_with_evenness(photos: Path) -> None:
    losses = {}
    for evenness in (0.0, 1.0):
        problem = RestoreProblem(replace(only("noise"), evenness=evenness), photos, torch.device("cpu"))
        batch = problem.batch(4, 32, seeded())
        faint = replace(batch, target=batch.inputs[0] + 0.01)
        strong = replace(batch, target=batch.inputs[0] + 0.1)
        answer = batch.inputs[0]
        loud, quiet = (float(problem.loss(answer, b)["charbonnier"]) for b in (strong, faint))
        losses[evenness] = loud / quiet
    assert losses[0.0] == pytest.approx(10, rel=0.15)
    assert losses[1.0] == pytest.approx(1, rel=0.15)


def test_a_run_learns_and_its_card_says_what_for(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        presets.PRESETS, "tiny", lambda: replace(only("noise"), images=320, most_noise=40.0, priority=4)
    )
    trainer = start_run("tiny", photos, tmp_path / "run", torch.device("cpu"), {})
    before = trainer.evaluate()
    trainer.run()
    after = trainer.evaluate()
    assert after["denoise_psnr_db"] > before["denoise_psnr_db"] + 1
    assert list(after) == ["denoise_psnr_db", "deblock_gain_db", "deblock_color_gain_db", "deblur_gain_db", "kept_db"]
    assert before["kept_db"] == after["kept_db"] == pytest.approx(100)
    weights = export_weights(trainer, photos)
    card = ModelCard.from_text(weights.with_suffix(".json").read_text("utf-8"), name="card")
    assert card.tasks == ("denoise", "deblock", "deblur")
    assert card.priority == 4
    assert all(math.isfinite(value) for value in card.evaluation["held_out"].values())
    assert trainer.problem.samples(trainer.ema.network).shape[1] == 3


@pytest.mark.parametrize("name", [name for name in presets.PRESETS if name.startswith(("restore", "denoise"))])
def test_presets_build_networks_that_look_no_further_than_they_can(name: str) -> None:
    from restorer.training.weights import build_network

    config = get_preset(name)
    network = build_network(config)
    assert config.context_px <= int(getattr(network, "reach_px", 0))
    assert json.loads(config.hyperparameters) is not None
    assert config.model_id in ("restore-unet", "denoise-unet", "denoise-fast")
