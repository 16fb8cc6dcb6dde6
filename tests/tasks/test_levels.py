"""What the tasks find out about a photo: its noise, its JPEG quality, its blur."""

from __future__ import annotations

import io

import cv2
import numpy as np
import PIL.Image
import pytest

from restorer.core.image import Image, Pixels
from restorer.core.progress import CancelToken
from restorer.tasks.blur_level import blur_level
from restorer.tasks.jpeg_traces import UNTOUCHED, traced_quality
from restorer.tasks.noise_level import noise_level

TOKEN = CancelToken()


@pytest.fixture(scope="module")
def scene() -> Pixels:
    """Sharp shapes before soft slopes, 8 bits, without noise."""
    random = np.random.default_rng(3)
    y, x = np.mgrid[:512, :640].astype(np.float32)
    base = 90 + 60 * np.sin(x / 170) * np.cos(y / 130)
    picture = np.stack([base, base * 0.9 + 10, base * 0.8 + 25], axis=2)
    for _ in range(60):
        center = (int(random.integers(0, 640)), int(random.integers(0, 512)))
        color = tuple(float(value) for value in random.uniform(30, 220, 3))
        cv2.circle(picture, center, int(random.integers(4, 40)), color, -1)
    return np.rint(picture).clip(0, 255).astype(np.uint8)


def noisy(pixels: Pixels, sigma: float, grain_px: float = 0) -> Pixels:
    noise = np.random.default_rng(4).normal(0, 1, pixels.shape).astype(np.float32)
    if grain_px:
        noise = cv2.GaussianBlur(noise, (0, 0), grain_px)
        noise /= noise.std()
    return np.rint(pixels + sigma * noise).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("sigma", [2, 5, 12, 25, 45])
@pytest.mark.parametrize("grain_px", [0, 0.8])
def test_noise(scene: Pixels, sigma: float, grain_px: float) -> None:
    found = noise_level(Image(noisy(scene, sigma, grain_px)), TOKEN)
    assert found == pytest.approx(sigma, rel=0.25)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_noise_is_told_in_steps_of_8_bits_at_any_depth(scene: Pixels, dtype: type) -> None:
    unit = noisy(scene, 6).astype(np.float32) / 255
    pixels = unit if dtype is np.float32 else np.rint(unit * 65535).astype(np.uint16)
    assert noise_level(Image(pixels), TOKEN) == pytest.approx(6, rel=0.2)


def test_no_noise(scene: Pixels) -> None:
    assert noise_level(Image(scene), TOKEN) == 0
    assert noise_level(Image(np.zeros((64, 64, 1), np.uint8)), TOKEN) == 0
    assert noise_level(Image(np.full((3, 3, 1), 9, np.uint8)), TOKEN) == 0


@pytest.mark.parametrize("quality", [8, 20, 50, 75, 90])
@pytest.mark.parametrize("gray", [False, True])
def test_quality_by_the_traces_wherever_a_crop_left_the_grid(scene: Pixels, quality: int, gray: bool) -> None:
    file = io.BytesIO()
    picture = PIL.Image.fromarray(noisy(scene, 3))
    (picture.convert("L") if gray else picture).save(file, "JPEG", quality=quality)
    with PIL.Image.open(file) as opened:
        pixels = np.asarray(opened).reshape(512, 640, -1)
    assert traced_quality(Image(pixels), TOKEN) == pytest.approx(quality, abs=2)
    assert traced_quality(Image(np.ascontiguousarray(pixels[5:, 3:])), TOKEN) == pytest.approx(quality, abs=2)


def test_no_traces(scene: Pixels) -> None:
    assert traced_quality(Image(scene), TOKEN) == UNTOUCHED
    assert traced_quality(Image(noisy(scene, 10)), TOKEN) == UNTOUCHED
    assert traced_quality(Image(np.full((20, 20, 3), 90, np.uint8)), TOKEN) == UNTOUCHED


@pytest.mark.parametrize("blur_px", [0.8, 1.2, 2.0, 3.0])
@pytest.mark.parametrize("sigma", [0, 3])
def test_blur(scene: Pixels, blur_px: float, sigma: float) -> None:
    blurred = noisy(cv2.GaussianBlur(scene, (0, 0), blur_px), sigma)
    found = blur_level(Image(blurred), TOKEN)
    assert 0.55 * blur_px < found <= blur_px + 0.2, "a little too little is better than a little too much"


def test_no_blur(scene: Pixels) -> None:
    assert blur_level(Image(scene), TOKEN) <= 0.5, "the shapes have steps for edges"
    assert blur_level(Image(noisy(np.full_like(scene, 90), 20)), TOKEN) == 0
    assert blur_level(Image(np.full((40, 40, 3), 90, np.uint8)), TOKEN) == 0
