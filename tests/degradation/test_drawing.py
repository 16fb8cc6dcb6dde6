from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from restorer.degradation import OPERATIONS
from restorer.degradation.canvas import VISIBLE, Drawing, Layer, noise_plane, normals
from restorer.degradation.cracks import _borders
from restorer.degradation.sheet import SEVERITIES, contact_sheet


@pytest.mark.parametrize("scale", [1.0, 4.0])
@pytest.mark.parametrize("width", [2.0, 3.0, 6.0])
def test_strokes_are_as_wide_as_they_should_be(width, scale):
    layer = Layer(120, 200, scale)
    drawing = Drawing(layer)
    path = np.stack([np.linspace(20, 180, 30), np.full(30, 60.3)], axis=1)
    drawing.stroke(path, width)
    column = drawing.coverage()[:, 100]
    assert column.sum() == pytest.approx(width, abs=0.4 if scale == 1 else 0.9)
    assert float((column * np.arange(120)).sum() / column.sum()) == pytest.approx(60.3, abs=0.3)


def test_strength_belongs_to_the_stroke():
    drawing = Drawing(Layer(60, 60))
    drawing.stroke(np.array([[5.0, 30.0], [55.0, 30.0]]), 2.0, strength=0.5)
    assert drawing.strength()[30, 30] == pytest.approx(0.5, abs=0.01)
    assert drawing.strength()[5, 5] == 1


def test_later_marks_lie_over_earlier_ones():
    layer = Layer(8, 8)
    whole = np.ones((8, 8), np.float32)
    layer.cover("stain", whole, (0.2, 0.2, 0.2))
    layer.cover("dust", whole, (1.0, 0.5, 0.0), 0.5)
    assert np.allclose(layer.keep, 0)
    assert np.allclose(layer.light[:, 3, 3], (0.6, 0.35, 0.1))
    assert set(layer.coverage) == {"stain", "dust"}


def test_a_tint_is_a_filter_over_what_is_below():
    layer = Layer(4, 4)
    whole = np.ones((4, 4), np.float32)
    layer.cover("dust", whole, (0.8, 0.8, 0.8), 0.5)
    layer.tint("stain", whole, whole, (0.0, np.log(2), np.log(4)))
    assert np.allclose(layer.keep[:, 0, 0], (0.5, 0.25, 0.125))
    assert np.allclose(layer.light[:, 0, 0], (0.4, 0.2, 0.1))


def test_what_nobody_sees_is_not_drawn():
    layer = Layer(4, 4)
    layer.cover("dust", np.full((4, 4), VISIBLE, np.float32), (1, 1, 1))
    assert np.all(layer.keep == 1)
    assert not layer.coverage["dust"].any()


def test_an_unknown_class_is_refused():
    with pytest.raises(ValueError, match="mildew"):
        Layer(4, 4).cover("mildew", np.ones((4, 4), np.float32), (1, 1, 1))


@pytest.mark.parametrize("cell", [1.0, 5.0, 300.0])
def test_noise_fills_the_layer(cell):
    plane = noise_plane(Layer(50, 70), np.random.default_rng(1), cell)
    assert plane.shape == (50, 70)
    assert np.isfinite(plane).all()


def test_normals_are_across():
    path = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    assert np.allclose((normals(path) * (1, 1)).sum(axis=1), 0)


def test_cells_share_their_borders():
    sites = np.random.default_rng(1).uniform(0, 100, (20, 2))
    borders = _borders(sites)
    assert len(borders) > 20
    assert len({(*first.round(3), *last.round(3)) for first, last in borders}) == len(borders)


def test_drawing_needs_no_torch():
    code = "import sys, restorer.degradation.marks; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_contact_sheet_shows_everything():
    photo = torch.rand((1, 3, 40, 60), generator=torch.Generator().manual_seed(1))
    sheet, again = (contact_sheet(photo, seed=3, cell_px=40) for _ in range(2))
    assert sheet.dtype == np.uint8
    assert sheet.shape[0] > len(OPERATIONS) / 2 * 40
    assert sheet.shape[1] > 2 * len(SEVERITIES) * 40
    assert np.array_equal(sheet, again)
