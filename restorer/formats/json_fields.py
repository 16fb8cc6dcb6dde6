"""Plain data read without trust: every field is asked for by kind and range."""

from __future__ import annotations

import base64
import binascii
import math
import zlib
from collections.abc import Mapping
from typing import Any

from restorer.core.errors import InputError


class Fields:
    """An object of a JSON file.

    Args:
        data: what should be an object.
        name: of the file, for messages.

    Raises:
        InputError: here and in every method, naming the file, where something is missing or not what it should be.
    """

    def __init__(self, data: object, name: str) -> None:
        if not isinstance(data, Mapping):
            raise InputError(f"{name} is damaged: something in it is no object.")
        self._data: Mapping[str, Any] = data
        self.name = name

    def __contains__(self, key: str) -> bool:
        return self._data.get(key) is not None

    def whole(self, key: str, low: int = 0, high: int = 2**53, default: int | None = None) -> int:
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.damaged(key)
        return value

    def number(self, key: str, default: float | None = None) -> float:
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.damaged(key)
        return float(value)

    def text(self, key: str, default: str | None = None, longest: int = 10_000) -> str:
        value = self._get(key, default)
        if not isinstance(value, str) or len(value) > longest:
            raise self.damaged(key)
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.damaged(key)
        return value

    def list(self, key: str, most: int = 1_000_000, default: list[Any] | None = None) -> list[Any]:
        value = self._get(key, default)
        if not isinstance(value, list) or len(value) > most:
            raise self.damaged(key)
        return value

    def wholes(self, key: str, count: int | None = None, low: int = 0, high: int = 2**53) -> tuple[int, ...]:
        """A list of whole numbers, ``count`` of them if that is said."""
        values = self.list(key, default=[] if count is None else None)
        if count is not None and len(values) != count:
            raise self.damaged(key)
        if any(isinstance(each, bool) or not isinstance(each, int) or not low <= each <= high for each in values):
            raise self.damaged(key)
        return tuple(values)

    def object(self, key: str) -> Fields:
        return Fields(self._get(key, None), self.name)

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self._get(key, {})
        if not isinstance(value, Mapping):
            raise self.damaged(key)
        return value

    def raw(self, key: str) -> Any:
        """Whatever stands there, unchecked; None where nothing does."""
        return self._data.get(key)

    def packed(self, key: str, size: int) -> bytes:
        """Bytes that were packed by :func:`pack_text`, ``size`` of them."""
        try:
            raw = zlib.decompressobj().decompress(unpack_base64(self.text(key, longest=2**28)), size + 1)
        except (ValueError, zlib.error):
            raise self.damaged(key) from None
        if len(raw) != size:
            raise self.damaged(key)
        return raw

    def damaged(self, key: str) -> InputError:
        return InputError(f"{self.name} is damaged: {key!r} in it is missing or not what it should be.")

    def _get(self, key: str, default: Any) -> Any:
        value = self._data.get(key, default)
        if value is None:
            raise self.damaged(key)
        return value


def pack_text(data: bytes) -> str:
    """Bytes compressed, as text."""
    return base64.b64encode(zlib.compress(data, 6)).decode("ascii")


def unpack_base64(text: str) -> bytes:
    """Raises ValueError where it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
