"""What the commands must not load: checked in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
import sys
for name in {blocked!r}:
    sys.modules[name] = None
from restorer.__main__ import main
for argv in {commands!r}:
    code = main(argv)
    if code:
        sys.exit(code)
loaded = {unwanted!r} & {{name for name, module in sys.modules.items() if module is not None}}
sys.exit(f"loaded {{sorted(loaded)}}" if loaded else 0)
"""


def run_blocked(*commands, blocked, unwanted=frozenset({"none"})):
    """Runs commands, one after the other, in a process without a display in which some packages cannot be imported."""
    code = SCRIPT.format(
        blocked=tuple(blocked), commands=[list(map(str, argv)) for argv in commands], unwanted=set(unwanted)
    )
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment, timeout=60
    )


def test_looking_around_loads_neither_torch_nor_qt_nor_codecs():
    unwanted = {"torch", "PySide6", "cv2", "skimage", "scipy", "tifffile", "imagecodecs", "rich"}
    commands = [["--version"], ["tasks"], ["apply", "inpaint", "--help"], ["models", "list"], ["models", "verify"]]
    done = run_blocked(*commands, blocked=["torch", "PySide6"], unwanted=unwanted)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_classical_repair_needs_neither_torch_nor_qt(scan, mask, tmp_path):
    argv = ["apply", "inpaint", scan, "--mask", mask, "-o", tmp_path / "out.png", "--model", "classical"]
    done = run_blocked(argv, blocked=["torch", "PySide6"])
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out.png").exists()


def test_without_pyside_the_window_is_a_sentence():
    done = run_blocked([], blocked=["PySide6"])
    assert done.returncode == 2
    assert "PySide6" in done.stderr
    assert "pip install" in done.stderr
    assert "Traceback" not in done.stderr
