"""DiffAugment: what it does to a picture, to its condition, and to gradients."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from restorer.core.errors import InputError
from restorer.training.objectives.augment import (
    POLICIES,
    Augmentation,
    diff_augment,
    draw_augmentation,
    parse_policy,
)

ALL = ",".join(POLICIES)


def draws(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(count: int = 4, channels: int = 3, side: int = 16) -> Tensor:
    return torch.rand((count, channels, side, side), generator=draws(9))


def test_no_policy_changes_nothing() -> None:
    assert torch.equal(diff_augment(pictures(), "", draws()), pictures())


def test_an_unknown_policy_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'colour'.*color, translation, cutout"):
        parse_policy("cutout, colour")
    with pytest.raises(InputError, match="'spin'"):
        draw_augmentation("spin", 2, draws())


@pytest.mark.parametrize("policy", [*POLICIES, ALL])
def test_the_seed_decides(policy: str) -> None:
    first, again, other = (diff_augment(pictures(), policy, draws(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first, pictures())


def test_a_policy_draws_the_same_alone_as_among_others() -> None:
    alone, among = draw_augmentation("cutout", 3, draws()), draw_augmentation(ALL, 3, draws())
    assert alone.cut is not None
    assert among.cut is not None
    assert torch.equal(alone.cut, among.cut)
    assert alone.color is None
    assert alone.shift is None


def test_one_drawn_transform_is_the_same_for_real_and_made_pictures() -> None:
    augmentation = draw_augmentation(ALL, 4, draws())
    assert torch.equal(augmentation(pictures()), augmentation(pictures()))
    # Each picture of the batch has its own.
    same = pictures(1).expand(4, 3, 16, 16)
    assert len({tuple(picture.flatten().tolist()) for picture in augmentation(same)}) == 4


def test_a_picture_and_its_condition_stay_aligned() -> None:
    picture = pictures(8, side=32)
    mask = (torch.rand((8, 1, 32, 32), generator=draws(3)) < 0.3).float()
    condition = picture * (1 - mask)
    augmentation = draw_augmentation(ALL, 8, draws())
    joined = augmentation(torch.cat((picture, condition, mask), 1))
    assert torch.equal(joined[:, :3], augmentation(picture))
    assert torch.equal(joined[:, 3:6], augmentation(condition))
    assert torch.equal(joined[:, 6:], augmentation(mask))
    known = (joined[:, 6:] == 0).expand(-1, 3, -1, -1)
    assert torch.equal(joined[:, :3][known], joined[:, 3:6][known])


def test_masks_are_moved_and_cut_but_keep_their_values() -> None:
    masks = torch.ones(4, 4, 16, 16)
    moved = draw_augmentation(ALL, 4, draws())(masks, colored=0)
    assert set(moved.unique().tolist()) == {0.0, 1.0}
    colored = draw_augmentation("color", 4, draws())(masks, colored=3)
    assert torch.equal(colored[:, 3:], masks[:, 3:])
    assert not torch.equal(colored[:, :3], masks[:, :3])


def test_translation_is_a_shift_with_black_behind_it() -> None:
    x = pictures(2)
    moved = Augmentation(shift=torch.tensor([[2 / 16, -1 / 16], [0.0, 0.0]]))(x)
    assert torch.equal(moved[0, :, 2:, :-1], x[0, :, :-2, 1:])
    assert float(moved[0, :, :2].abs().max()) == 0
    assert float(moved[0, :, :, -1].abs().max()) == 0
    assert torch.equal(moved[1], x[1])


def test_translation_reaches_an_eighth_and_no_further() -> None:
    shift = draw_augmentation("translation", 2000, draws()).shift
    assert shift is not None
    assert 0.12 < float(shift.abs().max()) <= 1 / 8


def test_cutout_takes_a_square_of_half_the_side() -> None:
    cut = Augmentation(cut=torch.tensor([[0.5, 0.5], [0.0, 1.0]]))(torch.ones(2, 1, 16, 16))
    expected = torch.ones(16, 16)
    expected[4:12, 4:12] = 0
    assert torch.equal(cut[0, 0], expected)
    assert float(cut[1].sum()) == 16 * 16 - 4 * 4
    assert float(cut[1, 0, :4, 12:].sum()) == 0


def test_color_is_brightness_then_saturation_then_contrast() -> None:
    rgb = torch.tensor([0.2, 0.4, 0.6])[None, :, None, None]
    brighter = Augmentation(color=torch.tensor([[0.1, 1.0, 1.0]]))(rgb)
    gray = Augmentation(color=torch.tensor([[0.0, 0.0, 1.0]]))(rgb)
    flat = Augmentation(color=torch.tensor([[0.0, 1.0, 0.5]]))(rgb)
    assert torch.allclose(brighter.flatten(), torch.tensor([0.3, 0.5, 0.7]))
    assert torch.allclose(gray.flatten(), torch.tensor([0.4, 0.4, 0.4]))
    assert torch.allclose(flat.flatten(), torch.tensor([0.35, 0.45, 0.55]))


def test_gradients_flow_twice() -> None:
    augmentation = draw_augmentation(ALL, 2, draws())
    x = torch.rand((2, 3, 6, 6), dtype=torch.float64, generator=draws(2)).requires_grad_()

    def squared(picture: Tensor) -> Tensor:
        return augmentation(picture).square()

    assert torch.autograd.gradcheck(augmentation, (x,))
    assert torch.autograd.gradgradcheck(squared, (x,))
    augmentation(x).sum().backward()
    assert x.grad is not None
    assert float(x.grad.abs().sum()) > 0


def test_half_precision_comes_back_in_single() -> None:
    assert diff_augment(pictures().bfloat16(), ALL, draws()).dtype == torch.float32
