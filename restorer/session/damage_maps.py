"""Maps of damage that were found, kept for as long as they are likely to be looked at again."""

from __future__ import annotations

from collections import OrderedDict

from restorer.core.damage import DamageMap

KEPT = 3
"""Maps take six bytes a pixel."""


class DamageMaps:
    """The latest maps, by the state of the photo they were made from and by model. Belongs to one thread."""

    def __init__(self) -> None:
        self._maps: OrderedDict[tuple[str, str], DamageMap] = OrderedDict()

    def get(self, state: str, model: str) -> DamageMap | None:
        """The map of a photo in this state, or None; see :attr:`~restorer.core.document.Document.state`."""
        found = self._maps.get((state, model))
        if found is not None:
            self._maps.move_to_end((state, model))
        return found

    def put(self, state: str, model: str, damage: DamageMap) -> None:
        """Keeps a map; the one that was longest not asked for makes room."""
        self._maps[state, model] = damage
        self._maps.move_to_end((state, model))
        while len(self._maps) > KEPT:
            self._maps.popitem(last=False)
