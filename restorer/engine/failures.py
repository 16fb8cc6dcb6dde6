"""How to tell that a device failed for good, rather than that one call was too much for it."""

from __future__ import annotations

import torch

from restorer.engine.memory import is_out_of_memory

_LOST = (
    "cuda error",
    "cuda driver",
    "hip error",
    "no kernel image",
    "device-side assert",
    "device is lost",
    "device removed",
    "nvml",
    "cudnn_status_execution_failed",
    "cudnn_status_internal_error",
    "cudnn_status_not_initialized",
    "cublas_status_execution_failed",
    "cublas_status_internal_error",
    "cublas_status_not_initialized",
    "mps backend",
    "command buffer",
)
"""What drivers say, in lower case. After most of these a CUDA context refuses every later call of the process."""


def is_device_lost(error: BaseException, device: torch.device) -> bool:
    """Whether an exception means that an accelerator cannot be used any more; the processor cannot be lost."""
    if str(device) == "cpu" or is_out_of_memory(error):
        return False
    if isinstance(error, torch.AcceleratorError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _LOST)


def first_line(error: BaseException) -> str:
    """What the driver said, without the advice that follows it."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
