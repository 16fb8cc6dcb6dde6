from __future__ import annotations

import numpy as np
import pytest

from restorer.core.image import Image
from restorer.session import histogram as module
from restorer.session.histogram import histogram, sampled, toned_histogram
from restorer.tasks.toning import ToneSettings, Toning


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_every_pixel_is_counted_in_its_bin(dtype: type[np.generic]) -> None:
    white = 1.0 if dtype == np.float32 else np.iinfo(dtype).max
    values = np.array([[0.0, 0.5], [1.0, 1.0]])[..., None] * white
    found = histogram(values.astype(dtype))
    assert found.counts.shape == (1, 256)
    assert (found.counts[0, 0], found.counts[0, 255], found.counts.sum()) == (1, 2, 4)
    assert found.counts[0, 127] + found.counts[0, 128] == 1
    assert (found.black, found.white) == (0.25, 0.5)


def test_float_values_beyond_the_range_and_none_at_all_are_cut_off() -> None:
    pixels = np.array([[-1.0, 3.0, np.nan]], np.float32)[..., None]
    found = histogram(pixels)
    assert (found.counts[0, 0], found.counts[0, 255]) == (2, 1)


def test_a_large_photo_is_sampled_and_alpha_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE_PX", 1000)
    image = Image(np.random.default_rng(0).integers(0, 256, (400, 500, 4)).astype(np.uint8))
    sample = sampled(image)
    assert sample.shape[2] == 3
    assert 800 < sample.shape[0] * sample.shape[1] < 2000


def test_what_settings_do_is_seen_before_they_are_applied() -> None:
    sample = np.random.default_rng(1).integers(0, 60000, (50, 60, 3)).astype(np.uint16)
    brighter = toned_histogram(sample, Toning(ToneSettings(exposure=2.0), 3))
    assert brighter.white > 0.3
    assert histogram(sample).white == 0
