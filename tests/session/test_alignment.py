from __future__ import annotations

import numpy as np
import pytest

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.placement import Placement
from restorer.formats.metadata import Metadata
from restorer.session import alignment
from restorer.session.alignment import aligned, aligned_pixels

RAMP = Image((np.arange(90)[:, None, None] * 300 + np.arange(120)[None, :, None] * 200).astype(np.uint16))


def test_what_lies_in_its_place_is_not_copied() -> None:
    assert aligned(RAMP, Placement.identity(120, 90)) is RAMP
    crop = Placement.crop(Bounds(5, 6, 50, 40), 120, 90)
    assert np.shares_memory(aligned(RAMP, crop).pixels, RAMP.pixels)


@pytest.mark.parametrize("tile", [16, 2048])
def test_a_turned_ramp_is_a_turned_ramp(tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "_TILE", tile)
    placement = Placement.straightened(6, 120, 90).then(Placement.scaled(120, 90, 240, 180))
    turned = aligned(RAMP, placement)
    assert turned.pixels.dtype == np.uint16
    for x, y in ((100.5, 80.5), (60.5, 90.5), (180.5, 120.5)):
        old_x, old_y = placement.to_old(x, y)
        expected = (old_y - 0.5) * 300 + (old_x - 0.5) * 200
        assert abs(float(turned.pixels[int(y), int(x), 0]) - expected) < 20
    assert turned.pixels[0, 0, 0] == 0, "beyond the edge there is nothing"


def test_a_single_plane_is_aligned_too() -> None:
    infrared = RAMP.pixels[..., 0]
    assert aligned_pixels(infrared, Placement.scaled(120, 90, 60, 45)).shape == (45, 60)


def test_the_resolution_follows_the_extent() -> None:
    metadata = Metadata(dpi=(300.0, 400.0))
    assert metadata.placed(Placement.crop(Bounds(0, 0, 5, 5), 120, 90)).dpi == pytest.approx((300, 400))
    assert metadata.placed(Placement.turned(1, 120, 90)).dpi == pytest.approx((400, 300))
    assert metadata.placed(Placement.scaled(120, 90, 240, 360)).dpi == pytest.approx((600, 1600))
    assert Metadata(dpi=(600.0, 600.0)).placed(Placement.straightened(3, 120, 90)).dpi == pytest.approx((600, 600))
    assert Metadata().placed(Placement.turned(1, 3, 4)) == Metadata()
