"""Finds on the canvas: every class looks different, and the threshold costs only what is on screen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from restorer.core.damage import DAMAGE_CLASSES, DamageMap
from restorer.core.geometry import Bounds
from restorer.session.marking.review import ReviewSettings, Survey, Surveyor
from restorer.ui.canvas.finds_layer import FindsLayer
from restorer.ui.canvas.viewport import Viewport
from restorer.ui.finds_look import FIND_COLORS
from restorer.ui.qimage import pixels_of

SIDE = 240


@pytest.fixture
def survey() -> Survey:
    """A block of each class, 12 pixels wide, and one speck of a pixel."""
    planes = np.zeros((len(DAMAGE_CLASSES), SIDE, SIDE), np.uint8)
    for kind in range(len(DAMAGE_CLASSES)):
        planes[kind, 20:60, 20 + 36 * kind : 32 + 36 * kind] = 120 + 20 * kind
    planes[DAMAGE_CLASSES.index("dust"), 200, 200] = 255
    return Surveyor(DamageMap(planes)).survey(ReviewSettings(sensitivity=0.6))


def painted(layer: FindsLayer, zoom: float = 1.0) -> np.ndarray:
    side = round(SIDE * zoom)
    viewport = Viewport(side, side, SIDE, SIDE, zoom=zoom)
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(0x808080)
    layer.look(viewport)
    painter = QPainter(image)
    layer.paint(painter, Bounds(0, 0, side, side), 0, 0)
    painter.end()
    return pixels_of(image)[..., :3].astype(int)


def test_every_class_has_its_colour_over_a_dark_rim(survey: Survey) -> None:
    shown = painted(FindsLayer(survey.levels, 100, 1.0))
    for kind, name in enumerate(DAMAGE_CLASSES):
        column = 26 + 36 * kind
        color = np.array(list(bytes.fromhex(FIND_COLORS[name][1:])))
        opacity = 0.86 if name != "stain" else 0.26
        nearest = np.abs(shown[30:50, column] - (128 * (1 - opacity) + color * opacity)).max(axis=1).min()
        assert nearest < 4, name
        assert shown[40, 14 + 36 * kind : 20 + 36 * kind].max(axis=1).min() < 100, name
    assert (shown[100:180] == 128).all()


def test_a_tear_is_told_from_a_crease_by_its_hatch(survey: Survey) -> None:
    shown = painted(FindsLayer(survey.levels, 100, 1.0))
    white = {
        name: (shown[25:55, 26 + 36 * DAMAGE_CLASSES.index(name)].min(axis=1) > 200).mean()
        for name in ("crease", "tear")
    }
    assert white["crease"] == 0
    assert 0.2 < white["tear"] < 0.5


def test_a_higher_threshold_shows_less_of_the_same(survey: Survey) -> None:
    layer = FindsLayer(survey.levels, 100, 1.0)
    before = painted(layer)
    layer.show(survey.levels, 150, 1.0)
    after = painted(layer)
    assert (after[40, 26] == 128).all()
    assert (after[40, 26 + 36 * 4] == before[40, 26 + 36 * 4]).all()


@pytest.mark.parametrize("zoom", [0.1, 0.37, 1.0])
def test_a_speck_is_never_smaller_than_can_be_seen(survey: Survey, zoom: float) -> None:
    shown = painted(FindsLayer(survey.levels, 100, 1.0), zoom)
    corner = round(150 * zoom)
    bright = (np.abs(shown[corner:, corner:] - (237, 200, 18)).max(axis=2) < 60).sum()
    assert 12 <= bright <= 60


def test_a_dropped_find_is_an_outline(survey: Survey) -> None:
    number = next(find.number for find in survey.finds if find.kind == "crease")
    survey.decide(number, kept=False)
    column = 26 + 36 * DAMAGE_CLASSES.index("crease")
    shown = painted(FindsLayer(survey.levels, 100, 1.0))
    assert (shown[40, column] == 128).all()
    assert (shown[40, column - 12 : column] != 128).any()
