"""Weights on disk and the cards that describe them: found, chosen and verified without importing torch."""

from restorer.store.blend import Blend
from restorer.store.card import ModelCard
from restorer.store.catalogue import Catalogue

__all__ = ["Blend", "Catalogue", "ModelCard"]
