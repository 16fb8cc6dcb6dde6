from __future__ import annotations

import numpy as np
import pytest

from restorer.core.file_facts import FileFacts
from restorer.core.jpeg_tables import quality_of, quantisation_table
from restorer.core.placement import Placement


def test_tables_are_those_of_the_standard_at_quality_50() -> None:
    assert quantisation_table(50)[0].tolist() == [16, 11, 10, 16, 24, 40, 51, 61]
    assert quantisation_table(50, chroma=True)[0].tolist() == [17, 18, 24, 47, 99, 99, 99, 99]
    assert (quantisation_table(100) == 1).all()
    assert quantisation_table(1).max() == 255


@pytest.mark.parametrize("quality", [2, 10, 35, 50, 75, 90, 98, 100])
def test_quality_of_a_table_in_any_order(quality: int) -> None:
    steps = np.random.default_rng(1).permutation(quantisation_table(quality).ravel())
    assert quality_of(steps.tolist()) == quality


@pytest.mark.parametrize("steps", [[1] * 63, [0] * 64])
def test_what_is_no_table(steps: list[int]) -> None:
    with pytest.raises(ValueError, match="64 steps"):
        quality_of(steps)


def test_resolution_follows_the_pixels() -> None:
    twice = Placement.scaled(10, 10, 20, 40)
    assert FileFacts((300, 150), 80).placed(twice) == FileFacts((600, 600), None), "no grid of blocks is left"
    assert FileFacts(None, 80).placed(Placement.turned(1, 10, 20)) == FileFacts(None, 80)
    larger = Placement.scaled(10, 10, 20, 20, print_scale=2.0)
    assert FileFacts((300, 300)).placed(larger).dpi == (300, 300)
    assert FileFacts((300, 300)).placed(larger.then(larger.inverse())).dpi == (300, 300)
    assert FileFacts((300, 300)).placed(larger.then(Placement.scaled(20, 20, 40, 40))).dpi == (600, 600)
