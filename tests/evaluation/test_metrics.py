"""Figures of merit on pictures whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from skimage import data
from skimage.metrics import structural_similarity

from restorer.core.lazy import load_cv2
from restorer.evaluation.metrics import gmsd, haarpsi, ms_ssim, psnr, seam_ratio, spectrum_distance, ssim, ssim_map


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    return np.ascontiguousarray(data.astronaut()[:256, :300])


@pytest.fixture(scope="module")
def noisy(truth: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(3).normal(0, 20, truth.shape)
    return np.clip(truth + noise, 0, 255).round().astype(np.uint8)


@pytest.fixture(scope="module")
def blurred(truth: np.ndarray) -> np.ndarray:
    return np.asarray(load_cv2().GaussianBlur(truth, (0, 0), 2))


def test_psnr_of_one_level_off_everywhere_is_48_db() -> None:
    flat = np.full((8, 9, 3), 100, np.uint8)
    assert psnr(flat + 1, flat) == pytest.approx(48.13, abs=0.01)
    assert psnr(flat, flat) == math.inf


def test_psnr_looks_only_inside_the_region() -> None:
    black = np.zeros((8, 8, 3), np.uint8)
    result = black.copy()
    result[0] = 255
    inside = np.zeros((8, 8), bool)
    inside[4:] = True
    assert psnr(result, black, inside) == math.inf
    assert psnr(result, black, ~inside) < 10
    with pytest.raises(ValueError, match="empty"):
        psnr(result, black, np.zeros((8, 8), bool))


def test_a_seam_shows_in_the_ratio_and_a_perfect_fill_has_none() -> None:
    ramp = np.tile(np.linspace(0, 200, 64), (64, 1))[..., None].repeat(3, 2)
    region = np.zeros((64, 64), bool)
    region[20:40, 20:40] = True
    assert seam_ratio(ramp, ramp, region) == pytest.approx(1.0)
    darker = ramp.copy()
    darker[region] -= 30
    assert seam_ratio(darker, ramp, region) > 5


def test_ssim_is_that_of_scikit_image(truth, noisy, blurred) -> None:
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    for result in (noisy, blurred):
        expected = structural_similarity(result, truth, channel_axis=-1, **settings)
        assert ssim(result, truth) == pytest.approx(expected, abs=1e-9)


def test_the_map_is_worst_where_the_picture_was_spoilt(truth) -> None:
    spoilt = truth.copy()
    spoilt[100:140, 50:90] = 255 - spoilt[100:140, 50:90]
    found = ssim_map(spoilt, truth)
    assert found.shape == truth.shape[:2]
    assert found[110:130, 60:80].mean() < 0.5
    assert found[200:, 200:] == pytest.approx(1.0)


# MS-SSIM, GMSD and HaarPSI as the package piq 0.8 gives them for these very pictures.
@pytest.mark.parametrize(
    ("metric", "of_noise", "of_blur", "tolerance"),
    [
        (ms_ssim, 0.86712, 0.95736, 1e-4),
        (gmsd, 0.094509, 0.103532, 1e-6),
        (haarpsi, 0.76590, 0.77072, 2e-5),
    ],
)
def test_published_metrics_agree_with_another_implementation(
    metric, of_noise, of_blur, tolerance, truth, noisy, blurred
) -> None:
    assert metric(noisy, truth) == pytest.approx(of_noise, abs=tolerance)
    assert metric(blurred, truth) == pytest.approx(of_blur, abs=10 * tolerance)


@pytest.mark.parametrize(("metric", "best"), [(ssim, 1.0), (ms_ssim, 1.0), (haarpsi, 1.0), (gmsd, 0.0)])
def test_equal_pictures_are_perfect_and_the_range_does_not_matter(metric, best, truth, noisy) -> None:
    assert metric(truth, truth) == pytest.approx(best, abs=1e-9)
    scaled = metric(noisy.astype(np.float32) / 255, truth.astype(np.float32) / 255, peak=1.0)
    assert scaled == pytest.approx(metric(noisy, truth), abs=1e-5)


@pytest.mark.parametrize("metric", [psnr, ssim, ms_ssim, gmsd, haarpsi, spectrum_distance])
def test_pictures_of_different_shapes_are_not_compared(metric, truth) -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        metric(truth, truth[:-1])


def test_too_small_pictures_say_so(truth) -> None:
    with pytest.raises(ValueError, match="no whole window"):
        ssim(truth[:10], truth[:10])
    with pytest.raises(ValueError, match="too small for five scales"):
        ms_ssim(truth[:175], truth[:175])


def test_the_spectrum_tells_missing_detail_and_ignores_where_detail_lies(truth, blurred) -> None:
    noise = np.random.default_rng(1).normal(128, 20, (128, 128, 3))
    other = np.random.default_rng(2).normal(128, 20, (128, 128, 3))
    smooth = np.asarray(load_cv2().GaussianBlur(noise, (0, 0), 2))
    assert psnr(other, noise) < psnr(smooth, noise)
    assert spectrum_distance(other, noise) < 0.5
    assert spectrum_distance(smooth, noise) > 10
    assert spectrum_distance(truth, truth) == 0.0
    assert spectrum_distance(blurred, truth) > 10


def test_twice_the_contrast_is_6_db() -> None:
    noise = np.random.default_rng(1).normal(0, 20, (128, 128, 3))
    assert spectrum_distance(2 * noise, noise) == pytest.approx(20 * math.log10(2), abs=0.05)


def test_the_spectrum_is_measured_in_the_region_alone(truth, blurred) -> None:
    region = np.zeros(truth.shape[:2], bool)
    region[64:128, 64:128] = True
    inside_kept = np.where(region[..., None], truth, blurred)
    deep = np.zeros_like(region)
    deep[80:112, 80:112] = True
    assert spectrum_distance(inside_kept, truth, deep) < spectrum_distance(inside_kept, truth, ~region)
    thin = np.zeros_like(region)
    thin[:, 100:104] = True
    assert math.isnan(spectrum_distance(blurred, truth, thin))
