"""What a run makes of the same held-out examples, as one PNG a checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from torch import Tensor

from restorer.formats.atomic import atomic_path

FOLDER = "samples"
GAP_PX = 4
_PAPER = 128


def write_samples(folder: Path, images: int, rows: Tensor) -> Path:
    """Writes ``samples/<images>.png`` in the run's folder, the rows below each other on mid grey.

    Args:
        folder: of the run.
        images: patches seen so far; the name of the file.
        rows: ``N x 3 x H x W``, 0 to 1, as :meth:`restorer.training.problem.Problem.samples` gives them.
    """
    target = folder / FOLDER / f"{images:08}.png"
    target.parent.mkdir(exist_ok=True)
    count, _, height, width = rows.shape
    sheet = np.full((count * (height + GAP_PX) - GAP_PX, width, 3), _PAPER, np.uint8)
    pixels = rows.detach().float().clamp(0, 1).mul(255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    for index, row in enumerate(pixels):
        top = index * (height + GAP_PX)
        sheet[top : top + height] = row
    with atomic_path(target, overwrite=True) as path:
        PillowImage.fromarray(sheet).save(path, "PNG", optimize=True)
    return target
