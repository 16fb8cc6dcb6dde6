"""What a photo file holds and says, for people and scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from restorer.formats.container import CONTAINERS
from restorer.formats.metadata import Metadata
from restorer.formats.provenance import Provenance, from_xmp, source_type_of
from restorer.formats.raster import PhotoFile, read_photo

_CHANNELS = {1: "gray", 2: "gray + alpha", 3: "RGB", 4: "RGB + alpha"}


@dataclass(frozen=True, slots=True)
class Inspection:
    """Plain facts; :meth:`to_json` is what ``restorer inspect --json`` prints.

    Attributes:
        format: title of the container.
        bit_depth: per channel, as the program works with it; 32 is floating point.
        channels: in words.
        infrared: whether there is an infrared channel beside them.
        profile: name of the embedded profile, empty where there is none.
        dpi: across and down.
        metadata: bytes of each kind of metadata block that is there.
        source_type: URI of the IPTC's kind of source, whoever wrote it; empty where nothing is said.
        provenance: the record of an export of this program.
        notes: what could not be taken over as it is in the file.
    """

    path: Path
    format: str
    width: int
    height: int
    bit_depth: int
    channels: str
    infrared: bool
    profile: str
    dpi: tuple[float, float] | None
    page: int
    pages: int
    metadata: Mapping[str, int]
    source_type: str
    provenance: Provenance | None
    notes: tuple[str, ...]

    @property
    def generated_fraction(self) -> float | None:
        """Share of the pixels that were invented, as the record says; None without one."""
        return None if self.provenance is None else self.provenance.generated_fraction

    def to_json(self) -> dict[str, Any]:
        record = self.provenance
        return {
            "file": str(self.path),
            "format": self.format,
            "width": self.width,
            "height": self.height,
            "bit_depth": self.bit_depth,
            "channels": self.channels,
            "infrared": self.infrared,
            "profile": self.profile or None,
            "dpi": self.dpi,
            "page": self.page,
            "pages": self.pages,
            "metadata": dict(self.metadata),
            "digital_source_type": self.source_type or None,
            "generated_fraction": self.generated_fraction,
            "provenance": None
            if record is None
            else {
                "program": record.program,
                "date": record.date,
                "classes": dict(record.classes),
                "steps": [step.to_json() for step in record.recipe.steps],
            },
            "notes": list(self.notes),
        }


def inspect_photo(path: Path, *, page: int = 1) -> Inspection:
    """Opens the photo in full, so that damage is found. Raises as :func:`~restorer.formats.raster.read_photo`."""
    return inspection_of(read_photo(path, page=page))


def inspection_of(photo: PhotoFile) -> Inspection:
    """As :func:`inspect_photo`, of a photo that is open."""
    image, metadata = photo.image, photo.metadata
    return Inspection(
        path=photo.path,
        format=CONTAINERS[photo.format].title,
        width=image.width,
        height=image.height,
        bit_depth=image.bit_depth,
        channels=_CHANNELS[image.channels],
        infrared=photo.infrared is not None,
        profile=image.color.name if image.color.icc else "",
        dpi=metadata.dpi,
        page=photo.page,
        pages=photo.pages,
        metadata=_sizes(metadata, image.color.icc),
        source_type=source_type_of(metadata.xmp) if metadata.xmp else "",
        provenance=from_xmp(metadata.xmp) if metadata.xmp else None,
        notes=photo.notes,
    )


def _sizes(metadata: Metadata, icc: bytes | None) -> dict[str, int]:
    blocks = {"icc": icc, "exif": metadata.exif, "xmp": metadata.xmp, "iptc": metadata.iptc}
    return {name: len(block) for name, block in blocks.items() if block}
