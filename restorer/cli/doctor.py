"""``restorer doctor``: what works here, what is missing and how to get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from restorer.cli.output import columns, say, say_json, size_text

if TYPE_CHECKING:
    from restorer.session.diagnosis import DeviceState, Diagnosis


def doctor(json: Annotated[bool, typer.Option("--json", help="Prints one JSON object.")] = False) -> None:
    """Checks versions, devices, memory, weights, codecs and the window. Exits with 0 unless the program cannot work."""
    from restorer.session.diagnosis import diagnose
    from restorer.session.session import Session

    diagnosis = diagnose(Session())
    if json:
        say_json(diagnosis.to_json())
    else:
        say(_to_text(diagnosis))
    if not diagnosis.works:
        raise typer.Exit(1)


def _to_text(diagnosis: Diagnosis) -> str:
    facts = [
        ("Restorer", diagnosis.version),
        ("Python", diagnosis.python),
        ("System", diagnosis.system),
        *diagnosis.libraries.items(),
        ("Processors", str(diagnosis.processors)),
        ("Memory", f"{size_text(diagnosis.memory_bytes)}, {size_text(diagnosis.memory_free_bytes)} free"),
        *((f"Device {device.id}", _device_text(device)) for device in diagnosis.devices),
        *((f"Model {model.id}", "damaged or missing" if model.problem else "whole") for model in diagnosis.models),
        *((f"Files {name}", "open and save" if works else "do not work") for name, works in diagnosis.codecs.items()),
        ("Window", "can open" if diagnosis.window else "cannot open"),
    ]
    text = columns(facts)
    for finding in diagnosis.findings:
        text += f"\n\n{'!' if finding.fatal else '-'} {finding.what}\n  {finding.remedy}"
    return f"{text}\n\n{'Ready.' if diagnosis.works else 'Restorer cannot work like this.'}"


def _device_text(device: DeviceState) -> str:
    parts = [device.name, f"{size_text(device.total_bytes)}, {size_text(device.free_bytes)} free"]
    if device.driver:
        parts.append(f"driver {device.driver}")
    if device.problem:
        parts.append("does not compute")
    elif device.half == "unused":
        parts.append("computes in 32 bit")
    else:
        parts.append(f"computes, 16 bit {'too' if device.half == 'right' else 'wrongly'}")
    return ", ".join(parts)
