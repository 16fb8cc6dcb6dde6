"""Inpainting of thin scratches beside the classical methods, and the promises that the task makes about pixels."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken
from restorer.evaluation.baselines import Pixels8, inpaint_baselines
from restorer.evaluation.metrics import psnr, seam_ratio
from restorer.evaluation.photos import evaluation_photos
from restorer.evaluation.report import Cell, Gate, Report, Table
from restorer.session import JobFailed, JobFinished, JobRequest, Session, run_job
from restorer.tasks.spec import CLASSICAL
from restorer.training.masks import scratch_mask

COVERAGE = (0.03, 0.05)
MAX_WIDTH_PX = 12
WANTED_GAIN_DB = 1.5
BARE = {"grow_px": 0, "feather_px": 0, "match_grain": 0}
"""The task without its margins and grain: what the method itself is worth."""


def inpaint_suite(folder: Path | None, *, model: str = "", device: str = "auto") -> Report:
    """Fills the same scratches with every method there is.

    The scratches are seeded by the photo's place in the folder: 1 to 12 px wide, over 3 to 5 % of each photo.

    Args:
        folder: photos to measure on; scikit-image's bundled ones if None.
        model: id of the weights; the best installed if empty.
        device: where the network runs.
    """
    session = Session()
    step = session.resolve_step("inpaint", model=model)
    scores: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    outside = {8: 0, 16: 0}
    photos = 0
    for index, (_, truth) in enumerate(evaluation_photos(folder)):
        photos += 1
        rng = np.random.default_rng(index)
        height, width = truth.shape[:2]
        mask = scratch_mask(height, width, rng, coverage=rng.uniform(*COVERAGE), max_width_px=MAX_WIDTH_PX)
        damaged = np.where(mask[..., None] > 0, np.uint8(255), truth)
        for name, method in _methods(session, step.model, device).items():
            began = time.perf_counter()
            filled = method(damaged, mask)
            seconds = time.perf_counter() - began
            _score(scores[name], filled, truth, mask > 0, seconds)
        for bits in outside:
            outside[bits] += _changed_outside(session, step.model, device, damaged, mask, bits)
    return _report(step.model, photos, scores, outside)


def _methods(session: Session, model: str, device: str) -> Mapping[str, Any]:
    def task(params: Mapping[str, float]) -> Any:
        return lambda photo, mask: _run_task(session, model, device, photo, mask, params).pixels

    return {
        **inpaint_baselines(),
        f"{model}, method alone": task(BARE),
        f"{model}, as shipped": task({}),
    }


def _run_task(
    session: Session, model: str, device: str, photo: npt.NDArray[Any], mask: Pixels8, params: Mapping[str, float]
) -> Image:
    step = session.resolve_step("inpaint", params, model=model)
    image = Image(photo)
    request = JobRequest(id=0, title="Inpaint", step=step, photo=image, mask=Mask(mask))
    for event in run_job(request, lambda: session.engine_for(step, device), CancelToken()):
        if isinstance(event, JobFailed):
            raise RuntimeError(event.report)
        if isinstance(event, JobFinished):
            return image.with_patches(event.result.patches)
    raise RuntimeError("the job ended without a result")


def _score(into: dict[str, list[float]], filled: Pixels8, truth: Pixels8, hole: Any, seconds: float) -> None:
    into["psnr"].append(psnr(filled, truth, hole))
    into["seam"].append(seam_ratio(filled, truth, hole))
    into["seconds"].append(seconds)


def _changed_outside(session: Session, model: str, device: str, damaged: Pixels8, mask: Pixels8, bits: int) -> int:
    """Pixels that changed beyond the grown and feathered region, with the parameters as shipped."""
    cv2: Any = load_cv2()
    # 257 maps 255 to 65535; the low byte gets values of its own, so that a loss of them would show.
    photo: npt.NDArray[Any] = damaged
    if bits == 16:
        low = np.random.default_rng(1).integers(0, 200, damaged.shape, np.uint16)
        photo = (damaged.astype(np.uint16) * 256 + low).astype(np.uint16)
    result = _run_task(session, model, device, photo, mask, {}).pixels
    params = session.resolve_step("inpaint", model=model).params
    reach = int(np.ceil(float(params["grow_px"]) + float(params["feather_px"]))) + 1
    allowed = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))) > 0
    return int(np.count_nonzero((result != photo).any(axis=2) & ~allowed))


def _report(
    model: str, photos: int, scores: Mapping[str, Mapping[str, list[float]]], outside: Mapping[int, int]
) -> Report:
    classical = max(mean(scores[name]["psnr"]) for name in ("Telea", "Navier–Stokes"))
    rows: list[tuple[Cell, ...]] = []
    for name, score in scores.items():
        gain = mean(score["psnr"]) - classical
        rows.append((name, mean(score["psnr"]), f"{gain:+.2f}", mean(score["seam"]), mean(score["seconds"])))
    gain = mean(scores[f"{model}, method alone"]["psnr"]) - classical
    gates = [
        Gate(f"{bits}-bit pixels changed outside of the region", str(changed), "0", changed == 0)
        for bits, changed in outside.items()
    ]
    if model != CLASSICAL:
        name = "hole PSNR over the better of Telea and Navier–Stokes"
        gates.insert(0, Gate(name, f"{gain:+.2f} dB", f"{WANTED_GAIN_DB:+.1f} dB", gain >= WANTED_GAIN_DB))
    headings = ("method", "hole PSNR dB", "over classical dB", "seam ratio", "seconds a photo")
    title = f"Scratches of 1 to {MAX_WIDTH_PX} px over 3 to 5 % of {photos} photos"
    gates += tiling_gates()
    return Report(
        suite="inpaint",
        subject=model,
        tables=(Table(title, headings, tuple(rows)),),
        gates=tuple(gates),
        values={"model": model, "photos": photos, "gain_db": round(gain, 3)},
    )


def tiling_gates() -> list[Gate]:
    """Tiling must not show: an identity network gives its input back, a bounded one the untiled result."""
    from restorer.evaluation.tiling import identity_difference, tiled_difference

    exact, close = identity_difference(), tiled_difference()
    return [
        Gate("identity network through tiling, largest difference", f"{exact:g}", "0", exact == 0),
        Gate("tiled against untiled, largest difference", f"{close * 255:.3f} / 255", "1 / 255", close <= 1 / 255),
    ]
