"""Numbers as the window writes them: the person's locale, a thin space between thousands, a real minus sign."""

from __future__ import annotations

from PySide6.QtCore import QLocale

_MINUS = "\N{MINUS SIGN}"
_THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
_GROUPED_FROM = 10_000


def format_number(value: float, decimals: int = 0) -> str:
    """``12 345``, ``0.25``, ``−3``: figures are grouped from 10 000 up."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    text = locale.toString(float(abs(value)), "f", decimals)
    if abs(value) >= _GROUPED_FROM:
        point = locale.decimalPoint()
        whole, _, rest = text.partition(point)
        parts = []
        while len(whole) > 3:
            parts.append(whole[-3:])
            whole = whole[:-3]
        text = _THIN_SPACE.join([whole, *reversed(parts)]) + (point + rest if rest else "")
    is_zero = not any(character in "123456789" for character in text)
    return text if value >= 0 or is_zero else _MINUS + text


def parse_number(text: str) -> float | None:
    """The number a person typed, with or without grouping, either minus; None where it is none."""
    bare = "".join(character for character in text if not character.isspace()).replace(_MINUS, "-")
    value, ok = QLocale().toDouble(bare)
    if ok:
        return value
    # A point is understood everywhere, also where the locale writes a comma.
    value, ok = QLocale.c().toDouble(bare)
    return value if ok else None
