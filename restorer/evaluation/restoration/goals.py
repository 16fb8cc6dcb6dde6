"""What is to be reached: a floor, which is a gate, and a target, which is told beside it."""

from __future__ import annotations

from dataclasses import dataclass

from restorer.evaluation.report import Gate


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that has to be at least ``floor``."""

    name: str
    floor: float
    target: float
    unit: str = "dB"

    def gate(self, figure: float, of: str = "") -> Gate:
        """The verdict on a figure; ``of`` says whose it is."""
        name = f"{of}: {self.name}" if of else self.name
        shown = f"{figure:.2f} {self.unit}".strip()
        wanted = f"≥ {self.floor:g} {self.unit}".strip() + f" (target {self.target:g})"
        return Gate(name, shown, wanted, figure >= self.floor)
