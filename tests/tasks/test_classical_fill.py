from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from tasks.fake_generators import run_inpaint

from restorer.core.errors import InputError, WorkError
from restorer.core.image import Image
from restorer.tasks import classical
from restorer.tasks.classical import METHODS, ClassicalFill, load_patchmatch

SMOOTH = ("telea", "navier-stokes", "biharmonic")


def needs_library(method: str) -> None:
    if method == "patchmatch" and load_patchmatch() is None:
        pytest.skip("pypatchmatch is not installed")


def scratched(photo: Image) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    clean = photo.pixels.astype(np.float32) / 255
    mask = np.zeros(clean.shape[:2], np.float32)
    for x in range(20, 230):
        mask[60 + x // 3 : 64 + x // 3, x] = 1
    return clean, mask


def error(filled: npt.NDArray[np.float32], clean: npt.NDArray[np.float32], mask: npt.NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean((filled - clean)[mask > 0] ** 2)))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("method", METHODS)
def test_every_method_repairs_a_scratch(photo: Image, method: str, channels: int) -> None:
    needs_library(method)
    clean, mask = scratched(photo)
    clean = clean[..., :channels]
    damaged = np.where(mask[..., None] > 0, np.float32(1), clean)
    given = damaged.copy()
    filled = ClassicalFill(method)(damaged, mask)
    assert filled.shape == clean.shape
    assert filled.dtype == np.float32
    assert (damaged == given).all(), "the input must stay as it was"
    assert (filled[mask == 0] == clean[mask == 0]).all()
    assert 0 <= filled.min() <= filled.max() <= 1
    assert error(filled, clean, mask) < 0.35 * error(damaged, clean, mask)


@pytest.mark.parametrize("method", METHODS)
def test_what_lies_under_the_mask_does_not_matter(photo: Image, method: str) -> None:
    needs_library(method)
    clean, mask = scratched(photo)
    black = ClassicalFill(method)(np.where(mask[..., None] > 0, np.float32(0), clean), mask)
    assert (ClassicalFill(method)(clean, mask) == black).all()


@pytest.mark.parametrize("method", SMOOTH)
def test_smooth_methods_are_finer_than_8_bits(method: str) -> None:
    clean = np.broadcast_to(np.linspace(0.5, 0.51, 128, dtype=np.float32)[:, None, None], (128, 128, 1)).copy()
    mask = np.zeros((128, 128), np.float32)
    mask[:, 60:66] = 1
    filled = ClassicalFill(method)(clean, mask)
    assert error(filled, clean, mask) < 0.3 / 255
    assert len(np.unique(filled[:, 60:66])) > 50


def test_auto_copies_patches_only_into_what_is_thick(photo: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = []

    def patchmatch(pixels: npt.NDArray[np.float32], hole: npt.NDArray[np.bool_], seed: int) -> object:
        copied.append(hole)
        return np.full_like(pixels, 0.25)

    monkeypatch.setattr(classical, "load_patchmatch", object)
    monkeypatch.setattr(classical, "_patchmatch", patchmatch)
    clean, mask = scratched(photo)
    ClassicalFill("auto")(clean, mask)
    assert not copied
    mask[10:50, 100:140] = 1
    mask[20:24, 0:200] = 1
    filled = ClassicalFill("auto")(clean, mask)
    assert len(copied) == 1
    assert filled[15:45, 105:135] == pytest.approx(0.25)
    assert np.abs(filled[20:24, 0:90] - 0.25).min(axis=2).mean() > 0.02, "the scratch that runs into it is not copied"


def test_without_the_library_auto_falls_back(photo: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classical, "load_patchmatch", lambda: None)
    clean, mask = scratched(photo)
    mask[10:60, 100:150] = 1
    filled = ClassicalFill("auto")(np.where(mask[..., None] > 0, np.float32(1), clean), mask)
    assert error(filled, clean, mask) < 0.25
    with pytest.raises(InputError, match="pypatchmatch"):
        ClassicalFill("patchmatch")


def test_patchmatch_survives_having_nearly_nothing_to_copy(photo: Image) -> None:
    needs_library("patchmatch")
    clean, mask = scratched(photo)
    mask[:] = 1
    mask[:, :4] = 0
    assert np.isfinite(ClassicalFill("patchmatch")(clean, mask)).all()


def test_unusable_calls_are_refused(photo: Image) -> None:
    clean, mask = scratched(photo)
    with pytest.raises(InputError, match="'magic'"):
        ClassicalFill("magic")
    with pytest.raises(WorkError, match="nothing to fill"):
        ClassicalFill("telea")(clean, np.ones_like(mask))
    assert (ClassicalFill()(clean, np.zeros_like(mask)) == clean).all()


@pytest.mark.parametrize("method", ["auto", "telea"])
def test_the_whole_task_works_without_a_network(photo: Image, method: str) -> None:
    _, mask = scratched(photo)
    damaged = photo.pixels.copy()
    damaged[mask > 0] = 255
    outcome = run_inpaint(damaged, (mask * 255).astype(np.uint8), params={"method": method, "match_grain": 100})
    before = np.abs(damaged.astype(float) - photo.pixels)[mask > 0].mean()
    after = np.abs(outcome.after.astype(float) - photo.pixels)[mask > 0].mean()
    assert after < 0.2 * before
