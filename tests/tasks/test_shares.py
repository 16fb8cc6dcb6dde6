"""What the strengths of denoise, deblock and deblur mean."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from tasks.restoring import FakeRestorer, picture, restore

from restorer.core.contract import FloatPixels
from restorer.tasks.jpeg_traces import luma

WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)


@pytest.fixture
def clean() -> FloatPixels:
    return np.full((80, 90, 3), 0.5, np.float32)


@pytest.fixture
def noise() -> FloatPixels:
    return np.random.default_rng(1).normal(0, 0.05, (80, 90, 3)).astype(np.float32)


def left(clean: FloatPixels, noise: FloatPixels, **params: float) -> FloatPixels:
    """What of the noise is left by a network that finds all of it."""
    network = FakeRestorer(lambda tile: np.full_like(tile, 0.5))
    values = {"noise": 12.0, "grain": 0, "strength": 100, **params}
    return np.asarray(restore("denoise", clean + noise, values, network=network).after - clean)


@pytest.mark.parametrize("strength", [10, 50, 90, 100])
def test_strength_is_the_share_that_goes(clean: FloatPixels, noise: FloatPixels, strength: float) -> None:
    assert np.allclose(left(clean, noise, strength=strength), noise * (1 - strength / 100), atol=1e-6)


def test_brightness_and_colour_have_shares_of_their_own(clean: FloatPixels, noise: FloatPixels) -> None:
    bright = (noise @ WEIGHTS)[..., None]
    assert np.allclose(left(clean, noise, luminance=0), np.broadcast_to(bright, noise.shape), atol=1e-6)
    assert np.allclose(left(clean, noise, chroma=0), noise - bright, atol=1e-6)
    assert np.allclose(left(clean, noise, chroma=0, luminance=50), noise - bright / 2, atol=1e-6)


def test_grain_that_is_kept_is_fine_and_has_no_colour(clean: FloatPixels) -> None:
    random = np.random.default_rng(2)
    fine = random.normal(0, 0.04, (80, 90, 3)).astype(np.float32)
    blotches = cv2.GaussianBlur(random.normal(0, 1, (80, 90, 3)).astype(np.float32), (0, 0), 8)
    blotches *= 0.04 / blotches.std()
    kept = left(clean, fine + blotches, grain=100)
    assert np.allclose(kept[..., :1], kept, atol=1e-6)
    expected = luma(fine)
    agreement = np.corrcoef(kept[8:-8, 8:-8, 0].ravel(), expected[8:-8, 8:-8].ravel())[0, 1]
    assert agreement > 0.9
    assert np.allclose(left(clean, fine + blotches, grain=50), kept / 2, atol=1e-6)


def test_half_of_deblocking_is_half_of_the_change() -> None:
    pixels = picture(64, 64, 3, np.float32)
    network = FakeRestorer(lambda tile: tile * np.float32(0.8))
    done = restore("deblock", pixels, {"quality": 30, "strength": 50}, network=network)
    assert np.allclose(done.after, pixels * 0.9, atol=1e-6)


def texture(tile: FloatPixels) -> FloatPixels:
    """A network that puts a pattern everywhere, flat places included."""
    y, x = np.indices(tile.shape[:2])
    return np.clip(tile + np.where((x + y) % 2, 0.2, -0.2).astype(np.float32)[..., None], 0, 1)


def test_low_amounts_of_deblurring_invent_no_texture() -> None:
    """On a flat ground with one soft edge, a network that would put texture there changes the edge alone."""
    pixels = np.full((64, 96, 3), 0.3, np.float32)
    pixels[:, 48:] = 0.7
    pixels = cv2.GaussianBlur(pixels, (0, 0), 1.5)

    def changed(amount: float) -> FloatPixels:
        done = restore("deblur", pixels, {"blur_px": 1.5, "amount": amount}, network=FakeRestorer(texture))
        return np.abs(done.after - pixels)

    low, middle, high = changed(50), changed(75), changed(100)
    assert low[:, :36].max() < 1.01 / 255
    assert low[:, 46:50].max() > 4 / 255, "edges are sharpened"
    assert low[:, :36].max() < middle[:, :36].max() < high[:, :36].max()
    assert high[:, :36].max() == pytest.approx(0.2, abs=1e-3), "at the far end the network is free"


def test_classical_sharpening_of_noise_is_damped() -> None:
    flat = np.clip(0.5 + np.random.default_rng(3).normal(0, 0.02, (96, 96, 1)), 0, 1).astype(np.float32)
    done = restore("deblur", flat, {"blur_px": 1.2, "amount": 100})
    assert done.after.std() < 1.5 * flat.std()
