"""Heavy or ill-mannered libraries, imported on first use."""

from __future__ import annotations

import functools
import importlib
import os
from typing import Any

_QT_PLUGINS = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


@functools.cache
def load_cv2() -> Any:
    """OpenCV, without its side effect.

    ``opencv-python`` points Qt at its own plugins on import, after which PySide6 cannot open a display
    (opencv-python#736); the environment is put back as it was.
    """
    before = {name: os.environ.get(name) for name in _QT_PLUGINS}
    cv2 = importlib.import_module("cv2")
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    return cv2
