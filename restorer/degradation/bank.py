"""Marks drawn once and used many times: what training needs where drawing would be the slowest part of a step."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from restorer.core.damage import DAMAGE_CLASSES
from restorer.degradation.canvas import Layer
from restorer.degradation.marks import DRAWN
from restorer.degradation.operation import Degraded
from restorer.degradation.plans import MECHANICAL, Plan
from restorer.degradation.shapes import Shape, lay_shapes
from restorer.degradation.turns import turned

_MOST_SHAPES = 5
"""On a layer of 256 px; larger ones get as many as their area says."""
_CHUNK = 8


class DamageBank:
    """Layers of marks kept on a device; each use takes a random cut, flip, quarter turn and strength of one.

    Where layers are larger than the photos, six cuts of ten lie along an edge, and on a processor a cut is the more
    damaged one of two.

    A layer costs ``12 * side**2`` bytes, and about 0.1 s to draw at 512 px.

    Args:
        count: how many layers.
        side: of each, in pixels; the largest patch that can be asked for.
        seed: of all that is drawn; the same seed gives the same bank.
        device: where the photos will be.
        plan: which marks; only those of :data:`restorer.degradation.marks.DRAWN`.
        shapes: real ones, laid over some of the layers too.
        shapes_share: of how many, 0 to 1.
        processes: that draw; the bank is the same with any number of them.

    Raises:
        ValueError: where the plan has operations that are not drawn marks.
    """

    def __init__(
        self,
        count: int,
        side: int,
        seed: int,
        device: torch.device,
        plan: Plan = MECHANICAL,
        *,
        shapes: Sequence[Shape] = (),
        shapes_share: float = 0.0,
        processes: int = 1,
    ) -> None:
        unknown = [chance.operation for chance in plan.chances if chance.operation not in DRAWN]
        if unknown:
            raise ValueError(f"a bank holds drawn marks only, not {', '.join(unknown)}")
        draw = partial(_drawn, side=side, plan=plan, shapes=tuple(shapes), shapes_share=shapes_share)
        self._layers = torch.empty((count, 6 + len(DAMAGE_CLASSES), side, side), dtype=torch.uint8, device=device)
        for index, packed in enumerate(_each(draw, np.random.SeedSequence(seed).spawn(count), processes)):
            self._layers[index] = torch.from_numpy(packed)
        self._side = side

    def apply(self, photos: Tensor, generator: torch.Generator) -> Degraded:
        """Lays marks over ``N x 3 x S x S`` photos on the bank's device; ``generator`` is on the processor."""
        count, side = len(photos), photos.shape[-1]
        if photos.shape[-2] != side or side > self._side:
            raise ValueError(f"a bank of {self._side} px has no layers for photos of {tuple(photos.shape[2:])}")
        picks = torch.randint(len(self._layers), (count,), generator=generator).tolist()
        room = self._side - side
        # Six cuts of ten lie along an edge of the layer: tears and worn edges begin where a photo ends.
        reach = torch.rand((count, 2, 2), generator=generator) * 1.6 - 0.3
        corners = (reach.clamp(0, 1) * room).round().long().tolist()
        turns = torch.randint(8, (count,), generator=generator).tolist()
        strength = (1 - 0.6 * torch.rand((count, 1, 1, 1), generator=generator) ** 2).to(photos)
        cuts = [
            turned(self._marked_most(pick, places, side), turn)
            for pick, places, turn in zip(picks, corners, turns, strict=True)
        ]
        layers = torch.stack(cuts).to(photos.dtype) / 255
        keep, light, damage = layers[:, :3], layers[:, 3:6], layers[:, 6:]
        marked = photos * (1 - strength * (1 - keep)) + strength * light
        touched = damage.amax(1, keepdim=True) > 0
        return Degraded(torch.where(touched, marked.clamp(0, 1), photos), damage)

    def _marked_most(self, pick: int, places: Sequence[Sequence[int]], side: int) -> Tensor:
        """That cut of a layer, of some, which is damaged most: of large layers many have next to nothing.

        A graphics card would have to be waited for to know, and gets the first.
        """
        layer = self._layers[pick]
        cuts = [layer[:, top : top + side, left : left + side] for top, left in places]
        if side == self._side or layer.is_cuda:
            return cuts[0]
        return max(cuts, key=lambda cut: int(cut[6:].amax(0).count_nonzero()))


def _each(
    draw: Callable[[np.random.SeedSequence], npt.NDArray[np.uint8]], seeds: list[np.random.SeedSequence], processes: int
) -> Iterator[npt.NDArray[np.uint8]]:
    """The layers of the seeds in order."""
    if processes == 1:
        yield from map(draw, seeds)
        return
    # A process that has touched a graphics card cannot be forked.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(draw, seeds, chunksize=_CHUNK)


def _drawn(
    seed: np.random.SeedSequence, side: int, plan: Plan, shapes: Sequence[Shape], shapes_share: float
) -> npt.NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    layer = draw_layer(side, side, rng, plan)
    if shapes and rng.random() < shapes_share:
        most = max(1, round(_MOST_SHAPES * (side / 256) ** 2))
        lay_shapes(layer, rng, shapes, int(rng.integers(1, most + 1)))
    return _packed(layer)


def draw_layer(height: int, width: int, rng: np.random.Generator, plan: Plan, scale: float = 1.0) -> Layer:
    """One layer of what a plan of drawn marks happens to draw."""
    layer = Layer(height, width, scale)
    for chance in plan.chances:
        dice = rng.random(2)
        severity = chance.low + (chance.high - chance.low) * float(dice[1])
        if dice[0] < chance.probability and severity > 0:
            DRAWN[chance.operation](layer, rng, severity)
    return layer


def _packed(layer: Layer) -> npt.NDArray[np.uint8]:
    """``12 x H x W`` uint8: what is kept, what is added, and coverage by class."""
    empty = np.zeros((layer.height, layer.width), np.float32)
    coverage = np.stack([layer.coverage.get(kind, empty) for kind in DAMAGE_CLASSES])
    planes = np.concatenate([layer.keep, layer.light, coverage])
    packed: npt.NDArray[np.uint8] = np.rint(planes * 255).astype(np.uint8)
    return packed
