"""``restorer evaluate inpaint``: scratches, free-form holes, speed, tiling."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from restorer.evaluation.inpaint.baselines import Pixels8
from restorer.evaluation.inpaint.free_form import FreeFormTest
from restorer.evaluation.inpaint.holes import free_form_mask
from restorer.evaluation.inpaint.methods import OurInpaint
from restorer.evaluation.inpaint.scoring import timed
from restorer.evaluation.inpaint.scratches import ScratchTest
from restorer.evaluation.photos import evaluation_photos
from restorer.evaluation.report import Gate, Report
from restorer.evaluation.suites import SuiteOptions
from restorer.tasks.spec import TEXTURE

SPEED_SIDE_PX = 512
SPEED_COVERAGE = 0.15
SPEED_LIMIT_S = 1.5
SPEED_RUNS = 3


def inpaint_suite(options: SuiteOptions) -> Report:
    """Fills scratches and free-form holes with every method there is, on the same photos in one run.

    Raises:
        InputError: for a folder without photos, or a model or device that is not there.
    """
    ours = OurInpaint.with_model(options.model, options.device)
    scratches, free_form = ScratchTest(ours), FreeFormTest(ours)
    speed_photo: Pixels8 | None = None
    for index, (name, truth) in enumerate(evaluation_photos(options.data, options.photos)):
        scratches.add(index, Path(name).stem, truth)
        free_form.add(index, Path(name).stem, truth)
        if speed_photo is None:
            speed_photo = truth
    free_form.measure_features()
    assert speed_photo is not None, "a folder without photos is an error"
    return Report(
        suite="inpaint",
        subject=ours.model,
        tables=(scratches.table(), free_form.table()),
        gates=(*scratches.gates(), *free_form.gates(), *speed_gates(ours, speed_photo), *tiling_gates()),
        values={
            "model": ours.model,
            "weights_sha256": ours.weights_sha256,
            "photos": len(scratches.sheets),
            "gain_db": round(scratches.gain_db, 3),
        },
        sheets=(*scratches.sheets, *free_form.sheets),
        notes=(*scratches.notes(), *free_form.notes()),
    )


def speed_gates(ours: OurInpaint, photo: Pixels8) -> tuple[Gate, ...]:
    """Seconds for a crop of 512 px with a free-form hole, weights loaded; the middle of three runs.

    Only the networks have a limit to keep: texture, which is told beside it, may take longer.
    """
    if not ours.is_network:
        return ()
    tiles = tuple(-(-SPEED_SIDE_PX // length) for length in photo.shape[:2])
    crop = np.ascontiguousarray(np.tile(photo, (*tiles, 1))[:SPEED_SIDE_PX, :SPEED_SIDE_PX])
    mask = free_form_mask(SPEED_SIDE_PX, np.random.default_rng(0), coverage=SPEED_COVERAGE)
    smooth = partial(ours.fill, params={TEXTURE: 0})
    seconds, with_texture = (
        median(timed(method, crop, mask)[1] for _ in range(SPEED_RUNS)) for method in (smooth, ours.shipped)
    )
    name = f"seconds for a crop of {SPEED_SIDE_PX} px, {SPEED_COVERAGE:.0%} of it to fill"
    figure = f"{seconds:.2f} s ({with_texture:.2f} s with texture)"
    return (Gate(name, figure, f"< {SPEED_LIMIT_S} s", seconds < SPEED_LIMIT_S),)


def tiling_gates() -> tuple[Gate, ...]:
    """Tiling must not show: an identity network gives its input back, a bounded one the untiled result."""
    from restorer.evaluation.tiling import identity_difference, tiled_difference

    exact, close = identity_difference(), tiled_difference()
    return (
        Gate("identity network through tiling, largest difference", f"{exact:g}", "0", exact == 0),
        Gate("tiled against untiled, largest difference", f"{close * 255:.3f} / 255", "1 / 255", close <= 1 / 255),
    )
