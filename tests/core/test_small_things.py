"""Errors, progress, results and lazy imports: too small for files of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from restorer.core import errors
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import MaskPiece
from restorer.core.progress import CancelToken
from restorer.core.result import TaskResult, filled_fraction

EXIT_CODES = {
    errors.RestorerError: 1,
    errors.InputError: 2,
    errors.WeightsError: 2,
    errors.WorkError: 1,
    errors.OutOfMemoryError: 1,
    errors.DeviceMemoryError: 1,
    errors.StaleResultError: 1,
    errors.MissingTileError: 1,
}


@pytest.mark.parametrize(("error", "code"), EXIT_CODES.items())
def test_an_error_says_its_sentence_and_its_exit_code(error: type[errors.RestorerError], code: int) -> None:
    raised = error("scan.tif is empty.", hint="Scan it again.")
    assert raised.exit_code == code
    assert str(raised) == "scan.tif is empty. Scan it again."
    assert str(error("scan.tif is empty.")) == "scan.tif is empty."


def test_a_token_cancels_from_another_thread_for_good() -> None:
    token = CancelToken()
    token.raise_if_cancelled()
    thread = threading.Thread(target=token.cancel)
    thread.start()
    thread.join()
    assert token.is_cancelled
    with pytest.raises(errors.Cancelled) as caught:
        token.raise_if_cancelled()
    assert caught.value.exit_code == 130


def test_changed_pixels_counts_each_changed_pixel_once() -> None:
    photo = Image(np.zeros((10, 10, 3), np.uint8))
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[1, 1] = (0, 0, 5)
    pixels[2, 2] = (9, 9, 9)
    same_place = Patch(Bounds(3, 3, 7, 7), pixels)
    assert TaskResult((same_place, same_place)).changed_pixels(photo) == 2
    assert TaskResult(()).changed_pixels(photo) == 0


def test_changed_pixels_counts_what_a_later_patch_took_back_as_unchanged() -> None:
    photo = Image(np.zeros((10, 10, 1), np.uint16))
    there = Patch(Bounds(0, 0, 2, 2), np.ones((2, 2, 1), np.uint16))
    back = Patch(Bounds(0, 0, 2, 1), np.zeros((1, 2, 1), np.uint16))
    assert TaskResult((there, back)).changed_pixels(photo) == 2


def test_filled_fraction_is_of_the_union() -> None:
    photo = Image(np.zeros((10, 10, 3), np.uint8))
    half = MaskPiece(Bounds(0, 0, 10, 5), np.full((5, 10), 1, np.uint8))
    holes = np.zeros((10, 5), np.uint8)
    holes[4:] = 255
    assert filled_fraction(photo, (half, half)) == 0.5
    assert filled_fraction(photo, (half, MaskPiece(Bounds(0, 0, 5, 10), holes))) == pytest.approx(0.75)
    assert filled_fraction(photo, ()) == 0.0


@pytest.mark.parametrize("before", [None, "mine"])
def test_opencv_leaves_qts_environment_as_it_was(before: str | None) -> None:
    names = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
    code = (
        "import os; from restorer.core.lazy import load_cv2; cv2 = load_cv2(); assert cv2 is load_cv2();"
        f"print([os.environ.get(name) for name in {names}])"
    )
    environment = {key: value for key, value in os.environ.items() if key not in names}
    if before is not None:
        environment.update(dict.fromkeys(names, before))
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str([before, before])
