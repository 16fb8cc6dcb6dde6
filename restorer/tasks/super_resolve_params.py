"""What a person says about an enlargement."""

from __future__ import annotations

from dataclasses import dataclass

from restorer.core.params import NUMBER, param, percent
from restorer.tasks.self_ensemble import every_way_round
from restorer.tasks.spec import MASKED
from restorer.tasks.whole import inward_feather

SIZE_BY = ("factor", "pixels", "print", "resolution")
CM, INCH = "cm", "in"
PRINT_SIZE, RESOLUTION = "print-size", "resolution"


@dataclass(frozen=True, slots=True)
class SuperResolveParams:
    """How large, and how bold."""

    size_by: str = param(
        SIZE_BY[0],
        "What says how large the photo becomes: a factor, pixels along its longer side, a print size, or a resolution.",
        label="Size by",
        choices=SIZE_BY,
    )
    factor: float = param(
        2.0,
        "How many times as many pixels across and down.",
        label="Factor",
        low=1,
        high=8,
        step=0.1,
        unit="×",
        shown_for=("size_by", ("factor",)),
    )
    pixels: int = param(
        4000,
        "Pixels along the longer side.",
        label="Longer side",
        low=1,
        high=200_000,
        step=100,
        unit="px",
        editor=NUMBER,
        shown_for=("size_by", ("pixels",)),
    )
    print_size: float = param(
        30.0,
        "Length of the print's longer side.",
        label="Print size",
        low=0.1,
        high=2000,
        step=0.5,
        editor=NUMBER,
        shown_for=("size_by", ("print",)),
    )
    print_unit: str = param(
        CM, "Unit of the print size.", label="Unit", choices=(CM, INCH), shown_for=("size_by", ("print",))
    )
    dpi: int = param(
        300,
        "Pixels per inch of the print, or of the photo in the size it has.",
        label="Resolution",
        low=1,
        high=9600,
        step=10,
        unit="dpi",
        editor=NUMBER,
        shown_for=("size_by", ("print", "resolution")),
    )
    keep: str = param(
        PRINT_SIZE,
        "What stays: the print size, so that the resolution grows with the pixels, or the resolution, so that the "
        "print grows. Means nothing where print size or resolution are given.",
        label="Keep",
        choices=(PRINT_SIZE, RESOLUTION),
        shown_for=("size_by", ("factor", "pixels")),
    )
    detail: float = percent(
        0.0,
        "From the faithful enlargement (0) to the vivid one, which invents texture; for models with a vivid partner.",
        label="Detail",
        step=5,
    )
    thorough: bool = every_way_round()
    masked: bool = param(
        False,
        "A network enlarges what is painted alone; all around it is enlarged plainly, and nothing is made up there.",
        label="Only inside the mask",
    )
    feather_px: int = inward_feather(
        "Width of the soft transition inside the mask's edge, in pixels of the photo before.",
        shown_for=(MASKED, (True,)),
    )
