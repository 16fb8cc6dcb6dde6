"""What a suite found: tables for people, plain values for scripts, and gates with their verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Cell = str | float | int


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
    """Outcome of one suite."""

    suite: str
    subject: str
    tables: tuple[Table, ...]
    gates: tuple[Gate, ...]
    values: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "suite": self.suite,
            "subject": self.subject,
            "tables": [
                {"title": t.title, "rows": [dict(zip(t.headings, row, strict=True)) for row in t.rows]}
                for t in self.tables
            ],
            "gates": [
                {"name": g.name, "figure": g.figure, "wanted": g.wanted, "reached": g.reached} for g in self.gates
            ],
            **self.values,
        }


def print_report(report: Report) -> None:
    """Tables and gates on standard output."""
    from rich.console import Console
    from rich.table import Table as RichTable

    console = Console()
    console.print(f"[bold]{report.suite}[/bold] · {report.subject}")
    for table in report.tables:
        shown = RichTable(title=table.title, title_justify="left")
        for index, heading in enumerate(table.headings):
            shown.add_column(heading, justify="left" if index == 0 else "right")
        for row in table.rows:
            shown.add_row(*(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row))
        console.print(shown)
    for gate in report.gates:
        verdict = "[green]reached[/green]" if gate.reached else "[red]missed[/red]"
        console.print(f"{verdict}  {gate.name}: {gate.figure} (wanted {gate.wanted})")
