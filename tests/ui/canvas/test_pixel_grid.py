"""The grid lies between pixels, and nowhere else."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from restorer.core.image import Image
from restorer.formats.color import to_display
from restorer.ui.canvas.photo_layer import PhotoLayer
from restorer.ui.canvas.pixel_grid import GRID_FROM
from restorer.ui.canvas.pyramid import TilePyramid
from restorer.ui.canvas.viewport import Viewport
from restorer.ui.qimage import pixels_of


def painted(zoom: float, *, grid_from: float = GRID_FROM) -> tuple[Viewport, np.ndarray]:
    """A window of 700 x 600 device pixels on a white photo of 200 x 200."""
    image = Image(np.full((200, 200, 3), 255, np.uint8))
    layer = PhotoLayer(TilePyramid(image, to_display))
    layer.grid_from = grid_from
    viewport = Viewport(700, 600, 200, 200).fit().zoomed(zoom).panned(1e6, 1e6)
    layer.work(viewport, math.inf)
    picture = QImage(700, 600, QImage.Format.Format_RGB32)
    picture.fill(0xFFFFFF)
    painter = QPainter(picture)
    layer.look(viewport)
    layer.paint(painter, viewport.view, viewport.offset_x, viewport.offset_y)
    painter.end()
    return viewport, pixels_of(picture)[..., 0]


@pytest.mark.parametrize("zoom", [8.0, 9.37, 16.0, 64.0])
def test_a_line_stands_where_the_shown_pixel_changes(zoom: float) -> None:
    viewport, seen = painted(zoom)
    under = np.floor((np.arange(700) - viewport.offset_x + 0.5) / zoom)
    changes = np.concatenate(([False], np.diff(under) != 0)) & (under > 0)
    row = np.flatnonzero(np.floor((np.arange(600) - viewport.offset_y + 0.5) / zoom) == 0)[1]
    assert np.array_equal(seen[row] < 255, changes)


def test_crossings_are_no_darker_than_lines() -> None:
    _, seen = painted(16.0)
    assert len(np.unique(seen)) == 2


def test_small_pixels_have_none() -> None:
    assert (painted(7.9)[1] == 255).all()
    assert (painted(8.0, grid_from=2 * GRID_FROM)[1] == 255).all()


def test_none_stands_at_the_photo_s_own_border() -> None:
    viewport, seen = painted(16.0)
    assert seen[viewport.offset_y, viewport.offset_x] == 255
