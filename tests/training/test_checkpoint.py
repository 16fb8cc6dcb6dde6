"""Checkpoints: torn, missing, foreign, and a disk without room for another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from training.conftest import StartRun

from restorer.core.errors import InputError, WorkError
from restorer.training.checkpoint import load_checkpoint
from restorer.training.loop import Trainer

resource = pytest.importorskip("resource", reason="the system limits no file sizes")

CHECKPOINTS = ("checkpoint.pt", "checkpoint-previous.pt")


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file can become larger than ``size`` bytes: writing on fails as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def finished(start: StartRun) -> Trainer:
    trainer = start("tiny")
    trainer.run()
    trainer._save()
    return trainer


def test_a_torn_checkpoint_falls_back_to_the_one_before(finished: Trainer, start: StartRun) -> None:
    newest = finished.out / "checkpoint.pt"
    newest.write_bytes(newest.read_bytes()[:1000])
    notes: list[str] = []
    resumed = start("tiny", resume=True, say=notes.append)
    assert resumed.images == finished.images
    assert "unreadable checkpoint.pt" in notes[0]
    assert "checkpoint-previous.pt" in notes[0]


def test_without_any_readable_checkpoint_resuming_says_so(start: StartRun, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no checkpoint"):
        start("tiny", resume=True)
    for name in CHECKPOINTS:
        (tmp_path / name).write_bytes(b"torn")
    with pytest.raises(InputError, match=r"checkpoint\.pt .*checkpoint-previous\.pt"):
        load_checkpoint(tmp_path)


def test_a_checkpoint_never_runs_code(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "sprung",))  # type: ignore[return-value]

    torch.save({"config": Trap()}, tmp_path / "checkpoint.pt")
    with pytest.raises(InputError, match="can be read"):
        load_checkpoint(tmp_path)
    assert not (tmp_path / "sprung").exists()


def test_a_full_disk_ends_the_run_and_leaves_the_checkpoints_before(finished: Trainer, start: StartRun) -> None:
    before = {name: (finished.out / name).read_bytes() for name in CHECKPOINTS}
    trainer = start("tiny", resume=True, images=80)
    with room_for(2000), pytest.raises(WorkError, match="could not be written: File too large") as caught:
        trainer.run()
    assert caught.value.exit_code == 1
    assert "make room" in caught.value.hint
    assert {name: (finished.out / name).read_bytes() for name in CHECKPOINTS} == before
    assert not (finished.out / "checkpoint.part").exists()
    assert start("tiny", resume=True).images == finished.images


def test_a_full_disk_at_the_log_is_no_crash(start: StartRun) -> None:
    trainer = start("tiny")
    trainer._save = lambda: None  # type: ignore[method-assign]
    with room_for(50), pytest.raises(WorkError, match=r"The log in .* could not be written"):
        trainer.run()


def test_a_checkpoint_of_another_architecture_is_refused(finished: Trainer, start: StartRun) -> None:
    with pytest.raises(InputError, match="another architecture"):
        start("tiny", resume=True, hyperparameters='{"widths": [4, 8], "blocks": [1, 1]}')


def test_a_checkpoint_without_the_discriminator_that_is_asked_for_is_refused(
    finished: Trainer, start: StartRun
) -> None:
    with pytest.raises(InputError, match="another architecture"):
        start("tiny", resume=True, adversarial_weight=0.1)


def test_a_checkpoint_of_another_preset_or_problem_is_refused(finished: Trainer, start: StartRun) -> None:
    with pytest.raises(InputError, match="preset tiny, not tiny-gan"):
        start("tiny-gan", resume=True)
    with pytest.raises(InputError, match="another problem: inpaint, not detect"):
        start("detect-cpu", resume=True)


def test_a_run_is_not_overwritten_by_another(finished: Trainer, start: StartRun) -> None:
    with pytest.raises(InputError, match=r"already.* --resume"):
        start("tiny")


def test_settings_given_on_resume_win_over_the_saved_ones(start: StartRun) -> None:
    start("tiny", learning_rate=3e-3).run()
    resumed = start("tiny", resume=True, images=64)
    assert resumed.config.images == 64
    assert resumed.config.learning_rate == 3e-3
