"""What the commands print: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer

_WIDEST = 100


def say(text: str = "") -> None:
    """A result, for the person."""
    typer.echo(text)


def say_json(data: Mapping[str, Any]) -> None:
    """The one JSON object of ``--json``. In ASCII, so that it survives any terminal, pipe and file name."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=True, default=str))


def complain(text: str) -> None:
    """An error or a notice: one line on stderr."""
    typer.echo(f"restorer: {text}", err=True)


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Rows with their cells under each other, two spaces apart."""
    table = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table)
    return "\n".join(line.rstrip() for line in lines)


def text_width() -> int:
    """Columns to wrap text at."""
    return min(shutil.get_terminal_size().columns, _WIDEST)


def size_text(count: int) -> str:
    """Bytes in words, such as ``4.6 MB``."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def forgive_streams() -> None:
    """Lets stdout and stderr replace what their encoding cannot say instead of failing over it."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
