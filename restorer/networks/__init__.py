"""Networks: plain ``nn.Module`` classes, one file per architecture, listed here by hand."""

from __future__ import annotations

from torch import nn

from restorer.networks.compact_sr import CompactSR
from restorer.networks.damage_unet import DamageUNet
from restorer.networks.feature_net import FeatureNet
from restorer.networks.inpaint_unet import InpaintUNet
from restorer.networks.restore_unet import RestoreUNet

ARCHITECTURES: dict[str, type[nn.Module]] = {
    "compact-sr": CompactSR,
    "damage-unet": DamageUNet,
    "feature-net": FeatureNet,
    "inpaint-unet": InpaintUNet,
    "restore-unet": RestoreUNet,
}
"""Architecture id, as model cards name it, to the class; a card's hyperparameters are its keyword arguments."""
