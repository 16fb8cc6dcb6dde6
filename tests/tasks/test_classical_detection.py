from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest

from restorer.core.agreement import agreement
from restorer.core.contract import BytePlanes
from restorer.core.damage import DAMAGE_CLASSES, DamageMap
from restorer.core.errors import Cancelled
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned
from restorer.tasks import classical_detection
from restorer.tasks.classical_detection import find_damage

SCRATCH, DUST = DAMAGE_CLASSES.index("scratch"), DAMAGE_CLASSES.index("dust")


def found(photo: Image, **options: object) -> DamageMap:
    return DamageMap(drain(find_damage(photo, CancelToken(), **options))[0])


def drain(work: Generator[TaskEvent, None, BytePlanes]) -> tuple[BytePlanes, list[TaskEvent]]:
    events = []
    while True:
        try:
            events.append(next(work))
        except StopIteration as stop:
            return stop.value, events


def scratched(height: int = 220, width: int = 300, *, ink: int = 245) -> tuple[np.ndarray, np.ndarray]:
    """A grainy gray ramp with a step and two scratches, and where these are."""
    cv2 = load_cv2()
    plane = np.zeros((height, width), np.uint8)
    cv2.line(plane, (20, 15), (width - 40, height - 20), 255, 2)
    cv2.line(plane, (width - 30, 30), (width - 60, height - 30), 255, 1)
    ramp = np.linspace(60, 150, width)[None] + np.where(np.arange(height) > height // 2, 40, 0)[:, None]
    grain = np.random.default_rng(4).normal(0, 4, (height, width))
    gray = np.where(plane > 0, ink, ramp + grain)
    return np.clip(np.rint(gray), 0, 255).astype(np.uint8)[..., None], plane > 0


@pytest.mark.parametrize("ink", [245, 5])
def test_light_and_dark_scratches_are_found_and_a_step_is_not(ink: int) -> None:
    pixels, true = scratched(ink=ink)
    result = agreement(found(Image(pixels)).mask_at(0.5, ["scratch"]).plane > 0, true)
    assert result.recall > 0.9
    assert result.precision > 0.9


def test_nothing_is_found_in_grain() -> None:
    grain = np.random.default_rng(9).normal(120, 9, (200, 240, 3))
    assert found(Image(np.clip(grain, 0, 255).astype(np.uint8))).mask_at().coverage() < 0.001


def test_nothing_is_found_where_there_is_nothing() -> None:
    assert found(Image(np.full((5, 3, 3), 90, np.uint8))).mask_at().is_empty


def test_specks_are_dust() -> None:
    pixels, _ = scratched()
    pixels[:] = np.random.default_rng(5).normal(110, 4, pixels.shape).astype(np.uint8)
    spots = [(40, 50), (120, 200), (180, 90)]
    for y, x in spots:
        pixels[y : y + 3, x : x + 3] = 240
    damage = found(Image(pixels))
    dust = damage.mask_at(0.5, ["dust"]).plane
    assert all(dust[y + 1, x + 1] for y, x in spots)
    assert np.count_nonzero(dust) < 150
    assert not damage.planes[[i for i in range(len(DAMAGE_CLASSES)) if i not in (SCRATCH, DUST)]].any()


@pytest.mark.parametrize("kind", ["deep", "float", "transparent"])
def test_depth_and_alpha_do_not_matter(kind: str) -> None:
    pixels, _ = scratched()
    expected = found(Image(pixels)).planes
    deep = pixels.astype(np.uint16) * 257
    other = {
        "deep": deep,
        "float": np.ascontiguousarray(deep / np.float32(65535), np.float32),
        "transparent": np.concatenate((pixels, np.zeros_like(pixels)), axis=2),
    }[kind]
    assert np.abs(found(Image(other)).planes.astype(int) - expected).max() <= 1


def test_pixels_that_are_no_numbers_are_black() -> None:
    pixels = scratched()[0].astype(np.float32) / 255
    pixels[50:60, 50:60] = np.nan
    assert np.isfinite(found(Image(pixels)).mask_at().coverage())


def test_tiles_cover_the_photo_once_and_hardly_show(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels, _ = scratched()
    whole = found(Image(pixels)).mask_at().plane > 0
    monkeypatch.setattr(classical_detection, "TILE_PX", 110)
    planes, events = drain(find_damage(Image(pixels), CancelToken()))
    (plan,) = [event for event in events if isinstance(event, TilesPlanned)]
    assert len(plan.tiles) == sum(isinstance(event, TileFinished) for event in events) == 6
    assert agreement(DamageMap(planes).mask_at().plane > 0, whole).f1 > 0.95


def test_only_the_part_that_is_asked_for_is_looked_at() -> None:
    pixels, _ = scratched()
    bounds = Bounds(100, 60, 180, 140)
    plane = found(Image(pixels), within=bounds).mask_at().plane
    assert plane[bounds.slices].any()
    plane[bounds.slices] = 0
    assert not plane.any()


def test_it_stops_between_two_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classical_detection, "TILE_PX", 64)
    token = CancelToken()
    work = find_damage(Image(scratched()[0]), token)
    for event in work:
        if isinstance(event, TileFinished):
            token.cancel()
            break
    with pytest.raises(Cancelled):
        drain(work)
