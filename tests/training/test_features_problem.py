"""How the feature network is trained: what a batch holds, what the loss asks, and what is measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from restorer.core.errors import InputError
from restorer.networks.feature_net import FeatureNet
from restorer.training.fills import FILLS, cloned_fill
from restorer.training.presets import get_preset
from restorer.training.problems import PROBLEMS
from restorer.training.problems.features import LOOKS, FeatureLearner, FeaturesConfig, FeaturesProblem

SIDE, COUNT = 32, 6


def tiny_config() -> FeaturesConfig:
    return FeaturesConfig(
        hyperparameters='{"widths": [6, 8, 8, 8, 8]}', patch_start=SIDE, patch_end=SIDE, embedding=16, look_share=0.7
    )


@pytest.fixture
def problem(photos: Path) -> FeaturesProblem:
    torch.manual_seed(1)
    return FeaturesProblem(tiny_config(), photos, torch.device("cpu"))


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_batch_is_pairs_of_views_with_one_look_and_drawn_from_the_generator_alone(problem: FeaturesProblem) -> None:
    first, again = (problem.batch(COUNT, SIDE, seeded()) for _ in range(2))
    views = first.inputs[0]
    assert views.shape == (2 * COUNT, 3, SIDE, SIDE)
    assert views.min() >= 0
    assert views.max() <= 1
    assert torch.equal(views, again.inputs[0])
    assert torch.equal(first.target, again.target)
    looks = first.target[:, : len(LOOKS)]
    assert torch.equal(looks[:COUNT], looks[COUNT:])
    assert 0 < int((looks > 0).sum()) < looks.numel()
    assert not torch.equal(views[:COUNT], views[COUNT:])


def test_without_fills_and_looks_the_target_is_empty(photos: Path) -> None:
    problem = FeaturesProblem(replace(tiny_config(), look_share=0.0, fill_share=0.0), photos, torch.device("cpu"))
    assert problem.batch(COUNT, SIDE, seeded()).target.abs().sum() == 0


def test_every_weight_learns_from_the_terms(problem: FeaturesProblem) -> None:
    assert isinstance(problem.network, FeatureLearner)
    torch.nn.init.normal_(problem.network.look.weight)
    batch = problem.batch(COUNT, SIDE, seeded())
    terms = problem.loss(problem.predict(problem.network, batch), batch)
    assert all(torch.isfinite(term) and term.ndim == 0 for term in terms.values())
    torch.stack(list(terms.values())).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in problem.network.parameters())


def test_a_few_steps_bring_the_loss_down(problem: FeaturesProblem) -> None:
    optimizer = torch.optim.AdamW(problem.network.parameters(), lr=3e-3)
    totals = []
    for _ in range(12):
        batch = problem.batch(COUNT, SIDE, seeded())
        total = torch.stack(list(problem.loss(problem.predict(problem.network, batch), batch).values())).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        totals.append(float(total.detach()))
    assert totals[-1] < 0.8 * totals[0]


def test_what_is_measured_and_shown(problem: FeaturesProblem) -> None:
    network = problem.network.eval()
    figures = problem.evaluate(network)
    assert next(iter(figures)) == "retrieval_top1_percent"
    assert figures["retrieval_top1_percent"] == 100, "two parts of the only photo held out"
    assert {f"fd_{look}" for look in LOOKS} | {f"fd_fill_{fill}" for fill in FILLS} <= set(figures)
    assert all(value >= 0 for value in figures.values())
    assert figures == problem.evaluate(network)
    samples = problem.samples(network)
    assert samples.shape[:2] == (1, 3)
    assert samples.shape[3] == 2 * samples.shape[2], "a crop and its only neighbour"


def test_only_the_feature_network_is_kept(problem: FeaturesProblem) -> None:
    assert isinstance(problem.network, FeatureLearner)
    kind = PROBLEMS["features"]
    kept = kind.exported(problem.network.eval())
    assert isinstance(kept, FeatureNet)
    assert set(kept.state_dict()) == set(FeatureNet((6, 8, 8, 8, 8)).state_dict())
    assert kind.card_fields["task"] not in ("inpaint", "")


@pytest.mark.parametrize("name", ["features-cpu", "features-gpu"])
def test_presets_are_of_this_kind(name: str) -> None:
    config = get_preset(name)
    assert isinstance(config, FeaturesConfig)
    assert config.problem == "features"


def test_hyperparameters_that_the_network_does_not_take_are_named(photos: Path) -> None:
    with pytest.raises(InputError, match="depth"):
        FeaturesProblem(replace(tiny_config(), hyperparameters='{"depth": 3}'), photos, torch.device("cpu"))


@pytest.mark.parametrize("name", sorted(FILLS))
def test_fills_replace_holes_and_nothing_else(name: str) -> None:
    photos, masks = torch.rand(3, 3, 40, 48, generator=seeded()), torch.zeros(3, 1, 40, 48)
    masks[..., 10:20, 12:25] = 1
    filled = FILLS[name](photos, masks, seeded())
    hole = masks.expand_as(photos) > 0
    assert torch.equal(filled[~hole], photos[~hole])
    assert not torch.equal(filled[hole], photos[hole])
    assert torch.equal(filled, FILLS[name](photos, masks, seeded()))


def test_a_cloned_fill_takes_texture_from_its_source_and_tone_from_the_rim() -> None:
    photos, masks = torch.full((1, 3, 48, 48), 0.3), torch.zeros(1, 1, 48, 48)
    masks[..., 12:36, 12:36] = 1
    source = 0.7 + 0.05 * torch.randn(1, 3, 48, 48, generator=seeded())
    filled = cloned_fill(photos, masks, source)
    hole = masks.expand_as(photos) > 0
    assert torch.equal(filled[~hole], photos[~hole])
    assert float(filled[hole].mean()) == pytest.approx(0.3, abs=0.03)
    assert float(filled[hole].std()) > 0.03


def test_a_copied_fill_has_more_texture_than_a_smooth_one() -> None:
    photos, masks = torch.rand(2, 3, 64, 64, generator=seeded()), torch.zeros(2, 1, 64, 64)
    masks[..., 20:44, 20:44] = 1
    spread = {name: fill(photos, masks, seeded())[..., 24:40, 24:40].std() for name, fill in FILLS.items()}
    assert spread["copied"] > 3 * spread["smooth"]


def test_the_standard_learner_fits_the_standard_network() -> None:
    learner = FeatureLearner(FeatureNet(), FeaturesConfig().embedding)
    rows = learner(torch.rand(2, 3, 64, 64))
    local = 2 * sum(learner.features.widths)
    assert rows.shape == (2, FeaturesConfig().embedding + len(LOOKS) + len(FILLS) * 64 + local)
