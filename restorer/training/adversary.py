"""The other side of a GAN: a discriminator, how it learns, and what the generator hears from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.core.errors import InputError
from restorer.training.device import average_gradients
from restorer.training.objectives import get_objective
from restorer.training.objectives.augment import draw_augmentation, parse_policy
from restorer.training.objectives.feature_matching import feature_matching
from restorer.training.objectives.penalties import gradient_penalty, r1
from restorer.training.problem import Batch, Problem

if TYPE_CHECKING:
    from lightning_fabric import Fabric

_LEAST_GRADIENT = 1e-8
"""Shorter ones are of a discriminator that has nothing to say."""


class Adversary:
    """Plays one round of the game a step, in a problem that has a discriminator.

    The discriminator has a learning rate of its own (two time-scales, Heusel et al. 2017). Real and made pictures get
    the same DiffAugment transform. Where the batch has a weight, only the patches that touch it are judged: the others
    are the same picture on both sides.

    Raises:
        InputError: where the problem has no discriminator, or an objective or augmentation is not known.
    """

    def __init__(self, problem: Problem, fabric: Fabric) -> None:
        config = problem.config
        if problem.discriminator is None:
            raise InputError(f"The problem {config.problem!r} has no adversarial stage.", hint="Set its weight to 0.")
        self.problem, self.fabric, self.config = problem, fabric, config
        self.objective = get_objective(config.objective)
        parse_policy(config.diff_augment)
        self.discriminator = problem.discriminator.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(
            self.discriminator.parameters(), lr=config.discriminator_learning_rate, betas=(0.0, 0.99), fused=True
        )

    def play(
        self, prediction: Tensor, batch: Batch, generator: torch.Generator, step: int, rate_share: float
    ) -> tuple[dict[str, Tensor], Tensor]:
        """The discriminator learns, then judges.

        Args:
            prediction: what was made, with its graph.
            step: counts updates, for the lazy penalty.
            rate_share: of the peak learning rate.

        Returns:
            the generator's terms, for :meth:`pull`; and the discriminator's loss, detached, for the log.
        """
        augmentation = draw_augmentation(self.config.diff_augment, len(prediction), generator)
        real = augmentation(self.problem.condition(batch.target, batch))
        made = augmentation(self.problem.condition(prediction, batch))
        weight = None if batch.weight is None else augmentation(batch.weight, colored=0)
        loss = self._learn(real, made.detach(), weight, rate_share, self._penalty(prediction, batch, generator, step))
        return self._judge(real, made, weight), loss

    def pull(self, terms: dict[str, Tensor], others: Tensor, prediction: Tensor) -> Tensor:
        """The sum of ``terms``, scaled so that its gradient at the picture is ``adversarial_weight`` times as long as
        that of all ``others`` together: a young discriminator's is a thousand times shorter than a grown one's.

        Esser et al., *Taming Transformers for High-Resolution Image Synthesis*, 2021, do so at the last layer.
        """
        total = torch.stack(list(terms.values())).sum()
        ours, theirs = (
            torch.linalg.vector_norm(torch.autograd.grad(loss, prediction, retain_graph=True)[0])
            for loss in (total, others)
        )
        scale: Tensor = self.config.adversarial_weight * theirs / ours.clamp_min(_LEAST_GRADIENT)
        return scale * total

    def _learn(
        self, real: Tensor, made: Tensor, weight: Tensor | None, rate_share: float, penalty: Tensor | None
    ) -> Tensor:
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.discriminator_learning_rate * rate_share
        with self.fabric.autocast():
            logits = self.discriminator(torch.cat((real, made))).logits
        real_logits, made_logits = logits.chunk(2)
        judged = _touched(weight, real_logits)
        loss = self.objective.discriminator_loss(real_logits[judged], made_logits[judged])
        total = loss if penalty is None else loss + penalty
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        average_gradients(self.fabric, self.discriminator)
        norm = nn.utils.clip_grad_norm_(self.discriminator.parameters(), self.config.gradient_clip or math.inf)
        # There is no average to go back to, but weights that only ever take finite steps stay finite.
        if math.isfinite(float(norm)):
            self.optimizer.step()
        return loss.detach()

    def _penalty(self, prediction: Tensor, batch: Batch, generator: torch.Generator, step: int) -> Tensor | None:
        """The slope's, every so many steps and then so many times as strong; None in between."""
        config = self.config
        if config.penalty == "none" or step % config.penalty_interval:
            return None
        weight = config.penalty_weight * config.penalty_interval
        self.discriminator.train().requires_grad_(True)

        def judge(picture: Tensor) -> Tensor:
            logits: Tensor = self.discriminator(self.problem.condition(picture, batch)).logits
            return logits

        if config.penalty == "r1":
            return 0.5 * weight * r1(judge, batch.target)
        return weight * gradient_penalty(judge, batch.target, prediction, generator)

    def _judge(self, real: Tensor, made: Tensor, weight: Tensor | None) -> dict[str, Tensor]:
        config = self.config
        # Evaluation mode keeps the generator's step from turning spectral norm's power iteration.
        self.discriminator.eval().requires_grad_(False)
        with self.fabric.autocast():
            answer = self.discriminator(made)
            beside = None
            if config.feature_matching_weight > 0 or self.objective.name == "relativistic":
                beside = self.discriminator(real)
        self.discriminator.train().requires_grad_(True)
        judged = _touched(weight, answer.logits)
        real_logits = None if beside is None else beside.logits[judged]
        terms = {"adversarial": self.objective.generator_loss(answer.logits[judged], real_logits)}
        if beside is not None and config.feature_matching_weight > 0:
            matching = feature_matching(beside.features, answer.features)
            terms["feature_matching"] = config.feature_matching_weight * matching
        return terms

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {"discriminator": self.discriminator.state_dict(), "optimizer": self.optimizer.state_dict()}

    def restore(self, state: dict[str, Any]) -> None:
        """Raises RuntimeError, ValueError or KeyError for the state of another discriminator."""
        self.discriminator.load_state_dict(state["discriminator"])
        self.optimizer.load_state_dict(state["optimizer"])


def _touched(weight: Tensor | None, logits: Tensor) -> Tensor:
    """Which logits have weighted pixels under them, of ``logits``' shape; all of them where none has."""
    if weight is None:
        return torch.ones_like(logits, dtype=torch.bool)
    touched = F.adaptive_max_pool2d(weight, logits.shape[-2:]).expand_as(logits) > 0
    return touched if bool(touched.any()) else torch.ones_like(touched)
