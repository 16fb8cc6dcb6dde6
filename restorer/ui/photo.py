"""One open photo as the window knows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from restorer.core.document import Document

if TYPE_CHECKING:
    from restorer.formats.metadata import Metadata
    from restorer.formats.raster import PhotoFile


@dataclass(frozen=True, slots=True, eq=False)
class OpenPhoto:
    """Compared by identity: the same file opened twice is two photos.

    Attributes:
        document: its pixels, mask and history.
        file: metadata and format it came with.
        source: the file on disk; None for a pasted photo and for the sample.
    """

    document: Document
    file: PhotoFile
    source: Path | None

    @property
    def metadata(self) -> Metadata:
        """Of the photo as it is now: the resolution follows what crops, turns and enlargements do to it."""
        return self.file.metadata.placed(self.document.placement_from(0))

    @property
    def name(self) -> str:
        return self.document.name
