"""What is wrong with a damaged file, in words for people.

Decoders answer damaged data with nearly every exception there is, and speak to programmers in them. Which kind of
exception it is, and a few words of the better known libraries, tell what broke; the exception itself stays the cause of
the error that is raised, for reports.
"""

from __future__ import annotations

import struct
import zlib

_END = ("truncated", "unexpected end", "end of file", "eof", "too short", "cut short", "not enough", "premature")
_CHECKSUM = ("crc", "checksum", "adler")
_PACKED = ("decompress", "inflate", "deflate", "zlib", "lzw", "huffman", "packbits", "decode", "libpng", "jpeg")
_UNKNOWN = ("unsupported", "not supported", "unknown", "unrecognized", "cannot identify", "not implemented")


def decoding_trouble(error: Exception, title: str) -> str:
    """The end of the sentence "NAME is damaged or cut short: …", without its full stop.

    Args:
        error: what the decoder raised.
        title: what people call the format, such as ``PNG``.
    """
    said = str(error).lower()
    if isinstance(error, EOFError) or any(word in said for word in _END):
        return "parts of it are missing"
    if any(word in said for word in _CHECKSUM):
        return "a checksum in it is wrong"
    if isinstance(error, NotImplementedError) or any(word in said for word in _UNKNOWN):
        return f"it stores its pixels in a way that the {title} decoder does not know"
    if isinstance(error, zlib.error) or any(word in said for word in _PACKED):
        return "its compressed pixels cannot be unpacked"
    if isinstance(error, (struct.error, LookupError, TypeError, AttributeError, ArithmeticError, ValueError)):
        return f"what its {title} header says does not fit the rest of the file"
    return f"the {title} decoder finds no picture in it"
