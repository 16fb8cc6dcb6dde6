"""Running something over a whole photo, or over what is painted of it: what denoise, deblock and deblur share."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np

from restorer.core.contract import Engine, FloatPixels, FloatPlane, Levels
from restorer.core.contract import Generator as Network
from restorer.core.errors import InputError, OutOfMemoryError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch, Pixels
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask, require_size
from restorer.core.params import Value, param
from restorer.core.progress import CancelToken, Notice, TaskEvent
from restorer.core.tiled_run import Finish, Sweep
from restorer.core.tiling import TileShape
from restorer.tasks.self_ensemble import mean_of_turns
from restorer.tasks.spec import TaskInput

_SIDES_PX = (1024, 2048)
_SIDE_BY_CONTEXT = 50
CLASSICAL_SIDE_PX = 1024
TILE_FADE_PX = 8
"""Neighbouring tiles fade into each other: some methods look, ever so little, further than they say."""
_CELL_PX = 256

Filter = Callable[[FloatPixels], FloatPixels]
"""From ``H x W x 1 or 3`` float32 in 0 to 1 to the same."""


def preferred_side(context_px: int) -> int:
    """Largest tile worth asking for: what tiles see twice is then about a twelfth of the work, and there are previews.

    Args:
        context_px: what the network looks at around a pixel.
    """
    least, most = _SIDES_PX
    return min(max(_SIDE_BY_CONTEXT * context_px, least), most)


@dataclass(frozen=True, slots=True)
class NetworkRunner:
    """A leased network as what computes tiles; see :class:`restorer.core.tiled_run.TileRunner`.

    Attributes:
        token: asked between the network's layers.
        levels: what it is to take away. One that takes no levels restores blindly, as much as it was taught to.
        most_px: no tile is to be larger, whatever the context asks for.
        thorough: whether the mean over all eight ways round is wanted.
    """

    network: Network
    engine: Engine
    token: CancelToken
    levels: Levels | None = None
    most_px: int = _SIDES_PX[1]
    thorough: bool = False

    @property
    def context_px(self) -> int:
        return self.network.context_px

    @property
    def multiple(self) -> int:
        return self.network.multiple

    def compute(self, pixels: FloatPixels) -> FloatPixels:
        if self.thorough:
            return mean_of_turns(self._call, within_range(pixels), multiple=self.multiple, scale=self.network.scale)
        return self._call(within_range(pixels))

    def _call(self, pixels: FloatPixels) -> FloatPixels:
        levels = self.levels if self.network.takes_levels else None
        return self.network(pixels, levels=levels, token=self.token)

    def tile_side(self) -> int:
        return self.engine.tile_side(self.network, preferred=min(preferred_side(self.context_px), self.most_px))

    def step_down(self, side: int) -> Notice:
        return self.engine.step_down(self.network, side)


@dataclass(frozen=True, slots=True)
class ClassicalRunner:
    """A method that needs no network, likewise.

    Attributes:
        context_px: how far it looks.
        multiple: side of the squares on whose grid it works.
    """

    call: Filter
    context_px: int
    multiple: int = 1

    def compute(self, pixels: FloatPixels) -> FloatPixels:
        return self.call(within_range(pixels))

    def tile_side(self) -> int:
        return CLASSICAL_SIDE_PX

    def step_down(self, side: int) -> Notice:
        raise OutOfMemoryError(f"There is not enough memory for a tile of {side} px.")


Runner = NetworkRunner | ClassicalRunner


def within_range(pixels: FloatPixels) -> FloatPixels:
    """Values of float photos may lie beyond black and white; networks know nothing there.

    Raises:
        InputError: where some are not numbers.
    """
    low, high = float(pixels.min()), float(pixels.max())
    if not np.isfinite(low + high):
        raise InputError("The photo holds values that are not numbers.")
    return pixels if low >= 0 and high <= 1 else np.clip(pixels, 0, 1)


def inward_feather(
    help: str = "Width of the soft transition inside the mask's edge, where there is a mask.",
    *,
    shown_for: tuple[str, tuple[Value, ...]] | None = None,
) -> int:
    """The field ``feather_px`` of tasks that change the whole photo, or what is painted of it.

    Args:
        help, shown_for: see :class:`restorer.core.params.ParamSpec`.
    """
    field: int = param(
        8,
        help,
        label="Feather",
        low=0,
        high=64,
        step=1,
        unit="px",
        advanced=True,
        shown_for=shown_for,
    )
    return field


def sweep_photo(
    given: TaskInput, runner: Runner, change: Finish, token: CancelToken, *, extra_px: int = 0, feather_px: int = 0
) -> Generator[TaskEvent, None, tuple[tuple[Patch, ...], int]]:
    """Runs something over the photo, with a mask over what is painted alone.

    Args:
        change: what a tile of the photo becomes, from its values, what ``runner`` made of them and its place.
        extra_px: how far ``change`` looks.
        feather_px: how far inside of the mask's edge the change rises from nothing to all; outside of it every bit
            stays.

    Returns:
        the changed parts, which do not overlap, and how many tiles it took.

    Raises:
        InputError: for a mask of another size, or values that are not numbers.
        Cancelled: between two tiles, once the token says so.
        OutOfMemoryError: where the smallest tiles are too much.
    """
    photo, mask = given.photo, given.mask
    shape = TileShape(runner.context_px + extra_px, TILE_FADE_PX, runner.multiple)
    if mask is None:
        sweep = Sweep(photo, runner, shape, finish=change)
        windows: tuple[Bounds, ...] = (photo.bounds,)
    else:
        require_size(mask.width, mask.height, photo.width, photo.height)
        plane = mask.plane

        def inside(source: FloatPixels, computed: FloatPixels, place: Bounds) -> FloatPixels:
            alpha = inward_coverage(mask, place, feather_px)[..., None]
            changed = change(source, computed, place)
            return np.where(alpha > 0, source + alpha * (changed - source), source)

        sweep = Sweep(
            photo,
            runner,
            shape,
            finish=inside,
            is_wanted=lambda part: bool(plane[part.slices].any()),
        )
        windows = painted_windows(mask)
    colors, tiles = yield from sweep.run(windows, token)
    patches = (Patch(window, _with_alpha(photo, window, color)) for window, color in zip(windows, colors, strict=True))
    return tuple(patches), tiles


def inward_coverage(mask: Mask, place: Bounds, feather_px: int) -> FloatPlane:
    """How much of each pixel of ``place`` is changed: the mask's own values, rising over ``feather_px`` from its edge.

    Returns:
        ``H x W`` float32, 0 to 1, exactly 0 wherever the mask is 0. The photo's border is no edge.
    """
    values = mask.plane[place.slices].astype(np.float32) / np.float32(255)
    if feather_px == 0 or not values.any():
        return values
    wide = place.pad(feather_px + 1).clip(mask.width, mask.height)
    painted = (mask.plane[wide.slices] > 0).astype(np.uint8)
    if painted.all():
        return values
    cv2 = load_cv2()
    distance = cv2.distanceTransform(painted, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ramp = np.clip(distance / np.float32(feather_px + 1), 0, 1)
    return np.asarray(values * ramp[place.translate(-wide.left, -wide.top).slices], np.float32)


def painted_windows(mask: Mask) -> tuple[Bounds, ...]:
    """Boxes that hold all that is painted and do not overlap; what is far apart lies in boxes of its own."""
    cells = list(mask.occupied_cells(_CELL_PX))
    if not cells:
        return ()
    rows, columns = -(-mask.height // _CELL_PX), -(-mask.width // _CELL_PX)
    grid = np.zeros((rows, columns), np.uint8)
    for cell in cells:
        grid[cell.top // _CELL_PX, cell.left // _CELL_PX] = 1
    count, _, stats, _ = load_cv2().connectedComponentsWithStats(grid, connectivity=8)
    boxes = []
    for left, top, width, height, _ in stats[1:count]:
        box = Bounds(int(left), int(top), int(left + width), int(top + height))
        box = Bounds(*(edge * _CELL_PX for edge in (box.left, box.top, box.right, box.bottom)))
        boxes.append(_tight(mask, box.clip(mask.width, mask.height)))
    return _merged(boxes)


def _merged(boxes: list[Bounds]) -> tuple[Bounds, ...]:
    done: list[Bounds] = []
    for box in boxes:
        while touching := [other for other in done if other.overlaps(box)]:
            done = [other for other in done if other not in touching]
            box = Bounds.around((box, *touching))
        done.append(box)
    return tuple(sorted(done, key=lambda box: (box.top, box.left)))


def _tight(mask: Mask, box: Bounds) -> Bounds:
    return Mask(mask.plane[box.slices]).occupied().translate(box.left, box.top)


def _with_alpha(photo: Image, window: Bounds, color: Pixels) -> Pixels:
    return np.concatenate((color, photo.crop(window)[..., -1:]), axis=2) if photo.has_alpha else color
