"""A profile as scanner software embeds it: colours in a table, not curves and a matrix."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

_Values = npt.NDArray[np.float64]

SIDE = 17


def scanner_profile(gamma: float = 2.0) -> bytes:
    """ICC 2.4 input profile with one 16-bit table (``mft2``) from RGB to Lab.

    The imagined scanner has filters that overlap, a lamp that leans to yellow and a toe in its darks.
    """
    levels = np.linspace(0, 1, SIDE)
    device = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1)
    light = 0.002 + 0.998 * device**gamma
    to_xyz = np.array([[0.49, 0.33, 0.144], [0.25, 0.70, 0.05], [0.01, 0.08, 0.735]])
    xyz = np.clip(light @ to_xyz.T, 0, 1)
    return _profile(b"scnr", xyz_to_lab(xyz))


def xyz_to_lab(xyz: _Values) -> _Values:
    """CIE Lab relative to D50."""
    scaled = xyz / np.array([0.9642, 1.0, 0.8249])
    root = np.where(scaled > 216 / 24389, np.cbrt(scaled), (24389 / 27 * scaled + 16) / 116)
    lab = (116 * root[..., 1] - 16, 500 * (root[..., 0] - root[..., 1]), 200 * (root[..., 1] - root[..., 2]))
    return np.stack(lab, axis=-1)


def _profile(kind: bytes, lab: _Values) -> bytes:
    stored = np.stack((lab[..., 0] / 100 * 65280, (lab[..., 1] + 128) * 256, (lab[..., 2] + 128) * 256), axis=-1)
    table = np.clip(np.rint(stored), 0, 65535).astype(">u2").tobytes()
    identity = np.array([0, 65535], ">u2").tobytes() * 3
    matrix = np.array([65536, 0, 0, 0, 65536, 0, 0, 0, 65536], ">i4").tobytes()
    lut = b"mft2" + bytes(4) + bytes((3, 3, SIDE, 0)) + matrix + struct.pack(">HH", 2, 2) + identity + table + identity
    name = b"Scanner\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(name)) + name + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": b"XYZ " + bytes(4) + np.rint(np.array([0.9642, 1, 0.8249]) * 65536).astype(">i4").tobytes(),
        b"A2B0": lut,
    }
    begin = 128 + 4 + 12 * len(tags)
    index, body = struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        index += tag + struct.pack(">II", begin + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = bytearray(128)
    struct.pack_into(">I4xI4s4s4s", header, 0, begin + len(body), 0x02400000, kind, b"RGB ", b"Lab ")
    header[36:40] = b"acsp"
    header[68:80] = np.rint(np.array([0.9642, 1, 0.8249]) * 65536).astype(">i4").tobytes()
    return bytes(header) + index + body
