"""What every test stands on: no display, no trace of the person's own settings, nothing left running."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from support.leaks import no_leaks, started_qt_objects

from restorer.core.image import Image

__all__ = ["no_leaks", "started_qt_objects"]

pytest_plugins = ("pytester",)

ROOT = Path(__file__).resolve().parent.parent

# Before anything makes a QApplication: a test must never open a window on the screen of whoever runs it.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

# Nothing here compiles kernels, but torch's optimizers import triton where it is installed; once Qt is in the process
# as well, triton cannot be unloaded and says so in thirty lines after pytest's summary.
sys.modules.setdefault("triton", None)  # type: ignore[arg-type]

# No deadline: the first example pays for imports. The same examples on every run of CI, new ones at a desk.
settings.register_profile("restorer", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("restorer")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


@pytest.fixture(autouse=True)
def user_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home of its own for each test: settings, recent files and installed models are looked for in there."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for name in ("APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    return home


@pytest.fixture(scope="session")
def photo() -> Image:
    """A small colour portrait, 256 wide and 192 high, 8 bit."""
    from skimage import data

    return Image(data.astronaut()[0:192, 100:356])


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of test photographs beside the checkout; the test is skipped where there is none."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("there is no ../shared/data beside this checkout")
    return folder
