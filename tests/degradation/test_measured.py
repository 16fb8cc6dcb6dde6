"""Single operations against what they claim to be."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.degradation import OPERATIONS
from restorer.degradation.compression import compressed
from restorer.degradation.draws import gaussian_blur, has_color, scan_scale
from restorer.degradation.optics import _kernels, defocus, shake


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def picture(photo) -> torch.Tensor:
    """``1 x 3 x 192 x 256``, the portrait."""
    return torch.from_numpy(photo.pixels.copy()).permute(2, 0, 1)[None].float() / 255


@pytest.mark.parametrize("quality", [10, 40, 75, 92])
@pytest.mark.parametrize("halved", [False, True])
def test_jpeg_is_what_a_codec_makes(picture, quality, halved):
    file = io.BytesIO()
    pixels = (picture[0].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
    PillowImage.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=2 if halved else 0)
    theirs = np.asarray(PillowImage.open(io.BytesIO(file.getvalue()))).astype(np.float32)
    ours = compressed(picture, torch.tensor([float(quality)]), torch.tensor([[[[halved]]]]))
    difference = np.abs(ours[0].permute(1, 2, 0).numpy() * 255 - theirs)
    assert difference.mean() < 0.6
    assert np.percentile(difference, 99) <= 6


def test_jpeg_works_on_any_size():
    odd = torch.rand((2, 3, 13, 37), generator=seeded())
    assert (
        compressed(odd, torch.tensor([50.0, 90.0]), torch.tensor([True, False])[:, None, None, None]).shape == odd.shape
    )


def test_gaussian_blur_has_the_width_asked_for():
    point = torch.zeros((2, 1, 41, 41))
    point[:, :, 20, 20] = 1
    blurred = gaussian_blur(point, torch.tensor([1.0, 3.0]))
    axis = torch.arange(41.0) - 20
    for index, sigma in enumerate((1.0, 3.0)):
        profile = blurred[index, 0].sum(0)
        assert float(profile.sum()) == pytest.approx(1, abs=1e-5)
        assert float((profile * axis**2).sum()) ** 0.5 == pytest.approx(sigma, rel=0.03)


@pytest.mark.parametrize("change", [defocus, shake])
def test_blur_keeps_even_pictures_as_they_are(change):
    even = torch.full((1, 3, 40, 40), 0.37)
    assert torch.allclose(change(even, torch.ones((1, 1, 1, 1)), seeded()), even, atol=1e-5)


def test_kernels_sum_to_one():
    kernels = _kernels(torch.rand((3, 28, 28), generator=seeded()))
    assert kernels.shape == (3, 7, 7)
    assert torch.allclose(kernels.sum((1, 2)), torch.ones(3))


def test_grain_follows_luma_and_is_correlated():
    tones = torch.tensor([0.3, 0.85])[:, None, None, None].expand(2, 3, 160, 160).contiguous()
    grain = OPERATIONS["grain"].apply(tones, torch.ones(2), seeded()).photos - tones
    middle, light = grain.std((1, 2, 3))
    assert light < 0.7 * middle
    one = grain[0, 0] - grain[0, 0].mean()
    neighbours = float((one[:, 1:] * one[:, :-1]).mean() / (one**2).mean())
    assert 0.25 < neighbours < 0.9


def test_grain_of_a_picture_without_colour_has_none():
    gray = torch.full((1, 3, 64, 64), 0.4)
    assert not has_color(OPERATIONS["grain"].apply(gray, torch.ones(1), seeded()).photos).any()


def test_silver_fades_without_a_cast_and_dyes_with_one(picture):
    gray = picture.mean(1, keepdim=True).expand(-1, 3, -1, -1).contiguous()
    assert not has_color(OPERATIONS["fading"].apply(gray, torch.ones(1), seeded()).photos).any()
    faded = OPERATIONS["fading"].apply(picture, torch.ones(1), seeded()).photos
    black = faded.flatten(2).quantile(0.01, dim=2)[0]
    assert black.min() > 0.05
    assert black.max() - black.min() > 0.03


def test_yellowing_takes_blue():
    white = torch.ones((1, 3, 32, 32))
    red, green, blue = OPERATIONS["yellowing"].apply(white, torch.ones(1), seeded()).photos.mean((0, 2, 3))
    assert red > green > blue
    assert blue < 0.7


@pytest.mark.parametrize("tone", [0.25, 0.5, 0.75])
def test_halftone_dots_cover_their_share_of_the_paper(tone):
    even = torch.full((1, 3, 240, 240), tone)
    printed = OPERATIONS["halftone"].apply(even, torch.ones(1), seeded()).photos
    assert float(printed.mean()) == pytest.approx(tone, abs=0.06)
    assert printed.std() > 0.15


def test_eight_bits_are_eight_bits(picture):
    exact = OPERATIONS["eight-bits"].apply(picture * 0.97, torch.ones(1), seeded()).photos * 255
    assert torch.allclose(exact, exact.round(), atol=1e-4)


def test_marks_grow_with_large_scans():
    assert scan_scale(100, 100) == 1
    assert scan_scale(1024, 3000) == 1
    assert scan_scale(4096, 3000) == pytest.approx(3000 / 1024)
