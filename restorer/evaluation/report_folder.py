"""A report as a folder: ``report.md`` for people, ``report.json`` for scripts, and contact sheets as PNG."""

from __future__ import annotations

import json
from pathlib import Path

from restorer.core.errors import InputError
from restorer.evaluation.environment import environment
from restorer.evaluation.report import Report, Table, cell_text


def prepare_report_folder(folder: Path) -> None:
    """Makes the folder, before anything is measured that would then have nowhere to go.

    Raises:
        InputError: where it cannot be made or is none.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made: {error.strerror or error}.") from error


def write_report(folder: Path, report: Report, *, command: str) -> tuple[Path, ...]:
    """Writes the report into a folder that is there, over an earlier one, and returns the files.

    Args:
        command: what was typed.

    Raises:
        InputError: where a file cannot be written.
    """
    facts = {"command": command, **environment()}
    texts = {
        folder / "report.md": _markdown(report, facts),
        folder / "report.json": json.dumps({**report.to_json(), "measured": facts}, indent=2, ensure_ascii=False)
        + "\n",
    }
    sheets = {folder / f"{sheet.name}.png": sheet for sheet in report.sheets}
    try:
        for path, text in texts.items():
            path.write_text(text, "utf-8")
        for path, sheet in sheets.items():
            sheet.render().save(path, optimize=True)
    except OSError as error:
        raise InputError(f"The report cannot be written to {folder}: {error.strerror or error}.") from error
    return (*texts, *sheets)


def _markdown(report: Report, facts: dict[str, str]) -> str:
    parts = [f"# {report.suite} · {report.subject}"]
    parts.append(_gates(report))
    parts.extend(f"## {table.title}\n\n{_table(table)}" for table in report.tables)
    if report.notes:
        parts.append("\n".join(f"- {note}" for note in report.notes))
    if report.sheets:
        links = "\n".join(f"- [{sheet.title}]({sheet.name}.png)" for sheet in report.sheets)
        parts.append(f"## Contact sheets\n\n{links}")
    parts.extend(f"## {table.title}\n\n{_table(table)}" for table in report.details)
    parts.append("## How this was measured\n\n" + "\n".join(f"- {name}: {fact}" for name, fact in facts.items()))
    return "\n\n".join(parts) + "\n"


def _gates(report: Report) -> str:
    rows = tuple(
        (gate.name, gate.figure, gate.wanted, "reached" if gate.reached else "missed") for gate in report.gates
    )
    return _table(Table("", ("what must be reached", "figure", "wanted", "verdict"), rows))


def _table(table: Table) -> str:
    lines = [_line(table.headings), _line(("---", *("---:" for _ in table.headings[1:])))]
    lines += [_line(tuple(cell_text(cell) for cell in row)) for row in table.rows]
    return "\n".join(lines)


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
