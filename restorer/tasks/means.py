"""What tiles are filled with: a network on an engine, or a classical method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from restorer.core.contract import Engine, FloatPixels, FloatPlane, Variation
from restorer.core.contract import Generator as Network
from restorer.core.errors import OutOfMemoryError
from restorer.core.geometry import Bounds
from restorer.core.noise import draw_seed
from restorer.core.progress import CancelToken, Notice
from restorer.tasks.classical import ClassicalFill
from restorer.tasks.fill import Correct, Fill
from restorer.tasks.self_ensemble import mean_of_turns
from restorer.tasks.similar_places import corrected

TILE_SIDE_PX = 384
"""Largest tile asked of the engine, context included: under half a second on two processor cores, so that cancelling
and previews are prompt, and little of it is context."""
MIN_CONTEXT_PX = 16
"""No network is shown less around a hole, whatever its card says: there must be something to fill it from."""
CORRECTIONS_THOROUGH = 2
"""How often similar places correct a thorough answer; others once."""
CLASSICAL_CONTEXT_PX = 64
"""What classical methods see around a defect: patches to copy from, and grain to measure."""


@dataclass(frozen=True, slots=True)
class Means:
    """How a region can be filled.

    Attributes:
        answer: what computes a crop, for each of many answers: 1 is the most likely one, any further number another.
        correct: what betters each answer at the photo's own scale, if anything does.
        can_vary: whether the others may differ from that.
        can_refine: whether a coarse fill is worked out at full scale; where not, it stays as it is.
        takes_texture: whether it leaves wide places smooth, so that texture is to be put in.
        context_px: what it wants to see around a region.
        side: largest tile that fits now.
        step_down: allows only smaller tiles from now on; raises OutOfMemoryError where there is no way down.
    """

    answer: Callable[[int], Fill]
    correct: Correct | None
    can_vary: bool
    can_refine: bool
    takes_texture: bool
    context_px: int
    side: Callable[[], int]
    step_down: Callable[[int], Notice]


def network_means(
    network: Network, engine: Engine, seed: int, token: CancelToken, *, thorough: bool = False, similar: bool = False
) -> Means:
    """Filling with a leased network.

    Args:
        token: asked while an answer is corrected.
        thorough: whether the most likely answer is the mean over all eight ways round. The others are left as they are:
            a mean of different draws would be none of them.
        similar: whether the answer of a network that has but one is corrected by similar places of the photo. What
            others make up is meant to be seen, not corrected.
    """

    def answer(number: int) -> Fill:
        def fill(pixels: FloatPixels, mask: FloatPlane, place: Bounds, start: FloatPixels | None) -> FloatPixels:
            if number == 1 and thorough:
                return _thorough(network, pixels, mask, start)
            variation = Variation(draw_seed(seed, number), place) if number > 1 else None
            return network(pixels, mask, start=start, variation=variation)

        return fill

    passes = CORRECTIONS_THOROUGH if thorough else 1
    return Means(
        answer,
        correct=partial(corrected, passes=passes, token=token) if similar and not network.can_vary else None,
        can_vary=network.can_vary,
        can_refine=network.can_refine,
        takes_texture=not network.can_vary,
        context_px=max(network.context_px, MIN_CONTEXT_PX),
        side=lambda: engine.tile_side(network, preferred=TILE_SIDE_PX),
        step_down=lambda side: engine.step_down(network, side),
    )


def _thorough(network: Network, pixels: FloatPixels, mask: FloatPlane, start: FloatPixels | None) -> FloatPixels:
    """The mean over all eight ways round, for which mask and start are turned along with the picture."""
    channels = pixels.shape[2]
    given = np.concatenate((pixels, mask[..., None], *(() if start is None else (start,))), axis=2)

    def call(turned: FloatPixels) -> FloatPixels:
        picture, place, rest = np.split(turned, (channels, channels + 1), axis=2)
        return network(
            np.ascontiguousarray(picture),
            np.ascontiguousarray(place[..., 0]),
            start=None if start is None else np.ascontiguousarray(rest),
        )

    return mean_of_turns(call, given, multiple=network.multiple)


def classical_means(method: str, seed: int) -> Means:
    """Filling without a network.

    Raises:
        InputError: where the method's library is not installed.
    """

    def answer(number: int) -> Fill:
        classical = ClassicalFill(method, seed if number == 1 else draw_seed(seed, number))
        return lambda pixels, mask, _place, _start: classical(pixels, mask)

    return Means(
        answer,
        correct=None,
        can_vary=ClassicalFill(method, seed).can_vary,
        can_refine=False,
        takes_texture=False,
        context_px=CLASSICAL_CONTEXT_PX,
        side=lambda: TILE_SIDE_PX,
        step_down=_no_way_down,
    )


def _no_way_down(side: int) -> Notice:
    raise OutOfMemoryError(f"There is not enough memory for a tile of {side} px.")
