"""Settings of the tools that mark areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from restorer.core.marks import MarkMode
from restorer.session.marking.similar import Similarity
from restorer.session.settings import Settings

SAMPLE_SIDES_PX = (1, 3, 5, 11)
MAX_WIDEN_PX = 60


@dataclass(frozen=True, slots=True)
class MarkOptions:
    """What the options bar says.

    Attributes:
        mode: how a shape comes to what is marked already.
        smooth: whether edges are antialiased.
        tolerance: of the wand, in per cent of full white.
        contiguous: whether the wand takes connected pixels only.
        sample_px: side of the square whose mean colour the wand looks for.
        widen_px: how much wider than measured a ribbon is made.
    """

    mode: MarkMode = MarkMode.ADD
    smooth: bool = True
    tolerance: float = 10.0
    contiguous: bool = True
    sample_px: int = 3
    widen_px: float = 2.0

    @classmethod
    def of(cls, settings: Settings) -> MarkOptions:
        """As they were left; adding, whatever was done last."""
        return cls(
            smooth=settings.smooth_edges,
            tolerance=settings.wand_tolerance,
            contiguous=settings.wand_contiguous,
            sample_px=min(SAMPLE_SIDES_PX, key=lambda side: abs(side - settings.wand_sample_px)),
            widen_px=settings.ribbon_widen_px,
        )

    def as_settings(self) -> dict[str, Any]:
        """Fields of the settings that remember them."""
        return {
            "smooth_edges": self.smooth,
            "wand_tolerance": self.tolerance,
            "wand_contiguous": self.contiguous,
            "wand_sample_px": float(self.sample_px),
            "ribbon_widen_px": self.widen_px,
        }

    @property
    def similarity(self) -> Similarity:
        return Similarity(self.tolerance / 100, self.contiguous, self.sample_px, self.smooth)
