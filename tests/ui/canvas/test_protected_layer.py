"""What is protected is hatched, over whatever mask there is."""

from __future__ import annotations

import numpy as np

from restorer.core.mask import Plane
from restorer.ui.canvas.overlay import hatch, hatch_reach
from restorer.ui.qimage import ArgbPixels


def hatched(plane: Plane, ratio: float = 1.0) -> ArgbPixels:
    return hatch(np.pad(plane, hatch_reach(ratio)), ratio, 0, 0)


def test_white_lines_inside_of_a_white_rim_on_a_dark_one() -> None:
    plane = np.zeros((80, 80), np.uint8)
    plane[20:60, 20:60] = 1
    words = hatched(plane)
    white, faint, dark = 0xFFFFFFFF, 0x59595959, 0x99000000
    assert words[40, 20] == white
    assert words[40, 19] == dark
    assert words[40, 17] == 0
    inner = words[25:55, 25:55]
    assert set(np.unique(inner)) == {0, faint}
    assert 0.15 < (inner == faint).mean() < 0.35
    assert (inner[:-1, 1:] == inner[1:, :-1]).all(), "lines run diagonally"


def test_tiles_meet() -> None:
    plane = np.full((60, 60), 255, np.uint8)
    reach = hatch_reach(1.0)
    whole = hatch(plane, 1.0, 5, 9)
    part = hatch(plane[10:50, 10:50], 1.0, 15, 19)
    side = 60 - 2 * reach
    assert (part[5:-5, 5:-5] == whole[15 : side - 15, 15 : side - 15]).all()
