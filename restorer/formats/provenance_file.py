"""What became of each pixel, as a picture: a PNG whose colour numbers are the classes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from restorer.core.errors import InputError
from restorer.core.provenance import PixelClass, ProvenanceMap
from restorer.formats.atomic import atomic_path

CLASS_COLORS: Mapping[PixelClass, tuple[int, int, int]] = MappingProxyType(
    {
        PixelClass.ORIGINAL: (0x18, 0x18, 0x18),
        PixelClass.TONE: (0x8A, 0x8A, 0x8A),
        PixelClass.DENOISED: (0xFF, 0xD4, 0x00),
        PixelClass.COLORIZED: (0x5A, 0x2B, 0xD6),
        PixelClass.FILLED: (0x1E, 0x90, 0xFF),
        PixelClass.GENERATED: (0xFF, 0x5A, 0x1F),
        PixelClass.FACE: (0xF2, 0xF2, 0xF2),
    }
)
"""The same in files and on screen; told apart by people who see few colours, too."""


def check_provenance_name(path: Path) -> None:
    """Raises InputError for a name that is not a PNG's: no other format keeps the numbers and shows the colours."""
    if path.suffix.lower() != ".png":
        raise InputError(f"{path.name} cannot hold a provenance map, which is a PNG.", hint="Use .png.")


def write_provenance(path: Path, known: ProvenanceMap, *, overwrite: bool = False) -> None:
    """Writes a PNG with a palette: pixel values are :class:`PixelClass` numbers, the colours those of the legend.

    What each number means stands in a text of its own, with its share.

    Raises:
        InputError, WorkError: where it cannot be written; also for another ending than ``.png``.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    check_provenance_name(path)
    picture = Image.fromarray(known.plane(), "L")
    picture.putpalette([value for each in PixelClass for value in CLASS_COLORS[each]])
    legend = PngInfo()
    shares = known.fractions()
    lines = (f"{int(each)} {each.title}: {shares[each] * 100:.4f} %" for each in PixelClass)
    legend.add_itxt("Description", "What became of each pixel, by number:\n" + "\n".join(lines), "en")
    with atomic_path(path, overwrite=overwrite) as temporary, temporary.open("wb") as file:
        picture.save(file, "PNG", pnginfo=legend)
