"""Versions of a picture that share two buffers, and never change under whoever holds one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core import buffers
from restorer.core.buffers import ImageBuffers
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch


@pytest.fixture(autouse=True)
def any_size_is_worthwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffers, "_WORTHWHILE_BYTES", 0)


def patch(value: int, left: int = 2, top: int = 3, width: int = 5, height: int = 4) -> Patch:
    return Patch(Bounds(left, top, left + width, top + height), np.full((height, width, 3), value, np.uint8))


def first() -> Image:
    return Image(np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3) % 7)


def test_the_memory_of_the_version_before_last_comes_back() -> None:
    maker = ImageBuffers()
    one = maker.paste(first(), [patch(100)])
    two = maker.paste(one, [patch(101)])
    memory = one.pixels.ctypes.data
    del one
    three = maker.paste(two, [patch(102, left=9)])
    assert three.pixels.ctypes.data == memory
    assert (three.pixels[3:7, 2:7] == 101).all()
    assert (three.pixels[3:7, 9:14] == 102).all()


def test_a_version_that_somebody_holds_is_left_alone() -> None:
    maker = ImageBuffers()
    one = maker.paste(first(), [patch(100)])
    before = one.pixels.copy()
    part = one.pixels[5:, :, ::2]
    two = maker.paste(one, [patch(101)])
    del one
    three = maker.paste(two, [patch(102)])
    assert np.array_equal(part, before[5:, :, ::2])
    assert not np.shares_memory(part, three.pixels)


def test_a_patch_of_the_whole_picture_is_taken_as_it_is() -> None:
    whole = patch(9, 0, 0, 30, 20)
    image = ImageBuffers().paste(first(), [patch(1), whole])
    assert np.shares_memory(image.pixels, whole.pixels)


rectangles = st.tuples(st.integers(0, 25), st.integers(0, 15), st.integers(1, 5), st.integers(1, 5))


@given(st.lists(st.tuples(st.lists(rectangles, max_size=3), st.booleans()), max_size=12))
def test_every_version_is_what_pasting_gives_however_they_are_held(steps: list[tuple[list[tuple[int, ...]], bool]]):
    maker, image, plain = ImageBuffers(), first(), first().pixels.copy()
    held: list[tuple[Image, np.ndarray]] = []
    for number, (boxes, hold) in enumerate(steps):
        patches = [patch(number + 10, *box) for box in boxes]
        image = maker.paste(image, patches)
        for each in patches:
            plain[each.bounds.slices] = each.pixels
        assert np.array_equal(image.pixels, plain)
        if hold:
            held.append((image, plain.copy()))
    for version, expected in held:
        assert np.array_equal(version.pixels, expected)
