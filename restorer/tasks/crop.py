"""Crop: turns, mirrors, straightens and cuts out, in this order; quarter turns and cuts keep every pixel to the bit."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np

from restorer.core.ahead import made_ahead
from restorer.core.contract import Engine
from restorer.core.errors import InputError
from restorer.core.framing import fits, largest_frame
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.params import NUMBER, param
from restorer.core.placement import Placement
from restorer.core.progress import CancelToken, Notice, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.provenance import PixelClass
from restorer.core.result import Reframed, TaskResult
from restorer.tasks.deskew import suggested_angle
from restorer.tasks.resampling import resampled_tile
from restorer.tasks.spec import Fidelity, Task, TaskInput

ASPECTS = ("free", "original", "1:1", "5:4", "4:3", "7:5", "3:2", "16:9")
"""Of a frame; a ratio lies as the photo does, upright or across."""
MIRRORS = ("none", "across", "down")
MOST_DEGREES = 45.0
_MOST_PX = 500_000
_TILE = 512


@dataclass(frozen=True, slots=True)
class CropParams:
    """What to keep of the photo."""

    aspect: str = param(
        ASPECTS[0], "Width to height of the frame where no size is given.", label="Aspect", choices=ASPECTS
    )
    angle: float = param(
        0.0,
        "Turns clockwise about the middle, to straighten.",
        label="Straighten",
        low=-MOST_DEGREES,
        high=MOST_DEGREES,
        step=0.1,
        unit="°",
    )
    deskew: bool = param(False, "Finds the angle by itself, from lines in the photo.", label="Find the angle")
    turns: int = param(0, "Quarter turns clockwise.", label="Quarter turns", low=0, high=3, step=1)
    mirror: str = param(
        MIRRORS[0], "Exchanges left and right, or top and bottom; before turning.", label="Mirror", choices=MIRRORS
    )
    x: int = param(
        0,
        "Left edge of the frame in the turned and straightened photo.",
        label="Left",
        low=0,
        high=_MOST_PX,
        step=1,
        unit="px",
        advanced=True,
        editor=NUMBER,
    )
    y: int = param(
        0, "Its top edge.", label="Top", low=0, high=_MOST_PX, step=1, unit="px", advanced=True, editor=NUMBER
    )
    width: int = param(
        0,
        "Its width; with 0 the frame is as large as the photo allows.",
        label="Width",
        low=0,
        high=_MOST_PX,
        step=1,
        unit="px",
        advanced=True,
        editor=NUMBER,
    )
    height: int = param(
        0, "Its height.", label="Height", low=0, high=_MOST_PX, step=1, unit="px", advanced=True, editor=NUMBER
    )


def aspect_of(name: str, width: int, height: int) -> float | None:
    """Width in parts of the height of a frame in a photo of this size; None for a free one."""
    if name == "free":
        return None
    if name == "original":
        return width / height
    across, down = (int(side) for side in name.split(":"))
    return across / down if width >= height else down / across


def turned(params: CropParams, width: int, height: int) -> Placement:
    """Mirrored and turned by quarters: the photo in which frames are counted."""
    mirrored = Placement.mirrored(width, height, across=params.mirror == "across", down=params.mirror == "down")
    return mirrored.then(Placement.turned(params.turns, width, height))


def frame_of(params: CropParams, width: int, height: int) -> Bounds:
    """The frame in the turned and straightened photo.

    Args:
        width, height: of the photo, not turned.

    Raises:
        InputError: where it reaches outside of the photo, or has one side only.
    """
    base = turned(params, width, height)
    if params.width == 0 and params.height == 0:
        aspect = aspect_of(params.aspect, base.width, base.height)
        return largest_frame(base.width, base.height, params.angle, aspect)
    if params.width == 0 or params.height == 0:
        raise InputError("A frame to crop to needs both a width and a height.", hint="Leave out both for the largest.")
    frame = Bounds(params.x, params.y, params.x + params.width, params.y + params.height)
    if not fits(frame, base.width, base.height, params.angle):
        most = largest_frame(base.width, base.height, params.angle)
        raise InputError(
            f"The frame of {frame.width} × {frame.height} at {frame.left}, {frame.top} reaches outside of the photo.",
            hint=f"The largest one here is {most.width} × {most.height} at {most.left}, {most.top}.",
        )
    return frame


def placement_of(params: CropParams, width: int, height: int) -> Placement:
    """Where the cropped photo lies in one of ``width x height``. Raises as :func:`frame_of`."""
    base, frame = turned(params, width, height), frame_of(params, width, height)
    if params.angle != 0.0:
        base = base.then(Placement.straightened(params.angle, base.width, base.height))
    return base.then(Placement.crop(frame, base.width, base.height))


def run(given: TaskInput, engine: Engine, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """Makes the cropped photo.

    Without an angle every pixel is the photo's own. With one, cubic splines are sampled in the photo's own depth.

    Raises:
        InputError: for a frame that reaches outside of the photo.
        Cancelled: between two tiles, once the token says so.
    """
    photo, params = given.photo, given.params
    settled: dict[str, float | bool] = {}
    if params.deskew:
        token.raise_if_cancelled()
        found = suggested_angle(turned_picture(photo, params))
        if found is None:
            yield Notice("No lines were found to straighten the photo by.", "Give an angle, or draw it.")
        settled = {"angle": found or 0.0, "deskew": False}
        params = replace(params, angle=found or 0.0, deskew=False)
    placement = placement_of(params, photo.width, photo.height)
    if placement.is_identity:
        yield Notice("The frame is the whole photo, so nothing was cropped.")
        return TaskResult((), settled=settled)
    if placement.is_exact:
        image = Image(np.ascontiguousarray(placement.take(photo.pixels)), photo.color)
    else:
        image = yield from _resampled(photo, placement, token)
    return TaskResult((), tiles=1, reframed=Reframed(image, placement), changed_as=PixelClass.TONE, settled=settled)


def turned_picture(photo: Image, params: CropParams) -> Image:
    """The photo mirrored and turned by quarters; nothing is copied."""
    return Image(turned(params, photo.width, photo.height).take(photo.pixels), photo.color)


def _resampled(photo: Image, placement: Placement, token: CancelToken) -> Generator[TaskEvent, None, Image]:
    new = placement.bounds()
    boxes = [
        Bounds(left, top, left + _TILE, top + _TILE).intersect(new)
        for top in range(0, new.height, _TILE)
        for left in range(0, new.width, _TILE)
    ]
    places = tuple(placement.bounds_in_old(box).intersect(photo.bounds) for box in boxes)
    yield TilesPlanned(places)
    pixels = np.empty((new.height, new.width, photo.channels), photo.pixels.dtype)

    def fill(box: Bounds) -> None:
        token.raise_if_cancelled()
        pixels[box.slices] = resampled_tile(photo, placement, box)

    with contextlib.closing(made_ahead(fill, boxes)) as work:
        for index, place in enumerate(places):
            yield TileStarted(index, len(boxes), place)
            next(work)
            # Turned pixels would lie crooked over the photo: shown is what is there.
            yield TileFinished(index, len(boxes), Patch(place, photo.crop(place)))
    return Image(pixels, photo.color)


CROP = Task(
    id="crop",
    version=1,
    title="Crop",
    summary="Cuts out a frame, turns and straightens; without an angle every pixel that stays is the scan's own.",
    fidelity=Fidelity.CONSERVE,
    params=CropParams,
    needs_mask=False,
    icon="crop",
    run=run,
    weightless=True,
    locality=None,
)
