"""Reconstruction losses: values by hand, masks, batches, and gradients."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from restorer.training.objectives.focal_frequency import focal_frequency
from restorer.training.objectives.losses import charbonnier, gradient_l1, psnr, relative_mse

ONES = torch.ones(1, 1, 4, 4)


def pair(*shape: int, seed: int = 1, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    first, second = torch.rand((2, *shape), dtype=dtype, generator=torch.Generator().manual_seed(seed)).unbind()
    return first, second


def test_charbonnier_is_square_for_small_and_absolute_for_large_differences() -> None:
    zero = torch.zeros(1, 3, 4, 4)
    assert float(charbonnier(zero + 1e-3, zero, ONES, 0.1)) == pytest.approx(0.5e-6 / 0.1, rel=1e-2)
    assert float(charbonnier(zero + 10, zero, ONES, 0.01)) == pytest.approx(9.99, rel=1e-4)


def test_the_gradient_loss_sees_edges_and_not_brightness() -> None:
    target = torch.zeros(1, 3, 4, 4)
    assert float(gradient_l1(target + 0.5, target, ONES)) == 0
    step = target.clone()
    step[..., 2:] = 1
    # One of four columns' worth of horizontal differences, of two directions.
    assert float(gradient_l1(step, target, ONES)) == pytest.approx(4 / (16 * 2))


@pytest.mark.parametrize("loss", ["charbonnier", "gradient", "relative"])
def test_what_is_not_weighted_is_not_heard_but_by_the_rim(loss: str) -> None:
    prediction, target = pair(2, 3, 8, 8)
    weight = torch.zeros(2, 1, 8, 8)
    weight[..., 2:5, 2:5] = 1
    elsewhere = prediction.clone()
    elsewhere[..., 6:] += 1

    def measure(x: Tensor) -> Tensor:
        if loss == "charbonnier":
            return charbonnier(x, target, weight, 0.01)
        if loss == "gradient":
            return gradient_l1(x, target, weight)
        return relative_mse(x, target, weight, torch.ones(2))

    assert torch.equal(measure(prediction), measure(elsewhere))
    assert float(measure(prediction)) > 0


def test_each_picture_counts_alike_however_large_its_hole() -> None:
    target = torch.zeros(2, 3, 8, 8)
    weight = torch.zeros(2, 1, 8, 8)
    weight[0, :, :1, :2] = 1
    weight[1] = 1
    prediction = target.clone()
    prediction[0] = 0.3
    first = relative_mse(prediction, target, weight, torch.ones(2))
    second = relative_mse(prediction.flip(0), target, weight, torch.ones(2))
    assert float(first) == pytest.approx(float(second))
    assert float(first) == pytest.approx(0.09 / 2)


def test_no_hole_at_all_is_no_loss_and_not_a_division_by_zero() -> None:
    prediction, target = pair(1, 3, 4, 4)
    nothing = torch.zeros(1, 1, 4, 4)
    assert float(charbonnier(prediction, target, nothing, 0.01)) == 0
    assert float(relative_mse(prediction, target, nothing, torch.ones(1))) == 0


def test_a_relative_error_is_a_share_of_what_is_typical() -> None:
    target = torch.zeros(2, 3, 4, 4)
    prediction = torch.tensor([0.1, 0.01])[:, None, None, None].expand(2, 3, 4, 4)
    typical = torch.tensor([0.01, 0.0001])
    assert float(relative_mse(prediction, target, torch.ones(2, 1, 4, 4), typical)) == pytest.approx(1.0)


def test_a_relative_error_grows_linearly_beyond_its_turn() -> None:
    target = torch.zeros(1, 1, 4, 4)
    at = [float(relative_mse(target + x, target, ONES, torch.ones(1))) for x in (1.0, 2.0, 3.0, 4.0)]
    assert at == pytest.approx([1.0, 4.0, 8.0, 12.0])


def test_psnr_is_of_each_picture_and_inside_the_weight() -> None:
    target = torch.zeros(2, 3, 4, 4)
    prediction = target.clone()
    prediction[0, :, 0] = 0.1
    prediction[1, :, 0] = 0.01
    weight = torch.zeros(2, 1, 4, 4)
    weight[:, :, 0] = 1
    assert psnr(prediction, target, weight).tolist() == pytest.approx([20.0, 40.0], abs=1e-3)


def test_focal_frequency_without_focus_is_the_mean_squared_error() -> None:
    prediction, target = pair(2, 3, 12, 10)
    assert float(focal_frequency(prediction, target, alpha=0.0)) == pytest.approx(
        float(F.mse_loss(prediction, target)), rel=1e-5
    )
    assert float(focal_frequency(target, target)) == 0


def test_focal_frequency_hears_the_frequency_that_is_furthest_off() -> None:
    columns = torch.arange(16) * (2 * torch.pi / 16)
    low, high = torch.cos(columns).expand(1, 1, 16, 16), torch.cos(6 * columns).expand(1, 1, 16, 16)
    prediction = (low + 0.1 * high).clone().requires_grad_()
    focal_frequency(prediction, torch.zeros_like(low)).backward()
    assert prediction.grad is not None
    share = float((prediction.grad * high).sum() / (prediction.grad * low).sum())
    # A squared error would give 0.1; the weight, 1 against 0.1, gives a tenth of that.
    assert share == pytest.approx(0.01, rel=1e-3)


def test_focal_frequency_is_as_in_the_paper() -> None:
    """Against its formula written out, frequency by frequency, channel by channel."""
    prediction, target = pair(2, 2, 4, 6, seed=3, dtype=torch.float64)
    total = 0.0
    for p, t in zip(prediction.flatten(0, 1), target.flatten(0, 1), strict=True):
        distance = (torch.fft.fft2(p, norm="ortho") - torch.fft.fft2(t, norm="ortho")).abs()
        total += float((distance / distance.max() * distance**2).mean())
    assert float(focal_frequency(prediction, target)) == pytest.approx(total / 4)


def test_gradients_are_right() -> None:
    prediction, target = pair(2, 3, 4, 5, seed=4, dtype=torch.float64)
    weight = (torch.rand((2, 1, 4, 5), generator=torch.Generator().manual_seed(5)) < 0.6).double()
    typical = torch.tensor([0.02, 0.3], dtype=torch.float64)
    x = prediction.requires_grad_()
    assert torch.autograd.gradcheck(lambda p: charbonnier(p, target, weight, 0.05), (x,))
    assert torch.autograd.gradcheck(lambda p: gradient_l1(p, target, weight), (x,))
    assert torch.autograd.gradcheck(lambda p: relative_mse(p, target, weight, typical), (x,))
    # Its weight is held constant, so only without it do finite differences tell the gradient.
    assert torch.autograd.gradcheck(lambda p: focal_frequency(p, target, alpha=0.0), (x,))


def test_losses_are_in_single_precision_under_autocast() -> None:
    prediction, target = (part.bfloat16() for part in pair(1, 3, 4, 4))
    with torch.autocast("cpu", torch.bfloat16):
        values = (
            charbonnier(prediction, target, ONES, 0.01),
            gradient_l1(prediction, target, ONES),
            relative_mse(prediction, target, ONES, torch.ones(1)),
            focal_frequency(prediction, target),
        )
    assert {value.dtype for value in values} == {torch.float32}
