"""How large a photo is to become: by a factor, in pixels, in print, or by its resolution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from restorer.core.errors import InputError
from restorer.core.file_facts import FileFacts
from restorer.tasks.super_resolve_params import CM, SuperResolveParams

CM_PER_INCH = 2.54
MOST_BY_NETWORK = 8
"""Factor beyond which a network, fed with its own guesses, would only dream on."""
_STEPS = 24
Size = tuple[int, int]


def factors(params: SuperResolveParams, width: int, height: int, file: FileFacts) -> tuple[float, float]:
    """How many times as many pixels a photo gets across and down.

    Args:
        width, height: of the whole photo.
        file: its resolution.

    Raises:
        InputError: where a resolution is wanted and the file does not tell the present one.
    """
    longer = max(width, height)
    match params.size_by:
        case "pixels":
            return (params.pixels / longer,) * 2
        case "print":
            inches = params.print_size / (CM_PER_INCH if params.print_unit == CM else 1)
            return (inches * params.dpi / longer,) * 2
        case "resolution":
            if file.dpi is None:
                raise InputError(
                    "The photo's file names no resolution, so it cannot be brought to another one.",
                    hint="Choose a factor, a size in pixels or a print size.",
                )
            return params.dpi / file.dpi[0], params.dpi / file.dpi[1]
        case _:
            return params.factor, params.factor


def target_size(params: SuperResolveParams, width: int, height: int, file: FileFacts) -> Size:
    """Pixels across and down, 1 at least. Raises as :func:`factors`."""
    across, down = factors(params, width, height, file)
    return max(1, round(width * across)), max(1, round(height * down))


def passes(scale: int, wanted: float) -> int:
    """How many times a network of this scale is run for a factor; Lanczos does the rest, up or down.

    Once at least, and again while what is left is nearer to its scale than to nothing, but never to far more pixels
    than are wanted, nor beyond :data:`MOST_BY_NETWORK`.
    """
    if wanted <= 1 or scale < 2:
        return 0
    count = 1
    while wanted / scale**count >= math.sqrt(scale) and scale ** (count + 1) <= min(1.5 * wanted, MOST_BY_NETWORK):
        count += 1
    return count


def bytes_needed(width: int, height: int, target: Size, stages: Sequence[int], pixel_bytes: int) -> int:
    """Main memory that an enlargement takes at its largest: what is made and what it is made from.

    Args:
        stages: factors of what a network makes on the way, such as ``(2, 4)``.
        pixel_bytes: of one pixel of the photo.
    """
    sizes = [width * height, *(width * height * stage**2 for stage in stages), target[0] * target[1]]
    if len(sizes) > 2 and sizes[-1] == sizes[-2]:
        sizes.pop()
    return max(before + after for before, after in pairwise(sizes)) * pixel_bytes


def stages_of(scale: int, wanted: float) -> tuple[int, ...]:
    """Factors of what a network of this scale makes on the way; none for a scale of 1, which stands for Lanczos."""
    return tuple(scale ** (index + 1) for index in range(passes(scale, wanted)))


def largest_fitting(width: int, height: int, target: Size, scale: int, pixel_bytes: int, free: int) -> Size:
    """The largest size of the target's shape, up to it, that there is memory for; the photo's own at least.

    Args:
        scale: of the network, 1 for Lanczos.
        free: bytes there are.
    """
    low, high = min(1.0, max(width / target[0], height / target[1])), 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        size = int(target[0] * middle), int(target[1] * middle)
        stages = stages_of(scale, max(size[0] / width, size[1] / height))
        if bytes_needed(width, height, size, stages, pixel_bytes) <= free:
            low = middle
        else:
            high = middle
    return max(1, int(target[0] * low)), max(1, int(target[1] * low))
