"""Super-resolve: enlarges the photo, by a network and Lanczos, to any size."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from restorer.core.contract import Engine
from restorer.core.contract import Generator as Network
from restorer.core.errors import InputError
from restorer.core.file_facts import FileFacts
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import Mask, MaskPiece, require_size
from restorer.core.placement import Placement
from restorer.core.progress import CancelToken, Notice, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.provenance import PixelClass
from restorer.core.result import Reframed, TaskResult
from restorer.core.tiled_run import Sweep
from restorer.core.tiling import TileShape
from restorer.tasks.lanczos import LANCZOS_REACH_PX, band, bands, resized
from restorer.tasks.local_enlargement import confined
from restorer.tasks.spec import CLASSICAL, Fidelity, Locality, Task, TaskInput
from restorer.tasks.super_resolve_params import RESOLUTION, SuperResolveParams
from restorer.tasks.target_size import bytes_needed, factors, largest_fitting, passes, stages_of, target_size
from restorer.tasks.whole import NetworkRunner

_LEAST_SIDE_PX = 512
_FREE_SHARE = 0.8
"""Of the free memory, what a result and what it is made from may take."""
_WIDTH, _HEIGHT = "width", "height"


def survey(photo: Image, token: CancelToken) -> Mapping[str, int]:
    """How large the whole photo is: a part of it is enlarged as much as the whole."""
    return {_WIDTH: photo.width, _HEIGHT: photo.height}


def result_size(params: SuperResolveParams, photo: Image, file: FileFacts) -> tuple[int, int]:
    """Pixels of the result across and down.

    Raises:
        InputError: where a resolution is wanted and the file does not tell the present one.
    """
    return target_size(params, photo.width, photo.height, file)


def wanted_factor(params: SuperResolveParams) -> float | None:
    """How much is to be enlarged; None where that depends on the photo."""
    return params.factor if params.size_by == "factor" else None


@dataclass(frozen=True, slots=True)
class _Goal:
    """What is to come out.

    Attributes:
        across, down: factors of the photo.
        width, height: of the result.
        print_scale: see :class:`Placement`.
    """

    across: float
    down: float
    width: int
    height: int
    print_scale: float

    @classmethod
    def of(cls, given: TaskInput) -> _Goal:
        params, photo, file = given.params, given.photo, given.file
        whole = given.facts or {_WIDTH: photo.width, _HEIGHT: photo.height}
        across, down = factors(params, int(whole[_WIDTH]), int(whole[_HEIGHT]), file)
        width, height = max(1, round(photo.width * across)), max(1, round(photo.height * down))
        return cls(across, down, width, height, cls._print_scale(params, across, file))

    @staticmethod
    def _print_scale(params: SuperResolveParams, across: float, file: FileFacts) -> float:
        if params.size_by == "print" and file.dpi is not None:
            return file.dpi[0] * across / params.dpi
        return across if params.keep == RESOLUTION and params.size_by in ("factor", "pixels") else 1.0

    def reframed(self, image: Image, photo: Image) -> Reframed:
        placement = Placement.scaled(photo.width, photo.height, self.width, self.height, print_scale=self.print_scale)
        return Reframed(image, placement)


def run(given: TaskInput, engine: Engine, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """Enlarges the photo.

    A network of a fixed scale runs as often as it takes to come near the size, and Lanczos brings that to it exactly.
    What a network has enlarged counts as generated, all of it: at 2 × three of four pixels are its guess, at 4 ×
    fifteen of sixteen, and none of them is one of the scan's. Lanczos alone generates nothing.
    Nothing is enlarged by a network where the size asked for is not above the photo's. Alpha is always Lanczos'.
    With a mask, the network's work counts inside of it alone; outside every value is the one that Lanczos gives.

    Raises:
        InputError: for a size that the memory has no room for (the message tells the largest there is room for), or
            a resolution where the photo's file names none.
        Cancelled: between two tiles, once the token says so.
    """
    photo, goal = given.photo, _Goal.of(given)
    if given.mask is not None:
        require_size(given.mask.width, given.mask.height, photo.width, photo.height)
    if (goal.width, goal.height) == (photo.width, photo.height):
        yield Notice("The photo has that size already, so nothing was changed.")
        return TaskResult(())
    if given.model == CLASSICAL or max(goal.across, goal.down) <= 1:
        _require_room(given, goal, 1, engine)
        return (yield from _by_lanczos(photo, goal, token))
    with engine.lease(given.model, seed=given.seed, mix=given.params.detail / 100) as network:
        count = passes(network.scale, max(goal.across, goal.down))
        if count == 0:
            raise InputError(f"The model {given.model} does not enlarge.")
        _require_room(given, goal, network.scale, engine)
        return (yield from _by_network(given, goal, network, count, engine, token))


def _require_room(given: TaskInput, goal: _Goal, scale: int, engine: Engine) -> None:
    photo, target = given.photo, (goal.width, goal.height)
    pixel_bytes = photo.channels * photo.pixels.dtype.itemsize
    if given.mask is not None:
        # Two enlargements lie side by side, and a plane that says which of them counts.
        pixel_bytes += pixel_bytes + 1
    stages = stages_of(scale, max(goal.across, goal.down))
    needed = bytes_needed(photo.width, photo.height, target, stages, pixel_bytes)
    free = int(engine.host_free_bytes * _FREE_SHARE)
    if needed > free:
        width, height = largest_fitting(photo.width, photo.height, target, scale, pixel_bytes, free)
        raise InputError(
            f"There is not enough memory for {target[0]} × {target[1]} pixels: it takes {_gib(needed)} GiB, "
            f"and {_gib(free)} GiB are free.",
            hint=f"The largest that fits now is about {width} × {height} ({width / photo.width:.1f} ×).",
        )


def _gib(count: int) -> str:
    return f"{count / 2**30:.1f}"


def _by_lanczos(photo: Image, goal: _Goal, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    result = np.empty((goal.height, goal.width, photo.channels), photo.pixels.dtype)
    rows = list(bands(goal.width, goal.height))
    parts = [_shown(photo, top, bottom, goal.height) for top, bottom in rows]
    yield TilesPlanned(tuple(parts))
    for index, ((top, bottom), part) in enumerate(zip(rows, parts, strict=True)):
        token.raise_if_cancelled()
        yield TileStarted(index, len(rows), part)
        result[top:bottom] = band(photo.pixels, goal.width, goal.height, top, bottom)
        yield TileFinished(index, len(rows), Patch(part, photo.crop(part)))
    image = Image(result, photo.color)
    return TaskResult((), tiles=len(rows), reframed=goal.reframed(image, photo), changed_as=PixelClass.TONE)


def _shown(photo: Image, top: int, bottom: int, height: int) -> Bounds:
    """The rows of the photo that become rows ``top`` to ``bottom`` of ``height``, one at least."""
    first = min(top * photo.height // height, photo.height - 1)
    return Bounds(0, first, photo.width, max(first + 1, -(-bottom * photo.height // height)))


def _by_network(
    given: TaskInput, goal: _Goal, network: Network, count: int, engine: Engine, token: CancelToken
) -> Generator[TaskEvent, None, TaskResult]:
    photo, mask = given.photo, given.mask
    # On a processor a tile may take a minute: even a small photo is cut, so that something is seen of the work.
    shortest = _LEAST_SIDE_PX
    if mask is None:
        shortest = max(shortest, max(photo.width, photo.height) // 2 + 2 * network.context_px)
    runner = NetworkRunner(network, engine, token, most_px=shortest, thorough=given.params.thorough)
    shape = TileShape(network.context_px, 0, network.multiple)
    image, tiles = Image(photo.pixels[..., : photo.color_channels], photo.color), 0
    for index in range(count):
        factor = network.scale**index
        is_wanted = None if mask is None else _painted(mask, factor, network.context_px)
        sweep = Sweep(image, runner, shape, network.scale, is_wanted=is_wanted)
        (pixels,), done = yield from _in_photo(sweep.run((image.bounds,), token), photo, factor)
        image, tiles = Image(pixels, photo.color), tiles + done
    image = resized(image, goal.width, goal.height, token)
    filled: tuple[MaskPiece, ...] = ()
    if mask is not None:
        image, filled = confined(image, photo, mask, given.params.feather_px, token)
    if photo.has_alpha:
        alpha = resized(Image(photo.pixels[..., -1:]), goal.width, goal.height, token)
        image = Image(np.concatenate((image.pixels, alpha.pixels), axis=2), photo.color)
    changed_as = PixelClass.GENERATED if mask is None else PixelClass.TONE
    return TaskResult((), filled, tiles=tiles, reframed=goal.reframed(image, photo), changed_as=changed_as)


def _painted(mask: Mask, factor: int, context_px: int) -> Callable[[Bounds], bool]:
    """Whether a part of a picture ``factor`` times as large as the photo has to be enlarged by the network: what is
    painted, and what later passes and Lanczos' kernel look at around that."""
    plane = mask.plane
    around = context_px + LANCZOS_REACH_PX

    def is_wanted(part: Bounds) -> bool:
        near = _smaller(part, factor).pad(around).clip(mask.width, mask.height)
        return bool(plane[near.slices].any())

    return is_wanted


def _in_photo(work: Generator[TaskEvent, None, Any], photo: Image, scale: int) -> Generator[TaskEvent, None, Any]:
    """Events of a picture ``scale`` times as large as the photo, as events of the photo."""
    while True:
        try:
            event = next(work)
        except StopIteration as stop:
            return stop.value
        match event:
            case TilesPlanned(tiles):
                yield TilesPlanned(tuple(_smaller(tile, scale) for tile in tiles))
            case TileStarted(index, total, bounds):
                yield TileStarted(index, total, _smaller(bounds, scale))
            case TileFinished(index, total, patch):
                yield TileFinished(index, total, _preview(photo, patch, scale))
            case _:
                yield event


def _preview(photo: Image, patch: Patch, scale: int) -> Patch:
    """What a tile looks like at the photo's own size."""
    bounds = _smaller(patch.bounds, scale)
    if scale == 1:
        pixels = patch.pixels
    else:
        rows = np.arange(bounds.top, bounds.bottom) * scale - patch.bounds.top
        columns = np.arange(bounds.left, bounds.right) * scale - patch.bounds.left
        pixels = patch.pixels[rows.clip(0, len(patch.pixels) - 1)][:, columns.clip(0, patch.bounds.width - 1)]
    if photo.has_alpha:
        pixels = np.concatenate((pixels, photo.crop(bounds)[..., -1:]), axis=2)
    return Patch(bounds, pixels)


def _smaller(bounds: Bounds, scale: int) -> Bounds:
    return Bounds(bounds.left // scale, bounds.top // scale, -(-bounds.right // scale), -(-bounds.bottom // scale))


SUPER_RESOLVE = Task(
    id="super-resolve",
    version=1,
    title="Super-resolve",
    summary="Enlarges the photo to any size, from faithful to vivid; all of it counts as generated then.",
    fidelity=Fidelity.RECONSTRUCT,
    params=SuperResolveParams,
    needs_mask=False,
    icon="super-resolve",
    run=run,
    may_take_mask=True,
    locality=Locality(margin_px=32, survey=survey),
    result_size=result_size,
    wanted_factor=wanted_factor,
)
