"""Tiles made elsewhere: in order, nothing that nobody wants any more, and never an old picture as a new one."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot
from support.canvas import seen, settle

from restorer.core.document import Change, Document
from restorer.core.geometry import Bounds
from restorer.core.image import ColorTag, Image, Patch, Pixels
from restorer.formats.color import DisplayPixels, to_display
from restorer.ui import theme
from restorer.ui.canvas import CanvasView
from restorer.ui.canvas.grid import Cell
from restorer.ui.canvas.pyramid import TileKey, TilePyramid
from restorer.ui.canvas.tile_works import IdleWorks, LaneWorks, TileWorks
from restorer.ui.qimage import pixels_of
from restorer.ui.workers import Lane

KEYS = [TileKey(0, Cell(column, row)) for row in range(2) for column in range(3)]


class Hand:
    """Holds the making of tiles until it is let go, and notes on which thread they are made."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.began = threading.Event()
        self.threads: set[QThread] = set()

    def __call__(self, pixels: Pixels, color: ColorTag) -> DisplayPixels:
        self.threads.add(QThread.currentThread())
        self.began.set()
        assert self.free.wait(10)
        return to_display(pixels, color)


@pytest.fixture
def lane(qtbot: QtBot) -> Iterator[Lane]:
    lane = Lane("tiles")
    yield lane
    assert lane.close()


@pytest.fixture(params=["idle", "lane"])
def told(request: pytest.FixtureRequest, lane: Lane) -> Iterator[tuple[TileWorks, list[int]]]:
    """Works of either kind, and how often they had something to tell."""
    calls: list[int] = []
    owner = QObject()
    if request.param == "lane":
        yield LaneWorks(lane, lambda: calls.append(1)), calls
    else:
        works = IdleWorks(lambda: calls.append(1), owner)
        yield works, calls
        works.want(())


def test_what_is_wanted_is_made_in_order(qtbot: QtBot, told: tuple[TileWorks, list[int]], noise: Image) -> None:
    works, calls = told
    pyramid = TilePyramid(noise, to_display)
    works.want(pyramid.orders(KEYS))
    made = []

    def all_made() -> bool:
        made.extend(works.take())
        return len(made) == len(KEYS)

    qtbot.waitUntil(all_made)
    assert calls
    assert [order.key for order, _ in made] == KEYS
    for order, picture in made:
        assert not pyramid.put(order, picture).is_empty
        assert np.array_equal(pixels_of(picture), noise.pixels[order.box.slices])
    assert pyramid.orders(KEYS) == []


def test_a_lane_rests_between_two_strips_while_a_frame_is_painted(
    lane: Lane, noise: Image, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("restorer.ui.canvas.tile_works._LONGEST_PAUSE_S", 20.0)
    strips: list[int] = []
    pyramid = TilePyramid(noise, lambda pixels, color: strips.append(len(pixels)) or to_display(pixels, color))
    works = LaneWorks(lane, lambda: None)
    works.pause()
    works.want(pyramid.orders(KEYS[:1]))
    qtbot.waitUntil(lambda: len(strips) == 1)
    works.wait(0.05)
    assert (works.take(), len(strips)) == ([], 1)
    works.resume()
    works.wait(5.0)
    assert len(works.take()) == 1
    assert len(strips) > 1


def test_a_moment_is_enough_for_a_quick_tile(told: tuple[TileWorks, list[int]], noise: Image) -> None:
    works, _ = told
    works.want(TilePyramid(noise, to_display).orders(KEYS[:1]))
    works.wait(5.0)
    assert len(works.take()) == 1
    works.wait(5.0)  # comes back at once: there is nothing to wait for


def test_a_lane_makes_them_off_the_window_s_thread(qtbot: QtBot, lane: Lane, noise: Image) -> None:
    hand, calls = Hand(), []
    works = LaneWorks(lane, lambda: calls.append(1))
    pyramid = TilePyramid(noise, hand)
    works.want(pyramid.orders(KEYS))
    works.wait(0.001)
    assert works.take() == []
    hand.free.set()
    qtbot.waitUntil(lambda: len(calls) > 0)
    assert QThread.currentThread() not in hand.threads


def test_what_nobody_wants_any_more_is_not_made(qtbot: QtBot, lane: Lane, noise: Image) -> None:
    hand = Hand()
    works = LaneWorks(lane, lambda: None)
    pyramid = TilePyramid(noise, hand)
    first = pyramid.orders(KEYS[:5])
    works.want(first)
    assert hand.began.wait(10)
    works.want(pyramid.orders(KEYS[5:]))
    assert first[0].cancelled
    hand.free.set()
    qtbot.waitUntil(lambda: lane.is_idle)
    assert [order.key for order, _ in works.take()] == KEYS[5:]
    works.want(pyramid.orders(KEYS[:1]))  # and wanted again it is made anew
    qtbot.waitUntil(lambda: lane.is_idle)
    assert [order.key for order, _ in works.take()] == KEYS[:1]


def test_a_tile_that_a_change_overtook_is_not_taken_in(noise: Image) -> None:
    pyramid = TilePyramid(noise, to_display)
    order = pyramid.orders(KEYS[:1])[0]
    *_, old = order.strips()
    assert old is not None
    pyramid.set_image(Image(np.zeros_like(noise.pixels)), Bounds(0, 0, 5, 5))
    assert order.cancelled
    assert pyramid.put(order, old).is_empty
    assert pyramid.lacks(KEYS[0])


def test_the_canvas_shows_what_its_lane_makes(
    qtbot: QtBot, lane: Lane, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theme, "motion_ms", lambda duration: 0)
    canvas = CanvasView(tiles=lane)
    qtbot.addWidget(canvas)
    canvas.resize(600, 400)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.set_document(document)
    canvas.set_tool("pan")
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    viewport = canvas._navigator.viewport
    visible = viewport.visible_image()
    assert np.array_equal(seen(canvas)[:, :600], document.image.pixels[visible.slices])
    patch = Patch(Bounds(690, 540, 700, 550), np.zeros((10, 10, 3), np.uint8))
    document._image = document.image.with_patches((patch,))
    canvas.refresh(Change(image=patch.bounds))
    settle(qtbot, canvas)
    assert np.array_equal(seen(canvas)[:, :600], document.image.pixels[visible.slices])
    canvas.set_document(None)
