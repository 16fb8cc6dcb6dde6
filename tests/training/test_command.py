"""``restorer train`` as a person types it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from restorer.__main__ import main
from restorer.store import Catalogue
from restorer.training import loop
from restorer.training.presets import PRESETS
from restorer.training.progress import RunLog

Train = Callable[..., int]

SMALL = ["images=24", "patch_start=16", "patch_end=32", "batch_pixels=1024", "warmup_images=4"]
NETWORK = 'hyperparameters={"widths": [8, 8], "blocks": [1, 1]}'


def settings(*assignments: str) -> list[str]:
    return [word for assignment in assignments for word in ("--set", assignment)]


@pytest.fixture
def train(photos: Path, tmp_path: Path, few_masks: None) -> Train:
    def train(*more: str) -> int:
        line = ["train", "inpaint-cpu", "--data", str(photos), "--out", str(tmp_path / "run"), "--device", "cpu"]
        return main([*line, *settings(*SMALL, NETWORK), *more])

    return train


def test_training_ends_in_weights_with_a_card_and_can_be_prolonged(
    train: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train() == 0
    out, err = capsys.readouterr()
    assert "24 of 24 images" in out
    assert "\r" not in err, "a line that rewrites itself is for terminals only"
    first = Catalogue([tmp_path / "run"]).get("inpaint-unet")
    assert train("--resume") == 0
    assert Catalogue([tmp_path / "run"]).get("inpaint-unet").sha256 == first.sha256, "nothing was left to do"
    assert train() == 2
    assert "--resume" in capsys.readouterr().err


def test_on_a_terminal_a_line_rewrites_itself(
    train: Train, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert train() == 0
    err = capsys.readouterr().err
    assert "\r" in err
    assert "/s" in err


def test_ctrl_c_saves_and_exits_130(
    train: Train, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = loop.Trainer._step

    def step(trainer: loop.Trainer, done: float) -> dict[str, float]:
        if trainer.steps == 2:
            signal.raise_signal(signal.SIGINT)
        return original(trainer, done)

    monkeypatch.setattr(loop.Trainer, "_step", step)
    assert train() == 130
    assert "--resume" in capsys.readouterr().err
    monkeypatch.setattr(loop.Trainer, "_step", original)
    assert train("--resume") == 0
    assert "24 of 24 images" in capsys.readouterr().out


def test_the_presets_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in PRESETS)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["train", "impaint", "--data", "."], "inpaint-cpu"),
        (["train", "inpaint-cpu", "--data", "nowhere"], "nowhere"),
        (["train", "inpaint-cpu", "--data", "."], "no photos"),
        (["train", "inpaint-cpu", "--data", ".", "--set", "colour=3"], "colour"),
        (["train", "inpaint-cpu", "--data", ".", "--set", "images=many"], "images"),
        (["train", "inpaint-cpu", "--data", ".", "--set", "images=0"], "images"),
        (["train", "inpaint-cpu", "--data", ".", "--set", "penalty=r2"], "wgan-gp"),
        (["train", "inpaint-cpu", "--data", ".", "--set", "problem=detect"], "problem"),
        (["train", "inpaint-cpu", "--data", ".", "--device", "tpu"], "tpu"),
        (["train", "inpaint-cpu", "--data", ".", "--resume"], "no checkpoint"),
        (["train", "inpaint-cpu"], "--data"),
        (["train"], "preset"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    line: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(line) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.timeout(310)
def test_two_processes_train_together(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    line = ["train", "inpaint-cpu", "--data", str(photos), "--out", str(out), "--device", "cpu"]
    changed = settings(*SMALL, NETWORK, "devices=2", "threads=1")
    done = subprocess.run(
        [sys.executable, "-m", "restorer", *line, *changed], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("24 of 24 images") == 1
    (entry,) = RunLog(out / "log.jsonl").entries()
    assert entry.images == 24
    card = Catalogue([out]).get("inpaint-unet")
    assert card.training["updates"] == 3, "four patches on each of two processes"
    assert card.training["hardware"].startswith("2 x ")
