from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from tasks.fake_generators import FakeGenerator, constant, run_inpaint

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask
from restorer.tasks.grain import Grain, add_grain
from restorer.tasks.grain_survey import GrainSurvey, measure_grain
from restorer.tasks.holes import Holes

Plane = npt.NDArray[np.float32]


def noise(seed: int, shape: tuple[int, ...], *, blur: float) -> Plane:
    """Gaussian noise of unit variance, correlated over ``blur`` pixels."""
    white = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    soft = load_cv2().GaussianBlur(white, (0, 0), blur) if blur else white
    return np.asarray(soft / soft.std(), np.float32)


def ramp(side: int = 320) -> Plane:
    return np.broadcast_to(np.linspace(0.3, 0.7, side, dtype=np.float32), (side, side)).copy()


def correlation(plane: Plane, dy: int, dx: int) -> float:
    one, other = plane[: plane.shape[0] - dy, : plane.shape[1] - dx], plane[dy:, dx:]
    return float(np.mean(one * other) / np.mean(plane**2))


def survey(pixels: npt.NDArray[np.float32]) -> Grain:
    plane = np.zeros(pixels.shape[:2], np.uint8)
    photo = Image(pixels)
    return GrainSurvey(Holes(photo, Mask(plane), grow_px=0, feather_px=0, depth_px=40)).around(photo.bounds)


@pytest.mark.parametrize("blur", [0.0, 0.7, 1.2])
def test_noise_has_the_amplitude_and_correlation_that_was_measured(blur: float) -> None:
    true = noise(1, (320, 320), blur=blur) * 0.02
    grain = survey((ramp() + true)[..., None])
    made = grain.noise(Bounds.of_size(320, 320), seed=5)[..., 0] * grain.amplitude(ramp())
    assert made.std() == pytest.approx(0.02, rel=0.15)
    for shift in ((0, 1), (1, 0), (1, 1), (0, 2), (3, 0)):
        assert correlation(made, *shift) == pytest.approx(correlation(true, *shift), abs=0.17)


def test_amplitude_follows_luma() -> None:
    grain = survey((ramp() + noise(2, (320, 320), blur=0.6) * (0.005 + 0.05 * (ramp() - 0.3)))[..., None])
    dark, bright = grain.amplitude(np.array([0.33, 0.67], np.float32))
    assert dark == pytest.approx(0.0065, rel=0.25)
    assert bright == pytest.approx(0.0235, rel=0.25)


def test_channels_keep_their_correlation() -> None:
    rng = np.random.default_rng(3)
    true = rng.standard_normal((320, 320, 1)) * 0.02 + rng.standard_normal((320, 320, 3)) * 0.01
    grain = survey((ramp()[..., None] + true).astype(np.float32))
    made = grain.noise(Bounds.of_size(320, 320), seed=0).reshape(-1, 3)
    assert np.corrcoef(made.T) == pytest.approx(np.corrcoef(true.reshape(-1, 3).T), abs=0.06)
    assert made.var(axis=0).mean() == pytest.approx(1, rel=0.05)


def test_texture_is_not_taken_for_grain() -> None:
    pixels = ramp() + noise(4, (320, 320), blur=0.5) * 0.01
    stripes = 0.25 * np.sin(np.arange(320, dtype=np.float32) * 1.3)
    pixels[:, 96:] += stripes[None, 96:] * np.linspace(0.2, 1, 224, dtype=np.float32)
    grain = survey(np.clip(pixels, 0, 1)[..., None])
    texture = np.std(stripes) * 0.6
    assert grain.sigma[:3] == pytest.approx(0.01, rel=0.15), "what can be told apart"
    assert float(grain.sigma.max()) < 0.3 * texture, "what cannot"


def test_a_smooth_photo_has_none() -> None:
    assert survey(ramp()[..., None]).sigma.max() == 0
    assert survey(np.full((64, 64, 3), 0.5, np.float32)).sigma.max() == 0


def test_too_little_known_means_none() -> None:
    assert survey(np.random.default_rng(0).random((12, 12, 3)).astype(np.float32)).sigma.max() == 0


def test_noise_is_tied_to_the_place_and_the_seed() -> None:
    grain = measure_grain(noise(6, (100, 16, 16, 1), blur=0))
    whole = grain.noise(Bounds(0, 0, 200, 150), seed=1)
    part = grain.noise(Bounds(50, 40, 120, 90), seed=1)
    assert part == pytest.approx(whole[40:90, 50:120], abs=1e-5)
    assert np.abs(grain.noise(Bounds(50, 40, 120, 90), seed=2) - part).mean() > 0.5


def test_a_lively_fill_gets_no_more() -> None:
    lively = (ramp() + noise(7, (320, 320), blur=0.7) * 0.02)[..., None]
    grain = survey(lively)
    fresh = np.ones((320, 320), bool)
    again = add_grain(lively, fresh, grain, amount=1, bounds=Bounds.of_size(320, 320), seed=0)
    assert np.std(again - ramp()[..., None]) == pytest.approx(0.02, rel=0.15)
    smooth = add_grain(ramp()[..., None], fresh, grain, amount=1, bounds=Bounds.of_size(320, 320), seed=0)
    assert np.std(smooth - ramp()[..., None]) == pytest.approx(0.02, rel=0.15)


def grainy_photo_with_scratch() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    values = 128 + noise(8, (300, 300), blur=0.7) * 6
    plane = np.zeros((300, 300), np.uint8)
    plane[100:130, 40:260] = 255
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)[..., None], plane


def test_the_fill_looks_like_its_surroundings_or_stays_smooth() -> None:
    pixels, plane = grainy_photo_with_scratch()
    fill = FakeGenerator(constant(128 / 255))
    inside = (slice(104, 126), slice(44, 256))
    without = run_inpaint(pixels, plane, fill, params={"match_grain": 0}).after
    assert (without[inside] == 128).all()
    half = run_inpaint(pixels, plane, fill, params={"match_grain": 50}).after
    full = run_inpaint(pixels, plane, fill, params={"match_grain": 100}).after
    assert full[inside].std() == pytest.approx(6, rel=0.15)
    assert half[inside].std() == pytest.approx(3, rel=0.2)
    residual = full[inside][..., 0].astype(np.float32) - 128
    assert correlation(residual, 0, 1) == pytest.approx(0.58, abs=0.17)


def test_grain_goes_right_across_the_joints_of_tiles() -> None:
    pixels, plane = grainy_photo_with_scratch()
    plane[:] = 0
    plane[100:130, 5:295] = 255
    after = run_inpaint(pixels, plane, FakeGenerator(constant(128 / 255)), params={"match_grain": 100}).after
    columns = after[104:126, 10:290, 0].astype(float).reshape(22, 14, 20).std(axis=(0, 2))
    assert columns.min() > 4.5
    assert columns.max() < 7.5


def test_a_monochrome_photo_in_three_channels_gets_monochrome_grain() -> None:
    gray = (ramp() + noise(4, (320, 320), blur=0.6) * 0.02)[..., None]
    grain = survey(np.repeat(gray, 3, axis=2))
    made = grain.noise(Bounds.of_size(320, 320), seed=0)
    assert np.isfinite(made).all()
    assert made.std() == pytest.approx(1, rel=0.15)
    assert np.ptp(made, axis=2).max() < 0.02
