"""Classical inpainting straight from its libraries, as a yardstick: nothing of our own pipeline around it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.lazy import load_cv2

Pixels8 = npt.NDArray[np.uint8]
Inpaint = Callable[[Pixels8, Pixels8], Pixels8]
RADIUS_PX = 3


def telea(photo: Pixels8, mask: Pixels8) -> Pixels8:
    """Fast marching (Telea 2004)."""
    cv2: Any = load_cv2()
    return np.asarray(cv2.inpaint(photo, mask, RADIUS_PX, cv2.INPAINT_TELEA), np.uint8)


def navier_stokes(photo: Pixels8, mask: Pixels8) -> Pixels8:
    """Isophotes continued as streamlines (Bertalmio, Bertozzi and Sapiro 2001)."""
    cv2: Any = load_cv2()
    return np.asarray(cv2.inpaint(photo, mask, RADIUS_PX, cv2.INPAINT_NS), np.uint8)


def biharmonic(photo: Pixels8, mask: Pixels8) -> Pixels8:
    """Biharmonic equation (Damelin and Hoang 2018), from scikit-image."""
    from skimage.restoration import inpaint_biharmonic

    filled = inpaint_biharmonic(photo.astype(np.float64) / 255, mask > 0, channel_axis=-1)
    return np.asarray(np.clip(np.rint(filled * 255), 0, 255), np.uint8)


def patchmatch(photo: Pixels8, mask: Pixels8) -> Pixels8:
    """Exemplars by PatchMatch (Barnes et al. 2009), from pypatchmatch."""
    from patchmatch import patch_match

    return np.asarray(patch_match.inpaint(photo, mask[..., None], patch_size=5), np.uint8)


def inpaint_baselines() -> Mapping[str, Inpaint]:
    """The methods that can run here, by the name to print."""
    methods: dict[str, Inpaint] = {"Telea": telea, "Navier–Stokes": navier_stokes, "biharmonic": biharmonic}
    if importlib.util.find_spec("patchmatch") is not None:
        methods["PatchMatch"] = patchmatch
    return methods
