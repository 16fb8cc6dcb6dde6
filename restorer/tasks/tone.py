"""Tone: exposure, levels, curves, white balance, saturation; by numbers a person sets, so nothing is invented."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from restorer.core.contract import Engine
from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch, Pixels
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask, require_size
from restorer.core.params import CURVE, param
from restorer.core.progress import CancelToken, Notice, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.provenance import PixelClass
from restorer.core.result import TaskResult
from restorer.core.unit import to_unit
from restorer.tasks.spec import Fidelity, Locality, Task, TaskInput
from restorer.tasks.tone_curve import STRAIGHT
from restorer.tasks.toning import ToneSettings, Toning, balance_for

_TILE = 1024
_MOST_FEATHER_PX = 64
_PICKED_PX = 2
"""A picked pixel is the middle of a square that reaches so far each way: grain is no colour."""


@dataclass(frozen=True, slots=True)
class ToneParams:
    """What to do to light and colour."""

    exposure: float = param(
        0.0, "Light in stops: 1 is twice as much.", label="Exposure", low=-4, high=4, step=0.05, unit="EV"
    )
    contrast: float = param(0.0, "Steeper or flatter about middle grey.", label="Contrast", low=-100, high=100, step=1)
    saturation: float = param(0.0, "Colour; -100 leaves grey.", label="Saturation", low=-100, high=100, step=1)
    temperature: float = param(0.0, "Warmer, or colder below 0.", label="Temperature", low=-100, high=100, step=1)
    tint: float = param(0.0, "More magenta, or greener below 0.", label="Tint", low=-100, high=100, step=1)
    black: float = param(
        0.0, "What becomes black, and all that is darker.", label="Black point", low=0, high=95, step=0.5, unit="%"
    )
    midtones: float = param(
        1.0, "Lighter above 1, darker below; black and white stay.", label="Midtones", low=0.2, high=5, step=0.01
    )
    white: float = param(
        100.0, "What becomes white, and all that is lighter.", label="White point", low=5, high=100, step=0.5, unit="%"
    )
    curve: str = param(
        STRAIGHT,
        "Points input:output in percent, as 0:0,25:18,75:84,100:100; empty is straight.",
        label="Curve",
        editor=CURVE,
    )
    masked: bool = param(False, "Changes nothing outside of what is painted.", label="Only inside the mask")
    feather_px: int = param(
        8,
        "How far inwards from the mask's edge it fades in.",
        label="Feather",
        low=0,
        high=_MOST_FEATHER_PX,
        step=1,
        unit="px",
        shown_for=("masked", (True,)),
    )
    neutral: str = param(
        "",
        "A place x,y that shall become grey: sets temperature and tint.",
        label="Neutral pixel",
        advanced=True,
    )
    curve_red: str = param(STRAIGHT, "As the curve, of red alone.", label="Red curve", editor=CURVE, advanced=True)
    curve_green: str = param(STRAIGHT, "Of green alone.", label="Green curve", editor=CURVE, advanced=True)
    curve_blue: str = param(STRAIGHT, "Of blue alone.", label="Blue curve", editor=CURVE, advanced=True)


def settings_of(params: ToneParams) -> ToneSettings:
    """The part of the parameters that says what becomes of a value."""
    return ToneSettings(**{field.name: getattr(params, field.name) for field in dataclasses.fields(ToneSettings)})


def picked_balance(photo: Image, x: int, y: int) -> tuple[float, float]:
    """Temperature and tint that make a place of the photo grey.

    Raises:
        InputError: for a place outside of it, a grey photo, or a place too dark.
    """
    if photo.color_channels == 1:
        raise InputError("The photo is grey already.")
    if not (0 <= x < photo.width and 0 <= y < photo.height):
        raise InputError(f"The place {x},{y} lies outside of the photo.")
    around = Bounds(x - _PICKED_PX, y - _PICKED_PX, x + _PICKED_PX + 1, y + _PICKED_PX + 1).intersect(photo.bounds)
    red, green, blue = to_unit(photo.crop(around)[..., :3]).reshape(-1, 3).mean(axis=0)
    return balance_for((float(red), float(green), float(blue)))


def run(given: TaskInput, engine: Engine, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """Sets the tone of the photo, or of what is inside the mask. Tile by tile in the photo's own depth.

    Raises:
        InputError: for a mask of another size, a curve that is none, or a neutral place that cannot be one.
        Cancelled: between two tiles, once the token says so.
    """
    photo, params, mask = given.photo, given.params, given.mask
    settled: dict[str, str | float] = {}
    if params.neutral:
        temperature, tint = _balance(photo, params.neutral)
        settled = {"temperature": temperature, "tint": tint, "neutral": ""}
        params = replace(params, temperature=temperature, tint=tint, neutral="")
    toning = Toning(settings_of(params), photo.color_channels)
    if mask is not None:
        require_size(mask.width, mask.height, photo.width, photo.height)
    region = photo.bounds if mask is None else mask.occupied()
    if given.within is not None:
        region = region.intersect(given.within)
    if toning.is_neutral or region.is_empty:
        yield Notice("Everything is neutral, so nothing was changed.")
        return TaskResult((), settled=settled)
    pixels = np.empty((region.height, region.width, photo.channels), photo.pixels.dtype)
    boxes = [
        Bounds(left, top, left + _TILE, top + _TILE).intersect(region)
        for top in range(region.top, region.bottom, _TILE)
        for left in range(region.left, region.right, _TILE)
    ]
    yield TilesPlanned(tuple(boxes))
    for index, box in enumerate(boxes):
        token.raise_if_cancelled()
        yield TileStarted(index, len(boxes), box)
        tile = toning.apply(photo.crop(box))
        if mask is not None:
            tile = _inside(photo.crop(box), tile, _weights(mask, box, params.feather_px))
        pixels[box.translate(-region.left, -region.top).slices] = tile
        yield TileFinished(index, len(boxes), Patch(box, tile))
    return TaskResult((Patch(region, pixels),), tiles=len(boxes), changed_as=PixelClass.TONE, settled=settled)


def _balance(photo: Image, place: str) -> tuple[float, float]:
    try:
        x, y = (int(part) for part in place.split(","))
    except ValueError:
        raise InputError(f"The place {place!r} is not understood.", hint="Write it as x,y in pixels.") from None
    return picked_balance(photo, x, y)


def _weights(mask: Mask, box: Bounds, feather_px: int) -> npt.NDArray[np.float64]:
    """How much of the change each pixel gets, 0 to 1: 0 wherever nothing is painted."""
    wide = box.pad(feather_px + 1).clip(mask.width, mask.height)
    plane = mask.plane[wide.slices]
    inner = box.translate(-wide.left, -wide.top).slices
    weights = plane[inner] / 255.0
    if feather_px == 0:
        return weights
    cv2 = load_cv2()
    inwards = cv2.distanceTransform((plane > 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[inner]
    share = np.clip(inwards / (feather_px + 1), 0.0, 1.0)
    faded: npt.NDArray[np.float64] = weights * share * share * (3 - 2 * share)
    return faded


def _inside(before: Pixels, after: Pixels, weights: npt.NDArray[np.float64]) -> Pixels:
    """Between both by weights; where these are 0 it is the photo, where they are 1 the result, to the bit."""
    share = weights[..., None]
    mixed = before + (after.astype(np.float64) - before) * share
    blended: Pixels = mixed.astype(np.float32) if before.dtype == np.float32 else np.rint(mixed).astype(before.dtype)
    return np.where(share == 0.0, before, np.where(share == 1.0, after, blended))


TONE = Task(
    id="tone",
    version=1,
    title="Tone and colour",
    summary="Exposure, levels, curves, white balance and saturation, in 16 bits; nothing is invented.",
    fidelity=Fidelity.CONSERVE,
    params=ToneParams,
    needs_mask=False,
    icon="tone",
    run=run,
    may_take_mask=True,
    weightless=True,
    locality=Locality(sees_whole=True),
)
