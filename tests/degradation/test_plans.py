from __future__ import annotations

import pytest
import torch

from restorer.degradation import (
    AGED,
    DAMAGE_CLASSES,
    FULL,
    LESSONS,
    MECHANICAL,
    PLANS,
    Chance,
    DamageBank,
    Plan,
    degrade,
)
from restorer.degradation.marks import DRAWN
from restorer.degradation.plans import FILM
from restorer.tasks.simulate_damage import KINDS


@pytest.fixture(scope="module")
def photos() -> torch.Tensor:
    return torch.rand((4, 3, 64, 64), generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_plans_work_and_repeat(plan, photos):
    first, again = (degrade(photos, torch.Generator().manual_seed(9), plan) for _ in range(2))
    assert torch.equal(first.photos, again.photos)
    assert torch.equal(first.damage, again.damage)
    assert first.photos.shape == photos.shape
    assert not torch.equal(first.photos, photos)


def test_the_task_offers_every_plan():
    assert sorted(KINDS) == sorted(PLANS)


def test_where_the_plan_is_marks_alone_the_mask_is_exact(photos):
    done = degrade(photos, torch.Generator().manual_seed(2), MECHANICAL)
    outside = (done.mask() == 0).expand_as(photos)
    assert outside.any()
    assert torch.equal(done.photos[outside], photos[outside])


def test_nothing_happens_at_severity_0(photos):
    done = degrade(photos, torch.Generator().manual_seed(2), FULL.scaled(0))
    assert torch.equal(done.photos, photos)
    assert not done.damage.any()


def test_scaling_reaches_no_further_than_1_and_leaves_what_has_one_severity():
    plan = Plan((Chance("dust", 0.5, 0.2, 0.8), Chance("monochrome", 1.0, 1.0, 1.0)))
    assert plan.scaled(2).chances == (Chance("dust", 0.5, 0.4, 1.0), Chance("monochrome", 1.0, 1.0, 1.0))
    assert plan.scaled(0.5).chances[0] == Chance("dust", 0.5, 0.1, 0.4)


def test_chances_are_kept():
    plan = Plan((Chance("eight-bits", 0.25, 0.5, 1.0),))
    [(operation, severity)] = plan.draw(4000, torch.Generator().manual_seed(1))
    assert operation.id == "eight-bits"
    happened = severity > 0
    assert float(happened.float().mean()) == pytest.approx(0.25, abs=0.03)
    assert severity[happened].min() >= 0.5
    assert severity.max() <= 1


def test_lessons_are_the_marks_that_are_measured_with():
    assert [chance.operation for chance in LESSONS.chances] == [chance.operation for chance in MECHANICAL.chances]
    rare = {chance.operation: chance.probability for chance in MECHANICAL.chances if chance.probability <= 0.2}
    taught = {chance.operation: chance.probability for chance in LESSONS.chances}
    assert all(taught[name] >= often for name, often in rare.items())
    assert sum(taught[name] for name in rare) > 1.7 * sum(rare.values())


def test_an_old_photo_has_no_marks(photos):
    aged = degrade(photos, torch.Generator().manual_seed(1), AGED)
    assert not aged.damage.any()
    assert not torch.equal(aged.photos, photos)


def test_marks_of_several_operations_add_up(photos):
    both = degrade(photos, torch.Generator().manual_seed(4), Plan((Chance("dust", 1, 1, 1), Chance("hairs", 1, 1, 1))))
    for kind in ("dust", "hair"):
        assert both.damage[:, DAMAGE_CLASSES.index(kind)].any()


@pytest.fixture(scope="module")
def bank() -> DamageBank:
    return DamageBank(6, 96, seed=1, device=torch.device("cpu"))


def test_masks_of_a_bank_are_exact(bank, photos):
    done = bank.apply(photos, torch.Generator().manual_seed(1))
    outside = (done.mask() == 0).expand_as(photos)
    assert 0 < float(outside.float().mean()) < 1
    assert torch.equal(done.photos[outside], photos[outside])


def test_a_bank_repeats_and_varies(bank, photos):
    first, again = (bank.apply(photos, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first.photos, again.photos)
    assert not torch.equal(first.damage, bank.apply(photos, torch.Generator().manual_seed(2)).damage)


def test_the_same_seed_draws_the_same_bank(bank, photos):
    same = DamageBank(6, 96, seed=1, device=torch.device("cpu"))
    drawn = [one.apply(photos, torch.Generator().manual_seed(1)).damage for one in (bank, same)]
    assert torch.equal(*drawn)


def test_cuts_of_a_larger_layer_often_lie_along_its_edge():
    bank = DamageBank(2, 96, seed=1, device=torch.device("cpu"))
    bank._layers.zero_()
    bank._layers[:, 6:, 0, :] = 255
    cuts = bank.apply(torch.full((200, 3, 32, 32), 0.5), torch.Generator().manual_seed(3)).mask()
    assert float(cuts.flatten(1).any(1).float().mean()) > 0.2


def test_of_a_larger_layer_the_more_damaged_of_two_cuts_is_taken():
    bank = DamageBank(6, 192, seed=1, device=torch.device("cpu"))
    marked = []
    for side in (32, 192):
        many = torch.full((200, 3, side, side), 0.5)
        marked.append(float(bank.apply(many, torch.Generator().manual_seed(3)).mask().mean()))
    assert marked[0] > 1.2 * marked[1]


def test_a_bank_refuses_what_it_cannot_do(bank, photos):
    with pytest.raises(ValueError, match="grain"):
        DamageBank(1, 32, seed=0, device=torch.device("cpu"), plan=FILM)
    with pytest.raises(ValueError, match="96"):
        bank.apply(torch.zeros((1, 3, 128, 128)), torch.Generator())


def test_every_drawn_mark_can_be_in_a_bank():
    plan = Plan(tuple(Chance(name, 1.0, 0.9, 0.9) for name in DRAWN))
    bank = DamageBank(1, 128, seed=2, device=torch.device("cpu"), plan=plan)
    damage = bank.apply(torch.full((1, 3, 128, 128), 0.5), torch.Generator().manual_seed(0)).damage
    assert damage.amax((0, 2, 3)).gt(0.3).all()
