"""The measurements find what was put there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from restorer.core.errors import InputError
from restorer.evaluation.degradation_stats import (
    luma_of,
    measure_grain,
    measure_lines,
    measure_spots,
    measure_tones,
)
from restorer.evaluation.degradation_suite import degradation_report, degradation_suite
from restorer.evaluation.suites import SuiteOptions
from restorer.formats.raster import write_photo


def ground(level=0.4, side=160):
    return np.full((side, side), level, np.float32)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("angle", [0.0, 0.4, 1.57, 2.2])
def test_lines_have_the_width_and_contrast_they_were_drawn_with(angle, dark):
    y, x = np.mgrid[:160, :160].astype(np.float32) - 80
    across = y * np.cos(angle) - x * np.sin(angle)
    profile = 0.3 * np.exp(-(across**2) / (2 * 1.7**2))
    lines = measure_lines(ground(0.5) + (-profile if dark else profile), dark=dark)
    assert len(lines.width_px) > 80
    assert np.median(lines.width_px) == pytest.approx(2.355 * 1.7, abs=0.35)
    assert np.median(lines.contrast) == pytest.approx(0.3, abs=0.03)
    assert len(measure_lines(ground(0.5) + profile, dark=True).width_px) == 0


def test_edges_and_dots_are_no_lines():
    edge = ground(0.3)
    edge[:, 80:] = 0.7
    assert len(measure_lines(cv2.GaussianBlur(edge, (0, 0), 1.0)).width_px) == 0
    dots = ground()
    dots[::20, ::20] = 1
    assert len(measure_lines(cv2.GaussianBlur(dots, (0, 0), 1.0)).width_px) == 0
    assert len(measure_lines(ground()).width_px) == 0


@pytest.mark.parametrize("sigma", [0.6, 1.0])
def test_grain_is_measured_beside_slow_gradients(sigma):
    rng = np.random.default_rng(1)
    noise = cv2.GaussianBlur(rng.standard_normal((240, 240)).astype(np.float32), (0, 0), sigma)
    noise *= 0.03 / noise.std()
    slope = np.linspace(0.38, 0.6, 240, dtype=np.float32)[None, :]
    picture = np.repeat(np.rint((slope + noise) * 255).astype(np.uint8)[..., None], 3, axis=2)
    grain = measure_grain(picture)
    assert grain is not None
    dark, middle, light = grain.deviation
    assert np.isnan(dark)
    assert np.isnan(light)
    assert middle == pytest.approx(0.03, rel=0.25)
    assert grain.correlation[0] == pytest.approx({0.6: 0.38, 1.0: 0.72}[sigma], abs=0.08)
    assert sum(grain.spectrum) == pytest.approx(1)
    assert grain.between_channels == pytest.approx(1)


def test_white_noise_of_each_channel_has_no_correlation():
    rng = np.random.default_rng(2)
    grain = measure_grain(np.clip(rng.normal(128, 9, (240, 240, 3)), 0, 255).astype(np.uint8))
    assert grain is not None
    assert max(map(abs, grain.correlation)) < 0.12
    assert abs(grain.between_channels) < 0.1


def test_a_picture_without_even_blocks_has_no_figures():
    assert measure_grain(np.zeros((60, 60, 3), np.uint8)) is None


def test_tones_are_percentiles_of_channels():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[...] = (60, 40, 20)
    picture[:50] = (240, 220, 180)
    tones = measure_tones(picture)
    assert tones.black == pytest.approx((60 / 255, 40 / 255, 20 / 255))
    assert tones.white == pytest.approx((240 / 255, 220 / 255, 180 / 255))
    assert tones.cast == pytest.approx(50 / 255)


def test_spots_are_discs_of_their_area():
    marked = np.zeros((60, 60), np.uint8)
    cv2.circle(marked, (20, 20), 6, 1, -1)
    marked[40, 10:50] = 1
    spots = measure_spots(marked > 0)
    assert sorted(spots.diameter_px) == pytest.approx([(4 * 40 / np.pi) ** 0.5, 12.3], abs=0.8)
    assert max(spots.extent_px) == pytest.approx(40, abs=0.1)


def test_luma_is_weighted():
    assert luma_of(np.array([[[255, 0, 0]]], np.uint8))[0, 0] == pytest.approx(0.299)


def test_the_report_compares_scans_with_what_is_made(tmp_path, photo, monkeypatch):
    from restorer.evaluation import degradation_suite as suite

    monkeypatch.setattr(suite, "_MADE_OF_EACH", 1)
    monkeypatch.setattr(suite, "_GROUND_COUNT", 2)
    monkeypatch.setattr(suite, "_LONGEST_PX", 240)
    write_photo(tmp_path / "print_02.png", photo)
    report = degradation_report(tmp_path)
    figures = {row[0] for row in report.tables[0].rows}
    assert {"grain in middle tones, %", "print: black of red"} <= figures
    assert len(report.gates) == len(report.tables[0].rows)


def test_without_scans_there_is_nothing_to_compare_with(tmp_path):
    with pytest.raises(InputError, match="scans"):
        degradation_suite(SuiteOptions())
    with pytest.raises(InputError, match="holds no photos"):
        degradation_report(tmp_path)
