"""The feature network, for those who compare pictures: it serves no task, so no generator is made of it."""

from __future__ import annotations

from pathlib import Path

from restorer.core.errors import WeightsError
from restorer.engine.weights import load_network
from restorer.networks.feature_net import FeatureNet
from restorer.store.card import ModelCard

ARCHITECTURE = "feature-net"


def load_features(weights: Path) -> FeatureNet:
    """The feature network of a ``.safetensors`` file, as the card beside it says: float32, frozen, on the processor.

    Raises:
        WeightsError: where the file or its card is missing, damaged or of another architecture.
    """
    path = weights.with_suffix(".json")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(f"The model card {path} cannot be read: {error}.") from None
    network = load_network(ModelCard.from_text(text, name=str(path)), weights, {ARCHITECTURE: FeatureNet})
    assert isinstance(network, FeatureNet)
    return network
