#!/usr/bin/env python3
"""Sets Restorer up in this folder and runs it, or its tests.

    python3 bootstrap.py         set up, then repair a sample photo: in the window, or headless without a display
    python3 bootstrap.py test    set up, then run lint, types, import contracts and tests

Everything goes into ``.venv`` beside this file. A second run finds it there and starts at once. Needs nothing but
Python 3.11 or newer; where system libraries are missing it installs them (as root, on Debian and its relatives) or
says what to type.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MINIMUM_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "restorer-setup.json"
EXTRAS = {"run": ("window", "patchmatch"), "test": ("window", "patchmatch", "train", "dev")}

GIB = 1024**3
INSTALLED_BYTES = 7 * GIB if sys.platform == "linux" else 3 * GIB
"""On Linux the ordinary torch brings the CUDA libraries, whether or not there is a GPU."""
DOWNLOAD_BYTES = 4 * GIB if sys.platform == "linux" else 1 * GIB

WORK_LIBRARIES = {"libGL.so.1": "libgl1", "libgthread-2.0.so.0": "libglib2.0-0"}
"""What OpenCV loads: file name to Debian package."""
WINDOW_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""What Qt's xcb and offscreen platforms load."""


class SetupError(Exception):
    """The set-up cannot go on; the message says why and what to do."""


def main(arguments: list[str]) -> int:
    """Exit code: that of the program or the checks; 1 where the set-up failed, 2 for wrong usage."""
    command = arguments[0] if arguments else "run"
    if command not in EXTRAS or len(arguments) > 1:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    try:
        check_python(sys.version_info[:3], is_64_bit=sys.maxsize > 2**32)
        install_system_packages(window=command == "test" or has_display())
        set_up(EXTRAS[command])
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return run_checks() if command == "test" else run_demo()


def say(message: str) -> None:
    print(f"==> {message}", flush=True)


def has_display() -> bool:
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


# -- Python and the system


def check_python(version: tuple[int, ...], *, is_64_bit: bool) -> None:
    """Raises SetupError where this Python cannot run Restorer."""
    have, need = ".".join(map(str, version)), ".".join(map(str, MINIMUM_PYTHON))
    if version[:2] < MINIMUM_PYTHON:
        newer = next((name for name in (f"python3.{minor}" for minor in range(15, 10, -1)) if shutil.which(name)), None)
        way_out = f"Run it with the newer one you have: {newer} bootstrap.py" if newer else f"Install Python {need}."
        raise SetupError(f"Restorer needs Python {need} or newer, this is {have}.\n{way_out}")
    if not is_64_bit:
        raise SetupError(f"Restorer needs a 64-bit Python, this {have} is a 32-bit one: torch is not built for it.")


def missing_libraries(libraries: dict[str, str]) -> dict[str, str]:
    """Those of ``libraries`` that the dynamic linker does not find."""
    missing = {}
    for file_name, package in libraries.items():
        try:
            ctypes.CDLL(file_name)
        except OSError:
            missing[file_name] = package
    return missing


def install_system_packages(*, window: bool) -> None:
    """Installs, as root on Debian and its relatives, what pip cannot bring.

    Raises:
        SetupError: where something is missing and cannot be installed from here; the message has the exact command.
    """
    if sys.platform != "linux":
        return
    missing = missing_libraries({**WORK_LIBRARIES, **(WINDOW_LIBRARIES if window else {})})
    packages = list(missing.values())
    if not venv_is_sound() and importlib.util.find_spec("ensurepip") is None:
        packages.insert(0, f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    if not packages:
        return
    commands = [
        ["apt-get", "update"],
        ["apt-get", "install", "--yes", "--no-install-recommends", *packages],
    ]
    if shutil.which("apt-get") is None:
        wanted = [*missing, *(["the Python modules venv and ensurepip"] if len(packages) > len(missing) else [])]
        raise SetupError(
            f"This system lacks {', '.join(wanted)}.\n"
            "Install the packages of your distribution that hold them, then run this again."
        )
    if os.geteuid() != 0:
        typed = " && ".join(f"sudo {shlex.join(command)}" for command in commands)
        raise SetupError(f"Some system packages are missing. Install them, then run this again:\n\n    {typed}\n")
    say(f"Installing system packages: {' '.join(packages)}")
    for command in commands:
        # No standard input and no questions: a package that asks would wait for ever in a container.
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if subprocess.run(command, stdin=subprocess.DEVNULL, env=environment, check=False).returncode != 0:
            raise SetupError(f"{shlex.join(command)} failed; its message stands above.")


# -- the virtual environment


def venv_program(name: str) -> str:
    folder, suffix = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
    return str(VENV / folder / (name + suffix))


def venv_is_sound() -> bool:
    """Whether ``.venv`` is complete and of this very Python."""
    try:
        config = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return False
    values = dict(line.replace(" ", "").split("=", 1) for line in config.splitlines() if "=" in line)
    same = values.get("version") == ".".join(map(str, sys.version_info[:3]))
    return same and venv_holds("pip") and Path(venv_program("python")).exists()


def venv_holds(package: str) -> bool:
    layouts = ("lib/python*/site-packages", "Lib/site-packages")
    return any(any(VENV.glob(f"{layout}/{package}/__init__.py")) for layout in layouts)


def fingerprint() -> str:
    """Changes whenever what is installed could have to change."""
    sha = hashlib.sha256(f"{sys.version_info[:3]} {sys.platform} {ROOT}".encode())
    for name in ("pyproject.toml", "constraints.txt"):
        sha.update((ROOT / name).read_bytes())
    return sha.hexdigest()


def is_set_up(extras: tuple[str, ...]) -> bool:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        return bool(stamp["fingerprint"] == fingerprint() and set(extras) <= set(stamp["extras"])) and venv_is_sound()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def set_up(extras: tuple[str, ...]) -> None:
    """Makes ``.venv`` hold Restorer and everything it needs; does nothing where it already does.

    Raises:
        SetupError: no room on the disk, or a step that failed.
    """
    if is_set_up(extras):
        return
    if not venv_holds("torch"):
        check_room()
    if not venv_is_sound():
        say(f"Making a virtual environment in {VENV}")
        if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False).returncode != 0:
            raise SetupError("The virtual environment could not be made; the message stands above.")
    STAMP.unlink(missing_ok=True)
    say(f"Installing Restorer with {', '.join(extras)} and pinned versions of all it needs. The first time this takes")
    say(f"some minutes: torch and torchvision are large, up to {INSTALLED_BYTES // GIB} GB on the disk in the end.")
    project = f"{ROOT}[{','.join(extras)}]"
    arguments = ["--disable-pip-version-check", "--constraint", str(ROOT / "constraints.txt"), "--editable", project]
    if subprocess.run([venv_program("python"), "-m", "pip", "install", *arguments], check=False).returncode != 0:
        raise SetupError(
            "The packages could not be installed; pip's message stands above.\n"
            "Without a connection the first set-up cannot work. What was fetched is kept, so run it again."
        )
    STAMP.write_text(json.dumps({"fingerprint": fingerprint(), "extras": extras}), encoding="utf-8")


def check_room() -> None:
    """Raises SetupError where a disk is too small for the packages, or for pip's downloads on their way there."""
    needed: dict[int, int] = {}
    places: dict[int, Path] = {}
    for place, share in ((ROOT, INSTALLED_BYTES), (Path(tempfile.gettempdir()), DOWNLOAD_BYTES)):
        device = place.stat().st_dev
        needed[device] = needed.get(device, 0) + share
        places.setdefault(device, place)
    for device, place in places.items():
        free = shutil.disk_usage(place).free
        if free < needed[device]:
            raise SetupError(
                f"The disk of {place} has {free / GIB:.1f} GB free, the set-up needs {needed[device] / GIB:.0f} GB "
                "there.\nMake room" + ("." if place == ROOT else ", or set TMPDIR to a folder on a larger disk.")
            )


# -- what the two commands run


def run_demo() -> int:
    return subprocess.run([venv_program("python"), "-m", "restorer", "demo"], cwd=ROOT, check=False).returncode


def run_checks() -> int:
    """Runs every check even after one failed; the tests come last, so that their summary ends the output."""
    python = venv_program("python")
    checks = {
        "lint": [python, "-m", "ruff", "check", "."],
        "format": [python, "-m", "ruff", "format", "--check", "."],
        "types": [python, "-m", "mypy"],
        "import contracts": [venv_program("lint-imports")],
        "tests": [python, "-m", "pytest"],
    }
    failed = []
    for name, command in checks.items():
        say(name.capitalize())
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"\nFailed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
