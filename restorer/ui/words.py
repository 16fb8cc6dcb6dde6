"""Numbers and durations as people read them: one place, so that every panel says them alike.

Decimal marks follow the person's locale; groups of three are set apart by a thin space from 10 000 up; a space stands
before units.
"""

from __future__ import annotations

from PySide6.QtCore import QLocale

THIN = "\u202f"
MINUS = "\u2212"
TIMES = "×"
_GROUP_FROM = 10_000
_CM_PER_INCH = 2.54


def whole(value: int) -> str:
    """``9921``, ``10 432``, ``−3``."""
    digits = f"{abs(value):,}".replace(",", THIN) if abs(value) >= _GROUP_FROM else str(abs(value))
    return f"{MINUS}{digits}" if value < 0 else digits


def decimal(value: float, places: int = 1) -> str:
    return QLocale().toString(float(value), "f", places).replace("-", MINUS)


def duration(seconds: float) -> str:
    """``0:14``, ``12:03``, ``1:02:09``; never negative, and never 0:00 while something is left."""
    left = max(1, round(seconds)) if seconds > 0 else 0
    hours, minutes, rest = left // 3600, left // 60 % 60, left % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def ago(seconds: float) -> str:
    """``now``, ``20 s ago``, ``3 min ago``, ``2 h ago``: in steps that need not be shown anew each second."""
    if seconds < 10:
        return "now"
    if seconds < 60:
        return f"{int(seconds) // 10 * 10} s ago"
    return f"{int(seconds) // 60} min ago" if seconds < 3600 else f"{int(seconds) // 3600} h ago"


def short_duration(seconds: float) -> str:
    """``0.04 s``, ``0.4 s``, ``12 s``; from a minute on as :func:`duration`."""
    if seconds >= 59.5:
        return duration(seconds)
    return f"{decimal(seconds, 0 if seconds >= 9.95 else 1 if seconds >= 0.095 else 2)} s"


def amount_of_bytes(count: float) -> str:
    """``118 MB``, ``2.1 GB``: decimal units, as disks and phones count."""
    if count < 1000:
        return f"{int(count)} B"
    for unit in ("kB", "MB", "GB"):
        count /= 1000
        if count < 999.5 or unit == "GB":
            return f"{decimal(count, 1 if count < 9.95 else 0)} {unit}"
    raise AssertionError("unreachable")


def gigabytes(count: float) -> str:
    """``7.4`` of memory in GiB, as graphics cards are sold; no unit."""
    size = count / 1024**3
    return decimal(size, 1 if size < 9.95 else 0)


def pixel_size(width: int, height: int) -> str:
    return f"{whole(width)} {TIMES} {whole(height)} px"


def print_size(width: int, height: int, dpi: tuple[float, float]) -> str:
    """``20.4 × 18.6 cm``, or inches where the locale measures so."""
    inches = (width / dpi[0], height / dpi[1])
    if QLocale().measurementSystem() == QLocale.MeasurementSystem.MetricSystem:
        return f"{decimal(inches[0] * _CM_PER_INCH)} {TIMES} {decimal(inches[1] * _CM_PER_INCH)} cm"
    return f"{decimal(inches[0])} {TIMES} {decimal(inches[1])} in"


def resolution(dpi: tuple[float, float]) -> str:
    """``600 dpi``, ``600 × 300 dpi``."""
    across, down = (f"{value:.0f}" for value in dpi)
    return f"{across} dpi" if across == down else f"{across} {TIMES} {down} dpi"


def zoom(factor: float) -> str:
    """``16 %``, ``3.2 %`` below ten."""
    percent = factor * 100
    return f"{decimal(percent, 1 if percent < 9.95 else 0)} %"


def counted(count: int, one: str, many: str) -> str:
    """``1 tile``, ``55 tiles``."""
    return f"{whole(count)} {one if count == 1 else many}"
