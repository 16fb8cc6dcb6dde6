"""The models that are installed: cards and weights in one or more folders."""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path

from restorer.core.errors import InputError, WeightsError
from restorer.resources import resources_dir
from restorer.store.blend import Blend
from restorer.store.card import ModelCard


class Catalogue:
    """Cards found in ``folders``, the first folder winning where an id comes twice.

    The folders are read once, on first use, and need not exist. A broken card hides no other: it is left out and
    explained in :meth:`problems`. Nothing is imported, unpickled or run.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._verified: dict[tuple[Path, int, int], str] = {}

    @classmethod
    def default(cls) -> Catalogue:
        """The models that came with the program, then those the person installed."""
        import platformdirs

        folders = [Path(platformdirs.user_data_dir("restorer", appauthor=False)) / "models"]
        # An installation without shipped models works with the person's own and the classical methods.
        with contextlib.suppress(FileNotFoundError):
            folders.insert(0, resources_dir() / "models")
        return cls(folders)

    def cards(self) -> tuple[ModelCard, ...]:
        """All usable cards, by folder and id."""
        return tuple(card for card, _ in self._scan[0].values())

    def problems(self) -> tuple[str, ...]:
        """One sentence for each card that could not be used."""
        return self._scan[1]

    def get(self, model_id: str) -> ModelCard:
        """Raises InputError, naming the known models, where there is none of this id."""
        return self._entry(model_id)[0]

    def best_for(self, task_id: str, *, factor: float | None = 1.0, vivid: bool = False) -> ModelCard | None:
        """The card of highest priority for a task whose weights are there, or None; of a pair the faithful one.

        Args:
            factor: how much is to be enlarged: models that reach it come first, and of these those that do not go
                far beyond; None = as much as can be.
            vivid: whether a model with a vivid partner comes first.
        """

        def rank(card: ModelCard) -> tuple[bool, bool, int, int]:
            reaches = factor is not None and card.scale >= factor
            lacks_vivid = vivid and self.vivid_of(card) is None
            return not lacks_vivid, reaches, card.priority, -card.scale if reaches else card.scale

        candidates = [
            card
            for card in self.cards()
            if card.serves(task_id) and self._has_weights(card) and self.faithful_of(card) is card
        ]
        return max(candidates, key=rank, default=None)

    def vivid_of(self, card: ModelCard) -> ModelCard | None:
        """The partner whose weights may be mixed into a model's; of several the one of highest priority.

        None where there is none, or the weights of either are missing.
        """
        partners = [other for other in self.cards() if other.interpolates_with == card.id and self._has_weights(other)]
        return max(partners, key=lambda other: other.priority, default=None) if self._has_weights(card) else None

    def faithful_of(self, card: ModelCard) -> ModelCard:
        """The model that this one is the vivid partner of; the card itself where it is none, or runs alone."""
        entry = self._scan[0].get(card.interpolates_with)
        return entry[0] if entry is not None and self.vivid_of(entry[0]) == card else card

    def blend(self, model_id: str, share: float) -> Blend:
        """What to run where a model is asked for with a share of detail; either id of a pair stands for both.

        Args:
            share: of the vivid partner, 0 to 1, rounded to hundredths; means nothing for a model without one.

        Raises:
            InputError: for an unknown model.
        """
        card = self.faithful_of(self.get(model_id))
        vivid, share = self.vivid_of(card), round(share, 2)
        return Blend(card) if vivid is None or share == 0 else Blend(card, vivid, share)

    def weights_path(self, card: ModelCard) -> Path:
        """Where the weights of an installed card are.

        Raises:
            WeightsError: where the file is missing.
        """
        path = self._entry(card.id)[1] / card.file
        if not path.is_file():
            raise WeightsError(f"The weights of {card.title} are missing: there is no {path}.")
        return path

    def verify(self, card: ModelCard) -> None:
        """Compares size and checksum of the weights with the card; remembered until the file changes.

        Raises:
            WeightsError: where the file is missing, unreadable or not the one the card describes.
        """
        path = self.weights_path(card)
        try:
            status = path.stat()
            key = (path, status.st_size, status.st_mtime_ns)
            if status.st_size != card.bytes:
                raise WeightsError(
                    f"The weights file {path} is damaged: it has {status.st_size} bytes instead of {card.bytes}."
                )
            if key not in self._verified:
                with path.open("rb") as file:
                    self._verified[key] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise WeightsError(f"The weights file {path} cannot be read: {error.strerror or error}.") from None
        if self._verified[key] != card.sha256:
            raise WeightsError(f"The weights file {path} is damaged: its checksum is not the one on its card.")

    def _has_weights(self, card: ModelCard) -> bool:
        return (self._entry(card.id)[1] / card.file).is_file()

    def _entry(self, model_id: str) -> tuple[ModelCard, Path]:
        entry = self._scan[0].get(model_id)
        if entry is None:
            known = ", ".join(sorted(self._scan[0])) or "none"
            raise InputError(f"There is no model {model_id!r}.", hint=f"Installed: {known}.")
        return entry

    @functools.cached_property
    def _scan(self) -> tuple[dict[str, tuple[ModelCard, Path]], tuple[str, ...]]:
        found: dict[str, tuple[ModelCard, Path]] = {}
        problems: list[str] = []
        for folder in self.folders:
            for path in sorted(folder.glob("*.json")):
                try:
                    card = _read_card(path)
                except WeightsError as error:
                    problems.append(error.message)
                    continue
                if card.id in found:
                    problems.append(f"The model card {path} is not used: {found[card.id][1]} has one of the same id.")
                else:
                    found[card.id] = (card, folder)
        return found, tuple(problems)


def _read_card(path: Path) -> ModelCard:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(f"The model card {path} cannot be read: {error}.") from None
    card = ModelCard.from_text(text, name=str(path))
    if card.id != path.stem:
        raise WeightsError(f"The model card {path} has the id {card.id!r}, which is not the name of its file.")
    return card
