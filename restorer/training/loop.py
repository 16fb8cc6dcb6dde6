"""The fidelity loop: one network, one loss, resumable to the image."""

from __future__ import annotations

import json
import math
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from restorer.core.errors import Cancelled, InputError, WorkError
from restorer.networks import ARCHITECTURES
from restorer.networks.harmonic import harmonic_fill
from restorer.training.augment import add_grain, age_tones
from restorer.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from restorer.training.config import TrainConfig
from restorer.training.data import PhotoSet, load_photos
from restorer.training.ema import Ema
from restorer.training.losses import charbonnier, gradient_l1, psnr
from restorer.training.masks import MaskBank

MASK_BANK_COUNT = 3000
EVALUATION_COUNT = 64
EVALUATION_SIDE = 128
NAN_LIMIT = 20
"""Skipped batches in a row after which a run is given up."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of the log: after ``images`` patches and ``seconds`` of training."""

    images: int
    total: int
    seconds: float
    images_per_second: float
    loss: float
    learning_rate: float
    hole_psnr: float
    harmonic_psnr: float

    @property
    def eta_seconds(self) -> float:
        return (self.total - self.images) / max(self.images_per_second, 1e-9)


def build_network(config: TrainConfig) -> nn.Module:
    """Raises InputError for an unknown architecture or hyperparameters it does not take."""
    if config.architecture not in ARCHITECTURES:
        raise InputError(
            f"There is no architecture {config.architecture!r}.", hint=f"Known: {', '.join(ARCHITECTURES)}."
        )
    try:
        return ARCHITECTURES[config.architecture](**json.loads(config.hyperparameters))
    except (TypeError, ValueError) as error:
        raise InputError(f"{config.architecture} cannot be built from {config.hyperparameters}: {error}.") from None


class Trainer:
    """A run in a folder: ``log.jsonl`` and two checkpoints.

    Args:
        config: what to do; ignored on resume except for the fields in ``overrides``.
        data: folder of training photos.
        out: the run's folder, made if missing.
        device: where to train.
        resume: continue from the newest valid checkpoint in ``out``.
        overrides: config fields to change on resume (more ``images``, say).
        say: called with notes for the person.
    """

    def __init__(
        self,
        config: TrainConfig,
        data: Path,
        out: Path,
        device: torch.device,
        *,
        resume: bool = False,
        overrides: dict[str, Any] | None = None,
        say: Callable[[str], None] = lambda note: None,
    ) -> None:
        out.mkdir(parents=True, exist_ok=True)
        checkpoint = None
        if resume:
            checkpoint, note = load_checkpoint(out)
            config = replace(checkpoint.config, **(overrides or {}))
            if note:
                say(note)
        if config.threads:
            torch.set_num_threads(config.threads)
        self.config, self.out, self.device = config, out, device
        self.images, self.seconds = 0, 0.0
        torch.manual_seed(config.seed)
        self.network = build_network(config).to(device).to(memory_format=torch.channels_last)
        self.ema = Ema(self.network, config.ema)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(),
            lr=config.learning_rate,
            weight_decay=config.weight_decay,
            betas=(0.9, 0.99),
            fused=True,
        )
        if checkpoint is not None:
            self._restore(checkpoint)
        largest = max(config.patch_end, config.patch_start, EVALUATION_SIDE)
        self.photos, held_out = load_photos(data, largest, device)
        self.masks = MaskBank(MASK_BANK_COUNT, max(256, largest), config.seed, device)
        self.held_out = self._evaluation_set(held_out)

    def _restore(self, checkpoint: Checkpoint) -> None:
        try:
            self.network.load_state_dict(checkpoint.network)
            self.optimizer.load_state_dict(checkpoint.optimizer)
        except (RuntimeError, ValueError) as error:
            raise InputError(f"The checkpoint in {self.out} is of another architecture: {error}.") from None
        self.ema.weights = {name: value.to(self.device) for name, value in checkpoint.ema.items()}
        self.ema.updates = checkpoint.ema_updates
        self.images, self.seconds = checkpoint.images, checkpoint.seconds

    def _evaluation_set(self, held_out: PhotoSet) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(20)
        photos = held_out.sample(EVALUATION_COUNT, EVALUATION_SIDE, generator)
        bank = MaskBank(EVALUATION_COUNT, 2 * EVALUATION_SIDE, 21, self.device)
        return photos, bank.sample(EVALUATION_COUNT, EVALUATION_SIDE, generator)

    def run(self, report: Callable[[Progress], None]) -> None:
        """Trains until ``config.images`` patches were seen, reporting at every checkpoint.

        Raises:
            Cancelled: after an interrupt, once the state is saved.
            WorkError: where the loss is not a number again and again.
        """
        interrupted = _Interrupt()
        began, images_then, loss_sum, steps, bad = time.monotonic(), self.images, 0.0, 0, 0
        with interrupted:
            while self.images < self.config.images and not interrupted.requested:
                loss = self._step()
                bad = 0 if math.isfinite(loss) else bad + 1
                if bad > NAN_LIMIT:
                    raise WorkError(f"The loss was not a number {bad} times in a row after {self.images} images.")
                loss_sum, steps = (loss_sum + loss, steps + 1) if bad == 0 else (loss_sum, steps)
                elapsed = time.monotonic() - began
                if elapsed >= self.config.checkpoint_seconds or self.images >= self.config.images:
                    self.seconds += elapsed
                    rate = (self.images - images_then) / max(elapsed, 1e-9)
                    self._checkpoint(rate, loss_sum / max(1, steps), report)
                    began, images_then, loss_sum, steps = time.monotonic(), self.images, 0.0, 0
            if interrupted.requested:
                self.seconds += time.monotonic() - began
                self._save()
                raise Cancelled(f"Interrupted after {self.images} images; resume with --resume.")

    def _step(self) -> float:
        config = self.config
        progress = self.images / config.images
        side, count = config.patch_at(progress), config.batch_at(progress)
        # Seeded by position, so a resumed run draws the very same batches.
        generator = torch.Generator().manual_seed(config.seed * 1_000_003 + self.images)
        target = age_tones(self.photos.sample(count, side, generator), config.gray_share, generator)
        target = add_grain(target, config.noise_share, generator).contiguous(memory_format=torch.channels_last)
        mask = self.masks.sample(count, side, generator)
        for group in self.optimizer.param_groups:
            group["lr"] = config.learning_rate_at(self.images)
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            prediction = self.network(target, mask)
        prediction = prediction.float()
        loss = charbonnier(prediction, target, mask, config.charbonnier_eps)
        loss = loss + config.gradient_weight * gradient_l1(prediction, target, mask)
        self.images += count
        self.network.zero_grad(set_to_none=True)
        value = float(loss.detach())
        if not math.isfinite(value):
            # Back to the average: it has not seen the bad step.
            self.network.load_state_dict(self.ema.weights)
            return value
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), config.gradient_clip)
        self.optimizer.step()
        self.ema.update(self.network)
        return value

    def _checkpoint(self, rate: float, loss: float, report: Callable[[Progress], None]) -> None:
        self._save()
        hole, harmonic = self.evaluate()
        progress = Progress(
            images=self.images,
            total=self.config.images,
            seconds=round(self.seconds, 1),
            images_per_second=round(rate, 2),
            loss=round(loss, 6),
            learning_rate=self.config.learning_rate_at(self.images),
            hole_psnr=round(hole, 3),
            harmonic_psnr=round(harmonic, 3),
        )
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({name: getattr(progress, name) for name in progress.__slots__}) + "\n")
        report(progress)

    def _save(self) -> None:
        save_checkpoint(
            self.out,
            Checkpoint(
                config=self.config,
                images=self.images,
                seconds=self.seconds,
                network=_on_cpu(self.network.state_dict()),
                ema=_on_cpu(self.ema.weights),
                ema_updates=self.ema.updates,
                optimizer=self.optimizer.state_dict(),
            ),
        )

    @torch.no_grad()
    def evaluate(self) -> tuple[float, float]:
        """Mean PSNR in dB inside the holes of held-out photos: the averaged network's, and the harmonic fill's."""
        averaged = build_network(self.config).to(self.device).to(memory_format=torch.channels_last).eval()
        averaged.load_state_dict(self.ema.weights)
        network_psnr, harmonic_psnr = [], []
        for photos, masks in zip(*(torch.split(part, 8) for part in self.held_out), strict=True):
            holed = masks.flatten(1).sum(1) > 0
            network_psnr.append(psnr(averaged(photos, masks).clamp(0, 1), photos, masks)[holed])
            harmonic_psnr.append(psnr(harmonic_fill(photos, masks), photos, masks)[holed])
        return float(torch.cat(network_psnr).mean()), float(torch.cat(harmonic_psnr).mean())


class _Interrupt:
    """Turns Ctrl+C into a request to stop after the current step, while the context is open."""

    def __init__(self) -> None:
        self.requested = False
        self._previous: Any = None

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.requested = True

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._on_signal)

    def __exit__(self, *exception: object) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)


def _on_cpu(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach().cpu() for name, value in state.items()}
