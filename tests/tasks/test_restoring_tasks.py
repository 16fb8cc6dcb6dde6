"""What denoise, deblock and deblur have in common."""

from __future__ import annotations

import numpy as np
import pytest
from tasks.restoring import FakeEngine, FakeRestorer, Outcome, picture, restore

from restorer.core.errors import Cancelled, InputError
from restorer.core.file_facts import FileFacts
from restorer.core.progress import CancelToken, Notice, TileFinished, TilesPlanned

FORCED = {
    "denoise": {"strength": 100, "noise": 8, "grain": 0},
    "deblock": {"strength": 100, "quality": 20},
    "deblur": {"amount": 100, "blur_px": 1.2},
}
"""Parameters that leave nothing to be measured."""
OFF = {"denoise": {"strength": 0}, "deblock": {"strength": 0}, "deblur": {"amount": 0}}

each_task = pytest.mark.parametrize("task", FORCED)


@each_task
@pytest.mark.parametrize("network", [None, FakeRestorer(lambda pixels: pixels * 0)])
def test_nothing_asked_for_is_the_input_bit_for_bit(task: str, network: FakeRestorer | None) -> None:
    pixels = picture(40, 50, 4, np.uint16)
    done = restore(task, pixels, {**FORCED[task], **OFF[task]}, network=network)
    assert done.result.patches == ()
    assert np.array_equal(done.after, pixels)


@each_task
@pytest.mark.parametrize("classical", [True, False], ids=["classical", "network"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_depth_channels_and_alpha_are_kept(task: str, classical: bool, dtype: type, channels: int) -> None:
    pixels = picture(48, 61, channels, dtype)
    network = None if classical else FakeRestorer(lambda tile: np.clip(tile * np.float32(0.9), 0, 1))
    done = restore(task, pixels, FORCED[task], network=network)
    assert done.after.shape == pixels.shape
    assert done.after.dtype == dtype
    assert not np.array_equal(done.after, pixels)
    if channels in (2, 4):
        assert np.array_equal(done.after[..., -1], pixels[..., -1])
    if dtype is np.uint16:
        assert len(np.unique(done.after[..., 0])) > 600, "16 bits went through 8"


@each_task
@pytest.mark.parametrize("classical", [True, False], ids=["classical", "network"])
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 3), (9, 7)])
def test_the_smallest_photos(task: str, classical: bool, size: tuple[int, int]) -> None:
    pixels = picture(*size, 3, np.uint8)
    done = restore(task, pixels, FORCED[task], network=None if classical else FakeRestorer())
    assert done.after.shape == pixels.shape


@each_task
def test_a_panorama_of_30000_px(task: str) -> None:
    pixels = picture(12, 30_000, 1, np.uint8)
    network = FakeRestorer(lambda tile: 1 - tile)
    done = restore(task, pixels, FORCED[task], network=network)
    assert max(max(shape) for shape in network.shapes) < 2000
    assert np.array_equal(done.after, 255 - pixels)


@each_task
@pytest.mark.parametrize("value", [0, 255], ids=["all black", "all white"])
@pytest.mark.parametrize("classical", [True, False], ids=["classical", "network"])
def test_photos_of_one_value(task: str, value: int, classical: bool) -> None:
    pixels = np.full((40, 40, 3), value, np.uint8)
    done = restore(task, pixels, network=None if classical else FakeRestorer())
    assert np.array_equal(done.after, pixels)
    assert len(done.notices) == 1
    assert "nothing was changed" in done.notices[0]
    forced = restore(task, pixels, FORCED[task], network=None if classical else FakeRestorer())
    assert np.abs(forced.after.astype(int) - value).max() <= 1


@each_task
def test_values_beyond_white_stay_beyond_white(task: str) -> None:
    pixels = picture(32, 32, 3, np.float32)
    pixels[8:12, 8:12] = 4.0
    done = restore(task, pixels, FORCED[task], network=FakeRestorer(np.copy))
    assert done.after[9, 9].min() > 3.9


@each_task
def test_values_that_are_not_numbers_are_refused(task: str) -> None:
    pixels = picture(16, 16, 3, np.float32)
    pixels[3, 3] = np.nan
    with pytest.raises(InputError, match="not numbers"):
        restore(task, pixels, FORCED[task])


@each_task
@pytest.mark.parametrize("classical", [True, False], ids=["classical", "network"])
def test_only_inside_the_mask_and_feathered(task: str, classical: bool) -> None:
    pixels = picture(300, 700, 4, np.uint16)
    mask = np.zeros((300, 700), np.uint8)
    mask[40:90, 30:90] = 255
    mask[200:260, 600:690] = 255
    network = None if classical else FakeRestorer(lambda tile: tile * 0)
    done = restore(task, pixels, {**FORCED[task], "feather_px": 9}, mask=mask, network=network)
    assert np.array_equal(done.after[mask == 0], pixels[mask == 0])
    assert sum(patch.bounds.area for patch in done.result.patches) < mask.size / 4, "far parts have boxes of their own"
    if not classical:
        assert network is not None
        assert sum(np.prod(shape[:2]) for shape in network.shapes) < mask.size
        share = 1 - done.after[60, :, 0] / pixels[60, :, 0]
        assert share[60] == 1
        assert 0 < share[30] < share[34] < share[38] < 1, "it rises from the edge"


@each_task
def test_a_mask_of_another_size_is_refused(task: str) -> None:
    with pytest.raises(InputError, match="same size"):
        restore(task, picture(30, 30, 3, np.uint8), FORCED[task], mask=np.zeros((30, 31), np.uint8))


@each_task
def test_an_empty_mask_changes_nothing(task: str) -> None:
    pixels = picture(30, 30, 3, np.uint8)
    assert np.array_equal(restore(task, pixels, FORCED[task], mask=np.zeros((30, 30), np.uint8)).after, pixels)


@each_task
def test_cancel_between_tiles(task: str) -> None:
    token = CancelToken()

    def cancelling(tile: np.ndarray) -> np.ndarray:
        token.cancel()
        return tile

    network = FakeRestorer(cancelling)
    engine = FakeEngine({"fake": network}, limit_px=64)
    with pytest.raises(Cancelled):
        restore(task, picture(200, 200, 3, np.uint8), FORCED[task], engine=engine, token=token)
    assert len(network.shapes) == 1


@each_task
def test_smaller_tiles_when_memory_runs_out(task: str) -> None:
    pixels = picture(150, 170, 3, np.uint8)
    whole = restore(task, pixels, FORCED[task], network=FakeRestorer(lambda tile: 1 - tile))
    network = FakeRestorer(lambda tile: 1 - tile, fits_px=120)
    stepped = restore(task, pixels, FORCED[task], network=network)
    assert stepped.notices
    assert np.abs(stepped.after.astype(int) - whole.after).max() <= 1


@each_task
def test_tiles_do_not_show(task: str) -> None:
    """Classical methods in small tiles and in one: what differs is less than a step of 8 bits."""
    pixels = picture(230, 300, 3, np.float32)
    whole = restore(task, pixels, FORCED[task])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("restorer.tasks.whole.CLASSICAL_SIDE_PX", 96)
        tiled = restore(task, pixels, FORCED[task])
    assert tiled.result.tiles > 4
    assert np.abs(tiled.after - whole.after).max() < 0.5 / 255


@each_task
def test_events_and_previews(task: str) -> None:
    pixels = picture(200, 260, 3, np.uint8)
    engine = FakeEngine({"fake": FakeRestorer(lambda tile: 1 - tile)}, limit_px=100)
    done = restore(task, pixels, FORCED[task], engine=engine)
    assert isinstance(done.events[0], TilesPlanned)
    previews = [event.preview for event in done.events if isinstance(event, TileFinished)]
    assert len(previews) == len(done.events[0].tiles) == done.result.tiles > 4
    shown = done.photo.with_patches(tuple(previews)).pixels
    assert np.abs(shown.astype(int) - done.after).max() <= 1
    assert not any(isinstance(event, Notice) for event in done.events)


def settled(done: Outcome) -> dict[str, object]:
    return dict(done.result.settled)


def test_levels_that_the_network_is_told_and_the_step_records() -> None:
    network = FakeRestorer()
    pixels = picture(64, 64, 3, np.uint8)
    done = restore("denoise", pixels, {"noise": 5.1}, network=network)
    assert settled(done) == {"noise": 5.1}
    assert network.levels[-1].noise == pytest.approx(0.02)
    done = restore("deblock", pixels, network=network, file=FileFacts(jpeg_quality=35))
    assert settled(done) == {"quality": 35}
    assert network.levels[-1].compression == pytest.approx(0.65)
    done = restore("deblock", pixels, {"quality": 60}, network=network, file=FileFacts(jpeg_quality=35))
    assert settled(done) == {"quality": 60}, "what the person says goes before what the file says"
    done = restore("deblur", pixels, {"blur_px": 1.5}, network=network)
    assert settled(done) == {"blur_px": 1.5}
    assert network.levels[-1].blur_px == 1.5


def test_what_is_measured_is_recorded_and_gives_the_same_again() -> None:
    pixels = picture(160, 160, 3, np.uint8)
    first = restore("denoise", pixels)
    assert first.result.settled["noise"] == pytest.approx(0.03 * 255, rel=0.25)
    again = restore("denoise", pixels, dict(first.result.settled))
    assert np.array_equal(first.after, again.after)
