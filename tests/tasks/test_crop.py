"""Crop: bit-exact where it can be, a spline of the photo's own depth where it has to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.ndimage

from restorer.core.errors import Cancelled, InputError
from restorer.core.image import Image
from restorer.core.placement import Placement
from restorer.core.progress import CancelToken, Notice, TileFinished, TilesPlanned
from restorer.core.provenance import PixelClass, ProvenanceMap
from restorer.core.result import TaskResult
from restorer.session.engines import ClassicalEngine
from restorer.tasks import crop
from restorer.tasks.crop import CROP, CropParams, frame_of
from restorer.tasks.deskew import suggested_angle
from restorer.tasks.resampling import resampled_tile
from restorer.tasks.spec import CLASSICAL, TaskInput

W, H = 90, 60
RNG = np.random.default_rng(5)
PHOTOS = {
    "8-bit grey": RNG.integers(0, 256, (H, W, 1)).astype(np.uint8),
    "16-bit RGB": RNG.integers(0, 65536, (H, W, 3)).astype(np.uint16),
    "16-bit RGBA": RNG.integers(0, 65536, (H, W, 4)).astype(np.uint16),
    "float grey and alpha": RNG.random((H, W, 2)).astype(np.float32) * 1.5,
}


def run(photo: Image, token: CancelToken | None = None, **params: Any) -> tuple[TaskResult, list[object]]:
    given = TaskInput(photo, None, CropParams(**params), CLASSICAL)
    work = CROP.run(given, ClassicalEngine(), token or CancelToken())
    events: list[object] = []
    while True:
        try:
            events.append(next(work))
        except StopIteration as stop:
            return stop.value, events


@pytest.mark.parametrize("pixels", PHOTOS.values(), ids=PHOTOS)
@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"turns": 1}, lambda p: np.rot90(p, -1)),
        ({"turns": 2, "mirror": "across"}, lambda p: np.rot90(p[:, ::-1], 2)),
        ({"mirror": "down"}, lambda p: p[::-1]),
        ({"x": 7, "y": 3, "width": 40, "height": 50}, lambda p: p[3:53, 7:47]),
        ({"turns": 3, "x": 2, "y": 10, "width": 30, "height": 61}, lambda p: np.rot90(p)[10:71, 2:32]),
        ({"aspect": "1:1"}, lambda p: p[:, 15:75]),
        ({"aspect": "3:2", "turns": 1}, lambda p: np.rot90(p, -1)),
    ],
)
def test_without_an_angle_every_pixel_is_the_photos_own(
    pixels: np.ndarray, params: dict[str, Any], expected: Any
) -> None:
    photo = Image(pixels)
    result, _ = run(photo, **params)
    assert result.reframed is not None
    assert result.reframed.image.pixels.dtype == pixels.dtype
    assert np.array_equal(result.applied_to(photo).pixels, expected(pixels))
    assert result.changed_pixels(photo) == 0
    assert result.provenance_after(ProvenanceMap(W, H), photo, result.applied_to(photo)).bytes == 0


def test_the_whole_photo_is_no_crop() -> None:
    photo = Image(PHOTOS["16-bit RGB"])
    result, events = run(photo)
    assert result.applied_to(photo).digest() == photo.digest()
    assert result.reframed is None
    assert any(isinstance(event, Notice) for event in events)


def wave(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 0.5 + 0.2 * np.sin(x * 0.9) + 0.2 * np.cos(y * 0.7 + x * 0.2)


@pytest.mark.parametrize("tile", [32, 1024])
def test_straightening_is_exact_to_a_few_steps_of_16_bits(tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A smooth pattern, turned, against the same pattern computed where it should be."""
    monkeypatch.setattr(crop, "_TILE", tile)
    x, y = np.meshgrid(np.arange(160) + 0.5, np.arange(120) + 0.5)
    photo = Image(np.rint(wave(x, y) * 65535).astype(np.uint16)[..., None])
    result, events = run(photo, angle=7.3)
    assert result.reframed is not None
    placement, turned = result.reframed.placement, result.reframed.image
    assert turned.pixels.dtype == np.uint16
    new_x, new_y = np.meshgrid(np.arange(turned.width) + 0.5, np.arange(turned.height) + 0.5)
    expected = wave(*placement.to_old(new_x, new_y)) * 65535  # type: ignore[arg-type]
    error = np.abs(turned.pixels[..., 0] - expected)[6:-6, 6:-6]
    assert error.max() < 65535 * 0.004
    assert np.sqrt((error**2).mean()) < 65535 * 0.0008
    tiles = next(event for event in events if isinstance(event, TilesPlanned)).tiles
    assert sum(isinstance(event, TileFinished) for event in events) == len(tiles)
    assert result.provenance_after(ProvenanceMap(160, 120), photo, turned).counts() == {
        **dict.fromkeys(PixelClass, 0),
        PixelClass.TONE: turned.width * turned.height,
    }


def test_tiles_meet_without_a_seam() -> None:
    photo = Image(RNG.integers(0, 65536, (200, 260, 1)).astype(np.uint16))
    placement = Placement.straightened(4.2, 260, 200)
    whole = resampled_tile(photo, placement, placement.bounds())
    for box in (placement.bounds().intersect(placement.bounds().translate(100, 80)), placement.bounds().pad(-60)):
        assert np.array_equal(resampled_tile(photo, placement, box), whole[box.slices])


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_the_spline_is_scipy_s_to_the_last_bit_but_ties(kind: type) -> None:
    """At the photo's edge as well, where its last pixels go on."""
    most = 1 if kind == np.float32 else np.iinfo(kind).max
    photo = Image((RNG.random((150, 190, 2)) * most).astype(kind)[..., :1])
    placement = Placement.straightened(-11.0, 190, 150)
    a, b, c, d, e, f = placement.matrix
    wide = np.pad(photo.pixels[..., 0].astype(np.float64), 40, mode="edge")
    at = (d + e) / 2 + f - 0.5 + 40, (a + b) / 2 + c - 0.5 + 40
    exact = scipy.ndimage.affine_transform(wide, [[e, d], [b, a]], at, (150, 190), order=3, mode="nearest")
    inside = np.ones((150, 190), bool)
    for y, x in ((0, 0), (0, 189), (149, 0), (149, 189)):  # corners that lie outside of the photo by more than 40 px
        inside[max(0, y - 30) : y + 30, max(0, x - 30) : x + 30] = False
    ours = resampled_tile(photo, placement, placement.bounds())[..., 0].astype(np.float64)
    error = np.abs(ours - np.clip(exact, 0 if most > 1 else -9, most if most > 1 else 9))[inside]
    assert error.max() < (1e-5 if most == 1 else 0.54)


def test_what_is_transparent_does_not_bleed_in() -> None:
    pixels = np.zeros((60, 60, 4), np.uint8)
    pixels[:, :30] = (200, 100, 50, 255)
    pixels[:, 30:, :3] = 255
    result, _ = run(Image(pixels), angle=10.0)
    turned = result.applied_to(Image(pixels)).pixels
    visible = turned[turned[..., 3] > 40]
    assert np.abs(visible[:, :3].astype(int) - (200, 100, 50)).max() <= 3


def test_a_frame_outside_of_the_photo_is_refused_with_the_largest_one() -> None:
    photo = Image(PHOTOS["8-bit grey"])
    with pytest.raises(InputError, match=r"40 × 40 at 60, 10 reaches outside") as refused:
        run(photo, x=60, y=10, width=40, height=40)
    assert "90 × 60" in refused.value.hint
    with pytest.raises(InputError, match="reaches outside"):
        run(photo, x=0, y=0, width=90, height=60, angle=2.0)
    with pytest.raises(InputError, match="both a width and a height"):
        run(photo, width=10)


def test_frames_are_counted_in_the_turned_photo() -> None:
    frame = frame_of(CropParams(turns=1, aspect="3:2"), 300, 300)
    assert (frame.width, frame.height) == (300, 200)
    upright = frame_of(CropParams(turns=1, aspect="4:3"), 400, 200)
    assert (upright.width, upright.height) == (200, 266)
    tilted = frame_of(CropParams(angle=5.0, aspect="original"), 400, 200)
    assert tilted.width / tilted.height == pytest.approx(2, abs=0.02)


def test_cancelling_stops_between_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crop, "_TILE", 16)
    token = CancelToken()
    work = CROP.run(
        TaskInput(Image(PHOTOS["8-bit grey"]), None, CropParams(angle=3.0), CLASSICAL), ClassicalEngine(), token
    )
    next(event for event in work if isinstance(event, TileFinished))
    token.cancel()
    with pytest.raises(Cancelled):
        list(work)


def crooked(degrees: float) -> Image:
    """A print on a scanner's bed that lies turned clockwise by an angle, with something drawn on it."""
    y, x = np.mgrid[:500, :700] + 0.5
    angle = np.radians(degrees)
    across = np.cos(angle) * (x - 350) + np.sin(angle) * (y - 250)
    down = -np.sin(angle) * (x - 350) + np.cos(angle) * (y - 250)
    inside = np.clip(280 - np.abs(across) + 0.5, 0, 1) * np.clip(190 - np.abs(down) + 0.5, 0, 1)
    noise = RNG.normal(0, 3, x.shape)
    return Image(
        np.clip(40 + 170 * inside + noise - 60 * (np.hypot(across, down) < 90), 0, 255).astype(np.uint8)[..., None]
    )


@pytest.mark.parametrize("degrees", [-6.0, -0.8, 0.0, 2.5])
def test_the_angle_is_found_from_the_edges_of_a_print(degrees: float) -> None:
    found = suggested_angle(crooked(degrees))
    assert found is not None
    assert found == pytest.approx(-degrees, abs=0.15)


def test_without_lines_no_angle_is_made_up() -> None:
    assert suggested_angle(Image(RNG.integers(100, 140, (300, 400, 1)).astype(np.uint8))) is None
    assert suggested_angle(Image(np.full((300, 400, 3), 99, np.uint8))) is None
    result, events = run(Image(RNG.integers(100, 140, (200, 300, 1)).astype(np.uint8)), deskew=True)
    assert result.reframed is None
    assert result.settled == {"angle": 0.0, "deskew": False}
    assert sum(isinstance(event, Notice) for event in events) == 2


def test_what_deskewing_found_stands_in_the_step() -> None:
    result, _ = run(crooked(3.0), deskew=True)
    assert result.settled["deskew"] is False
    assert result.settled["angle"] == pytest.approx(-3.0, abs=0.15)
    again, _ = run(crooked(3.0), angle=result.settled["angle"])
    assert again.reframed is not None
    assert result.reframed is not None
    assert again.reframed.placement == result.reframed.placement
