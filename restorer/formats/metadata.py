"""What a photo file says about the photo, beside its pixels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from restorer.core.file_facts import FileFacts
from restorer.core.placement import Placement

Dpi = tuple[float, float]
"""Pixels per inch across and down, both positive and finite."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """Resolution and the descriptive blocks of a photo file, none of which know in which container they stood.

    Attributes:
        dpi: print resolution, or None where the file gives none.
        exif: EXIF block from its TIFF header on (without ``Exif\\0\\0``); its orientation is 1.
        xmp: XMP packet, UTF-8.
        iptc: IPTC-IIM records, without the Photoshop resource around them.
        jpeg_quality: 1 to 100 where the photo was read from a JPEG, by its quantisation tables. Of no meaning to the
            file that is written, and not compared.
    """

    dpi: Dpi | None = None
    exif: bytes | None = field(default=None, repr=False)
    xmp: bytes | None = field(default=None, repr=False)
    iptc: bytes | None = field(default=None, repr=False)
    jpeg_quality: int | None = field(default=None, compare=False)

    @property
    def facts(self) -> FileFacts:
        """What of it says something about the pixels."""
        return FileFacts(self.dpi, self.jpeg_quality)

    @property
    def described(self) -> bool:
        """Whether there is any EXIF, XMP or IPTC."""
        return bool(self.exif or self.xmp or self.iptc)

    def without_description(self) -> Metadata:
        """Only the print resolution: nothing on people, places, dates or equipment."""
        return replace(self, exif=None, xmp=None, iptc=None)

    def placed(self, placement: Placement) -> Metadata:
        """As it is to stand beside a picture of another extent: what is shown prints as large as it did.

        A crop keeps the resolution, a quarter turn exchanges across and down, an enlargement raises it unless it was
        asked to print larger.
        """
        return replace(self, dpi=placement.placed_dpi(self.dpi))

    def scaled(self, across: float, down: float | None = None, *, keep_print_size: bool = True) -> Metadata:
        """As it is to stand beside a photo of more or fewer pixels.

        Args:
            across, down: new width and height in parts of the old ones; ``down`` is ``across`` if None.
            keep_print_size: the resolution grows with the pixels, so that the print stays as large as it was;
                otherwise the resolution stays, and the print grows.
        """
        if self.dpi is None or not keep_print_size:
            return self
        x, y = self.dpi
        return replace(self, dpi=(x * across, y * (across if down is None else down)))
