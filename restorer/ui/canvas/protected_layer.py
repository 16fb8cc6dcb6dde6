"""What is protected, on screen: hatched, so that it is told from the mask by more than colour."""

from __future__ import annotations

from restorer.core.geometry import Bounds
from restorer.ui.canvas.mask_layer import MaskLayer
from restorer.ui.canvas.overlay import hatch, hatch_reach
from restorer.ui.canvas.viewport import Viewport
from restorer.ui.qimage import ArgbPixels


class ProtectedLayer(MaskLayer):
    """A live plane of what is never to be touched, over photo and mask; hidden with the mask, else always the same."""

    @property
    def reach(self) -> int:
        return hatch_reach(self._ratio)

    def _coloured(self, scaled: Bounds, viewport: Viewport) -> ArgbPixels | None:
        plane = self._levels.sample(scaled.pad(self.reach), viewport)
        return None if plane is None else hatch(plane, self._ratio, scaled.left, scaled.top)
