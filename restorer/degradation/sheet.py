"""The contact sheet: every operation at five severities, labelled, on one photo."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont
from torch import Tensor

from restorer.degradation.catalogue import OPERATIONS
from restorer.degradation.operation import Operation

SEVERITIES = (0.2, 0.4, 0.6, 0.8, 1.0)
CELL_PX = 256
_LABEL_PX = 190
_GAP_PX = 6
_HEAD_PX = 34
_GROUND, _TEXT, _FAINT = (30, 30, 30), (235, 235, 235), (150, 150, 150)


def contact_sheet(photo: Tensor, seed: int = 0, cell_px: int = CELL_PX) -> npt.NDArray[np.uint8]:
    """Every operation (a row) at every severity (a column), in two blocks side by side.

    Args:
        photo: ``1 x 3 x H x W``, 0 to 1; its middle is shown, on the photo's device.
        seed: the same seed gives the same sheet.
        cell_px: side of each picture.

    Returns:
        ``H x W x 3``.
    """
    cell = _cell(photo, cell_px)
    operations = list(OPERATIONS.values())
    half = -(-len(operations) // 2)
    blocks = [_block(cell, operations[:half], half, seed), _block(cell, operations[half:], half, seed)]
    return np.concatenate(blocks, axis=1)


def _cell(photo: Tensor, side_px: int) -> Tensor:
    """The middle square of the photo at the size of a cell."""
    height, width = photo.shape[2:]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = photo[..., top : top + side, left : left + side]
    return F.interpolate(square, (side_px, side_px), mode="bilinear", antialias=True, align_corners=False).clamp(0, 1)


def _block(cell: Tensor, operations: list[Operation], rows: int, seed: int) -> npt.NDArray[np.uint8]:
    side = cell.shape[-1]
    step = side + _GAP_PX
    size = (_LABEL_PX + len(SEVERITIES) * step, _HEAD_PX + rows * step)
    sheet = PillowImage.new("RGB", size, _GROUND)
    pen = ImageDraw.Draw(sheet)
    large, small = ImageFont.load_default(18), ImageFont.load_default(14)
    for column, severity in enumerate(SEVERITIES):
        pen.text((_LABEL_PX + column * step + side / 2, _HEAD_PX / 2), f"{severity:g}", _FAINT, small, anchor="mm")
    for row, operation in enumerate(operations):
        top = _HEAD_PX + row * step
        pen.text((12, top + side / 2 - 12), operation.title, _TEXT, large, anchor="lm")
        pen.text((12, top + side / 2 + 12), f"{operation.group} · {operation.id}", _FAINT, small, anchor="lm")
        for column, severity in enumerate(SEVERITIES):
            generator = torch.Generator().manual_seed(seed)
            shown = operation.apply(cell, torch.tensor([severity]), generator).photos[0]
            pixels = (shown.permute(1, 2, 0) * 255).round().to(torch.uint8).cpu().numpy()
            sheet.paste(PillowImage.fromarray(pixels), (_LABEL_PX + column * step, top))
    return np.asarray(sheet)
