"""The grid lies between pixels, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from restorer.core.geometry import Bounds
from restorer.ui.canvas.pixel_grid import paint_pixel_grid
from restorer.ui.canvas.viewport import Viewport
from restorer.ui.qimage import pixels_of


def touched(viewport: Viewport, part: Bounds, *, ratio: float = 1.0) -> np.ndarray:
    """Where a white window of 400 x 300 device pixels was painted on."""
    picture = QImage(400, 300, QImage.Format.Format_RGB32)
    picture.fill(0xFFFFFF)
    painter = QPainter(picture)
    paint_pixel_grid(painter, part, 0, viewport, ratio)
    painter.end()
    return pixels_of(picture)[..., 0] < 255


@pytest.mark.parametrize("zoom", [8.0, 9.37, 16.0, 64.0])
def test_a_line_stands_where_the_shown_pixel_changes(zoom: float) -> None:
    viewport = Viewport(400, 300, 500, 500).zoomed(zoom)
    painted = touched(viewport, viewport.view)
    under = np.floor((np.arange(400) - viewport.offset_x + 0.5) / zoom)
    changes = np.concatenate(([False], np.diff(under) != 0))
    rows = np.flatnonzero(~painted.all(axis=1))
    assert np.array_equal(painted[rows[0]][1:], changes[1:])


def test_small_pixels_have_none() -> None:
    assert not touched(Viewport(400, 300, 500, 500).zoomed(7.9), Bounds(0, 0, 400, 300)).any()
    assert not touched(Viewport(400, 300, 500, 500).zoomed(8.0), Bounds(0, 0, 400, 300), ratio=2.0).any()


def test_it_stays_within_the_photo_and_the_part() -> None:
    viewport = Viewport(400, 300, 10, 10).fit().zoomed(16.0)
    part = Bounds(150, 100, 250, 200)
    painted = touched(viewport, part)
    outside = np.ones_like(painted)
    outside[viewport.photo_in_view.intersect(part).slices] = False
    assert painted.any()
    assert not painted[outside].any()
    edge = viewport.photo_in_view
    assert not touched(viewport, viewport.view)[edge.top, edge.left], "no line at the photo's own border"
