"""Where the program's own files are: in a checkout, an installed wheel or a frozen program alike."""

from __future__ import annotations

import sys
from pathlib import Path


def resources_dir() -> Path:
    """Folder holding ``models/`` and ``icons/``.

    Raises:
        FileNotFoundError: where the program was installed without them.
    """
    package = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [package / "_resources", package.parent / "resources"]
    if frozen is not None:
        candidates.insert(0, Path(frozen) / "resources")
    for candidate in candidates:
        if (candidate / "models").is_dir():
            return candidate
    raise FileNotFoundError(f"Restorer's own files are missing; looked in {', '.join(map(str, candidates))}.")
