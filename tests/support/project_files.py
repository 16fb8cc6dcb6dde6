"""The files that belong to the project: what git tracks or would track."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NOT_OURS = {".git", ".venv", ".hypothesis", "build", "dist", "runs", "restored", "__pycache__"}


@functools.cache
def project_files() -> tuple[Path, ...]:
    """Every file, sorted; of an unpacked archive without a repository all but the usual leftovers."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
        found = [ROOT / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if not any(map(_is_leftover, path.relative_to(ROOT).parts))]
    return tuple(sorted({path for path in found if path.is_file()}))


def _is_leftover(name: str) -> bool:
    return name in _NOT_OURS or name.endswith(("_cache", ".egg-info"))


def text_files() -> list[tuple[Path, str]]:
    """Path and text of every file that is text."""
    texts = []
    for path in project_files():
        data = path.read_bytes()
        if b"\0" not in data[:8192]:
            texts.append((path, data.decode("utf-8")))
    return texts


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
