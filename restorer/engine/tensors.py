"""The seam between numpy and torch: arrays are ``H x W x C``, tensors ``1 x C x H x W``; both RGB, 0 to 1, float32."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from restorer.core.contract import FloatPixels, FloatPlane, Levels
from restorer.networks import restore_unet


def image_tensor(pixels: FloatPixels, multiple: int = 1) -> Tensor:
    """``1 x 3 x H x W`` copy of 1- or 3-channel pixels; gray becomes three equal channels.

    The edge is repeated at the right and bottom until both sides are multiples of ``multiple``.
    """
    tensor = torch.from_numpy(np.array(pixels.transpose(2, 0, 1)[None], np.float32, order="C"))
    return _pad(tensor.expand(-1, 3, -1, -1), multiple)


def mask_tensor(mask: FloatPlane, multiple: int = 1) -> Tensor:
    """``1 x 1 x H x W`` copy of a plane, padded as :func:`image_tensor` does."""
    return _pad(torch.from_numpy(np.array(mask[None, None], np.float32, order="C")), multiple)


def planes_tensor(planes: FloatPixels) -> Tensor:
    """``1 x C x H x W`` copy of any number of planes."""
    return torch.from_numpy(np.array(planes.transpose(2, 0, 1)[None], np.float32, order="C"))


def level_tensor(levels: Levels) -> Tensor:
    """``1 x 3``, in the order and units of the network."""
    blur = restore_unet.blur_level(levels.blur_px)
    return torch.tensor([restore_unet.Levels(levels.noise, levels.compression, blur)], dtype=torch.float32)


def pixels_of(tensor: Tensor, height: int, width: int, channels: int) -> FloatPixels:
    """New ``height x width x channels`` array from the top left of a ``1 x 3 x H x W`` tensor on any device.

    Gray is the mean of the channels, written so that the mean of three equal values is exactly that value.
    """
    kept = tensor[0, :, :height, :width].float()
    if channels == 1:
        red, green, blue = kept
        kept = (green + ((red - green) + (blue - green)) / 3)[None]
    return np.array(kept.permute(1, 2, 0).cpu().numpy(), np.float32, order="C")


def probabilities_of(logits: Tensor, height: int, width: int) -> FloatPixels:
    """New ``height x width x K`` array: the sigmoid of the top left of ``1 x K x H x W`` logits on any device."""
    return np.array(
        logits[0, :, :height, :width].float().sigmoid().permute(1, 2, 0).cpu().numpy(), np.float32, order="C"
    )


def _pad(tensor: Tensor, multiple: int) -> Tensor:
    height, width = tensor.shape[-2:]
    if height % multiple == 0 and width % multiple == 0:
        return tensor.contiguous()
    return F.pad(tensor, (0, -width % multiple, 0, -height % multiple), mode="replicate")
