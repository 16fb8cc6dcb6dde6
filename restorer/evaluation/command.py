"""``restorer evaluate``: figures beside the classical method's, in one run."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Annotated

import typer

from restorer.evaluation.report import print_report
from restorer.evaluation.suites import SUITES, SuiteOptions, run_suite


def evaluate(
    suite: Annotated[str, typer.Argument(help=f"What to measure: {', '.join(SUITES)}.")],
    data: Annotated[Path | None, typer.Option(help="Folder of photos; a few bundled ones without it.")] = None,
    model: Annotated[str, typer.Option(help="Weights to measure; the best installed without it.")] = "",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    photos: Annotated[int | None, typer.Option(min=1, help="At most so many photos; all without it.")] = None,
    megapixels: Annotated[
        float | None, typer.Option(min=0, help="Size of the scan that ui and scale open; 200 without it, 0 for none.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Of the scan, just enough to see whether it works.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for report.md, report.json and contact sheets.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure quality or responsiveness; exit code 1 where something that must be reached was missed."""
    if out is not None:
        from restorer.evaluation.report_folder import prepare_report_folder

        prepare_report_folder(out)
    options = SuiteOptions(data=data, model=model, device=device, photos=photos, megapixels=megapixels, quick=quick)
    report = run_suite(suite, options)
    if as_json:
        typer.echo(json.dumps(report.to_json()))
    else:
        print_report(report)
    if out is not None:
        from restorer.evaluation.report_folder import write_report

        write_report(out, report, command=_command_line(suite, options))
    if report.missed:
        raise typer.Exit(1)


def _command_line(suite: str, options: SuiteOptions) -> str:
    """What to type to measure the same again; of the folder of photos only its name."""
    words = ["restorer", "evaluate", suite]
    if options.data is not None:
        words += ["--data", options.data.name]
    if options.model:
        words += ["--model", options.model]
    if options.device != "auto":
        words += ["--device", options.device]
    if options.photos is not None:
        words += ["--photos", str(options.photos)]
    if options.megapixels is not None:
        words += ["--megapixels", f"{options.megapixels:g}"]
    if options.quick:
        words += ["--quick"]
    return shlex.join(words)
