"""Contact sheets of fills: the photo, the damage, every method, and crops at twice their size around the holes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from restorer.core.lazy import load_cv2
from restorer.evaluation.inpaint.baselines import Pixels8
from restorer.evaluation.inpaint.scoring import Score
from restorer.evaluation.sheets import Row, Sheet, Tile, enlarge, shrunk

CROP_PX = 128
SIDE_PX = 256
NOTE = "First row: the whole picture, with PSNR inside the hole and seam ratio. Below: crops at 200 %."


def fill_sheet(
    name: str,
    title: str,
    truth: Pixels8,
    mask: Pixels8,
    fills: Mapping[str, tuple[Pixels8, Score]],
    *,
    crops: int,
) -> Sheet:
    """One photo's sheet.

    Args:
        fills: result and figures of each method by the name to print.
        crops: how many windows to show enlarged: those with the most to fill that do not overlap.
    """
    hole = mask > 0
    damaged = np.where(hole[..., None], np.uint8(128), truth)
    pictures = [truth, damaged, *(filled for filled, _ in fills.values())]
    captions = ["", f"{hole.mean():.0%} to fill", *(f"{s.psnr:.2f} dB · seam {s.seam:.2f}" for _, s in fills.values())]
    rows = [Row(tuple(Tile(shrunk(p, SIDE_PX), c) for p, c in zip(pictures, captions, strict=True)))]
    for top, left in fullest_windows(mask, min(CROP_PX, *mask.shape), crops):
        window = slice(top, top + CROP_PX), slice(left, left + CROP_PX)
        rows.append(Row(tuple(Tile(enlarge(picture[window], 2)) for picture in pictures), f"crop at x {left}, y {top}"))
    return Sheet(name, title, tuple(rows), ("truth", "damaged", *fills), SIDE_PX, NOTE)


def fullest_windows(mask: Pixels8, side: int, count: int) -> list[tuple[int, int]]:
    """Top left corners of up to ``count`` squares that hold the most of the mask, without overlapping."""
    cv2 = load_cv2()
    left_over = (mask > 0).astype(np.float32)
    found: list[tuple[int, int]] = []
    for _ in range(count):
        sums = cv2.boxFilter(
            left_over, -1, (side, side), anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        sums = sums[: mask.shape[0] - side + 1, : mask.shape[1] - side + 1]
        top, left = (int(v) for v in np.unravel_index(int(sums.argmax()), sums.shape))
        if sums[top, left] < 1:
            break
        found.append((top, left))
        # Squares that begin here would overlap; the mask is taken away where they would find it.
        left_over[max(0, top - side // 2) : top + side, max(0, left - side // 2) : left + side] = -1
    return found
