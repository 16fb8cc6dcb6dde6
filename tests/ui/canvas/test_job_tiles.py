"""Outlines of a running job."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from restorer.core.geometry import Bounds
from restorer.ui.canvas.job_tiles import FADE_S, JobTiles, outline_reach
from restorer.ui.canvas.viewport import Viewport

TILE = Bounds(20, 20, 60, 60)
VIEW = Viewport(100, 100, 100, 100)


def painted(jobs: JobTiles, now_s: float, ratio: float = 1.0) -> QImage:
    picture = QImage(100, 100, QImage.Format.Format_RGB32)
    picture.fill(QColor(100, 100, 100))
    painter = QPainter(picture)
    jobs.paint(painter, VIEW, ratio, now_s)
    painter.end()
    return picture


def test_the_tile_in_work_is_outlined_light_on_dark() -> None:
    jobs = JobTiles()
    assert jobs.start(TILE) == TILE
    picture = painted(jobs, 0.0)
    assert picture.pixelColor(20, 40).red() > 200
    assert picture.pixelColor(19, 40).red() < 100
    assert picture.pixelColor(40, 40).red() == 100, "nothing inside"


def test_only_one_tile_is_in_work() -> None:
    jobs = JobTiles()
    jobs.start(TILE)
    following = Bounds(60, 20, 100, 60)
    assert jobs.start(following) == Bounds(20, 20, 100, 60), "both are painted again"
    assert painted(jobs, 0.0).pixelColor(20, 40).red() == 100


def test_a_finished_tile_fades() -> None:
    jobs = JobTiles()
    jobs.start(TILE)
    jobs.finish(TILE, 10.0, fades=True)
    brightness = [painted(jobs, 10.0 + FADE_S * share).pixelColor(20, 40).red() for share in (0.0, 0.4, 0.8, 1.0)]
    assert brightness == sorted(brightness, reverse=True)
    assert brightness[0] == pytest.approx(100 + 0.55 * 155, abs=3)
    assert brightness[-1] == 100
    jobs.expire(10.1 + FADE_S)
    assert jobs.fading() == []


def test_with_reduced_motion_nothing_is_left_of_a_finished_tile() -> None:
    jobs = JobTiles()
    jobs.start(TILE)
    jobs.finish(TILE, 10.0, fades=False)
    assert jobs.fading() == []
    assert painted(jobs, 10.0).pixelColor(20, 40).red() == 100


def test_clearing_tells_what_was_outlined() -> None:
    jobs = JobTiles()
    jobs.finish(TILE, 0.0, fades=True)
    jobs.start(Bounds(70, 70, 90, 90))
    assert jobs.clear() == Bounds(20, 20, 90, 90)
    assert jobs.clear().is_empty


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_outlines_stay_within_their_reach(ratio: float) -> None:
    jobs = JobTiles()
    jobs.start(TILE)
    picture = painted(jobs, 0.0, ratio)
    allowed = TILE.pad(outline_reach(ratio))
    for y in range(100):
        for x in range(100):
            if not (allowed.left <= x < allowed.right and allowed.top <= y < allowed.bottom):
                assert picture.pixelColor(x, y).red() == 100
