"""Groups of pixels as bytes, sound and damaged."""

from __future__ import annotations

import json
import random
import zlib

import numpy as np
import pytest

from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.group_code import MAGIC, Piece, pack_group, unpack_group


def pieces() -> list[Piece]:
    rng = np.random.default_rng(1)
    shapes = ((np.uint8, (5, 7)), (np.uint16, (3, 4, 3)), (np.float32, (2, 2, 1)), (np.uint8, (6, 1, 4)))
    return [
        (Bounds(9, 8, 9 + shape[1], 8 + shape[0]), rng.integers(0, 250, shape).astype(dtype)) for dtype, shape in shapes
    ]


def test_every_bit_comes_back_and_is_read_only() -> None:
    again = unpack_group(pack_group(pieces()), name="1.group")
    for (bounds, pixels), (bounds_again, pixels_again) in zip(pieces(), again, strict=True):
        assert bounds == bounds_again
        assert pixels.dtype == pixels_again.dtype
        assert np.array_equal(pixels, pixels_again)
        assert not pixels_again.flags.writeable
    assert unpack_group(pack_group([]), name="1.group") == ()
    assert len(unpack_group(pack_group(pieces()), name="1.group", half=0)) == 2


def test_a_group_cut_short_anywhere_is_refused() -> None:
    data = pack_group(pieces())
    for end in range(len(data)):
        with pytest.raises(InputError, match=r"1\.group"):
            unpack_group(data[:end], name="1.group")


def test_changed_bytes_never_do_more_than_give_other_pixels_or_an_error() -> None:
    data, rng = pack_group(pieces()), random.Random(4)
    refused = 0
    for _ in range(400):
        changed = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        try:
            unpack_group(bytes(changed), name="1.group")
        except InputError:
            refused += 1
    assert refused > 200


@pytest.mark.parametrize(
    "row",
    [
        [0, 0, 10**5, 10**5, "|u1", 4, 20],
        [0, 0, 10**12, 1, "|u1", 1, 20],
        [5, 0, 2, 1, "|u1", 1, 20],
        [-5, 0, 2, 1, "|u1", 1, 20],
        [0, 0, 2, 2, "|O", 1, 20],
        [0, 0, 2, 2, "<f8", 1, 20],
        [0, 0, 2, 2, "|u1", 9, 20],
        [0, 0, 2, 2, "|u1", 1, 10**9],
        [0, 0, 2, 2, "|u1", 1, -1],
        [0, 0, True, 2, "|u1", 1, 20],
        [0, 0, 2, 2, "|u1"],
        "row",
    ],
)
def test_a_piece_that_cannot_be_is_refused_before_it_is_unpacked(row: object) -> None:
    header = json.dumps([row]).encode()
    data = MAGIC + len(header).to_bytes(4, "little") + header + zlib.compress(bytes(10**5))
    with pytest.raises(InputError, match=r"1\.group"):
        unpack_group(data, name="1.group")
