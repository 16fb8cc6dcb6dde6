"""The device a run trains on."""

from __future__ import annotations

import torch

from restorer.core.errors import InputError


def training_device(name: str) -> torch.device:
    """``auto`` takes the first accelerator there is. Raises InputError where the asked one is missing."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device("cuda" if there["cuda"] else "mps" if there["mps"] else "cpu")
    kind = name.partition(":")[0]
    if not there.get(kind, False):
        raise InputError(
            f"There is no device {name!r} here.", hint=f"Here: {', '.join(k for k, v in there.items() if v)}."
        )
    return torch.device(name)
