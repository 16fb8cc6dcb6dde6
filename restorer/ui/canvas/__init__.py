"""The canvas: shows a photo at any size and paints on its mask."""

from restorer.ui.canvas.view import CanvasView

__all__ = ["CanvasView"]
