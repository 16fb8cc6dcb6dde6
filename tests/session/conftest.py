from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from restorer.store import Catalogue


@pytest.fixture
def models_folder(tmp_path: Path) -> Path:
    """A folder with two inpainting models, whose weights are whole (though no network could read them)."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name, priority in (("inpaint-big", 2), ("inpaint-small", 1)):
        write_model(folder, name, priority=priority)
    return folder


@pytest.fixture
def catalogue(models_folder: Path) -> Catalogue:
    return Catalogue([models_folder])


def write_model(
    folder: Path, name: str, *, priority: int = 0, task: str = "inpaint", interpolates_with: str = ""
) -> None:
    weights = name.encode() * 100
    (folder / f"{name}.safetensors").write_bytes(weights)
    card = {
        "restorer_card": 1,
        "id": name,
        "title": name.replace("-", " ").title(),
        "task": task,
        "architecture": "inpaint-unet",
        "hyperparameters": {},
        "file": f"{name}.safetensors",
        "sha256": hashlib.sha256(weights).hexdigest(),
        "bytes": len(weights),
        "licence": "Apache-2.0",
        "summary": "For tests.",
        "context_px": 16,
        "priority": priority,
        "interpolates_with": interpolates_with,
    }
    (folder / f"{name}.json").write_text(json.dumps(card), "utf-8")
