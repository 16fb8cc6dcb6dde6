"""``restorer train`` as a person types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from restorer.__main__ import main
from restorer.store import Catalogue
from restorer.training import loop

SMALL = ["images=24", "patch_start=16", "patch_end=32", "batch_pixels=1024", "warmup_images=4"]
NETWORK = 'hyperparameters={"widths": [8, 8], "blocks": [1, 1]}'


@pytest.fixture(autouse=True)
def few_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "MASK_BANK_COUNT", 8)
    monkeypatch.setattr(loop, "EVALUATION_COUNT", 4)
    monkeypatch.setattr(loop, "EVALUATION_SIDE", 32)


def settings(*assignments: str) -> list[str]:
    return [word for assignment in assignments for word in ("--set", assignment)]


def train(photos: Path, out: Path, *more: str) -> int:
    line = ["train", "inpaint-cpu", "--data", str(photos), "--out", str(out), "--device", "cpu"]
    return main([*line, *settings(*SMALL, NETWORK), *more])


def test_training_ends_in_weights_with_a_card_and_can_be_prolonged(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert train(photos, out) == 0
    assert "24 of 24 images" in capsys.readouterr().out
    first = Catalogue([out]).get("inpaint-unet")
    assert train(photos, out, "--resume", "--set", "seed=1") == 0
    assert Catalogue([out]).get("inpaint-unet").sha256 == first.sha256, "nothing was left to do"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["train", "impaint", "--data", "."], "inpaint-cpu"),
        (["train", "inpaint-cpu", "--data", "nowhere"], "nowhere"),
        (["train", "inpaint-cpu", "--data", ".", "--set", "colour=3"], "colour"),
        (["train", "inpaint-cpu", "--data", ".", "--set", "images=many"], "images"),
        (["train", "inpaint-cpu", "--data", ".", "--device", "tpu"], "tpu"),
        (["train", "inpaint-cpu"], "--data"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    line: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(line) == 2
    assert words in capsys.readouterr().err
