from __future__ import annotations

import numpy as np
import PIL.Image
import pytest
from tasks.restoring import FakeEngine, FakeRestorer, picture, restore

from restorer.core.errors import Cancelled, InputError
from restorer.core.file_facts import FileFacts
from restorer.core.image import Image
from restorer.core.params import build_params
from restorer.core.progress import CancelToken, TileFinished, TilesPlanned
from restorer.core.provenance import PixelClass, ProvenanceMap
from restorer.tasks import get_task
from restorer.tasks.lanczos import band, resized
from restorer.tasks.target_size import passes, target_size

SHARE_DPI = FileFacts(dpi=(300.0, 300.0))


def repeating(scale: int, **changes: object) -> FakeRestorer:
    return FakeRestorer(
        lambda tile: tile.repeat(scale, axis=0).repeat(scale, axis=1), scale=scale, takes_levels=False, **changes
    )


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_the_networks_own_factor_is_the_network_alone(scale: int, channels: int, dtype: type) -> None:
    pixels = picture(30, 41, channels, dtype)
    done = restore("super-resolve", pixels, {"factor": scale}, network=repeating(scale))
    assert done.after.shape == (30 * scale, 41 * scale, channels)
    assert done.after.dtype == dtype
    colors = channels - (channels in (2, 4))
    assert np.array_equal(done.after[::scale, ::scale, :colors], pixels[..., :colors])
    if channels in (2, 4):
        smooth = resized(Image(pixels[..., -1:]), 41 * scale, 30 * scale, CancelToken()).pixels
        assert np.array_equal(done.after[..., -1:], smooth)


@pytest.mark.parametrize(
    ("params", "size"),
    [
        ({"factor": 1.5}, (60, 90)),
        ({"factor": 3.0}, (120, 180)),
        ({"factor": 7.3}, (292, 438)),
        ({"size_by": "pixels", "pixels": 133}, (89, 133)),
        ({"size_by": "print", "print_size": 2.54, "dpi": 200}, (133, 200)),
        ({"size_by": "print", "print_size": 1, "print_unit": "in", "dpi": 200}, (133, 200)),
        ({"size_by": "resolution", "dpi": 450}, (60, 90)),
        ({"size_by": "pixels", "pixels": 30}, (20, 30)),
    ],
)
@pytest.mark.parametrize("network", [None, 2, 4])
def test_any_size(params: dict[str, object], size: tuple[int, int], network: int | None) -> None:
    pixels = picture(40, 60, 3, np.uint8)
    done = restore(
        "super-resolve", pixels, params, network=None if network is None else repeating(network), file=SHARE_DPI
    )
    assert done.after.shape == (*size, 3)
    assert done.result.reframed is not None
    expected = np.asarray(PIL.Image.fromarray(pixels).resize(size[::-1], PIL.Image.Resampling.LANCZOS))
    assert np.abs(done.after.astype(int) - expected).mean() < (1 if network is None else 12), "the same picture"


def test_twice_by_two_makes_four() -> None:
    network = repeating(2)
    done = restore("super-resolve", picture(30, 30, 1, np.uint8), {"factor": 4}, network=network)
    assert done.after.shape == (120, 120, 1)
    assert [shape[:2] for shape in network.shapes] == [(30, 30), (60, 60)]


@pytest.mark.parametrize(
    ("scale", "wanted", "count"),
    [
        (2, 0.5, 0),
        (2, 1.0, 0),
        (2, 1.1, 1),
        (2, 2.5, 1),
        (2, 3, 2),
        (2, 4, 2),
        (2, 8, 3),
        (4, 2, 1),
        (4, 8, 1),
        (4, 40, 1),
    ],
)
def test_how_often_a_network_is_run(scale: int, wanted: float, count: int) -> None:
    assert passes(scale, wanted) == count


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (3, 5)])
@pytest.mark.parametrize("network", [None, 2])
def test_the_smallest_photos(size: tuple[int, int], network: int | None) -> None:
    pixels = picture(*size, 3, np.uint8)
    done = restore("super-resolve", pixels, network=None if network is None else repeating(network))
    assert done.after.shape == (size[0] * 2, size[1] * 2, 3)


def test_tiles_cover_the_photo_and_previews_have_its_size() -> None:
    pixels = picture(130, 170, 4, np.uint8)
    engine = FakeEngine({"fake": repeating(2)}, limit_px=64)
    done = restore("super-resolve", pixels, {"factor": 4}, engine=engine)
    assert np.array_equal(done.after[::4, ::4, :3], pixels[..., :3])
    plans = [event for event in done.events if isinstance(event, TilesPlanned)]
    assert len(plans) == 2
    assert sum(len(plan.tiles) for plan in plans) == done.result.tiles
    for plan in plans:
        covered = np.zeros(pixels.shape[:2], bool)
        for tile in plan.tiles:
            covered[tile.slices] = True
        assert covered.all()
    for event in done.events:
        if isinstance(event, TileFinished):
            assert np.array_equal(event.preview.pixels, pixels[event.preview.bounds.slices])


def test_smaller_tiles_when_memory_runs_out() -> None:
    pixels = picture(100, 90, 3, np.uint16)
    done = restore("super-resolve", pixels, network=repeating(2, fits_px=70))
    assert done.notices
    assert np.array_equal(done.after[::2, ::2], pixels)


def test_cancel_between_tiles_and_between_bands() -> None:
    token = CancelToken()

    def cancelling(tile: np.ndarray) -> np.ndarray:
        token.cancel()
        return tile.repeat(2, axis=0).repeat(2, axis=1)

    engine = FakeEngine({"fake": FakeRestorer(cancelling, scale=2, takes_levels=False)}, limit_px=64)
    with pytest.raises(Cancelled):
        restore("super-resolve", picture(200, 200, 3, np.uint8), engine=engine, token=token)
    with pytest.raises(Cancelled):
        restore("super-resolve", picture(20, 20, 3, np.uint8), token=token)


@pytest.mark.parametrize("network", [None, 4])
def test_what_does_not_fit_the_memory_is_refused_with_what_would(network: int | None) -> None:
    fake = repeating(network or 2)
    engine = FakeEngine({"fake": fake}, host_free_bytes=3_000_000)
    pixels = picture(100, 200, 3, np.uint8)
    with pytest.raises(InputError, match=r"1600 × 800 pixels.*largest that fits now is about (\d+) × (\d+)") as caught:
        restore("super-resolve", pixels, {"factor": 8}, engine=engine, model=None if network else "classical")
    assert fake.shapes == []
    width = int(caught.value.hint.split("about ")[1].split(" ")[0])
    assert 200 < width < 1600
    smaller = {"size_by": "pixels", "pixels": width}
    done = restore("super-resolve", pixels, smaller, engine=engine, model=None if network else "classical")
    assert done.after.shape[1] == width


def test_a_resolution_without_a_file_that_names_one() -> None:
    with pytest.raises(InputError, match="names no resolution"):
        restore("super-resolve", picture(9, 9, 3, np.uint8), {"size_by": "resolution"})


def test_the_size_it_has_changes_nothing() -> None:
    done = restore("super-resolve", picture(9, 9, 3, np.uint8), {"factor": 1})
    assert done.result.reframed is None
    assert done.notices == ["The photo has that size already, so nothing was changed."]


@pytest.mark.parametrize(
    ("params", "dpi"),
    [
        ({"factor": 2}, 600),
        ({"factor": 2, "keep": "resolution"}, 300),
        ({"size_by": "resolution", "dpi": 450}, 450),
        ({"size_by": "print", "print_size": 2.54, "dpi": 200}, 200),
    ],
)
def test_the_resolution_follows(params: dict[str, object], dpi: float) -> None:
    done = restore("super-resolve", picture(60, 60, 1, np.uint8), params, file=SHARE_DPI)
    assert done.result.reframed is not None
    assert SHARE_DPI.placed(done.result.reframed.placement).dpi == pytest.approx((dpi, dpi), rel=0.02)


def test_all_that_a_network_enlarged_counts_as_generated() -> None:
    pixels = picture(20, 20, 3, np.uint8)
    for network, expected in ((None, PixelClass.TONE), (repeating(2), PixelClass.GENERATED)):
        done = restore("super-resolve", pixels, network=network)
        known = done.result.provenance_after(ProvenanceMap(20, 20), done.photo, done.result.applied_to(done.photo))
        assert known.fractions()[expected] == 1


def test_detail_is_the_mix() -> None:
    engine = FakeEngine({"fake": repeating(2)})
    restore("super-resolve", picture(9, 9, 3, np.uint8), {"detail": 35}, engine=engine)
    assert engine.mixes == [0.35]


@pytest.mark.parametrize("size", [(47, 300), (300, 47), (151, 97), (10, 11)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_bands_do_not_show(size: tuple[int, int], dtype: type) -> None:
    pixels = picture(101, 83, 2, dtype)
    width, height = size
    whole = band(pixels, width, height, 0, height)
    parts = [band(pixels, width, height, top, min(top + 7, height)) for top in range(0, height, 7)]
    difference = np.abs(np.concatenate(parts).astype(np.float64) - whole)
    assert difference.max() <= (1e-5 if dtype is np.float32 else 1)


def test_a_part_is_enlarged_as_much_as_the_whole() -> None:
    task = get_task("super-resolve")
    params = build_params(task.params, {"size_by": "pixels", "pixels": 800})
    assert target_size(params, 400, 300, SHARE_DPI) == (800, 600)
    done = restore(
        "super-resolve",
        picture(50, 60, 1, np.uint8),
        {"size_by": "pixels", "pixels": 800},
        facts={"width": 400, "height": 300},
    )
    assert done.after.shape == (100, 120, 1)


def _painted(shape: tuple[int, int], rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    mask[rows, columns] = 255
    return mask


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("params", [{"factor": 2.0}, {"factor": 3.0}, {"factor": 1.7}, {"factor": 4.0}])
@pytest.mark.parametrize("channels", [1, 4])
def test_a_network_enlarges_what_is_painted_and_lanczos_the_rest(
    dtype: type, params: dict[str, object], channels: int
) -> None:
    pixels = picture(90, 120, channels, dtype)
    mask = _painted((90, 120), slice(20, 50), slice(30, 90))
    plain = restore("super-resolve", pixels, params).after
    whole = restore("super-resolve", pixels, params, network=repeating(2)).after
    done = restore("super-resolve", pixels, {**params, "feather_px": 0}, mask=mask, network=repeating(2))
    height, width = done.after.shape[:2]
    from_rows = ((np.arange(height) + 0.5) * 90 / height).astype(int)
    from_columns = ((np.arange(width) + 0.5) * 120 / width).astype(int)
    outside = mask[from_rows][:, from_columns] == 0
    assert np.array_equal(done.after[outside], plain[outside])
    assert not np.array_equal(done.after[~outside], plain[~outside])
    deep = _painted((90, 120), slice(22, 48), slice(32, 88))[from_rows][:, from_columns] > 0
    assert np.array_equal(done.after[deep], whole[deep])


def test_what_lanczos_enlarged_beside_a_mask_is_not_generated() -> None:
    pixels = picture(40, 50, 3, np.uint8)
    mask = _painted((40, 50), slice(10, 20), slice(5, 25))
    done = restore("super-resolve", pixels, {"factor": 2.0}, mask=mask, network=repeating(2))
    known = done.result.own_provenance(done.photo, Image(done.after))
    classes = known.plane()
    inside = mask.repeat(2, axis=0).repeat(2, axis=1) > 0
    assert (classes[inside] == PixelClass.GENERATED).all()
    assert (classes[~inside] == PixelClass.TONE).all()


def test_the_share_of_a_network_rises_from_the_edge_of_the_mask() -> None:
    pixels = np.full((60, 60, 1), 100, np.uint8)
    mask = _painted((60, 60), slice(10, 50), slice(10, 50))
    white = FakeRestorer(lambda tile: np.ones_like(tile.repeat(2, 0).repeat(2, 1)), scale=2, takes_levels=False)
    done = restore("super-resolve", pixels, {"factor": 2.0, "feather_px": 8}, mask=mask, network=white)
    row = done.after[60, 20:60, 0].astype(int)
    assert (done.after[60, :20] == 100).all()
    assert (np.diff(row) >= 0).all()
    assert 100 < row[0] < 130
    assert row[17] == 255


def test_only_tiles_near_what_is_painted_are_enlarged_by_the_network() -> None:
    pixels = picture(2000, 2000, 1, np.uint8)
    network = repeating(2)
    mask = _painted((2000, 2000), slice(100, 140), slice(100, 140))
    restore("super-resolve", pixels, {"factor": 4.0}, mask=mask, network=network)
    assert sum(shape[0] * shape[1] for shape in network.shapes) < 0.3 * pixels.size


def test_a_mask_of_another_size() -> None:
    with pytest.raises(InputError, match="size"):
        restore("super-resolve", picture(30, 30, 3, np.uint8), mask=np.ones((30, 31), np.uint8), network=repeating(2))
