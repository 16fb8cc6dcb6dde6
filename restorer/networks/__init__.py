"""Networks: plain ``nn.Module`` classes, one file per architecture, listed here by hand."""

from __future__ import annotations

from torch import nn

from restorer.networks.damage_unet import DamageUNet
from restorer.networks.feature_net import FeatureNet
from restorer.networks.inpaint_unet import InpaintUNet

ARCHITECTURES: dict[str, type[nn.Module]] = {
    "damage-unet": DamageUNet,
    "feature-net": FeatureNet,
    "inpaint-unet": InpaintUNet,
}
"""Architecture id, as model cards name it, to the class; a card's hyperparameters are its keyword arguments."""
