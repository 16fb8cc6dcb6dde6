"""Eight Gaussians on a ring: the smallest place where a generator can lose modes (Metz et al., Unrolled GANs, 2017)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from restorer.training.objectives import Objective
from restorer.training.objectives.penalties import gradient_penalty, r1

MODES = 8
RADIUS = 2.0
SIGMA = 0.15
LATENT = 2
BATCH = 64
R1_EVERY = 4
_ANGLES = torch.arange(MODES) * (math.tau / MODES)
CENTRES = RADIUS * torch.stack((_ANGLES.cos(), _ANGLES.sin()), dim=1)


@dataclass(frozen=True)
class Coverage:
    """Of a generator's samples, those within 3 σ of a mode.

    Attributes:
        near: share of all samples.
        least: share of all samples that the rarest mode has.
    """

    near: float
    least: float


def sample_ring(count: int, generator: torch.Generator) -> Tensor:
    modes = torch.randint(MODES, (count,), generator=generator)
    return CENTRES[modes] + SIGMA * torch.randn((count, 2), generator=generator)


def coverage_of(points: Tensor) -> Coverage:
    distance, mode = torch.cdist(points, CENTRES).min(1)
    near = distance < 3 * SIGMA
    shares = torch.bincount(mode[near], minlength=MODES) / len(points)
    return Coverage(near=float(near.float().mean()), least=float(shares.min()))


def train_on_ring(objective: Objective, *, steps: int, seed: int = 1, penalised: bool = True) -> Tensor:
    """4000 samples of a generator's average after ``steps`` updates of both sides.

    The critic of ``wgan-gp`` gets its gradient penalty at each step, every other discriminator R1 at each fourth.
    """
    torch.manual_seed(seed)
    draws = torch.Generator().manual_seed(seed)
    maker, judge = _mlp(LATENT, 64, 2), _mlp(2, 96, 1)
    average = [weight.detach().clone() for weight in maker.parameters()]
    makers, judges = (torch.optim.Adam(n.parameters(), lr=5e-3, betas=(0.0, 0.9), fused=True) for n in (maker, judge))
    for step in range(steps):
        real = sample_ring(BATCH, draws)
        made = maker(torch.randn((BATCH, LATENT), generator=draws))
        real_logits, made_logits = judge(torch.cat((real, made.detach()))).chunk(2)
        loss = objective.discriminator_loss(real_logits, made_logits)
        if penalised and objective.name == "wgan-gp":
            loss = loss + 0.1 * gradient_penalty(judge, real, made, draws)
        elif penalised and step % R1_EVERY == 0:
            loss = loss + 0.04 * r1(judge, real)
        judges.zero_grad()
        loss.backward()
        judges.step()
        makers.zero_grad()
        objective.generator_loss(judge(made), real_logits.detach()).backward()
        makers.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, list(maker.parameters()), 0.01)
    with torch.no_grad():
        for weight, mean in zip(maker.parameters(), average, strict=True):
            weight.copy_(mean)
        samples: Tensor = maker(torch.randn((4000, LATENT), generator=draws))
    return samples


def _mlp(inputs: int, width: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs)
    )
