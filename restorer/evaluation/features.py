"""FD-own and KID-own: how far the look of made pictures is from that of real ones, in our own feature space.

The distances of FID (Heusel et al. 2017) and KID (Bińkowski et al. 2018) on local features of a network that was
trained on a thousand photos without labels. Figures are comparable only with others of the same weights, and are no
FID or KID: those need the Inception weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from restorer.engine.feature_weights import load_features
from restorer.networks.appearance import Appearance, appearance, frechet, kernel
from restorer.networks.feature_net import FeatureNet

Pixels8 = npt.NDArray[np.uint8]
Region = npt.NDArray[np.bool_]


class FeatureSpace:
    """A feature network and the seed of what is drawn at random.

    Args:
        network: in evaluation mode.
        device: where to run it.
        seed: of the positions that the kernel distance is estimated from.
    """

    def __init__(self, network: FeatureNet, device: torch.device | str = "cpu", *, seed: int = 0) -> None:
        self._network = network.to(device)
        self._device = device
        self._seed = seed

    @classmethod
    def load(cls, weights: Path, device: torch.device | str = "cpu", *, seed: int = 0) -> FeatureSpace:
        """From a ``.safetensors`` file with its card beside it. Raises WeightsError where they are not usable."""
        return cls(load_features(weights), device, seed=seed)

    def describe(self, pictures: Sequence[Pixels8], regions: Sequence[Region] | None = None) -> Appearance:
        """The look of a set of pictures, to be compared with several others.

        Args:
            pictures: 8-bit ``H x W x 3``, of any sizes.
            regions: ``H x W`` bool, one for each picture; only features whose receptive field touches True pixels
                count. The coarsest stage sees 186 px, so a thin region still takes in much of what is around it.

        Raises:
            ValueError: for a picture or region of another shape or type, or where fewer than two features are left.
        """
        return appearance(self._network, self._tensors(pictures, regions), torch.Generator().manual_seed(self._seed))

    def frechet_distance(
        self, real: Sequence[Pixels8], made: Sequence[Pixels8], regions: Sequence[Region] | None = None
    ) -> float:
        """FD-own, 0 or more, in squared standard deviations a channel.

        Two sets of different photos are never at 0: compare with the distance between two sets of real ones.
        """
        return frechet(self.describe(real, regions), self.describe(made, regions))

    def kernel_distance(
        self, real: Sequence[Pixels8], made: Sequence[Pixels8], regions: Sequence[Region] | None = None
    ) -> float:
        """KID-own, around 0 for equal distributions (slightly negative values are chance), unbiased by set size."""
        generator = torch.Generator().manual_seed(self._seed)
        return kernel(self.describe(real, regions), self.describe(made, regions), generator)

    def _tensors(
        self, pictures: Sequence[Pixels8], regions: Sequence[Region] | None
    ) -> Iterator[tuple[Tensor, Tensor | None]]:
        for index, picture in enumerate(pictures):
            if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
                raise ValueError(f"picture {index} is {picture.dtype} {picture.shape}, not 8-bit H x W x 3")
            tensor = torch.tensor(picture).to(self._device)
            region = None if regions is None else regions[index]
            if region is not None and region.shape != picture.shape[:2]:
                raise ValueError(f"region {index} is {region.shape}, its picture {picture.shape[:2]}")
            mask = None if region is None else torch.from_numpy(region.astype(np.float32)).to(self._device)[None, None]
            yield tensor.permute(2, 0, 1)[None].float() / 255, mask
