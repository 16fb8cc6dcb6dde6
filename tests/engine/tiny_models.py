"""Throw-away networks and weights that tests make up as they go."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from restorer.store import ModelCard


class Identity(nn.Module):
    """Returns its input."""

    def forward(self, image: Tensor) -> Tensor:
        return image


class Bounded(nn.Module):
    """Three convolutions, the middle one at half resolution: looks less than :attr:`CONTEXT_PX` far."""

    CONTEXT_PX = 8
    multiple = 2

    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, channels, 3, padding=1)
        self.middle = nn.Conv2d(channels * 4, channels * 4, 3, padding=1)
        self.last = nn.Conv2d(channels, 3, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        x = nn.functional.pixel_unshuffle(torch.relu(self.first(image)), 2)
        x = nn.functional.pixel_shuffle(torch.relu(self.middle(x)), 2)
        return torch.sigmoid(self.last(x) * 16)


class Hungry(Bounded):
    """As its base, but the memory of a device runs out when a tile is larger than ``most_px`` a side."""

    most_px = 10**9
    calls: list[tuple[str, int, int]]

    def __init__(self) -> None:
        super().__init__()
        self.calls = []

    def forward(self, image: Tensor) -> Tensor:
        self.calls.append((str(self.first.weight.device), *image.shape[-2:]))
        if max(image.shape[-2:]) > self.most_px:
            raise torch.OutOfMemoryError("Tried to allocate 20.00 GiB.")
        return super().forward(image)


class Segmenting(Bounded):
    """Tells two classes apart: logits of the first and the last colour of what its base makes."""

    planes = 2

    def forward(self, image: Tensor) -> Tensor:
        return torch.logit(super().forward(image)[:, [0, 2]], eps=1e-6)


class HungrySegmenting(Segmenting):
    """As its base, but the memory of a device runs out when a tile is larger than 70 px a side."""

    def forward(self, image: Tensor) -> Tensor:
        if max(image.shape[-2:]) > 70:
            raise torch.OutOfMemoryError("Tried to allocate 20.00 GiB.")
        return super().forward(image)


class Filling(nn.Module):
    """Paints the hole in the mean colour of the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1))

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        known = 1 - mask
        mean = (image * known).sum((2, 3), keepdim=True) / known.sum((2, 3), keepdim=True).clamp_min(1)
        return image * known + mean * mask * self.gain


class Leveled(Bounded):
    """Adds the levels, in the network's order and units, to the three colours."""

    def forward(self, image: Tensor, levels: Tensor) -> Tensor:
        return image + levels[:, :, None, None]


class Doubling(Bounded):
    """Makes what its base makes twice as large: each pixel four times."""

    scale = 2

    def forward(self, image: Tensor) -> Tensor:
        return super().forward(image).repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


class Noisy(nn.Module):
    """Draws random numbers."""

    def forward(self, image: Tensor) -> Tensor:
        return torch.rand_like(image)


class Broken(nn.Module):
    """Gives not-a-number values."""

    def forward(self, image: Tensor) -> Tensor:
        return image / 0 - image / 0


class HalfBroken(nn.Module):
    """Gives not-a-number values in half precision only."""

    def forward(self, image: Tensor) -> Tensor:
        return image * torch.nan if torch.is_autocast_enabled("cpu") else image


class Wider(nn.Module):
    """Gives another size than it gets."""

    def forward(self, image: Tensor) -> Tensor:
        return torch.cat((image, image), dim=3)


class Loud(nn.Module):
    """Goes out of range at both ends."""

    def forward(self, image: Tensor) -> Tensor:
        return image * 4 - 1.5


TINY: dict[str, type[nn.Module]] = {
    cls.__name__.lower(): cls
    for cls in (
        Identity,
        Bounded,
        Hungry,
        Segmenting,
        HungrySegmenting,
        Filling,
        Leveled,
        Doubling,
        Noisy,
        Broken,
        HalfBroken,
        Wider,
        Loud,
    )
}

ModelMaker = Callable[..., ModelCard]


def write_model(folder: Path, architecture: str, *, model_id: str = "", **changes: Any) -> ModelCard:
    """Random weights (always the same) in half precision, and their card, in ``folder``."""
    torch.manual_seed(7)
    network = TINY[architecture](**changes.get("hyperparameters", {}))
    tensors = {name: tensor.half() for name, tensor in network.state_dict().items()}
    model_id = model_id or architecture
    path = folder / f"{model_id}.safetensors"
    save_file(tensors, path, metadata={"model": model_id})
    values: dict[str, Any] = {
        "title": model_id.title(),
        "task": "test",
        "architecture": architecture,
        "hyperparameters": {},
        "licence": "CC0-1.0",
        "summary": "",
        "context_px": Bounded.CONTEXT_PX,
    }
    card = ModelCard(
        id=model_id,
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        bytes=path.stat().st_size,
        **(values | changes),
    )
    (folder / f"{model_id}.json").write_text(card.to_text(), encoding="utf-8")
    return card
