"""``restorer inspect``: what a photo file holds, and what was done to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from restorer.cli.output import columns, say, say_json, size_text

if TYPE_CHECKING:
    from restorer.session.inspection import Inspection


def inspect(
    photo: Annotated[Path, typer.Argument(metavar="FILE", help="The photo. It is never written to.")],
    page: Annotated[int, typer.Option(min=1, metavar="N", help="Page of a TIFF that holds several.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Prints one JSON object.")] = False,
) -> None:
    """Shows size, depth, profile, metadata and provenance of a photo. Opens it in full, so that damage is found."""
    from restorer.session.inspection import inspect_photo

    found = inspect_photo(photo, page=page)
    if json:
        say_json(found.to_json())
    else:
        say(_to_text(found))


def _to_text(found: Inspection) -> str:
    depth = "32-bit floating point" if found.bit_depth == 32 else f"{found.bit_depth} bits"
    facts = [
        ("File", str(found.path)),
        ("Format", found.format if found.pages == 1 else f"{found.format}, page {found.page} of {found.pages}"),
        ("Size", f"{found.width} × {found.height} pixels"),
        ("Resolution", _resolution(found.dpi)),
        ("Pixels", f"{depth}, {found.channels}{', infrared' if found.infrared else ''}"),
        ("Profile", found.profile or "none"),
        *((f"Metadata, {name.upper()}", size_text(size)) for name, size in found.metadata.items() if name != "icc"),
        *([("Source type", found.source_type)] if found.source_type else []),
        *_provenance(found),
        *(("Note", note) for note in found.notes),
    ]
    return columns(facts)


def _resolution(dpi: tuple[float, float] | None) -> str:
    if dpi is None:
        return "not given"
    return f"{dpi[0]:g} dpi" if dpi[0] == dpi[1] else f"{dpi[0]:g} × {dpi[1]:g} dpi"


def _provenance(found: Inspection) -> list[tuple[str, str]]:
    from restorer.session.provenance import provenance_text

    record = found.provenance
    if record is None:
        return [("Provenance", "no record of this program")]
    steps = [
        (f"Step {number}", f"{step.task}, {step.model}{f' {step.model_hash[:12]}' if step.model_hash else ''}")
        for number, step in enumerate(record.recipe.steps, 1)
    ]
    share = provenance_text(record.generated_fraction)
    classes = ", ".join(f"{share * 100:.2f} % {name}" for name, share in record.classes.items())
    kinds = [("", f"Of its pixels {classes}")] if classes else []
    return [("Provenance", f"{record.program}, {record.date}"), ("", share), *kinds, *steps]
