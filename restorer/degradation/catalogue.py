"""All degradations, in the order in which they happen to a photo, listed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from restorer.degradation import ageing, compression, film, optics
from restorer.degradation.marks import DRAWN
from restorer.degradation.mechanical import drawn
from restorer.degradation.operation import Operation

_MARKS = (
    ("foxing", "Foxing", "ageing"),
    ("tide-lines", "Tide lines", "ageing"),
    ("stains", "Stains", "ageing"),
    ("fingerprints", "Fingerprints", "mechanical"),
    ("ink", "Ink", "mechanical"),
    ("scratches", "Scratches", "mechanical"),
    ("creases", "Folds and cracks", "mechanical"),
    ("tears", "Tears and flakes", "mechanical"),
    ("wear", "Worn edges", "mechanical"),
    ("tape", "Adhesive tape", "mechanical"),
    ("dust", "Dust", "mechanical"),
    ("hairs", "Hairs", "mechanical"),
)

_LISTED = (
    Operation("blur", "Soft lens", "optical", optics.soften),
    Operation("defocus", "Out of focus", "optical", optics.defocus),
    Operation("shake", "Camera shake", "optical", optics.shake),
    Operation("resample", "Low resolution", "optical", optics.resample),
    Operation("monochrome", "Black and white", "film", film.monochrome),
    Operation("grain", "Film grain", "film", film.grain),
    Operation("noise", "Sensor noise", "film", film.sensor_noise),
    Operation("halftone", "Halftone screen", "film", film.halftone),
    Operation("fading", "Faded dyes", "ageing", ageing.fade),
    Operation("yellowing", "Yellowed paper", "ageing", ageing.yellow),
    Operation("sepia", "Sepia tone", "ageing", ageing.sepia),
    Operation("uneven-fading", "Uneven fading", "ageing", ageing.fade_unevenly),
    *(Operation(name, title, group, drawn(DRAWN[name]), marks=True) for name, title, group in _MARKS),
    Operation("jpeg", "JPEG", "compression", compression.jpeg),
    Operation("double-jpeg", "JPEG, twice", "compression", compression.jpeg_twice),
    Operation("eight-bits", "Eight bits", "compression", compression.eight_bits),
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType({operation.id: operation for operation in _LISTED})
