"""Tries a frozen program: ``python packaging/smoke_test.py dist/restorer``.

It runs in a folder of its own, without the environment of the person who tries it, so that it cannot find in the
checkout what it should have brought along.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PASSED_ON = ("SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMP", "TMPDIR", "NUMBER_OF_PROCESSORS")
"""What Windows itself needs to start a program."""


class SmokeTest:
    """Runs commands of one frozen program in one folder."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        home = folder / "home"
        home.mkdir()
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._environment = {**kept, "HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home)}

    def run(self, *arguments: str) -> str:
        """What a command printed; ends the smoke test where it failed."""
        started = time.perf_counter()
        done = subprocess.run(
            [self._program, *arguments],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != 0:
            sys.exit(f"restorer {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        print(f"restorer {' '.join(arguments)}: {time.perf_counter() - started:.1f} s")
        return done.stdout


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit(__doc__)
    program = Path(arguments[0]).resolve() / ("restorer.exe" if os.name == "nt" else "restorer")
    if not program.is_file():
        sys.exit(f"There is no {program}: pyinstaller packaging/restorer.spec makes it.")
    with tempfile.TemporaryDirectory() as folder:
        test = SmokeTest(program, Path(folder))
        tasks = [task["id"] for task in json.loads(test.run("tasks", "--json"))["tasks"]]
        verified = json.loads(test.run("models", "verify", "--json"))
        json.loads(test.run("doctor", "--json"))
        test.run("demo", "--output", "pictures – été")
        pictures = sorted(path.name for path in (Path(folder) / "pictures – été").iterdir())
    if "inpaint" not in tasks or not verified["models"] or "after.png" not in pictures:
        sys.exit(f"Something is missing: tasks {tasks}, models {verified['models']}, pictures {pictures}.")
    print(f"All well: {len(tasks)} tasks, {len(verified['models'])} models, {len(pictures)} pictures.")


if __name__ == "__main__":
    main(sys.argv[1:])
