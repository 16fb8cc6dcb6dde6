"""Stands in for the process that opens files; a module of its own, since that process imports it."""

from __future__ import annotations

import os
import time
from multiprocessing.connection import Connection


def serve_badly(pipe: Connection) -> None:
    """Says that it is ready; then dies or hangs, as the file is called."""
    pipe.send(None)
    if pipe.recv().name == "dies":
        os._exit(3)
    time.sleep(60)
