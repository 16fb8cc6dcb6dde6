"""Recipes as files: the steps, and the masks they worked in, as one JSON object."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from restorer.core.document import Document
from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.mask_code import PackedMask
from restorer.core.step import RECIPE_FORMAT, Recipe, parse_json
from restorer.formats.atomic import atomic_path, shown

LARGEST_BYTES = 256 * 2**20
"""A longer file is no recipe; it is not read."""


@dataclass(frozen=True, slots=True)
class RecipeFile:
    """A recipe that can be run: what :class:`~restorer.core.step.Recipe` says, and the masks it refers to.

    Attributes:
        recipe: the steps.
        masks: by the digest that stands in :attr:`Step.mask`; one that is missing has to be given when it is run.
        protected: what no step may change (not 0), in the extent of the photo before the first; or None.
    """

    recipe: Recipe
    masks: Mapping[str, PackedMask] = field(default_factory=dict)
    protected: PackedMask | None = None

    @classmethod
    def of(cls, document: Document) -> RecipeFile:
        """The steps in effect, with their masks and what is protected now. On the document's thread."""
        protected = document.protection_in(None)
        packed = PackedMask.of(protected) if protected is not None else None
        return cls(document.history.recipe(), document.recipe_masks(), packed)

    def to_text(self) -> str:
        """JSON. ``masks`` and ``protected`` are there only where there are any."""
        data = self.recipe.to_json()
        if self.protected is not None:
            data["restorer_recipe"] = RECIPE_FORMAT
            data["protected"] = mask_to_json(self.protected)
        if self.masks:
            data["masks"] = {digest: mask_to_json(mask) for digest, mask in sorted(self.masks.items())}
        return json.dumps(data, indent=2) + "\n"

    @classmethod
    def from_text(cls, text: str, *, name: str) -> RecipeFile:
        """Raises InputError, naming the recipe, where it is damaged, none, or of a newer program."""
        data = parse_json(text, name=name)
        recipe = Recipe.from_json(data, name=name)
        assert isinstance(data, dict)
        masks = data.get("masks", {})
        if not isinstance(masks, dict):
            raise InputError(f"The masks in {name} are damaged.")
        protected = data.get("protected")
        return cls(
            recipe,
            {digest: mask_from_json(mask, name) for digest, mask in masks.items()},
            None if protected is None else mask_from_json(protected, name),
        )


def read_recipe(path: Path) -> RecipeFile:
    """A recipe from a file.

    Raises:
        InputError: where it is missing, unreadable, too long, or as :meth:`RecipeFile.from_text`.
    """
    return RecipeFile.from_text(read_small_text(path, LARGEST_BYTES, "recipe"), name=shown(path))


def write_recipe(path: Path, file: RecipeFile, *, overwrite: bool = False) -> None:
    """Writes it in one go.

    Raises:
        RestorerError: where it exists or cannot be written.
    """
    with atomic_path(path, overwrite=overwrite) as temporary:
        temporary.write_text(file.to_text(), encoding="utf-8")


def read_small_text(path: Path, most_bytes: int, kind: str) -> str:
    """The text of a file that must not be long.

    Raises:
        InputError: where it is missing, no file, longer, unreadable or not UTF-8; ``kind`` is what it should be.
    """
    name = shown(path)
    try:
        if path.is_dir():
            raise InputError(f"{name} is a folder, not a {kind}.")
        if path.exists() and not path.is_file():
            raise InputError(f"{name} is not an ordinary file.")
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except FileNotFoundError:
        raise InputError(f"There is no file {name}.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if len(data) > most_bytes:
        raise InputError(f"{name} is no {kind}: it is longer than {most_bytes // 2**20} MB.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{name} is no {kind}: it is not text.") from None


def mask_to_json(mask: PackedMask) -> dict[str, Any]:
    """Plain values of a mask."""
    b = mask.bounds
    return {
        "width": mask.width,
        "height": mask.height,
        "bounds": [b.left, b.top, b.right, b.bottom],
        "zlib": base64.b64encode(mask.data).decode("ascii"),
    }


def mask_from_json(data: object, name: str) -> PackedMask:
    """A mask from plain values, checked but not unpacked. Raises InputError, naming the file, where it is damaged."""
    damaged = InputError(f"A mask in {name} is damaged.")
    if not isinstance(data, dict) or set(data) != {"width", "height", "bounds", "zlib"}:
        raise damaged
    numbers = data["bounds"]
    if not isinstance(numbers, list) or len(numbers) != 4 or not isinstance(data["zlib"], str):
        raise damaged
    if any(isinstance(n, bool) or not isinstance(n, int) for n in (*numbers, data["width"], data["height"])):
        raise damaged
    try:
        packed = base64.b64decode(data["zlib"], validate=True)
    except (binascii.Error, ValueError):
        raise damaged from None
    mask = PackedMask(data["width"], data["height"], Bounds(*numbers), packed)
    mask.check(name)
    return mask
