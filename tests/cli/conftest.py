from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from restorer import __main__
from restorer.core.image import Image
from restorer.formats.metadata import Metadata
from restorer.formats.raster import write_photo
from restorer.store import Catalogue


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Cli = Callable[..., Outcome]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs the program in this process, in an empty folder, and gives its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = __main__.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return run


@pytest.fixture
def models_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which models are looked for; empty."""
    folder = tmp_path_factory.mktemp("models")
    monkeypatch.setattr(Catalogue, "default", classmethod(lambda cls: cls([folder])))
    return folder


@pytest.fixture
def scan(tmp_path: Path, photo: Image) -> Path:
    """A photo with a white scratch across it, 300 dpi, under a name that is not ASCII."""
    pixels = photo.pixels.copy()
    pixels[80:83, 20:200] = 255
    path = tmp_path / "Großmutter 祖母.png"
    write_photo(path, Image(pixels), Metadata(dpi=(300.0, 300.0)))
    return path


@pytest.fixture
def mask(tmp_path: Path, photo: Image) -> Path:
    """Where the scratch is."""
    plane = np.zeros((photo.height, photo.width, 1), np.uint8)
    plane[80:83, 20:200] = 255
    path = tmp_path / "mask.png"
    write_photo(path, Image(plane))
    return path
