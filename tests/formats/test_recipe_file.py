"""Recipes with masks as files."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.mask import Mask
from restorer.core.mask_code import PackedMask, mask_digest
from restorer.core.step import RECIPE_FORMAT, STEPS_FORMAT, Recipe, Step
from restorer.formats.recipe_file import RecipeFile, read_recipe, write_recipe


@pytest.fixture
def mask() -> Mask:
    plane = np.zeros((40, 60), np.uint8)
    plane[5:9, 10:50] = np.arange(40, dtype=np.uint8)
    return Mask(plane)


@pytest.fixture
def file(mask: Mask) -> RecipeFile:
    digest = mask_digest(mask)
    return RecipeFile(Recipe((Step("inpaint", 1, mask=digest),)), {digest: PackedMask.of(mask)})


def test_a_mask_comes_back_bit_by_bit_and_read_only(mask: Mask) -> None:
    again = PackedMask.of(mask).unpack("r.json")
    assert np.array_equal(again.plane, mask.plane)
    assert mask_digest(again) == mask_digest(mask)
    assert not again.plane.flags.writeable
    empty = PackedMask.of(Mask.empty(7, 5)).unpack("r.json")
    assert empty.is_empty
    assert (empty.width, empty.height) == (7, 5)


def test_a_recipe_goes_through_a_file(file: RecipeFile, tmp_path: Path) -> None:
    path = tmp_path / "Rezept 祖母.json"
    write_recipe(path, file)
    assert read_recipe(path) == file
    assert json.loads(path.read_text("utf-8"))["restorer_recipe"] == STEPS_FORMAT
    with pytest.raises(InputError, match="exists"):
        write_recipe(path, file)


def test_a_recipe_of_the_first_format_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text('{"restorer_recipe": 1, "steps": [{"task": "inpaint", "version": 1, "seed": 4}]}')
    assert read_recipe(path) == RecipeFile(Recipe((Step("inpaint", 1, seed=4),)))


def test_what_is_protected_goes_along_and_is_not_passed_over(file: RecipeFile, mask: Mask, tmp_path: Path) -> None:
    path, guarded = tmp_path / "guarded.json", replace(file, protected=PackedMask.of(mask))
    write_recipe(path, guarded)
    assert read_recipe(path) == guarded
    data = json.loads(path.read_text("utf-8"))
    assert data["restorer_recipe"] == RECIPE_FORMAT > STEPS_FORMAT, "older programs refuse it"
    for damage in (3, {}, {**data["protected"], "bounds": [0, 0, 5]}):
        with pytest.raises(InputError, match=r"r\.json"):
            RecipeFile.from_text(json.dumps({**data, "protected": damage}), name="r.json")


def text_with(file: RecipeFile, **changes: Any) -> str:
    data = json.loads(file.to_text())
    (mask,) = data["masks"].values()
    mask.update(changes)
    return json.dumps(data)


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 10**12},
        {"width": 10**9, "height": 10**9, "bounds": [0, 0, 10**9, 10**9]},
        {"width": 0},
        {"width": "60"},
        {"width": True},
        {"bounds": [0, 0, 61, 1]},
        {"bounds": [-1, 0, 5, 5]},
        {"bounds": [0, 0, 5]},
        {"bounds": "all"},
        {"zlib": 3},
        {"zlib": "???"},
        {"more": 1},
    ],
)
def test_a_mask_that_cannot_be_is_refused_before_it_is_unpacked(file: RecipeFile, changes: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"r\.json"):
        RecipeFile.from_text(text_with(file, **changes), name="r.json")


@pytest.mark.parametrize(
    "data", [b"", b"no zlib", zlib.compress(b"\1" * 159), zlib.compress(b"\1" * 161), zlib.compress(bytes(10**6))]
)
def test_a_damaged_mask_is_noticed_when_it_is_unpacked(data: bytes) -> None:
    with pytest.raises(InputError, match=r"r\.json"):
        PackedMask(60, 40, Bounds(10, 5, 50, 9), data).unpack("r.json")


def test_files_that_are_no_recipes_are_refused_by_name(tmp_path: Path, file: RecipeFile) -> None:
    bad = tmp_path / "bad.json"
    for content in (b"", b"\x80\x04\x95pickle", b"\xff\xfe{}", b"{}", b'{"restorer_recipe": 99, "steps": []}'):
        bad.write_bytes(content)
        with pytest.raises(InputError, match="bad"):
            read_recipe(bad)
    with pytest.raises(InputError, match="folder"):
        read_recipe(tmp_path)
    with pytest.raises(InputError, match="no file"):
        read_recipe(tmp_path / "none.json")
    text = file.to_text()
    for end in range(0, len(text) - 2, 7):
        bad.write_text(text[:end])
        with pytest.raises(InputError, match="bad"):
            read_recipe(bad)


def test_a_mask_without_base64_padding_is_damaged(file: RecipeFile) -> None:
    (packed,) = file.masks.values()
    broken = base64.b64encode(packed.data).decode().rstrip("=")[:-1]
    with pytest.raises(InputError):
        RecipeFile.from_text(text_with(file, zlib=broken), name="r.json")
