"""Schedules, data, masks, augmentation and averages of the training lab."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.core.errors import InputError
from restorer.core.params import build_params, params_to_json
from restorer.degradation.turns import turned
from restorer.training.augment import add_grain, age_tones
from restorer.training.config import TrainConfig
from restorer.training.data import PhotoSet, describe_photos, load_photos
from restorer.training.device import launch, training_device
from restorer.training.ema import Ema
from restorer.training.masks import MaskBank, free_form_mask, random_mask, scratch_mask
from restorer.training.presets import PRESETS, describe_presets, get_preset
from restorer.training.problems import PROBLEMS

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_a_sane_schedule(name: str) -> None:
    config = get_preset(name)
    assert config.patch_at(0) == config.patch_start
    assert config.patch_at(1) == config.patch_end
    assert config.batch_at(0) >= config.batch_at(1) >= 1
    assert config.learning_rate_share_at(0, 0) < 0.01
    assert config.learning_rate_share_at(config.warmup_images, 0.1) == 1
    assert config.learning_rate_share_at(config.images, 1) == 0


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_of_a_known_problem_and_goes_through_json(name: str) -> None:
    config = get_preset(name)
    kind = PROBLEMS[config.problem]
    assert isinstance(config, kind.config_type)
    assert build_params(kind.config_type, params_to_json(config)) == config
    assert all((config.model_id, config.title, config.summary))


def test_the_list_of_presets_has_a_sentence_for_each() -> None:
    lines = describe_presets().splitlines()
    assert [line.split()[0] for line in lines] == list(PRESETS)
    assert all(len(line.split()) > 4 for line in lines)


def test_an_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="inpaint-cpu"):
        get_preset("impaint")


def test_a_longer_run_keeps_the_learning_rate_before_the_cooldown() -> None:
    short, long = TrainConfig(images=100_000), TrainConfig(images=200_000)
    shares = [run.learning_rate_share_at(60_000, run.progress_at(60_000, 0)) for run in (short, long)]
    assert shares == [1, 1]


def test_a_run_by_the_clock_is_as_far_as_its_minutes() -> None:
    config = TrainConfig(images=100, minutes=2)
    assert config.progress_at(90, 30) == 0.25
    assert config.progress_at(5_000, 150) == 1
    assert TrainConfig(images=100).progress_at(90, 1e6) == 0.9


def test_photos_are_split_into_train_and_held_out(photos: Path) -> None:
    train, held_out = load_photos(photos, 64, CPU)
    assert (len(train), len(held_out)) == (2, 1)
    batch = train.sample(5, 32, torch.Generator().manual_seed(1))
    assert batch.shape == (5, 3, 32, 32)
    assert 0 <= batch.min() < batch.max() <= 1
    assert torch.equal(batch, train.sample(5, 32, torch.Generator().manual_seed(1)))


def test_the_card_says_how_many_photos_were_used(photos: Path) -> None:
    assert describe_photos(photos, 64) == "2 photos of the folder photos, 1 more held out; 0 megapixels"
    PillowImage.new("RGB", (40, 900)).save(photos / "3.png")
    assert "1 smaller than 64 px left out" in describe_photos(photos, 64)


def test_unusable_training_folders_are_refused(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        load_photos(tmp_path / "none", 64, CPU)
    with pytest.raises(InputError, match="at least 500 px"):
        load_photos(photos, 500, CPU)
    (photos / "1.png").write_bytes(b"not a picture")
    with pytest.raises(InputError, match=r"1\.png"):
        load_photos(photos, 64, CPU)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="holds no photos"):
        load_photos(empty, 64, CPU)


def test_a_folder_that_may_not_be_read_is_refused(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        load_photos(photos, 64, CPU)


@pytest.mark.parametrize("coverage", [0.03, 0.05])
def test_scratches_reach_the_coverage_and_hardly_pass_it(coverage: float) -> None:
    mask = scratch_mask(512, 768, np.random.default_rng(1), coverage=coverage)
    share = np.count_nonzero(mask) / mask.size
    assert coverage <= share < coverage + 0.02
    assert set(np.unique(mask)) == {0, 255}


def test_random_masks_are_of_several_kinds_and_some_are_empty() -> None:
    rng = np.random.default_rng(2)
    shares = [np.count_nonzero(random_mask(128, rng)) / 128**2 for _ in range(300)]
    assert 3 <= sum(share == 0 for share in shares) <= 40
    assert max(shares) > 0.2
    assert np.mean(shares) < 0.25


def test_free_form_masks_cover_what_they_should_at_any_scale() -> None:
    rng = np.random.default_rng(3)
    shares = [np.count_nonzero(free_form_mask(96, rng)) / 96**2 for _ in range(60)]
    assert 0.1 <= min(shares) < 0.2
    assert 0.3 < max(shares) <= 0.4
    bank = MaskBank(20, 96, 5, CPU, free_form_mask, fitted=True)
    fitted = bank.sample(40, 32, torch.Generator().manual_seed(9)).mean((1, 2, 3))
    assert fitted.min() > 0.08
    assert fitted.max() < 0.42


def test_the_mask_bank_draws_alike_for_the_same_generator() -> None:
    bank = MaskBank(10, 96, 5, CPU)
    first = bank.sample(6, 48, torch.Generator().manual_seed(9))
    assert first.shape == (6, 1, 48, 48)
    assert set(first.unique().tolist()) <= {0.0, 1.0}
    assert torch.equal(first, bank.sample(6, 48, torch.Generator().manual_seed(9)))
    with pytest.raises(ValueError, match="96 px"):
        bank.sample(1, 97, torch.Generator())


def test_the_eight_turns_differ_and_keep_the_values() -> None:
    x = torch.arange(9.0).reshape(3, 3)
    turns = {tuple(turned(x, turn).flatten().tolist()) for turn in range(8)}
    assert len(turns) == 8
    assert all(sorted(turn) == list(range(9)) for turn in turns)


def test_aged_photos_of_full_share_are_toned_gray() -> None:
    photos = torch.rand(16, 3, 8, 8)
    aged = age_tones(photos, 1.0, torch.Generator().manual_seed(4))
    correlation = np.corrcoef(aged[0, 0].flatten(), aged[0, 2].flatten())[0, 1]
    assert correlation > 0.99
    untouched = age_tones(photos, 0.0, torch.Generator().manual_seed(4))
    assert np.corrcoef(untouched[0, 0].flatten(), photos[0, 0].flatten())[0, 1] > 0.999


def test_grain_goes_to_its_share_only() -> None:
    photos = torch.full((400, 3, 6, 6), 0.5)
    generator = torch.Generator().manual_seed(4)
    changed = (add_grain(photos, 0.25, generator) != photos).flatten(1).any(1).float().mean()
    assert 0.15 < changed < 0.35
    assert torch.equal(add_grain(photos, 0.0, generator), photos)


def test_the_average_follows_the_weights() -> None:
    network = torch.nn.Linear(2, 2)
    ema = Ema(network, 0.9)
    with torch.no_grad():
        network.weight.fill_(5.0)
    for _ in range(200):
        ema.update(network)
    assert torch.allclose(ema.weights["weight"], network.weight, atol=1e-3)


@pytest.mark.parametrize("name", ["tpu", "cuda:x", "cpu:one"])
def test_a_device_that_is_not_there_is_refused(name: str) -> None:
    assert training_device("cpu").type == "cpu"
    with pytest.raises(InputError, match="cpu"):
        training_device(name)


def test_devices_that_exclude_each_other_are_refused() -> None:
    with pytest.raises(InputError, match="is one device"):
        launch(torch.device("cuda:0"), devices=2)
    with pytest.raises(InputError, match="not 64 devices"):
        launch(torch.device("cuda"), devices=64)


def test_precision_follows_the_device() -> None:
    with launch(torch.device("cpu")).autocast():
        assert (torch.rand(2, 2) @ torch.rand(2, 2)).dtype == torch.float32
    with launch(torch.device("cpu"), precision="bf16").autocast():
        assert (torch.rand(2, 2) @ torch.rand(2, 2)).dtype == torch.bfloat16


def test_crops_gathered_at_once_are_those_cut_one_by_one() -> None:
    photos = PhotoSet([torch.randint(0, 256, (3, 40 + i, 50 - i), dtype=torch.uint8) for i in range(5)])
    generator = torch.Generator().manual_seed(1)
    picks = photos.pick(40, generator)
    tops, lefts = (torch.randint(16, (40,), generator=generator) for _ in range(2))
    turns = torch.randint(8, (40,), generator=generator)
    one_by_one = photos.cut(picks, tops, lefts, 24, turns)
    assert torch.equal(photos.gather(picks, tops, lefts, 24, turns), one_by_one)


def test_only_photos_with_room_are_picked() -> None:
    photos = PhotoSet([torch.zeros((3, side, 90), dtype=torch.uint8) for side in (40, 60, 80)])
    assert set(photos.pick(40, torch.Generator().manual_seed(1), 50)) == {1, 2}
