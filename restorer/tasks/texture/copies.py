"""A scale's picture at the photo's scale, where it was worked at a coarser one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPixels
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.unit import to_unit
from restorer.tasks.texture.scale import Scale

Places = npt.NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Copies:
    """Looks up parts of what a scale came to.

    Attributes:
        photo: that the texture is from.
        window: the part of it that was worked on; it begins on the grid of ``level``.
        level: scale of ``picture``.
        picture, scale: what a step came to.
    """

    photo: Image
    window: Bounds
    level: int
    picture: FloatPixels
    scale: Scale
    _sources: Places = field(init=False)
    _correction: FloatPixels = field(init=False)

    def __post_init__(self) -> None:
        self._sources = self.scale.sources_by_pixel()
        self._correction = self.picture - self.scale.guide.reshape(-1, self.picture.shape[2])[self._sources]

    def enlarged(self, bounds: Bounds) -> FloatPixels:
        """The picture as it is, within photo pixels of the window: something to look at meanwhile."""
        return self._mixed(bounds, copies=False)

    def pixels(self, bounds: Bounds) -> FloatPixels:
        """Inside of what was wanted, the photo's own pixels from where the patches are from.

        They are corrected by what the picture differs from them at its scale; neighbouring patches fade into each
        other. At level 0 that is the picture.
        """
        return self._mixed(bounds, copies=self.level > 0)

    def _mixed(self, bounds: Bounds, *, copies: bool) -> FloatPixels:
        inside = bounds.translate(-self.window.left, -self.window.top)
        if self.level == 0:
            return self.picture[inside.slices].copy()
        factor = 1 << self.level
        rows, columns = np.arange(inside.top, inside.bottom), np.arange(inside.left, inside.right)
        y, x = (rows + 0.5) / factor - 0.5, (columns + 0.5) / factor - 0.5
        total = np.zeros((len(rows), len(columns), self.picture.shape[2]), np.float32)
        for down in (0, 1):
            for right in (0, 1):
                near_y, near_x = np.floor(y).astype(np.int64) + down, np.floor(x).astype(np.int64) + right
                weight = (1 - np.abs(y - near_y))[:, None] * (1 - np.abs(x - near_x))
                cell_y = np.clip(near_y, 0, self.picture.shape[0] - 1)
                cell_x = np.clip(near_x, 0, self.picture.shape[1] - 1)
                values = self.picture[cell_y[:, None], cell_x]
                if copies:
                    values = self._copied(cell_y, cell_x, rows, columns)
                total += weight[..., None].astype(np.float32) * values
        return total

    def _copied(self, cell_y: Places, cell_x: Places, rows: Places, columns: Places) -> FloatPixels:
        """Pixels as the patches of these cells have them, each cell's corrected."""
        factor = 1 << self.level
        source_y, source_x = np.divmod(self._sources[cell_y[:, None], cell_x], self.picture.shape[1])
        from_y = source_y * factor + (rows - cell_y * factor)[:, None] + self.window.top
        from_x = source_x * factor + (columns - cell_x * factor) + self.window.left
        from_y, from_x = np.clip(from_y, 0, self.photo.height - 1), np.clip(from_x, 0, self.photo.width - 1)
        colors = self.photo.pixels[..., : self.photo.color_channels]
        return np.asarray(to_unit(colors[from_y, from_x]) + self._correction[cell_y[:, None], cell_x], np.float32)
