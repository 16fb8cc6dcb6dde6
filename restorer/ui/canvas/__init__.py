"""The canvas: shows a photo at any size and paints on its mask.

Photo: ``source`` (pixels, previews, ``colors``) → ``tile_order``, made by ``tile_works`` → ``pyramid``
(tiles per level) → ``photo_layer`` (tiles in screen pixels).
Mask: ``mask_levels`` (maxima per level) → ``overlay`` (colours) → ``mask_layer`` (tiles in screen pixels).
Hands: ``input`` (Qt events) → ``pointing`` (who gets the drag) → ``tools``; ``keys``; ``navigation``.
``viewport`` is the arithmetic all of them share, ``scene`` puts the layers together, ``surface`` paints it, and
``view`` is the widget with the public interface.
"""

from restorer.ui.canvas.view import CanvasView

__all__ = ["CanvasView"]
