"""Whether a device computes what it should: a small network on it beside the same on the processor."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from restorer.engine.failures import first_line
from restorer.engine.generator import half_dtype

_SIDE_PX = 96
_CHANNELS = 24
_CLOSE = 1e-3
_CLOSE_HALF = 2e-2
"""Largest difference from the processor that rounding explains, in 32 and in 16 bit, for values around 1."""
_DRIVER_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Checkup:
    """What came of it.

    Attributes:
        problem: what is wrong, one sentence; empty where nothing is.
        half: ``right``, ``unused`` on devices where nothing is computed in 16 bit, or what is wrong with it.
        driver: version, where there is one to ask for.
    """

    problem: str
    half: str
    driver: str = ""


def check_up(device_id: str) -> Checkup:
    """Runs a few convolutions; takes a second, on graphics cards a few. Never raises for what the device does."""
    device = torch.device(device_id)
    driver = _driver(device)
    try:
        with torch.inference_mode():
            network, image = _probe()
            expected = network(image)
            network, image = network.to(device), image.to(device)
            problem = _compare(network(image), expected, _CLOSE)
            if problem:
                return Checkup(f"{device_id} computes wrongly: {problem}.", "untried", driver)
            half = half_dtype(device)
            if half is None:
                return Checkup("", "unused", driver)
            with torch.autocast(device.type, half):
                answer = network(image)
            return Checkup("", _compare(answer.float(), expected, _CLOSE_HALF) or "right", driver)
    except (RuntimeError, MemoryError) as error:
        return Checkup(f"{device_id} failed at a small task: {first_line(error)}.", "untried", driver)


def _probe() -> tuple[nn.Module, Tensor]:
    """Five layers whose answers are around 1, and a picture; the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layers: list[nn.Module] = []
        for wide_in, wide_out in ((3, _CHANNELS), (_CHANNELS, _CHANNELS), (_CHANNELS, _CHANNELS), (_CHANNELS, 3)):
            layers += [nn.Conv2d(wide_in, wide_out, 3, padding=1), nn.LeakyReLU(0.2)]
        network = nn.Sequential(*layers).eval()
        image = torch.rand(1, 3, _SIDE_PX, _SIDE_PX)
    with torch.inference_mode():
        scale = network(image).abs().amax()
    return nn.Sequential(network, _Scale(1.0 / float(scale))), image


class _Scale(nn.Module):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor


def _compare(answer: Tensor, expected: Tensor, close: float) -> str:
    """What is wrong with an answer, or nothing."""
    answer = answer.to("cpu")
    if not answer.isfinite().all():
        return "it gives values that are not numbers"
    off = float((answer - expected).abs().amax())
    return f"it is off by up to {off:.2g}" if off > close else ""


def _driver(device: torch.device) -> str:
    """Version of the graphics driver, as NVIDIA's own tool names it; empty where there is none."""
    tool = shutil.which("nvidia-smi") if device.type == "cuda" else None
    if tool is None:
        return ""
    command = [tool, "--query-gpu=driver_version", "--format=csv,noheader", f"--id={device.index or 0}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_DRIVER_WITHIN_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
