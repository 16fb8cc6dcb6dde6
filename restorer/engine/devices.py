"""What this computer can compute on. Torch is imported when first asked."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path

from restorer.core.errors import InputError
from restorer.engine.host_memory import host_memory

CPU = "cpu"
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """A device and its memory at the time of asking.

    Attributes:
        id: ``cpu``, ``cuda:0``, ``mps``, as torch and ``--device`` name it.
        name: for people.
        total_bytes: its memory.
        free_bytes: what of it is free, for everyone.
        problem: why it is not used any more, a sentence; empty where it is.
    """

    id: str
    name: str
    total_bytes: int
    free_bytes: int
    problem: str = ""


def available_devices() -> tuple[DeviceInfo, ...]:
    """Every device that works here, accelerators first, the processor last. Takes seconds where torch is not loaded."""
    return (*_cuda_devices(), *_mps_devices(), _processor())


def choose_device(wish: str = AUTO) -> DeviceInfo:
    """The device meant by ``auto`` (the first there is), ``cpu``, ``cuda`` (the first of them), ``cuda:1`` or ``mps``.

    Raises:
        InputError: where there is none such; the message names what there is.
    """
    if wish == CPU:
        return _processor()
    devices = available_devices()
    for device in devices:
        if wish in (AUTO, device.id, device.id.partition(":")[0]):
            return device
    there = ", ".join(f"{device.id} ({device.name})" for device in devices)
    raise InputError(f"This computer has no device {wish!r} that works.", hint=f"It has {there}.")


def free_bytes(device_id: str) -> int:
    """Memory that this process could still get on a device, including what torch holds there unused."""
    import torch

    if device_id.startswith("cuda"):
        unused = torch.cuda.memory_reserved(device_id) - torch.cuda.memory_allocated(device_id)
        return torch.cuda.mem_get_info(device_id)[0] + unused
    if device_id == "mps":
        return _mps_free_bytes()
    return host_memory().available_bytes


def _cuda_devices() -> tuple[DeviceInfo, ...]:
    import torch

    if not torch.cuda.is_available():
        return ()
    devices = []
    for index in range(torch.cuda.device_count()):
        device_id = f"cuda:{index}"
        try:
            # A card too old for this build of torch is listed by the driver but fails at its first kernel.
            torch.zeros(1, device=device_id).add_(1).item()
            free, total = torch.cuda.mem_get_info(index)
        except RuntimeError:
            continue
        devices.append(DeviceInfo(device_id, torch.cuda.get_device_name(index), total, free))
    return tuple(devices)


def _mps_devices() -> tuple[DeviceInfo, ...]:
    import torch

    if not torch.backends.mps.is_available():
        return ()
    return (DeviceInfo("mps", "Apple graphics", torch.mps.recommended_max_memory(), _mps_free_bytes()),)


def _mps_free_bytes() -> int:
    import torch

    unused = torch.mps.driver_allocated_memory() - torch.mps.current_allocated_memory()
    return max(0, torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory() + unused)


def _processor() -> DeviceInfo:
    memory = host_memory()
    return DeviceInfo(CPU, _processor_name(), memory.total_bytes, memory.available_bytes)


def _processor_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    except OSError:
        pass  # Not Linux: the standard library knows enough there.
    return platform.processor() or platform.machine() or "processor"
