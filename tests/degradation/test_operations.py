"""What holds for every operation: severity 0, seeds, exact masks, batches."""

from __future__ import annotations

import pytest
import torch

from restorer.degradation import DAMAGE_CLASSES, OPERATIONS
from restorer.degradation.operation import GROUPS

EVERY = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)
MARKS = pytest.mark.parametrize("operation", [o for o in OPERATIONS.values() if o.marks], ids=lambda o: o.id)
FULL = torch.tensor([1.0])
CLASSES = {
    "scratches": "scratch",
    "dust": "dust",
    "hairs": "hair",
    "creases": "crease",
    **dict.fromkeys(("tears", "wear"), "tear"),
    **dict.fromkeys(("stains", "foxing", "tide-lines", "tape", "fingerprints", "ink"), "stain"),
}


@pytest.fixture(scope="module")
def photos() -> torch.Tensor:
    """Three small colour pictures with soft shapes, edges and texture, of odd sides."""
    generator = torch.Generator().manual_seed(5)
    coarse = torch.rand((3, 3, 5, 6), generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (67, 93), mode="bicubic", align_corners=True)
    return (smooth + 0.05 * torch.randn((3, 3, 67, 93), generator=generator)).clamp(0, 1)


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@EVERY
def test_severity_0_gives_back_the_same_bits(operation, photos):
    done = operation.apply(photos, torch.zeros(3), seeded())
    assert torch.equal(done.photos, photos)
    assert not done.damage.any()


@EVERY
def test_each_photo_has_a_severity_of_its_own(operation, photos):
    done = operation.apply(photos, torch.tensor([0.0, 0.9, 0.0]), seeded())
    assert torch.equal(done.photos[0], photos[0])
    assert torch.equal(done.photos[2], photos[2])
    assert not torch.equal(done.photos[1], photos[1])
    assert not done.damage[[0, 2]].any()


@EVERY
def test_results_are_photos(operation, photos):
    before = photos.clone()
    done = operation.apply(photos, torch.tensor([0.05, 0.5, 1.0]), seeded())
    assert done.photos.shape == photos.shape
    assert done.photos.dtype == torch.float32
    assert torch.isfinite(done.photos).all()
    assert done.photos.min() >= 0
    assert done.photos.max() <= 1
    assert torch.equal(photos, before)


@EVERY
def test_the_same_seed_gives_the_same_bits_and_another_one_others(operation, photos):
    severity = torch.full((3,), 0.8)
    first, again = (operation.apply(photos, severity, seeded()) for _ in range(2))
    assert torch.equal(first.photos, again.photos)
    assert torch.equal(first.damage, again.damage)
    if operation.id != "eight-bits":
        assert not torch.equal(first.photos, operation.apply(photos, severity, seeded(2)).photos)


@EVERY
def test_more_severity_changes_more(operation, photos):
    def change(severity: float) -> float:
        changes = [operation.apply(photos, torch.full((3,), severity), seeded(seed)).photos for seed in range(4)]
        return float(sum((changed - photos).abs().mean() for changed in changes))

    assert 0 < change(0.1) < change(1.0)


@MARKS
def test_where_there_is_no_mask_not_one_bit_changed(operation, photos):
    done = operation.apply(photos, torch.ones(3), seeded())
    outside = (done.damage.amax(1, keepdim=True) == 0).expand_as(photos)
    assert torch.equal(done.photos[outside], photos[outside])
    assert 0 < float((~outside).float().mean()) < 1


@MARKS
def test_coverage_is_a_share(operation, photos):
    damage = operation.apply(photos, torch.ones(3), seeded()).damage
    assert damage.shape == (3, len(DAMAGE_CLASSES), 67, 93)
    assert damage.min() >= 0
    assert damage.max() <= 1


@EVERY
def test_only_marks_have_a_mask(operation, photos):
    assert bool(operation.apply(photos, torch.ones(3), seeded()).damage.any()) == operation.marks


@pytest.mark.parametrize(("name", "kind"), CLASSES.items())
def test_marks_are_of_their_class_and_no_other(name, kind, photos):
    damage = OPERATIONS[name].apply(photos, torch.ones(3), seeded()).damage
    found = {DAMAGE_CLASSES[index] for index in range(len(DAMAGE_CLASSES)) if damage[:, index].any()}
    assert found == {kind}


def test_marks_change_most_of_what_they_cover(photos):
    gray = torch.full((1, 3, 128, 128), 0.5)
    for name in ("scratches", "dust", "hairs", "creases", "tears", "wear", "stains", "ink"):
        done = OPERATIONS[name].apply(gray, FULL, seeded())
        covered = done.mask()[0, 0] > 0.5
        assert ((done.photos - gray).abs().amax(1)[0][covered] > 0.01).float().mean() > 0.9, name


def test_operations_are_listed_in_the_order_in_which_they_happen():
    places = [GROUPS.index(operation.group) for operation in OPERATIONS.values()]
    assert places == sorted(places)
    assert len(OPERATIONS) == 27
    for name, operation in OPERATIONS.items():
        assert name == operation.id
        assert operation.title[0].isupper()
