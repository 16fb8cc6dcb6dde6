"""Options of every command that writes a photo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from restorer.formats.export import ExportOptions

_PANEL = "Export"

BitDepth = Annotated[
    int | None,
    typer.Option(metavar="8|16|32", help="Bits per channel; the photo's own if it fits.", rich_help_panel=_PANEL),
]
Compression = Annotated[
    str, typer.Option(metavar="NAME", help="deflate, lzw, none (TIFF); lossy, lossless (WebP).", rich_help_panel=_PANEL)
]
Quality = Annotated[
    int, typer.Option(min=1, max=100, metavar="1…100", help="Of compression with loss.", rich_help_panel=_PANEL)
]
Profile = Annotated[
    str,
    typer.Option(metavar="NAME", help="keep, srgb, adobe-rgb or display-p3: converts colours.", rich_help_panel=_PANEL),
]
IntentName = Annotated[
    str,
    typer.Option(metavar="NAME", help="perceptual, relative, saturation or absolute.", rich_help_panel=_PANEL),
]
Dpi = Annotated[
    float | None, typer.Option(metavar="N", help="Print resolution; the photo's own.", rich_help_panel=_PANEL)
]
KeepMetadata = Annotated[
    bool, typer.Option("--metadata/--no-metadata", help="EXIF, XMP and IPTC of the photo.", rich_help_panel=_PANEL)
]
KeepProvenance = Annotated[
    bool,
    typer.Option("--provenance/--no-provenance", help="The record of what was done.", rich_help_panel=_PANEL),
]
SaveProvenance = Annotated[
    Path | None,
    typer.Option(
        metavar="MAP.png", help="Also writes what became of each pixel, as a picture.", rich_help_panel=_PANEL
    ),
]
Page = Annotated[int, typer.Option(min=1, metavar="N", help="Page of a TIFF that holds several.")]


def check_provenance_map(
    target: Path | None, taken: tuple[Path | None, ...], originals: tuple[Path, ...], overwrite: bool
) -> None:
    """Refuses a place for the map before any work is done.

    Args:
        taken: what else is written.

    Raises:
        InputError: where it is taken, no PNG, or cannot be written.
    """
    from restorer.core.errors import InputError
    from restorer.formats.provenance_file import check_provenance_name
    from restorer.session.export import check_target, is_same_file

    if target is None:
        return
    check_provenance_name(target)
    if any(other is not None and is_same_file(target, other) for other in taken):
        raise InputError(f"{target} cannot be the provenance map and something else as well.")
    check_target(target, originals=originals, overwrite=overwrite)


def export_options(
    bit_depth: int | None,
    compression: str,
    quality: int,
    profile: str,
    intent: str,
    dpi: float | None,
    metadata: bool,
) -> ExportOptions:
    """Raises InputError for an unknown intent; the rest is checked against the format."""
    from restorer.core.errors import InputError
    from restorer.formats.export import ExportOptions
    from restorer.formats.intent import Intent

    if intent not in list(Intent):
        raise InputError(f"There is no rendering intent “{intent}”.", hint=f"Use one of: {', '.join(Intent)}.")
    return ExportOptions(
        bit_depth=bit_depth,
        quality=quality,
        compression=compression,
        keep_metadata=metadata,
        profile=profile,
        intent=Intent(intent),
        dpi=dpi,
    )
