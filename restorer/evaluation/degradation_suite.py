"""``restorer evaluate degradation``: made damage beside real scans, by the same measurements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
import numpy.typing as npt
import torch

from restorer.core.errors import InputError
from restorer.degradation import FADED, OPERATIONS, PRINT, Chance, Plan, degrade
from restorer.degradation.canvas import Layer
from restorer.degradation.draws import REFERENCE_PX
from restorer.degradation.marks import DRAWN
from restorer.evaluation.degradation_stats import (
    GrainFigures,
    Picture,
    luma_of,
    measure_grain,
    measure_lines,
    measure_spots,
    measure_tones,
)
from restorer.evaluation.photos import evaluation_photos
from restorer.evaluation.report import Gate, Report, Table
from restorer.evaluation.suites import SuiteOptions

Box = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of width and height."""

GROUNDS: Mapping[str, tuple[Box, ...]] = MappingProxyType(
    {
        "ms_08": ((0.75, 0.05, 0.97, 0.75),),
        "ms_09": ((0.02, 0.2, 0.27, 0.75), (0.7, 0.3, 0.97, 0.75)),
        "ms_10": ((0.05, 0.05, 0.95, 0.25),),
        "ms_11": ((0.08, 0.12, 0.45, 0.5),),
        "print_02": ((0.03, 0.15, 0.3, 0.6), (0.75, 0.2, 0.93, 0.6)),
        "print_04": ((0.72, 0.02, 0.97, 0.55),),
    }
)
"""Parts of known scans, by the stem of their names, that show cracks and scratches on an even ground."""
_OUTLINED: Mapping[str, tuple[int, ...]] = MappingProxyType({"dust": (30, 150), "hair": (90, 120)})
"""Values of outlines: dust and dirt, long and short hairs."""
_PRINTS = ("ms_08", "ms_09", "ms_10", "ms_11", "print_", "psychiana", "loc", "idaho")
_COLOR = ("fadedcolour", *(f"ms_0{number}" for number in range(8)))
_GROUND_TONE, _GROUND_PX, _GROUND_COUNT = 0.38, 300, 16
_MARKS = Plan(
    (
        Chance("creases", 1.0, 0.3, 1.0),
        Chance("scratches", 0.7, 0.2, 0.8),
        Chance("blur", 0.6, 0.1, 0.3),
        Chance("jpeg", 1.0, 0.1, 0.3),
    )
)
_MADE_OF_EACH = 4
_LONGEST_PX = 700


@dataclass(slots=True)
class _Figures:
    """One figure after the other, of many pictures."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, values: Iterable[float]) -> None:
        self.values.setdefault(name, []).extend(value for value in values if np.isfinite(value))

    def spread(self, name: str) -> tuple[float, float, float] | None:
        """10th, 50th and 90th percentile."""
        values = self.values.get(name, [])
        if not values:
            return None
        low, middle, high = np.percentile(values, (10, 50, 90))
        return float(low), float(middle), float(high)


def degradation_suite(options: SuiteOptions) -> Report:
    """The report of :func:`degradation_report` on the folder asked for, and on outlines of film dirt where they lie
    beside it, in ``../damage/real_masks``.

    Raises:
        InputError: where none is named, or it holds no photos.
    """
    if options.data is None:
        raise InputError("This suite needs real scans to compare with.", hint="Name their folder with --data.")
    outlines = options.data.parent / "damage" / "real_masks"
    return degradation_report(options.data, outlines if outlines.is_dir() else None)


def degradation_report(scans: Path, outlines: Path | None = None) -> Report:
    """Measures lines of damage, grain and tones of real scans and of photos that the degradation model made old.

    Args:
        outlines: folder of masks of real dirt on film, with the classes of :data:`_OUTLINED` as values.

    A figure is reached where the median of what was made lies between the 10th and the 90th percentile of the scans.

    Raises:
        InputError: where the folder is missing or holds no photos.
    """
    real, made = _Figures(), _Figures()
    for name, picture in evaluation_photos(scans):
        _measure_scan(real, Path(name).stem, _reduced(picture))
    if outlines is not None:
        for _, picture in evaluation_photos(outlines):
            _measure_outlines(real, picture[..., 0])
        _measure_drawn(made)
    generator = torch.Generator().manual_seed(1)
    _measure_made_lines(made, generator)
    for _, picture in evaluation_photos(None):
        for plan, group in ((PRINT, "print"), (FADED, "faded colour")):
            _measure_made(made, picture, plan, group, generator)
    rows, gates = [], []
    for name, wanted in real.values.items():
        scanned, simulated = real.spread(name), made.spread(name)
        if scanned is None or simulated is None:
            continue
        rows.append((name, *scanned, *simulated, len(wanted)))
        inside = scanned[0] <= simulated[1] <= scanned[2]
        gates.append(Gate(name, f"{simulated[1]:.3f}", f"{scanned[0]:.3f} to {scanned[2]:.3f}", inside))
    headings = ("figure", "scans p10", "p50", "p90", "made p10", "p50", "p90", "scans measured")
    table = Table("Scans and made damage", headings, tuple(rows))
    notes = () if "line width, px" in real.values else ("None of the scans is known to have cracks on an even ground.",)
    return Report("degradation", f"{scans.name} and bundled photos", (table,), tuple(gates), notes=notes)


def _measure_scan(real: _Figures, stem: str, picture: Picture) -> None:
    height, width = picture.shape[:2]
    for left, top, right, bottom in GROUNDS.get(stem, ()):
        cut = picture[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
        _add_lines(real, np.ascontiguousarray(cut))
    grain = measure_grain(picture)
    if grain is not None:
        _add_grain(real, grain)
    if stem.startswith(_PRINTS):
        _add_tones(real, picture, "print")
    if stem.startswith(_COLOR):
        _add_tones(real, picture, "faded colour")


def _measure_outlines(real: _Figures, classes: npt.NDArray[np.uint8]) -> None:
    share = REFERENCE_PX / min(classes.shape)
    for kind, values in _OUTLINED.items():
        _add_spots(real, kind, np.isin(classes, values), share)


def _measure_drawn(made: _Figures) -> None:
    height, width = REFERENCE_PX, REFERENCE_PX * 3 // 2
    for kind, draw in (("dust", DRAWN["dust"]), ("hair", DRAWN["hairs"])):
        layer = Layer(height, width)
        draw(layer, np.random.default_rng(1), 0.7)
        _add_spots(made, kind, layer.coverage[kind] > 0.3, 1.0)


def _add_spots(figures: _Figures, kind: str, marked: npt.NDArray[np.bool_], share: float) -> None:
    spots = measure_spots(marked)
    if kind == "dust":
        figures.add("diameter of dust, px", share * spots.diameter_px)
    figures.add(f"extent of {kind}, px", share * spots.extent_px)


def _measure_made_lines(made: _Figures, generator: torch.Generator) -> None:
    ground = torch.full((_GROUND_COUNT, 3, _GROUND_PX, _GROUND_PX), _GROUND_TONE)
    grainy = OPERATIONS["grain"].apply(ground, torch.full((_GROUND_COUNT,), 0.25), generator).photos
    for picture in _pictures(degrade(grainy, generator, _MARKS).photos):
        _add_lines(made, picture)


def _measure_made(made: _Figures, picture: Picture, plan: Plan, group: str, generator: torch.Generator) -> None:
    photo = torch.from_numpy(_reduced(picture)).permute(2, 0, 1)[None].float() / 255
    # Black and white of the photo itself are taken out: what is measured is what ageing does to them.
    black, white = torch.quantile(photo.flatten(2), torch.tensor([0.01, 0.99]), dim=2)[..., None, None]
    photo = ((photo - black) / (white - black).clamp_min(0.1)).clamp(0, 1)
    photos = photo.repeat(_MADE_OF_EACH, 1, 1, 1)
    for aged in _pictures(degrade(photos, generator, plan).photos):
        grain = measure_grain(aged)
        if grain is not None and group == "print":
            _add_grain(made, grain)
        _add_tones(made, aged, group)


def _add_lines(figures: _Figures, picture: Picture) -> None:
    luma = luma_of(picture)
    bright, dark = measure_lines(luma), measure_lines(luma, dark=True)
    figures.add("line width, px", bright.width_px)
    figures.add("line contrast", bright.contrast)
    if len(bright.width_px) > 100:
        figures.add("dark line pixels to each bright one", [len(dark.width_px) / len(bright.width_px)])


def _add_grain(figures: _Figures, grain: GrainFigures) -> None:
    dark, middle, light = grain.deviation
    figures.add("grain in dark tones, %", [100 * dark])
    figures.add("grain in middle tones, %", [100 * middle])
    figures.add("grain in light tones, %", [100 * light])
    for distance, value in enumerate(grain.correlation, 1):
        figures.add(f"grain correlation at {distance} px", [value])
    for ring, value in enumerate(grain.spectrum, 1):
        figures.add(f"grain power in ring {ring} of 6", [value])
    figures.add("grain correlation of channels", [grain.between_channels])


def _add_tones(figures: _Figures, picture: Picture, group: str) -> None:
    tones = measure_tones(picture)
    for channel, black, white in zip(("red", "green", "blue"), tones.black, tones.white, strict=True):
        figures.add(f"{group}: black of {channel}", [black])
        figures.add(f"{group}: white of {channel}", [white])
    figures.add(f"{group}: red over blue", [tones.cast])


def _pictures(photos: torch.Tensor) -> Sequence[Picture]:
    pixels: Picture = (photos * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return list(pixels)


def _reduced(picture: Picture) -> Picture:
    """No longer than the model's own sizes are made for; large scans are brought down."""
    longest = max(picture.shape[:2])
    if longest <= _LONGEST_PX:
        return picture
    share = _LONGEST_PX / longest
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)
