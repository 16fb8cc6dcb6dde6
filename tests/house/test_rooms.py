"""The direction of imports, and what each room can do without."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import blocked_imports

QT = ("PySide6", "shiboken6", "qtpy", "qtawesome")
TORCH = ("torch", "torchvision")
ROOMS = {
    *("core", "formats", "store", "networks", "degradation", "tasks", "engine", "session", "cli", "ui"),
    *("training", "evaluation"),
}
QT_FREE = sorted(ROOMS - {"ui"})
TORCH_FREE = ["cli", "core", "formats", "session", "store", "tasks", "ui"]
LATE = ("torch", "torchvision", "cv2", "skimage", "scipy", "PySide6", "restorer.engine.engine", "restorer.ui.app")
"""What starting the program must not import: the window appears, and help is printed, before any of it is needed."""


def outcome_of(blocked: tuple[str, ...], rooms: list[str]) -> dict[str, str]:
    names = [f"restorer.{room}" for room in rooms]
    command = [sys.executable, blocked_imports.__file__, ",".join(blocked), "restorer.__main__", *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, str] = json.loads(done.stdout)
    return result


@pytest.fixture(scope="module")
def without_qt() -> dict[str, str]:
    return outcome_of(QT, QT_FREE)


@pytest.fixture(scope="module")
def without_torch() -> dict[str, str]:
    return outcome_of(TORCH, TORCH_FREE)


def failures(outcome: dict[str, str], room: str) -> dict[str, str]:
    prefix = f"restorer.{room}"
    of_room = {name: error for name, error in outcome.items() if f"{name}.".startswith(f"{prefix}.")}
    assert prefix in of_room
    return {name: error for name, error in of_room.items() if error}


def test_every_room_is_known_to_these_tests(root: Path) -> None:
    folders = {path.parent.name for path in (root / "restorer").glob("*/__init__.py")}
    assert folders == ROOMS


def test_import_contracts_are_kept(root: Path) -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("room", [*QT_FREE, "__main__"])
def test_works_where_qt_is_not_installed(without_qt: dict[str, str], room: str) -> None:
    assert failures(without_qt, room) == {}


@pytest.mark.parametrize("room", [*TORCH_FREE, "__main__"])
def test_can_be_imported_without_torch(without_torch: dict[str, str], room: str) -> None:
    assert failures(without_torch, room) == {}


def test_networks_need_torch_so_the_blocking_works() -> None:
    assert failures(outcome_of(TORCH, ["networks"]), "networks")


@pytest.mark.parametrize("module", ["restorer.__main__", "restorer.session.session", "restorer.engine"])
def test_nothing_heavy_is_imported_at_the_start(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {LATE!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_the_window_is_imported_without_torch_opencv_or_scikit_image() -> None:
    heavy = [name for name in LATE if name not in ("PySide6", "restorer.ui.app")]
    code = f"import sys, restorer.ui.app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
