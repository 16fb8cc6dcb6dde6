"""Options of every command that writes a photo."""

from __future__ import annotations

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
Page = Annotated[int, typer.Option(min=1, metavar="N", help="Page of a TIFF that holds several.")]


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
