"""IPTC records inside Photoshop image resources ("8BIM"), as JPEG and TIFF carry them, and PNG in ImageMagick's way.

Source: Adobe Photoshop File Formats Specification, "Image Resource Blocks".
"""

from __future__ import annotations

import struct

_SIGNATURE = b"8BIM"
_IPTC = 0x0404


def wrap(iptc: bytes) -> bytes:
    """One resource block holding the records, its name empty, padded to even length."""
    return _SIGNATURE + struct.pack(">HHI", _IPTC, 0, len(iptc)) + iptc + b"\0" * (len(iptc) % 2)


def unwrap(resources: bytes) -> bytes | None:
    """The records in a run of resource blocks, or None where there are none or the run is damaged."""
    position = 0
    while resources[position : position + 4] == _SIGNATURE and position + 12 <= len(resources):
        (identity,) = struct.unpack_from(">H", resources, position + 4)
        name_bytes = resources[position + 6] + 1
        position += 6 + name_bytes + name_bytes % 2
        if position + 4 > len(resources):
            return None
        (size,) = struct.unpack_from(">I", resources, position)
        position += 4
        if identity == _IPTC:
            records = resources[position : position + size]
            return records if len(records) == size and size else None
        position += size + size % 2
    return None


def to_hex_profile(iptc: bytes) -> bytes:
    """Text of a PNG "Raw profile type iptc" chunk, as ImageMagick and ExifTool write and read it."""
    block = wrap(iptc)
    digits = block.hex()
    lines = "\n".join(digits[start : start + 72] for start in range(0, len(digits), 72))
    return f"\niptc\n{len(block):8}\n{lines}\n".encode("ascii")


def from_hex_profile(text: bytes) -> bytes | None:
    """Records of a PNG "Raw profile type iptc" (or 8bim) chunk, or None where it is damaged."""
    parts = text.split(None, 2)
    if len(parts) != 3:
        return None
    try:
        block = bytes.fromhex(parts[2].decode("ascii"))
    except ValueError:
        return None
    return unwrap(block) if block.startswith(_SIGNATURE) else block or None
