"""``restorer evaluate``: figures beside the classical method's, in one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from restorer.core.errors import InputError
from restorer.evaluation.report import Report, print_report

SUITES = ("inpaint", "ui")


def evaluate(
    suite: Annotated[str, typer.Argument(help=f"What to measure: {', '.join(SUITES)}.")],
    data: Annotated[Path | None, typer.Option(help="Folder of photos; a few bundled ones without it.")] = None,
    model: Annotated[str, typer.Option(help="Weights to measure; the best installed without it.")] = "",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure quality or responsiveness; exit code 1 where something that must be reached was missed."""
    report = _run(suite, data, model, device)
    if as_json:
        typer.echo(json.dumps(report.to_json()))
    else:
        print_report(report)
    if not all(gate.reached for gate in report.gates):
        raise typer.Exit(1)


def _run(suite: str, data: Path | None, model: str, device: str) -> Report:
    if suite == "inpaint":
        from restorer.evaluation.inpaint_suite import inpaint_suite

        return inpaint_suite(data, model=model, device=device)
    if suite == "ui":
        from restorer.evaluation.ui_suite import ui_suite

        return ui_suite()
    raise InputError(f"There is no suite {suite!r}.", hint=f"Known: {', '.join(SUITES)}.")
