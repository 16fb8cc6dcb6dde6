"""Cells of a plane."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from restorer.core.geometry import Bounds
from restorer.ui.canvas.grid import Cell, cells, nearest_first

BOXES = st.builds(
    lambda left, top, width, height: Bounds(left, top, left + width, top + height),
    st.integers(0, 900),
    st.integers(0, 900),
    st.integers(0, 700),
    st.integers(0, 700),
)


@given(BOXES)
def test_cells_are_exactly_those_that_overlap(box: Bounds) -> None:
    found = set(cells(box, 256))
    everything = {Cell(column, row) for column in range(8) for row in range(8)}
    assert found == {cell for cell in everything if cell.bounds(256).overlaps(box)}


@given(BOXES)
def test_nearest_first_begins_in_the_middle(box: Bounds) -> None:
    order = nearest_first(box, 256)
    assert sorted(order) == sorted(cells(box, 256))
    if len(order) > 8:
        middle = Cell((box.left + box.right) // 512, (box.top + box.bottom) // 512)
        assert middle in order[:4]
