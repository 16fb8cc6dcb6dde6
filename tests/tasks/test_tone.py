"""Tone: against a float64 reference written out in full, and what stays untouched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from restorer.core.errors import Cancelled, InputError
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken, Notice, TileFinished
from restorer.core.provenance import PixelClass, ProvenanceMap
from restorer.core.result import TaskResult
from restorer.session.engines import ClassicalEngine
from restorer.tasks import tone
from restorer.tasks.spec import CLASSICAL, TaskInput
from restorer.tasks.tone import TONE, ToneParams
from restorer.tasks.tone_curve import ToneCurve
from restorer.tasks.toning import encoded, gains, linear

RNG = np.random.default_rng(8)
RGB16 = RNG.integers(0, 65536, (70, 90, 3)).astype(np.uint16)


def run(
    pixels: np.ndarray, mask: np.ndarray | None = None, within: Bounds | None = None, **params: Any
) -> tuple[TaskResult, list[object]]:
    given = TaskInput(
        Image(pixels), None if mask is None else Mask(mask), ToneParams(**params), CLASSICAL, within=within
    )
    work = TONE.run(given, ClassicalEngine(), CancelToken())
    events: list[object] = []
    while True:
        try:
            events.append(next(work))
        except StopIteration as stop:
            return stop.value, events


def toned(pixels: np.ndarray, mask: np.ndarray | None = None, **params: Any) -> np.ndarray:
    return run(pixels, mask, **params)[0].applied_to(Image(pixels)).pixels


def reference(values: np.ndarray, **p: Any) -> np.ndarray:
    """The documented formulas once more, in float64 and one after the other, without any table."""
    v = values.astype(np.float64)
    light = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    warm, magenta = p.get("temperature", 0) / 100 * 1.5, p.get("tint", 0) / 100 * 1.5
    gain = np.array([2.0**warm, 2.0**-magenta, 2.0**-warm])
    light = light * gain / (gain @ [0.2126, 0.7152, 0.0722]) * 2.0 ** p.get("exposure", 0)
    v = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    black, white = p.get("black", 0) / 100, p.get("white", 100) / 100
    v = np.clip((v - black) / (white - black), 0, 1) ** (1 / p.get("midtones", 1))
    power = 2.0 ** (p.get("contrast", 0) / 100 * 1.6)
    v = np.where(v < 0.5, 0.5 * (2 * v) ** power, 1 - 0.5 * (2 * (1 - v)) ** power)
    luma = (v * [0.2126, 0.7152, 0.0722]).sum(axis=2, keepdims=True)
    return np.clip(luma + (1 + p.get("saturation", 0) / 100) * (v - luma), 0, 1)


@pytest.mark.parametrize(
    "params",
    [
        {"exposure": 0.7},
        {"exposure": -2.0, "temperature": 30.0, "tint": -12.0},
        {"black": 4.0, "white": 91.5, "midtones": 1.4},
        {"contrast": 40.0},
        {"contrast": -60.0, "saturation": 35.0},
        {"exposure": 0.3, "black": 2.0, "midtones": 0.8, "contrast": 15.0, "temperature": -20.0, "saturation": -100.0},
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_every_depth_is_within_a_step_of_the_reference(params: dict[str, float], dtype: Any) -> None:
    white = 1.0 if dtype == np.float32 else np.iinfo(dtype).max
    pixels = (
        RNG.random((40, 50, 3)).astype(np.float32)
        if dtype == np.float32
        else RNG.integers(0, int(white) + 1, (40, 50, 3)).astype(dtype)
    )
    expected = reference(pixels / np.float64(white), **params) * white
    found = toned(pixels, **params)
    assert found.dtype == dtype
    if dtype == np.float32:
        found = np.clip(found, 0, 1)
    assert np.abs(found - expected).max() <= (1e-6 if dtype == np.float32 else 0.55)


def test_neutral_settings_return_the_photo_bit_for_bit() -> None:
    result, events = run(RGB16)
    assert result.patches == ()
    assert any(isinstance(event, Notice) for event in events)
    # A float photo with values beyond white is not cut off by settings that do not touch them.
    bright = (RNG.random((9, 9, 3)) * 3).astype(np.float32)
    assert np.array_equal(toned(bright, exposure=1.0).argsort(axis=None), bright.argsort(axis=None))
    assert toned(bright, exposure=1.0).max() > 3


def test_curves_of_single_channels_leave_the_others() -> None:
    changed = toned(RGB16, curve_green="0:0,50:70,100:100")
    assert np.array_equal(changed[..., [0, 2]], RGB16[..., [0, 2]])
    curve = ToneCurve.parse("0:0,50:70,100:100")
    assert np.abs(changed[..., 1] - curve(RGB16[..., 1] / 65535) * 65535).max() <= 0.5 + 1e-6


def test_alpha_and_greys_stay_what_they_are() -> None:
    rgba = RNG.integers(0, 256, (20, 20, 4)).astype(np.uint8)
    assert np.array_equal(toned(rgba, exposure=1.0, saturation=20.0)[..., 3], rgba[..., 3])
    grey = RNG.integers(0, 65536, (20, 20, 1)).astype(np.uint16)
    assert run(grey, temperature=40.0, saturation=50.0, curve_red="0:0,50:90,100:100")[0].patches == ()
    assert toned(grey, exposure=0.5).shape == (20, 20, 1)
    colored = np.repeat(grey, 3, axis=2)
    assert np.array_equal(toned(colored, exposure=0.5)[..., :1], toned(grey, exposure=0.5))


def test_a_mask_confines_to_the_bit_and_fades_inwards() -> None:
    mask = np.zeros((70, 90), np.uint8)
    mask[20:50, 30:70] = 255
    changed = toned(RGB16, mask, exposure=1.0, feather_px=6)
    full = toned(RGB16, exposure=1.0)
    assert np.array_equal(changed[mask == 0], RGB16[mask == 0])
    assert np.array_equal(changed[28:42, 38:62], full[28:42, 38:62])
    edge = np.abs(changed[20, 40:60].astype(int) - RGB16[20, 40:60])
    assert edge.max() < np.abs(full[20, 40:60].astype(int) - RGB16[20, 40:60]).max() / 4
    hard = toned(RGB16, mask, exposure=1.0, feather_px=0)
    assert np.array_equal(hard[20:50, 30:70], full[20:50, 30:70])
    result, _ = run(RGB16, np.zeros((70, 90), np.uint8), exposure=1.0)
    assert result.patches == ()


def test_tiles_and_parts_equal_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = np.zeros((70, 90), np.uint8)
    mask[5:60, 10:85] = 255
    params: dict[str, Any] = {"contrast": 30.0, "saturation": 20.0, "feather_px": 9}
    whole = toned(RGB16, mask, **params)
    monkeypatch.setattr(tone, "_TILE", 16)
    result, events = run(RGB16, mask, **params)
    assert np.array_equal(result.applied_to(Image(RGB16)).pixels, whole)
    assert sum(isinstance(event, TileFinished) for event in events) == result.tiles == 20
    part = Bounds(40, 30, 89, 66)
    piece, _ = run(RGB16, mask, within=part, **params)
    assert np.array_equal(piece.applied_to(Image(RGB16)).pixels[part.slices], whole[part.slices])


def test_what_tone_changes_is_called_tone() -> None:
    result, _ = run(RGB16, exposure=0.2)
    counts = result.provenance_after(ProvenanceMap(90, 70), Image(RGB16), result.applied_to(Image(RGB16))).counts()
    assert counts[PixelClass.TONE] + counts[PixelClass.ORIGINAL] == 90 * 70
    assert counts[PixelClass.TONE] > 6000


@pytest.mark.parametrize("color", [(40000, 30000, 20000), (20000, 26000, 32000), (30000, 24000, 30000)])
def test_a_neutral_pixel_becomes_grey_and_the_step_says_how(color: tuple[int, int, int]) -> None:
    pixels = np.tile(np.array(color, np.uint16), (30, 40, 1))
    result, _ = run(pixels, neutral="12,9")
    after = result.applied_to(Image(pixels)).pixels[0, 0].astype(int)
    assert after.max() - after.min() < 65535 * 0.002
    assert result.settled["neutral"] == ""
    settled = {name: result.settled[name] for name in ("temperature", "tint")}
    assert np.array_equal(toned(pixels, **settled), result.applied_to(Image(pixels)).pixels)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"neutral": "here"}, "not understood"),
        ({"neutral": "500,3"}, "outside"),
        ({"curve": "0:0,100"}, "not understood"),
        ({"curve": "0:0,50:200,100:100"}, "between 0 and 100"),
        ({"curve": "50:0,20:30"}, "dark to light"),
        ({"curve": "5:5"}, "2 to 16"),
        ({"black": 60.0, "white": 40.0}, "above the black point"),
    ],
)
def test_what_cannot_be_set_is_refused_in_one_sentence(params: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(RGB16, **params)


def test_black_has_no_grey() -> None:
    with pytest.raises(InputError, match="too dark"):
        run(np.zeros((9, 9, 3), np.uint8), neutral="4,4")
    with pytest.raises(InputError, match="grey already"):
        run(np.zeros((9, 9, 1), np.uint8), neutral="4,4")


def test_cancelling_stops_between_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tone, "_TILE", 32)
    token = CancelToken()
    work = TONE.run(TaskInput(Image(RGB16), None, ToneParams(exposure=1.0), CLASSICAL), ClassicalEngine(), token)
    next(event for event in work if isinstance(event, TileFinished))
    token.cancel()
    with pytest.raises(Cancelled):
        list(work)


def test_light_and_back() -> None:
    values = np.linspace(-0.5, 2, 999)
    assert encoded(linear(values)) == pytest.approx(values, abs=1e-12)
    assert gains(1.0, 0.0, 0.0, 3) == (2.0, 2.0, 2.0)
    assert np.dot(gains(0.0, 50.0, -30.0, 3), (0.2126, 0.7152, 0.0722)) == pytest.approx(1.0)


def test_a_curve_goes_through_its_points_and_never_turns_back() -> None:
    curve = ToneCurve.parse("0:5, 20:8, 40:60, 60:60, 100:90")
    for x, y in curve.points:
        assert curve(np.array([x / 100]))[0] == pytest.approx(y / 100)
    line = curve(np.linspace(0, 1, 2001))
    assert (np.diff(line) >= -1e-12).all()
    assert curve(np.array([0.5]))[0] == pytest.approx(0.6), "level between two points of one height"
    assert ToneCurve.parse(curve.to_text()) == curve
    assert ToneCurve.parse("").to_text() == ""
    assert ToneCurve.parse("0:0,30:30,100:100").is_straight
    assert not ToneCurve.parse("10:10,90:90").is_straight
    assert curve(np.array([0.0, 1.0])).tolist() == [0.05, 0.9]
    fall = ToneCurve.parse("0:100,100:0")
    assert fall(np.array([0.25]))[0] == pytest.approx(0.75)
