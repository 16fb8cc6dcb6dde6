"""What a person sees of a run: lines, curves and samples."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.training.curves import nice_ticks, write_curves
from restorer.training.progress import Progress, RunLog, duration
from restorer.training.samples import GAP_PX, write_samples


def progress(images: int, **figures: float) -> Progress:
    return Progress(images, 10_000, 60.0, 20.0, 1e-3, {"hole_mse": 0.5}, figures)


def test_a_line_names_rate_figures_and_time_left() -> None:
    text = progress(4_000, hole_psnr_db=24.123).to_text()
    assert "4 000 of 10 000 images" in text
    for part in ("20.0/s", "hole mse 0.5", "hole psnr db 24.12", "5 min left"):
        assert part in text


@pytest.mark.parametrize(("seconds", "text"), [(40, "40 s"), (720, "12 min"), (11_100, "3 h 05 min")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_log_reads_back_what_was_appended(tmp_path: Path) -> None:
    log = RunLog(tmp_path / "log.jsonl")
    assert log.entries() == []
    entries = [progress(images, hole_psnr_db=24.0) for images in (100, 200, 300)]
    for entry in entries:
        log.append(entry)
    assert log.entries() == entries
    log.rewind(200)
    assert log.entries() == entries[:2]


@pytest.mark.parametrize(("low", "high"), [(0, 66_000), (22.1, 24.9), (-3, 0.02), (5, 5), (0, 0), (1e-6, 4e-6)])
def test_ticks_enclose_the_range_evenly(low: float, high: float) -> None:
    ticks = nice_ticks(low, high)
    assert 2 <= len(ticks) <= 7
    assert ticks[0] <= low + 1e-9
    assert ticks[-1] >= high - 1e-9
    assert np.ptp(np.diff(ticks)) < 1e-9 * max(1.0, ticks[-1])


def test_curves_have_a_chart_for_every_figure_and_loss(tmp_path: Path) -> None:
    entries = [progress(1000 * k, hole_psnr_db=20 + k, sharpness=0.1 * k) for k in range(1, 6)]
    entries.append(progress(6000, hole_psnr_db=math.nan))
    with PillowImage.open(write_curves(tmp_path, entries)) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    rows, columns = 2, 3
    charts = pixels.reshape(rows, pixels.shape[0] // rows, columns, pixels.shape[1] // columns, 3).swapaxes(1, 2)
    blue = (charts[..., 2] - charts[..., 0] > 100).sum((2, 3))
    brown = (charts[..., 0] - charts[..., 2] > 100).sum((2, 3))
    assert (blue > 200).tolist() == [[True, True, False], [False, False, False]]
    assert (brown > 200).tolist() == [[False, False, True], [False, False, False]]


def test_samples_are_rows_below_each_other(tmp_path: Path) -> None:
    rows = torch.zeros(2, 3, 20, 50)
    rows[1] = 2.0
    path = write_samples(tmp_path, 123, rows)
    assert path.name == "00000123.png"
    with PillowImage.open(path) as picture:
        pixels = np.asarray(picture)
    assert pixels.shape == (2 * 20 + GAP_PX, 50, 3)
    assert not pixels[:20].any()
    assert (pixels[20 + GAP_PX :] == 255).all()
