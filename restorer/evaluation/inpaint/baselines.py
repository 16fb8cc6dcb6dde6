"""Classical inpainting straight from its libraries, as a yardstick: nothing of our own pipeline around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from restorer.core.lazy import load_cv2
from restorer.tasks.classical import load_patchmatch

Pixels8 = npt.NDArray[np.uint8]
Inpaint = Callable[[Pixels8, Pixels8], Pixels8]
"""Photo ``H x W x 3`` and mask ``H x W`` (255 = fill) to the filled photo."""

TELEA, NAVIER_STOKES, BIHARMONIC, PATCHMATCH = "Telea", "Navier–Stokes", "biharmonic", "PatchMatch"
RADIUS_PX = 3


def telea(photo: Pixels8, mask: Pixels8) -> Pixels8:
    """Fast marching (Telea 2004)."""
    cv2 = load_cv2()
    return np.asarray(cv2.inpaint(photo, mask, RADIUS_PX, cv2.INPAINT_TELEA), np.uint8)


def navier_stokes(photo: Pixels8, mask: Pixels8) -> Pixels8:
    """Isophotes continued as streamlines (Bertalmio, Bertozzi and Sapiro 2001)."""
    cv2 = load_cv2()
    return np.asarray(cv2.inpaint(photo, mask, RADIUS_PX, cv2.INPAINT_NS), np.uint8)


def biharmonic(photo: Pixels8, mask: Pixels8) -> Pixels8:
    """Biharmonic equation (Damelin and Hoang 2018), from scikit-image; one system for each connected hole."""
    from skimage.restoration import inpaint_biharmonic

    scaled = photo.astype(np.float64) / 255
    filled = inpaint_biharmonic(scaled, mask > 0, channel_axis=-1, split_into_regions=True)
    return np.asarray(np.clip(np.rint(filled * 255), 0, 255), np.uint8)


def patchmatch(photo: Pixels8, mask: Pixels8) -> Pixels8:
    """Exemplars by PatchMatch (Barnes et al. 2009), from pypatchmatch; its random search is seeded."""
    library = load_patchmatch()
    if library is None:
        raise ModuleNotFoundError("pypatchmatch is not installed")
    library.set_random_seed(0)
    return np.asarray(library.inpaint(photo, mask[..., None], patch_size=5), np.uint8)


def inpaint_baselines() -> Mapping[str, Inpaint]:
    """The methods that can run here, by the name to print."""
    methods: dict[str, Inpaint] = {TELEA: telea, NAVIER_STOKES: navier_stokes, BIHARMONIC: biharmonic}
    if load_patchmatch() is not None:
        methods[PATCHMATCH] = patchmatch
    return methods
