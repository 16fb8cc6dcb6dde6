"""The photo at exact zooms: pixels where pixels belong, no seams, and something coarse until the fine is there."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.formats.color import to_display
from restorer.ui.canvas.photo_layer import PhotoLayer, level_of
from restorer.ui.canvas.pyramid import TilePyramid
from restorer.ui.canvas.viewport import Viewport
from restorer.ui.qimage import pixels_of

NEVER = math.inf


def painted(layer: PhotoLayer, viewport: Viewport) -> np.ndarray:
    """What the layer paints into its window, on magenta."""
    picture = QImage(viewport.view_width, viewport.view_height, QImage.Format.Format_RGB32)
    picture.fill(0xFF00FF)
    painter = QPainter(picture)
    layer.look(viewport)
    layer.paint(painter, viewport.view, viewport.offset_x, viewport.offset_y)
    painter.end()
    return pixels_of(picture)


def view_of(image: Image, zoom: float, width: int = 700, height: int = 500) -> Viewport:
    return Viewport(width, height, image.width, image.height).fit().zoomed(zoom)


@pytest.mark.parametrize("zoom", [1.0, 4.0, 5.0, 8.0, 64.0])
def test_whole_zooms_show_the_very_pixels(noise: Image, zoom: float) -> None:
    layer = PhotoLayer(TilePyramid(noise, to_display))
    viewport = view_of(noise, zoom)
    layer.work(viewport, NEVER)
    columns = np.floor((np.arange(700) - viewport.offset_x + 0.5) / zoom).astype(int)
    rows = np.floor((np.arange(500) - viewport.offset_y + 0.5) / zoom).astype(int)
    assert np.array_equal(painted(layer, viewport), noise.pixels[np.ix_(rows, columns)])


@pytest.mark.parametrize("zoom", [2.0, 3.0])
def test_below_four_times_pixels_run_into_each_other(zoom: float) -> None:
    image = Image(np.tile(np.array([0, 255], np.uint8), (300, 150))[:, :, None])
    layer = PhotoLayer(TilePyramid(image, to_display))
    viewport = view_of(image, zoom)
    layer.work(viewport, NEVER)
    row = painted(layer, viewport)[250, 100:600, 0]
    assert ((row > 40) & (row < 215)).any()


@pytest.mark.parametrize("zoom", [0.26, 0.31, 0.37, 0.43, 0.49])
def test_fine_stripes_do_not_shimmer_between_a_quarter_and_a_half(zoom: float) -> None:
    """Stripes too fine for the screen are an even gray, at whatever place they are looked at."""
    image = Image(np.tile(np.array([0, 255], np.uint8), (1100, 700))[:, :, None])
    layer = PhotoLayer(TilePyramid(image, to_display))
    viewport = view_of(image, zoom, 300, 200)
    seen = []
    for shift in range(4):
        moved = replace(viewport, origin_x=viewport.origin_x + shift)
        layer.work(moved, NEVER)
        seen.append(painted(layer, moved)[50:150, 20:280, 0].astype(int))
    assert np.abs(np.stack(seen) - 127.5).max() <= 3


def test_half_size_is_the_mean_of_four(noise: Image) -> None:
    layer = PhotoLayer(TilePyramid(noise, to_display))
    viewport = view_of(noise, 0.5)
    layer.work(viewport, NEVER)
    box = viewport.photo_in_view.intersect(viewport.view)
    means = noise.pixels.reshape(550, 2, 700, 2, 3).mean((1, 3))
    expected = means[box.translate(-viewport.offset_x, -viewport.offset_y).slices]
    assert np.abs(painted(layer, viewport)[box.slices] - expected).max() <= 0.51


@pytest.mark.parametrize("zoom", [0.19, 0.37, 0.7, 0.99, 1.01, 1.37, 2.6])
def test_no_seams_at_any_zoom(zoom: float) -> None:
    """A smooth ramp stays smooth across every border of tiles, of the pyramid's and of the screen's."""
    x, y = np.meshgrid(np.arange(1400), np.arange(1100))
    ramp = np.stack([x / 1400 * 255, y / 1100 * 255, (x + y) / 2500 * 255], axis=2).astype(np.uint8)
    image = Image(ramp)
    layer = PhotoLayer(TilePyramid(image, to_display))
    viewport = view_of(image, zoom)
    layer.work(viewport, NEVER)
    seen = painted(layer, viewport).astype(int)
    box = viewport.photo_in_view.intersect(viewport.view)
    inside = seen[box.slices]
    steepest = math.ceil(255 / 1100 / min(zoom, 1.0)) + 1
    assert np.abs(np.diff(inside, axis=0)).max() <= steepest
    assert np.abs(np.diff(inside, axis=1)).max() <= steepest
    # And in the right place: as good as bilinear sampling of the ramp allows.
    columns = np.arange(box.left, box.right)
    expected = (columns - viewport.offset_x + 0.5) / zoom / 1400 * 255
    assert np.abs(inside[..., 0] - expected).max() <= 2 + 1 / zoom


@pytest.mark.parametrize("zoom", [0.03, 0.19, 0.7, 1.0, 1.5, 5.0])
def test_the_window_is_covered_and_the_surround_is_not(noise: Image, zoom: float) -> None:
    layer = PhotoLayer(TilePyramid(noise, to_display))
    viewport = view_of(noise, zoom)
    layer.work(viewport, NEVER)
    seen = painted(layer, viewport)
    magenta = (seen == (255, 0, 255)).all(axis=2)
    inside = np.zeros_like(magenta)
    inside[viewport.photo_in_view.intersect(viewport.view).slices] = True
    assert magenta[~inside].all()
    assert not magenta[inside].any()


def test_before_any_tile_is_made_the_overview_stands_in() -> None:
    x = np.linspace(0, 255, 1400, dtype=np.uint8)
    image = Image(np.broadcast_to(x[None, :, None], (1100, 1400, 3)).copy())
    layer = PhotoLayer(TilePyramid(image, to_display))
    viewport = view_of(image, 0.4)
    coarse = painted(layer, viewport).astype(int)
    for bounds in layer.work(viewport, NEVER):
        layer.drop(bounds)
    assert layer.is_complete(viewport)
    fine = painted(layer, viewport).astype(int)
    box = viewport.photo_in_view.intersect(viewport.view)
    assert np.abs(fine[box.slices] - coarse[box.slices]).max() <= 4


def test_zooming_shows_tiles_of_the_other_level_meanwhile(noise: Image) -> None:
    layer = PhotoLayer(TilePyramid(noise, to_display))
    layer.work(view_of(noise, 1.0, 1400, 1100), NEVER)
    viewport = view_of(noise, 0.5)
    finer = painted(layer, viewport).astype(int)
    layer.work(viewport, NEVER)
    box = viewport.photo_in_view.intersect(viewport.view)
    exact = painted(layer, viewport).astype(int)
    assert np.abs(finer[box.slices] - exact[box.slices]).mean() < 4, "full size, reduced on the fly, is close"


def test_panning_renders_only_what_comes_into_view(noise: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = PhotoLayer(TilePyramid(noise, to_display))
    viewport = view_of(noise, 1.0, 300, 500)
    for view in (viewport.panned(-400, 0), viewport):
        layer.work(view, NEVER)
    for _ in range(2):
        painted(layer, viewport)
    rendered = []
    render = PhotoLayer._render
    monkeypatch.setattr(PhotoLayer, "_render", lambda *args: rendered.append(args[1]) or render(*args))
    painted(layer, viewport)
    assert rendered == []
    painted(layer, viewport.panned(-400, 0))
    assert 0 < len({cell.column for cell in rendered}) <= 1


@pytest.mark.parametrize("zoom", [0.7, 1.0, 1.37, 8.0])
def test_what_comes_into_view_bit_by_bit_is_as_if_rendered_at_once(noise: Image, zoom: float) -> None:
    layer, at_once = (PhotoLayer(TilePyramid(noise, to_display)) for _ in range(2))
    layer.grid_from = at_once.grid_from = 8.0
    viewport = view_of(noise, zoom, 300, 200)
    for move in ((-37, -23), (-90, 60), (150, 40), (-3, -80), (700, 0), (-650, 5)):
        viewport = viewport.panned(*move)
        layer.work(viewport, NEVER)
        seen = painted(layer, viewport).astype(int)
    at_once.work(viewport, NEVER)
    differing = np.abs(seen - painted(at_once, viewport))
    assert differing.max() <= (0 if zoom in (1.0, 8.0) else 3)


def test_zooming_renders_no_more_than_is_in_view(noise: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = PhotoLayer(TilePyramid(noise, to_display))
    viewport = view_of(noise, 1.5, 700, 500)
    rendered = []
    paint = PhotoLayer._paint_passing
    monkeypatch.setattr(PhotoLayer, "_paint_passing", lambda *args: rendered.append(args[2]) or paint(*args))
    for lacking in (True, False):
        rendered.clear()
        painted(layer, viewport)
        assert sum(part.area for part in rendered) == viewport.visible_scaled().area, lacking
        layer.work(viewport, NEVER)


@pytest.mark.parametrize("zoom", [0.3, 0.7, 1.9])
def test_only_what_is_complete_is_kept_and_from_the_second_look_on(noise: Image, zoom: float) -> None:
    layer = PhotoLayer(TilePyramid(noise, to_display))
    layer.work(view_of(noise, 0.4), NEVER)
    viewport = view_of(noise, zoom)
    layer.pyramid._tiles.pop(next(iter(layer.pyramid._tiles)))
    assert np.array_equal(painted(layer, viewport), painted(layer, viewport))
    assert not layer._tiles, "what stands in for missing tiles"
    layer.work(viewport, NEVER)
    complete = painted(layer, viewport).astype(int)
    assert layer._tiles
    layer.look(view_of(noise, zoom * 1.01))
    passing = painted(layer, viewport)
    assert not layer._tiles, "a zoom that is seen for the first time"
    assert np.abs(passing - complete).max() <= 3


def test_finer_tiles_that_show_all_of_it_are_not_painted_over_coarser_ones(
    noise: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = PhotoLayer(TilePyramid(noise, to_display))
    for view in (view_of(noise, 0.2), view_of(noise, 1.0, 1400, 1100)):
        layer.work(view, NEVER)
    viewport, levels = view_of(noise, 0.5), set()
    paint = PhotoLayer._paint_piece
    monkeypatch.setattr(PhotoLayer, "_paint_piece", lambda *args: paint(*args) and (levels.add(args[2].level) or True))
    painted(layer, viewport)
    assert levels == {0}
    layer.pyramid._tiles.pop(next(key for key in layer.pyramid._tiles if key.level == 0))
    levels.clear()
    painted(layer, viewport.zoomed(0.49))
    assert levels == {0, 2}, "where one of them is missing"


def test_a_changed_part_alone_is_rendered_again(noise: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = PhotoLayer(TilePyramid(noise, to_display))
    viewport = view_of(noise, 1.0, 1400, 1100)
    layer.work(viewport, NEVER)
    painted(layer, viewport)
    changed = Bounds(300, 300, 310, 310)
    pixels = noise.pixels.copy()
    pixels[changed.slices] = 0
    layer.pyramid.set_image(Image(pixels), changed)
    rendered = []
    render = PhotoLayer._render
    monkeypatch.setattr(PhotoLayer, "_render", lambda *args: rendered.append(args[1]) or render(*args))
    layer.drop(changed)
    layer.work(viewport, NEVER)
    assert np.array_equal(painted(layer, viewport), pixels)
    assert len(rendered) <= 9


def test_another_photo_size_drops_everything(noise: Image) -> None:
    layer = PhotoLayer(TilePyramid(noise, to_display))
    viewport = view_of(noise, 1.0)
    layer.work(viewport, NEVER)
    painted(layer, viewport)
    painted(layer, viewport)
    assert layer._tiles
    layer.look(replace(viewport, zoom=0.9))
    assert not layer._tiles


@pytest.mark.parametrize(
    ("zoom", "level"), [(64.0, 0), (1.0, 0), (0.99, 0), (0.51, 0), (0.5, 1), (0.25, 2), (0.2, 2), (0.001, 5)]
)
def test_the_level_is_the_coarsest_that_is_fine_enough(zoom: float, level: int) -> None:
    assert level_of(zoom, 5) == level
