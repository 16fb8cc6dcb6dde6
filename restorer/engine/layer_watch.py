"""Stopping a network between two of its layers: a large tile on a processor takes seconds."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from torch import nn

from restorer.core.progress import CancelToken


class LayerWatch:
    """Asks a token before each layer of the networks it is attached to; costs nothing that could be measured."""

    def __init__(self) -> None:
        self._token: CancelToken | None = None

    def attach(self, network: nn.Module) -> None:
        """To every layer of a network, once."""
        for module in network.modules():
            if next(module.children(), None) is None:
                module.register_forward_pre_hook(self._ask)

    @contextlib.contextmanager
    def asking(self, token: CancelToken | None) -> Iterator[None]:
        """While open, layers raise Cancelled once the token is set."""
        self._token = token
        try:
            yield
        finally:
            self._token = None

    def _ask(self, module: nn.Module, inputs: Any) -> None:
        if self._token is not None:
            self._token.raise_if_cancelled()
