"""Where a run trains: one device or several, and in which precision. Everything of Lightning Fabric is behind this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch
from torch import nn

from restorer.core.errors import InputError

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def training_device(name: str) -> torch.device:
    """``auto`` takes the first accelerator there is. Raises InputError where the asked one is missing."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device("cuda" if there["cuda"] else "mps" if there["mps"] else "cpu")
    kind, _, index = name.partition(":")
    if not there.get(kind, False) or (index and not index.isdecimal()):
        raise InputError(
            f"There is no device {name!r} here.", hint=f"Here: {', '.join(k for k, v in there.items() if v)}."
        )
    return torch.device(name)


def launch(device: torch.device, devices: int = 1, precision: str = "auto") -> Fabric:
    """Makes this process one of ``devices`` that train together; the others are started by this call, with the same
    command line.

    Args:
        device: kind to train on; with an index it is the only one.
        devices: graphics cards of that kind, or processes on the CPU.
        precision: ``auto`` (bf16 on CUDA, else 32), ``32`` or ``bf16``.

    Raises:
        InputError: where Lightning is not installed or there are not so many devices.
    """
    try:
        from lightning_fabric import Fabric
    except ImportError as error:
        raise InputError(
            f"Training needs the package lightning-fabric: {error}.", hint='Install Restorer with its extra "train".'
        ) from None
    if device.index is not None and devices > 1:
        raise InputError(f"{device} is one device, but devices is {devices}.", hint=f"Say {device.type} alone.")
    there = torch.cuda.device_count() if device.type == "cuda" else 1
    if device.type != "cpu" and devices > there:
        raise InputError(f"There are not {devices} devices of the kind {device.type} here.", hint=f"Here: {there}.")
    half = precision == "bf16" or (precision == "auto" and device.type == "cuda")
    chosen: Literal["bf16-mixed", "32-true"] = "bf16-mixed" if half else "32-true"
    if device.type == "cuda":
        # What stays in single precision may use the tensor cores' TF32.
        torch.set_float32_matmul_precision("high")
        # A run has three sizes of patches: trying out which convolution is the fastest pays at once.
        torch.backends.cudnn.benchmark = True
    fabric = Fabric(
        accelerator=device.type,
        devices=[device.index] if device.type == "cuda" and device.index is not None else devices,
        strategy="ddp" if devices > 1 else "auto",
        precision=chosen,
    )
    fabric.launch()
    return fabric


def average_gradients(fabric: Fabric, network: nn.Module) -> None:
    """Gives every process the mean of all processes' gradients.

    One flat all-reduce instead of a DDP wrapper: a discriminator's penalties differentiate it twice and call it several
    times a step, which DDP's hooks do not follow, and networks of a few million weights have nothing to overlap.
    """
    if fabric.world_size == 1:
        return
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    flat = fabric.all_reduce(torch.cat([gradient.flatten() for gradient in gradients]), reduce_op="mean")
    assert isinstance(flat, torch.Tensor)
    for gradient, mean in zip(gradients, torch.split(flat, [g.numel() for g in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))
