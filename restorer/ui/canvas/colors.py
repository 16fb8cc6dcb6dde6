"""What the canvas makes of pixels: the screen's colours, and a mark where the screen has none for them."""

from __future__ import annotations

from dataclasses import dataclass, field

from restorer.core.image import ColorTag, Pixels
from restorer.formats.color import Display, DisplayPixels, out_of_gamut
from restorer.formats.profiles import standard_profile
from restorer.ui.tokens import GAMUT_WARNING

_MARK = tuple(bytes.fromhex(GAMUT_WARNING.lstrip("#")))


@dataclass(frozen=True, slots=True)
class CanvasColors:
    """A value; safe to call from several threads.

    Attributes:
        display: the screen and the rendering intent.
        warns: whether colours outside of the screen's gamut are painted over.
    """

    display: Display = field(default_factory=Display)
    warns: bool = False

    def __call__(self, pixels: Pixels, color: ColorTag) -> DisplayPixels:
        """As :class:`~restorer.formats.color.Display`."""
        shown = self.display(pixels, color)
        if not self.warns:
            return shown
        outside = out_of_gamut(pixels, color, self.display.screen or standard_profile("srgb"))
        if not outside.any():
            return shown
        shown = shown.copy()
        shown[outside] = _MARK
        return shown
