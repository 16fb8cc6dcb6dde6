"""What a suite found: tables for people, plain values for scripts, gates with their verdicts, sheets for eyes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from restorer.evaluation.sheets import Sheet

Cell = str | float | int | None
"""None where there is no figure."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; numbers are shown with two decimals."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that must be reached, and whether it was."""

    name: str
    figure: str
    wanted: str
    reached: bool


@dataclass(frozen=True, slots=True)
class Report:
    """Outcome of one suite.

    Attributes:
        suite: its name.
        subject: what was measured, in a few words.
        tables: figures.
        gates: verdicts.
        values: plain values for scripts, beside tables and gates.
        sheets: pictures, rendered only where a folder is asked for.
        notes: sentences on how to read the figures, or on what was left out.
        details: long tables, one row for each file; written to a report folder, not to the terminal.
    """

    suite: str
    subject: str
    tables: tuple[Table, ...]
    gates: tuple[Gate, ...]
    values: dict[str, Any] = field(default_factory=dict)
    sheets: tuple[Sheet, ...] = ()
    notes: tuple[str, ...] = ()
    details: tuple[Table, ...] = ()

    def joined(self, other: Report) -> Report:
        """Both in one, under the name of this one."""
        return replace(
            self,
            subject=f"{self.subject}; {other.subject}",
            tables=self.tables + other.tables,
            gates=self.gates + other.gates,
            values=self.values | other.values,
            sheets=self.sheets + other.sheets,
            notes=self.notes + other.notes,
            details=self.details + other.details,
        )

    @property
    def missed(self) -> bool:
        """Whether something that must be reached was not."""
        return not all(gate.reached for gate in self.gates)

    def to_json(self) -> dict[str, Any]:
        """Plain values; what is no finite number becomes None, which JSON can hold."""
        return {
            "suite": self.suite,
            "subject": self.subject,
            "tables": [
                {"title": t.title, "rows": [dict(zip(t.headings, map(_finite, row), strict=True)) for row in t.rows]}
                for t in (*self.tables, *self.details)
            ],
            "gates": [
                {"name": g.name, "figure": g.figure, "wanted": g.wanted, "reached": g.reached} for g in self.gates
            ],
            "notes": list(self.notes),
            **self.values,
        }


def cell_text(cell: Cell) -> str:
    """A cell as it is shown: two decimals, a dash where there is no figure."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return "–"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def print_report(report: Report) -> None:
    """Tables, notes and gates on standard output."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as RichTable

    console = Console()
    console.print(f"[bold]{report.suite}[/bold] · {escape(report.subject)}")
    for table in report.tables:
        shown = RichTable(title=escape(table.title), title_justify="left")
        cells = [[cell_text(cell) for cell in row] for row in table.rows]
        for index, heading in enumerate(table.headings):
            # Headings and names may be broken over lines where there is little room; figures never.
            widest = max((len(row[index]) for row in cells), default=0) if index else None
            shown.add_column(heading, justify="right" if index else "left", min_width=widest, overflow="fold")
        for row in cells:
            shown.add_row(*map(escape, row))
        console.print(shown)
    for note in report.notes:
        console.print(escape(note))
    for gate in report.gates:
        verdict = "[green]reached[/green]" if gate.reached else "[red]missed[/red]"
        console.print(f"{verdict}  {escape(gate.name)}: {escape(gate.figure)} (wanted {escape(gate.wanted)})")


def _finite(cell: Cell) -> Cell:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
