"""Inpaint: fills what is painted, from its surroundings, and changes not one bit elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from restorer.core.contract import Engine
from restorer.core.contract import Generator as Network
from restorer.core.errors import DeviceMemoryError, InputError, OutOfMemoryError
from restorer.core.image import Patch
from restorer.core.mask import Mask, MaskPiece, require_size
from restorer.core.params import param
from restorer.core.progress import CancelToken, Notice, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.result import TaskResult
from restorer.tasks.classical import AUTO, METHODS, ClassicalFill
from restorer.tasks.fill import Fill, FilledTile, TileFiller
from restorer.tasks.holes import PAINTED_FROM, Holes
from restorer.tasks.regions import Layout, Tile, plan_tiles, replan
from restorer.tasks.spec import CLASSICAL, Fidelity, Task, TaskInput

TILE_SIDE_PX = 384
"""Largest tile asked of the engine, context included: under half a second on two processor cores, so that cancelling
and previews are prompt, and little of it is context."""
DEPTH_PX = 40
"""How far into a hole it is filled at full scale. Holes thicker than that (half of it from each side) are filled coarse
to fine, see :meth:`restorer.tasks.holes.Holes.coarse_share`."""
MIN_CONTEXT_PX = 16
"""No network is shown less around a hole, whatever its card says: there must be something to fill it from."""
CLASSICAL_CONTEXT_PX = 64
"""What classical methods see around a defect: patches to copy from, and grain to measure."""


@dataclass(frozen=True, slots=True)
class InpaintParams:
    """How to fill."""

    grow_px: int = param(
        1,
        "How far around the painted pixels the photo is replaced as well; scratches have soft rims.",
        label="Grow",
        low=0,
        high=32,
        step=1,
        unit="px",
    )
    feather_px: int = param(
        1,
        "Width of the soft transition around that.",
        label="Feather",
        low=0,
        high=32,
        step=1,
        unit="px",
    )
    match_grain: float = param(
        100.0,
        "How much of the surroundings' grain the fill is given; 0 leaves it smooth.",
        label="Match grain",
        low=0,
        high=200,
        step=5,
        unit="%",
    )
    method: str = param(
        AUTO,
        "What fills the region where no model is used.",
        label="Classical method",
        choices=METHODS,
        advanced=True,
    )


@dataclass(frozen=True, slots=True)
class _Means:
    """What tiles are filled with: a network on an engine, or a classical method.

    Attributes:
        fill: computes one crop.
        context_px: what it wants to see around a region.
        side: largest tile that fits now.
        step_down: allows only smaller tiles from now on; raises OutOfMemoryError where there is no way down.
    """

    fill: Fill
    context_px: int
    side: Callable[[], int]
    step_down: Callable[[int], Notice]


def run(given: TaskInput, engine: Engine, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """Fills the mask. The same input, seed and device give the same bits.

    A second TilesPlanned (after the device's memory ran out) replaces the first: it lists what is left.

    Raises:
        InputError: for an empty mask, one of another size, or a method that is not installed.
        Cancelled: between two tiles, once the token says so.
    """
    mask = _painted(given)
    if given.model == CLASSICAL:
        method = ClassicalFill(given.params.method, given.seed)
        return (yield from _fill_region(given, mask, _classical_means(method), token))
    with engine.lease(given.model) as network:
        return (yield from _fill_region(given, mask, _network_means(network, engine), token))


def _painted(given: TaskInput) -> Mask:
    """The mask, checked."""
    photo, mask = given.photo, given.mask
    if mask is not None:
        require_size(mask.width, mask.height, photo.width, photo.height)
    if mask is None or int(mask.plane.max(initial=0)) < PAINTED_FROM:
        raise InputError("Nothing is painted.", hint="Paint over what is to be repaired, then run again.")
    if int(mask.plane.min(initial=0)) >= PAINTED_FROM:
        raise InputError("The whole photo is painted; there is nothing left to fill it from.")
    return mask


def _network_means(network: Network, engine: Engine) -> _Means:
    return _Means(
        fill=network,
        context_px=max(network.context_px, MIN_CONTEXT_PX),
        side=lambda: engine.tile_side(network, preferred=TILE_SIDE_PX),
        step_down=lambda side: engine.step_down(network, side),
    )


def _classical_means(method: ClassicalFill) -> _Means:
    return _Means(method, CLASSICAL_CONTEXT_PX, side=lambda: TILE_SIDE_PX, step_down=_no_way_down)


def _no_way_down(side: int) -> Notice:
    raise OutOfMemoryError(f"There is not enough memory for a tile of {side} px.")


@dataclass(slots=True)
class _Work:
    """The tiles of one run that are left, and what those before came to."""

    given: TaskInput
    mask: Mask
    means: _Means
    token: CancelToken
    side: int = field(init=False)
    layout: Layout = field(init=False)
    holes: Holes = field(init=False)
    filler: TileFiller = field(init=False)
    tiles: tuple[Tile, ...] = field(init=False)
    patches: list[Patch] = field(init=False)
    filled: list[MaskPiece] = field(init=False)

    def __post_init__(self) -> None:
        self.side = self.means.side()
        self.layout = Layout.within(self.side, self.means.context_px)
        self.begin()

    def begin(self) -> None:
        """Plans everything, from nothing."""
        params: InpaintParams = self.given.params
        self.holes = Holes(
            self.given.photo,
            self.mask,
            grow_px=params.grow_px,
            feather_px=params.feather_px,
            depth_px=min(DEPTH_PX, self.layout.context_px),
        )
        self.filler = TileFiller(self.holes, grain=params.match_grain / 100, seed=self.given.seed)
        self.tiles = plan_tiles(self.holes, self.layout, self.token)
        self.patches, self.filled = [], []

    def attempt(self, tile: Tile) -> FilledTile | None:
        """One tile, or None where the device's memory ran out.

        The error ends here, before anybody steps down: its traceback would keep alive what has to be freed.
        """
        try:
            return self.filler.fill(tile, self.layout, self.means.fill)
        except DeviceMemoryError:
            return None

    def shrink(self, done: int) -> None:
        """Cuts all but the first ``done`` tiles into ones that fit the memory the engine now allows."""
        self.side = self.means.side()
        self.layout = Layout.within(self.side, self.means.context_px)
        if self.layout.context_px < self.holes.depth_px:
            # A tile in the middle of a hole would see nothing that is known; holes have to be filled from coarser
            # scales than planned.
            self.begin()
        else:
            self.tiles = replan(self.holes, self.tiles[done:], self.layout)

    def planned(self) -> TilesPlanned:
        return TilesPlanned(tuple(tile.photo_bounds(self.given.photo.bounds) for tile in self.tiles))


def _fill_region(
    given: TaskInput, mask: Mask, means: _Means, token: CancelToken
) -> Generator[TaskEvent, None, TaskResult]:
    token.raise_if_cancelled()
    work = _Work(given, mask, means, token)
    yield work.planned()
    index = calls = 0
    while index < len(work.tiles):
        token.raise_if_cancelled()
        tile, total = work.tiles[index], len(work.tiles)
        yield TileStarted(index, total, tile.photo_bounds(given.photo.bounds))
        token.raise_if_cancelled()
        done = work.attempt(tile)
        if done is None:
            yield means.step_down(work.side)
            work.shrink(index)
            yield work.planned()
            index = 0
            continue
        calls += 1
        if tile.level == 0:
            work.patches.append(done.patch)
            work.filled.append(done.filled)
        yield TileFinished(index, total, done.patch)
        index += 1
    return TaskResult(tuple(work.patches), tuple(work.filled), tiles=calls)


INPAINT = Task(
    id="inpaint",
    version=1,
    title="Inpaint",
    summary="Fills what you painted over from what surrounds it, with its grain.",
    fidelity=Fidelity.REPAIR,
    params=InpaintParams,
    needs_mask=True,
    icon="inpaint",
    run=run,
)
