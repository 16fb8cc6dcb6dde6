"""FD-own and KID-own of pictures, with a random and with the shipped network."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import torch

from restorer.core.errors import WeightsError
from restorer.core.image import Image
from restorer.evaluation.features import FeatureSpace
from restorer.networks.appearance import touched
from restorer.networks.feature_net import FeatureNet
from restorer.training.fills import cloned_fill

Pixels8 = npt.NDArray[np.uint8]


@pytest.fixture
def space() -> FeatureSpace:
    torch.manual_seed(1)
    return FeatureSpace(FeatureNet((8, 8, 12)).eval())


@pytest.fixture
def pictures(photo: Image) -> list[Pixels8]:
    return [photo.pixels[:96, :128], photo.pixels[96:, 128:], photo.pixels[40:131, 60:171]]


def blurred(pictures: list[Pixels8], sigma: float) -> list[Pixels8]:
    return [np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8) for picture in pictures]


def test_the_same_pictures_are_at_zero(space: FeatureSpace, pictures: list[Pixels8]) -> None:
    assert space.frechet_distance(pictures, pictures) == pytest.approx(0, abs=1e-9)
    by_chance = abs(space.kernel_distance(pictures, pictures))
    assert by_chance < 0.3 * space.kernel_distance(pictures, blurred(pictures, 4))


def cloned(truth: Pixels8, hole: npt.NDArray[np.bool_], source: Pixels8) -> Pixels8:
    """The hole filled from ``source``, its tones bent to the rim."""
    photo, other = (torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 255 for pixels in (truth, source))
    filled = cloned_fill(photo, torch.from_numpy(hole)[None, None].float(), other)
    return (filled[0].permute(1, 2, 0) * 255).round().byte().numpy()


def test_both_distances_grow_with_blur(space: FeatureSpace, pictures: list[Pixels8]) -> None:
    steps = [blurred(pictures, sigma) for sigma in (0.5, 1.0, 2.0)]
    for distance in (space.frechet_distance, space.kernel_distance):
        values = [distance(pictures, step) for step in steps]
        assert values == sorted(values)
        assert values[0] < values[-1]


def test_distances_are_repeatable(space: FeatureSpace, pictures: list[Pixels8]) -> None:
    worse = blurred(pictures, 1)
    assert space.kernel_distance(pictures, worse) == space.kernel_distance(pictures, worse)


def test_a_region_leaves_out_what_does_not_see_it(space: FeatureSpace, pictures: list[Pixels8]) -> None:
    regions = [np.zeros(picture.shape[:2], bool) for picture in pictures]
    far = [picture.copy() for picture in pictures]
    for region, picture in zip(regions, far, strict=True):
        region[:24, :24] = True
        picture[70:, 90:] = 0
    assert space.frechet_distance(pictures, far, regions) == pytest.approx(0, abs=1e-9)
    assert space.frechet_distance(pictures, far) > 0.001
    near = [picture.copy() for picture in pictures]
    for picture in near:
        picture[:24, :24] = 128
    assert space.frechet_distance(pictures, near, regions) > space.frechet_distance(pictures, near)


@pytest.mark.parametrize("size", [(64, 64), (37, 50)])
def test_touched_positions_are_those_whose_features_change(size: tuple[int, int]) -> None:
    network = FeatureNet((4, 6, 8)).eval()
    photo = torch.rand(1, 3, *size)
    region = torch.zeros(1, 1, *size)
    region[..., 20:23, 31:33] = 1
    with torch.inference_mode():
        before, after = network(photo), network(photo + region)
    for old, new, field in zip(before, after, network.fields(), strict=True):
        changed = (old != new).any(1)
        assert torch.equal(changed & touched(region, field, old), changed)
        assert torch.equal(changed, touched(region, field, old)) or field.stride > 2


def test_what_is_no_picture_is_refused(space: FeatureSpace, pictures: list[Pixels8]) -> None:
    with pytest.raises(ValueError, match="float64"):
        space.describe([picture / 255 for picture in pictures])  # type: ignore[misc]
    with pytest.raises(ValueError, match="region 0"):
        space.describe(pictures, [np.zeros((5, 5), bool)] * 3)
    nothing = [np.zeros(picture.shape[:2], bool) for picture in pictures]
    with pytest.raises(ValueError, match="two vectors"):
        space.describe(pictures, nothing)


def test_weights_without_a_card_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"features\.json"):
        FeatureSpace.load(tmp_path / "features.safetensors")


def test_the_shipped_network_tells_texture_from_none(root: Path) -> None:
    space = FeatureSpace.load(root / "resources" / "models" / "features.safetensors")
    noise = np.random.default_rng(1).normal(0, 60, (192, 256))
    weave = cv2.GaussianBlur(noise, (0, 0), 1.2)[..., None] + np.linspace(60, 190, 256)[:, None] + (10, 0, -10)
    truth = np.clip(weave, 0, 255).astype(np.uint8)
    hole = np.zeros(truth.shape[:2], bool)
    hole[60:130, 90:170] = True
    smooth = np.asarray(cv2.inpaint(truth, hole.astype(np.uint8), 3, cv2.INPAINT_NS), np.uint8)
    textured = np.where(hole[..., None], cloned(truth, hole, np.roll(truth, 100, axis=0)), truth)
    fills = [space.frechet_distance([truth], [fill], [hole]) for fill in (truth, textured, smooth)]
    assert fills == sorted(fills)
    assert fills[2] > 3 * fills[1]


def test_the_shipped_network_sees_blur_and_compression_grow(root: Path, photo: Image) -> None:
    space = FeatureSpace.load(root / "resources" / "models" / "features.safetensors")
    truth = photo.pixels
    jpegs = [
        np.asarray(cv2.imdecode(cv2.imencode(".jpg", truth, [cv2.IMWRITE_JPEG_QUALITY, q])[1], 1)) for q in (70, 10)
    ]
    for worse in ([*blurred([truth], 0.5), *blurred([truth], 2)], jpegs):
        near, far = (space.frechet_distance([truth], [picture]) for picture in worse)
        assert 0 < 2 * near < far
