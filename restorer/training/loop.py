"""The loop: a generator, perhaps a discriminator against it, any problem; resumable to the image."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from restorer.core.errors import Cancelled, InputError, WorkError
from restorer.training.adversary import Adversary
from restorer.training.checkpoint import Checkpoint, save_checkpoint
from restorer.training.curves import write_curves
from restorer.training.device import average_gradients
from restorer.training.ema import Ema
from restorer.training.guard import GIVE_UP, Guard
from restorer.training.interrupt import Interrupt
from restorer.training.problem import Problem
from restorer.training.progress import Progress, RunLog
from restorer.training.samples import write_samples
from restorer.training.weights import start_from

if TYPE_CHECKING:
    from lightning_fabric import Fabric

LOG = "log.jsonl"
Report = Callable[[Progress], None]


def ignore(progress: Progress) -> None:
    """A report to nobody."""


class Trainer:
    """A run in a folder: log, two checkpoints, curves and samples.

    Args:
        problem: what to learn.
        out: the run's folder, made if missing.
        fabric: where to train.
        preset: name the run was started under; kept in its checkpoints.
        checkpoint: state to go on from; None starts anew, from ``config.initial`` if that is given.
        say: called with notes for the person.

    Raises:
        InputError: where the checkpoint or the initial weights do not fit the problem's networks, or the problem has no
            discriminator but the config an adversarial weight.
    """

    def __init__(
        self,
        problem: Problem,
        out: Path,
        fabric: Fabric,
        preset: str,
        *,
        checkpoint: Checkpoint | None = None,
        say: Callable[[str], None] = lambda note: None,
    ) -> None:
        self.problem, self.config, self.out, self.fabric, self.preset = problem, problem.config, out, fabric, preset
        self.say = say if fabric.is_global_zero else lambda note: None
        self.images, self.steps, self.seconds = 0, 0, 0.0
        self.network = problem.network.to(memory_format=torch.channels_last)
        if self.config.initial and checkpoint is None:
            new = start_from(self.network, self.config.initial)
            self.say(f"Started from the weights {self.config.initial}; {len(new)} of the network's layers are new.")
        self.ema = Ema(self.network, self.config.ema)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(),
            lr=self.config.learning_rate,
            weight_decay=self.config.weight_decay,
            betas=(0.9, 0.99),
            fused=True,
        )
        self.adversary = Adversary(problem, fabric) if self.config.adversarial_weight > 0 else None
        self.guard = Guard(self.config.spike_limit)
        if checkpoint is not None:
            self._restore(checkpoint)
        # The compiled module shares its weights with the plain one, which is what is saved.
        self.forward: nn.Module = self.network
        if self.config.compile:
            self.forward = torch.compile(self.network)  # type: ignore[assignment]
        self.log = RunLog(out / LOG)
        if fabric.is_global_zero:
            out.mkdir(parents=True, exist_ok=True)
            self.log.rewind(self.images if checkpoint else -1)

    def run(self, report: Report = ignore, tick: Report = ignore) -> None:
        """Trains until ``config.images`` patches were seen, or ``config.minutes`` are over if they are set.

        Args:
            report: called after every checkpoint, with figures.
            tick: called after every step, with what is known by then.

        Raises:
            Cancelled: after an interrupt, once the state is saved.
            WorkError: where the gradient is not a number again and again, or the disk is full.
        """
        interval = _Interval(self.images)
        with Interrupt() as interrupt:
            done = self._done(interval)
            while done < 1:
                interval.add(self._step(done))
                done = self._done(interval)
                due = interval.trained() >= self.config.checkpoint_seconds or done >= 1
                due, requested = self._agree(due, interrupt.requested)
                progress = self._progress(interval, done)
                if requested:
                    self.seconds = progress.seconds
                    self._save()
                    raise Cancelled(f"Interrupted after {self.images} images; all is saved, go on with --resume.")
                tick(progress)
                if due:
                    # The next interval begins before the evaluation, whose time counts in the rate.
                    self.seconds, interval = progress.seconds, _Interval(self.images)
                    report(self._checkpoint(progress))
                    interval.evaluated()
        self.seconds += interval.elapsed()

    def _done(self, interval: _Interval) -> float:
        """How much of the run is over, 0 to 1: by the first process's clock, so that all take the same steps."""
        done = self.config.progress_at(self.images, self.seconds + interval.elapsed())
        return self.fabric.broadcast(done) if self.fabric.world_size > 1 else done

    def _step(self, done: float) -> dict[str, float]:
        """One update of every network, at ``done`` 0 to 1 of the run. Returns the terms of the losses."""
        config, problem = self.config, self.problem
        count = config.batch_at(done)
        # Seeded by position, so a resumed run draws the very same batches, and each process others.
        position = self.images + self.fabric.global_rank * count
        generator = torch.Generator().manual_seed(config.seed * 1_000_003 + position)
        batch = problem.batch(count, config.patch_at(done), generator)
        rate_share = config.learning_rate_share_at(self.images, done)
        for group in self.optimizer.param_groups:
            group["lr"] = config.learning_rate * rate_share

        self.network.train()
        with self.fabric.autocast():
            prediction = problem.predict(self.forward, batch)
        prediction = prediction.float()
        terms = problem.loss(prediction, batch)
        fidelity = total = torch.stack(list(terms.values())).sum()
        if self.adversary is not None:
            judged, rival = self.adversary.play(prediction, batch, generator, self.steps, rate_share)
            terms = {**terms, **judged, "discriminator": rival}
            if self.images >= config.adversarial_after:
                total = fidelity + self.adversary.pull(judged, fidelity, prediction)
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        average_gradients(self.fabric, self.network)
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), config.gradient_clip or math.inf)

        losses = self._mean_over_processes({**terms, "norm": norm, "fidelity": fidelity})
        self._apply(losses.pop("norm"), losses.pop("fidelity"))
        self.images += count * self.fabric.world_size
        self.steps += 1
        return losses

    def _apply(self, norm: float, fidelity: float) -> None:
        """Takes the step, or goes back to the average where it is not a number or the loss has run away."""
        if self.guard.is_finite(norm, fidelity):
            if not self.guard.diverges(fidelity):
                self.optimizer.step()
                self.ema.update(self.network)
                return
            self.say(f"The loss ran away after {self.images} images; went back to the averaged weights.")
        elif self.guard.gives_up:
            raise WorkError(
                f"The loss was not a number {GIVE_UP} times in a row after {self.images} images.",
                hint="The last checkpoint is from before; resume with a lower learning rate.",
            )
        # The average has not seen the bad step, and the optimizer's memory of it would bring it back.
        self.network.load_state_dict(self.ema.weights)
        self.optimizer.state.clear()

    def _mean_over_processes(self, values: dict[str, Tensor]) -> dict[str, float]:
        stacked = torch.stack([value.detach().float() for value in values.values()])
        if self.fabric.world_size > 1:
            stacked = self.fabric.all_reduce(stacked, reduce_op="mean")  # type: ignore[assignment]
        return dict(zip(values, stacked.tolist(), strict=True))

    def _agree(self, due: bool, requested: bool) -> tuple[bool, bool]:
        """What any process wants, all do."""
        if self.fabric.world_size == 1:
            return due, requested
        wishes = torch.tensor([float(due), float(requested)], device=self.fabric.device)
        reduced = self.fabric.all_reduce(wishes, reduce_op="sum")
        assert isinstance(reduced, Tensor)
        return bool(reduced[0] > 0), bool(reduced[1] > 0)

    def _progress(self, interval: _Interval, done: float) -> Progress:
        elapsed = interval.elapsed()
        return Progress(
            images=self.images,
            total=round(self.images / done) if self.config.minutes else self.config.images,
            seconds=round(self.seconds + elapsed, 1),
            images_per_second=round((self.images - interval.images) / max(elapsed, 1e-9), 2),
            learning_rate=self.config.learning_rate * self.config.learning_rate_share_at(self.images, done),
            losses=interval.means(),
        )

    def _checkpoint(self, progress: Progress) -> Progress:
        """Saves, measures and draws; gives back the progress with its figures."""
        self._save()
        if self.fabric.is_global_zero:
            progress = replace(progress, figures=self.evaluate())
            try:
                self.log.append(progress)
                write_curves(self.out, self.log.entries())
                with torch.no_grad():
                    write_samples(self.out, self.images, self.problem.samples(self.ema.network))
            except OSError as error:
                raise WorkError(f"The log in {self.out} could not be written: {error.strerror or error}.") from error
        self.fabric.barrier()
        return progress

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """Figures of the averaged network on held-out data."""
        return self.problem.evaluate(self.ema.network)

    def _save(self) -> None:
        if not self.fabric.is_global_zero:
            return
        save_checkpoint(
            self.out,
            Checkpoint(
                preset=self.preset,
                config=self.config,
                images=self.images,
                steps=self.steps,
                seconds=self.seconds,
                network=self.network.state_dict(),
                ema=self.ema.weights,
                ema_updates=self.ema.updates,
                optimizer=self.optimizer.state_dict(),
                adversary=self.adversary.state() if self.adversary else {},
                guard=asdict(self.guard),
            ),
        )

    def _restore(self, checkpoint: Checkpoint) -> None:
        try:
            self.network.load_state_dict(checkpoint.network)
            self.ema.network.load_state_dict(checkpoint.ema)
            self.optimizer.load_state_dict(checkpoint.optimizer)
            if self.adversary is not None:
                self.adversary.restore(checkpoint.adversary)
        except (RuntimeError, ValueError, KeyError) as error:
            raise InputError(f"The checkpoint in {self.out} is of another architecture: {error}.") from None
        self.ema.updates = checkpoint.ema_updates
        self.guard = Guard(**{**checkpoint.guard, "limit": self.config.spike_limit})
        self.images, self.steps, self.seconds = checkpoint.images, checkpoint.steps, checkpoint.seconds


class _Interval:
    """What happened since the last checkpoint."""

    def __init__(self, images: int) -> None:
        self.images = images
        self._began = self._training_since = time.monotonic()
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}

    def elapsed(self) -> float:
        """Seconds."""
        return time.monotonic() - self._began

    def evaluated(self) -> None:
        self._training_since = time.monotonic()

    def trained(self) -> float:
        """Seconds, without the evaluation at the beginning: where that takes long, it is not all that is done."""
        return time.monotonic() - self._training_since

    def add(self, losses: dict[str, float]) -> None:
        for name, value in losses.items():
            if math.isfinite(value):
                self._sums[name] = self._sums.get(name, 0.0) + value
                self._counts[name] = self._counts.get(name, 0) + 1

    def means(self) -> dict[str, float]:
        return {name: round(total / self._counts[name], 6) for name, total in self._sums.items()}
