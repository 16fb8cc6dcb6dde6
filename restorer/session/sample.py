"""A sample photo with visible damage, made when it is asked for, so that an empty program has something to show.

The portrait is NASA's of Eileen Collins, which scikit-image brings along (public domain). It is turned into what a
print of long ago looks like after years in a drawer; the damage is drawn on top, so that its mask is exact and the
undamaged picture is known.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import numpy.typing as npt

from restorer.core.errors import WorkError
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask
from restorer.session.sample_damage import PAPER, damage

SAMPLE_NAME = "sample"
SAMPLE_DPI = 300.0
_HEIGHT_PX = 1000
_BORDER_PX = 46
_CROP = (slice(0, 500), slice(22, 422))
"""Rows and columns of the portrait: 4 to 5, as prints were."""
_FILM = (0.18, 0.52, 0.30)
"""How film of the time weighed red, green and blue: skin dark, sky bright."""
_TONE = np.array([[46, 35, 27], [112, 91, 70], [176, 153, 124], [232, 216, 188]], np.float32)
"""Colours of the print from its shadows to its lights: faded and yellowed."""

Plane = npt.NDArray[np.float32]


def damaged_sample(seed: int = 8) -> tuple[Image, Mask, Image]:
    """The sample as found, the exact mask of its damage, and the sample undamaged.

    Returns:
        (damaged, mask, clean), uint8 RGB of one size. Outside the mask damaged and clean are the same bits; the same
        seed gives the same pictures.

    Raises:
        WorkError: where scikit-image came without its sample pictures.
    """
    rng = np.random.default_rng(seed)
    clean = _old_print(rng)
    damaged, touched = damage(clean, rng)
    return Image(damaged), Mask(np.where(touched, np.uint8(255), np.uint8(0))), Image(clean)


def _old_print(rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """A toned print with grain, fading towards its edges, on paper with a white border."""
    cv2 = load_cv2()
    gray = (portrait()[_CROP].astype(np.float32) / 255.0) @ np.array(_FILM, np.float32)
    height = _HEIGHT_PX
    width = round(height * gray.shape[1] / gray.shape[0])
    gray = cv2.resize(gray, (width, height), interpolation=cv2.INTER_CUBIC)
    gray = np.clip(gray, 0, 1) ** 0.86 * (1 - 0.22 * _distance_from_center(height, width) ** 2)
    grain = cv2.GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), 0.8)
    gray += 0.055 * grain * (0.5 + np.sqrt(np.clip(gray * (1 - gray), 0, 1)))
    gray += 0.020 * _clouds(rng, height, width)
    return _mount(_toned(gray), rng)


def portrait() -> npt.NDArray[np.uint8]:
    """``skimage.data.astronaut()``, without the second that importing scikit-image's readers takes."""
    from restorer.formats.raster import decode_photo

    try:
        packed = (files("skimage") / "data" / "astronaut.png").read_bytes()
    except (OSError, ModuleNotFoundError) as error:
        raise WorkError(f"The sample photo cannot be made: scikit-image's portrait is missing ({error}).") from None
    return decode_photo(packed, "astronaut.png").image.pixels


def _distance_from_center(height: int, width: int) -> Plane:
    """0 in the middle, 1 at the middle of a side."""
    rows, columns = np.linspace(-1, 1, height, dtype=np.float32), np.linspace(-1, 1, width, dtype=np.float32)
    return np.hypot(rows[:, None], columns[None, :])


def _clouds(rng: np.random.Generator, height: int, width: int) -> Plane:
    """Uneven fading: noise of low frequency, about -1 to 1."""
    coarse = rng.uniform(-1, 1, (7, 6)).astype(np.float32)
    smooth: Plane = load_cv2().resize(coarse, (width, height), interpolation=load_cv2().INTER_CUBIC)
    return smooth


def _toned(gray: Plane) -> Plane:
    places = np.linspace(0, 1, len(_TONE))
    return np.stack([np.interp(gray, places, _TONE[:, channel]) for channel in range(3)], axis=2).astype(np.float32)


def _mount(picture: Plane, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """The picture on its paper, with fibre texture in the border."""
    height, width = picture.shape[0] + 2 * _BORDER_PX, picture.shape[1] + 2 * _BORDER_PX
    sheet = np.empty((height, width, 3), np.float32)
    sheet[:] = np.asarray(PAPER, np.float32) - 6.0
    fibre = load_cv2().GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), 1.2)
    sheet += 4.0 * fibre[..., None] + 3.0 * _clouds(rng, height, width)[..., None]
    sheet[_BORDER_PX:-_BORDER_PX, _BORDER_PX:-_BORDER_PX] = picture
    return np.clip(np.rint(sheet), 0, 255).astype(np.uint8)
