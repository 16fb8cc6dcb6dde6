"""The inpainting problem: what its batches are made of, what it minimises, and weights that the program can use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from training.conftest import StartRun

from restorer.engine import create_engine
from restorer.networks.harmonic import harmonic_fill
from restorer.store import Catalogue
from restorer.training.export import export_weights
from restorer.training.problems.inpaint import InpaintConfig, InpaintProblem

MakeProblem = Callable[..., InpaintProblem]


@pytest.fixture
def make_problem(tiny: InpaintConfig, tiny_gan: InpaintConfig, photos: Path) -> MakeProblem:
    def make(preset: InpaintConfig = tiny_gan, **settings: object) -> InpaintProblem:
        torch.manual_seed(1)
        return InpaintProblem(replace(preset, **settings), photos, torch.device("cpu"))  # type: ignore[arg-type]

    return make


def test_a_batch_depends_on_the_generator_alone(make_problem: MakeProblem) -> None:
    problem = make_problem()
    first, between, second = (problem.batch(8, 32, torch.Generator().manual_seed(seed)) for seed in (5, 6, 5))
    assert torch.equal(first.target, second.target)
    assert all(torch.equal(value, second.extra[name]) for name, value in first.extra.items())
    assert not torch.equal(first.target, between.target)


def test_pairs_are_one_photo_with_two_styles_and_the_rest_has_none(make_problem: MakeProblem) -> None:
    batch = make_problem(styled_share=0.5).batch(8, 32, torch.Generator().manual_seed(5))
    photos, masks = batch.inputs
    assert len(photos) == 8
    for same in (photos, masks, batch.extra["start"], batch.extra["typical"]):
        assert torch.equal(same[:2], same[2:4])
    assert not torch.equal(photos[2:4], photos[4:6])
    assert not torch.equal(batch.extra["style"][:2], batch.extra["style"][2:4])
    assert not torch.equal(batch.extra["noise"][:2], batch.extra["noise"][2:4])
    assert not batch.extra["style"][4:].any()
    assert not batch.extra["noise"][4:].any()


def test_a_share_starts_from_a_coarse_truth_and_the_rest_from_the_harmonic_fill(make_problem: MakeProblem) -> None:
    batch = make_problem(coarse_share=0.5, styled_share=0.0).batch(32, 32, torch.Generator().manual_seed(5))
    photos, masks = batch.inputs
    filled, started = harmonic_fill(photos, masks), batch.extra["start"]
    harmonic = torch.isclose(started, filled, atol=1e-6).flatten(1).all(1)
    assert 4 < int(harmonic.sum()) < 28
    coarse = ((started - photos) * masks).abs().mean()
    assert float(coarse) < float(((filled - photos) * masks).abs().mean())


def test_large_holes_come_in_their_share(make_problem: MakeProblem) -> None:
    shares = [
        float(make_problem(free_form_share=share).batch(64, 32, torch.Generator().manual_seed(1)).inputs[1].mean())
        for share in (0.0, 1.0)
    ]
    assert shares[0] < 0.2 < shares[1] < 0.4


def test_errors_count_as_shares_of_what_is_typical_of_the_photo(make_problem: MakeProblem, tiny: InpaintConfig) -> None:
    problem = make_problem(tiny, charbonnier_weight=0.0, gradient_weight=0.0)
    batch = problem.batch(16, 32, torch.Generator().manual_seed(2))
    assert batch.extra["typical"].shape == (16,)
    harmonic = problem.loss(harmonic_fill(*batch.inputs), batch)
    assert set(harmonic) == {"hole_mse"}
    assert 0.2 < float(harmonic["hole_mse"]) < 3.0, "the harmonic fill itself is about 1"
    assert float(problem.loss(batch.target, batch)["hole_mse"]) == 0


def test_rare_large_errors_count_squared_the_longer_the_later_the_loss_turns(
    make_problem: MakeProblem, tiny: InpaintConfig
) -> None:
    losses = []
    for turn in (1.0, 2.0, 6.0):
        problem = make_problem(tiny, charbonnier_weight=0.0, gradient_weight=0.0, hole_mse_turn=turn)
        batch = problem.batch(16, 32, torch.Generator().manual_seed(2))
        losses.append(float(problem.loss(torch.zeros_like(batch.target), batch)["hole_mse"]))
    assert losses[0] < losses[1] < losses[2]


def test_photos_made_smaller_fill_the_patch_and_are_sharper(make_problem: MakeProblem, tiny: InpaintConfig) -> None:
    plain, smaller = (
        make_problem(tiny, shrunk_share=share, least_scale=0.5, gray_share=0.0, noise_share=0.0)
        .batch(32, 32, torch.Generator().manual_seed(3))
        .target
        for share in (0.0, 1.0)
    )
    assert smaller.shape == plain.shape
    steepness = [float(batch.diff(dim=-1).abs().mean()) for batch in (plain, smaller)]
    assert steepness[1] > 1.1 * steepness[0]


def test_terms_of_weight_zero_are_left_out(make_problem: MakeProblem, tiny: InpaintConfig) -> None:
    problem = make_problem(tiny, hole_mse_weight=0.0, charbonnier_weight=0.5, gradient_weight=0.0)
    batch = problem.batch(4, 32, torch.Generator().manual_seed(2))
    assert "typical" not in batch.extra
    assert set(problem.loss(batch.target + 0.1, batch)) == {"charbonnier"}


def test_different_fills_of_a_pair_are_rewarded(make_problem: MakeProblem) -> None:
    problem = make_problem()
    batch = problem.batch(8, 32, torch.Generator().manual_seed(2))
    apart = batch.target.clone()
    apart[:2] += 0.2 * batch.inputs[1][:2]
    same, different = (problem.loss(made, batch)["diversity"] for made in (batch.target, apart))
    assert float(different) < float(same)


def test_the_discriminator_sees_the_holes_but_not_what_is_under_them(make_problem: MakeProblem) -> None:
    problem = make_problem()
    batch = problem.batch(4, 32, torch.Generator().manual_seed(2))
    seen = problem.condition(torch.zeros_like(batch.target), batch)
    assert seen.shape[1] == 7
    hole = batch.inputs[1].bool().expand(-1, 3, -1, -1)
    assert not seen[:, 3:6][hole].any()
    assert torch.equal(seen[:, 3:6][~hole], batch.target[~hole])
    assert problem.discriminator is not None
    assert problem.discriminator(seen).logits.shape[0] == 4


def test_figures_and_samples(make_problem: MakeProblem) -> None:
    problem = make_problem()
    with torch.no_grad():
        figures = problem.evaluate(problem.network.eval())
        rows = problem.samples(problem.network.eval())
    names = ("hole_psnr_db", "harmonic_hole_psnr_db", "large_hole_psnr_db", "harmonic_large_hole_psnr_db")
    assert tuple(figures) == (*names, "sharpness", "variety")
    assert figures["hole_psnr_db"] == pytest.approx(figures["harmonic_hole_psnr_db"], abs=1e-3), "untrained"
    assert figures["variety"] == 0
    assert rows.shape == (4, 3, 32, 6 * 32)


@pytest.mark.parametrize("preset", ["tiny", "tiny-gan"])
def test_exported_weights_open_in_the_engine(start: StartRun, photos: Path, preset: str) -> None:
    trainer = start(preset)
    trainer.run()
    weights = export_weights(trainer, photos)
    catalogue = Catalogue([weights.parent])
    card = catalogue.get(trainer.config.model_id)
    catalogue.verify(card)
    assert catalogue.problems() == ()
    assert card.task == "inpaint"
    assert set(card.evaluation["held_out"]) >= {"hole_psnr_db", "harmonic_hole_psnr_db"}
    hole = np.zeros((48, 40), np.float32)
    hole[10:20, 10:30] = 1
    pixels = np.full((48, 40, 3), 0.25, np.float32)
    with create_engine("cpu", catalogue).lease(card.id) as generator:
        filled = generator(pixels, hole)
    assert filled.shape == pixels.shape
    assert np.abs(filled - 0.25).max() < 0.2
