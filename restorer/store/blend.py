"""A model alone, or a faithful model and its vivid partner mixed by their weights."""

from __future__ import annotations

from dataclasses import dataclass

from restorer.store.card import ModelCard


@dataclass(frozen=True, slots=True)
class Blend:
    """Which weights to run, and how much of each.

    Attributes:
        card: the model, or the faithful one of a pair.
        vivid: its partner; None where the model is to run alone.
        share: of the partner's weights, above 0 to 1, in hundredths; 0 without a partner.
    """

    card: ModelCard
    vivid: ModelCard | None = None
    share: float = 0.0

    @property
    def title(self) -> str:
        """For people."""
        return self.card.title if self.vivid is None else f"{self.card.title}, {self.share * 100:.0f} % detail"

    @property
    def model_hash(self) -> str:
        """SHA-256 of the weights; of a mix both models' and the share, such as ``0a…+1b…@0.35``."""
        return self.card.sha256 if self.vivid is None else f"{self.card.sha256}+{self.vivid.sha256}@{self.share:.2f}"

    @property
    def context_px(self) -> int:
        """The larger of what both want to see."""
        return max(card.context_px for card in (self.card, self.vivid) if card is not None)

    @property
    def is_half_safe(self) -> bool:
        """Whether it may compute in 16 bit on graphics cards: only what both may."""
        return all(card.half_precision for card in (self.card, self.vivid) if card is not None)
