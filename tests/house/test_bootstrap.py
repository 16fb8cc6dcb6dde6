"""The script that sets everything up, with every command it would run recorded instead."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from restorer.session import display

Commands = list[list[str]]


@pytest.fixture
def script(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, in a project folder of its own with nothing set up."""
    spec = importlib.util.spec_from_file_location("bootstrap", root / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((root / name).read_bytes())
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "restorer-setup.json")
    monkeypatch.setattr(module, "missing_libraries", lambda _: {})
    monkeypatch.setattr(module.shutil, "disk_usage", lambda place: SimpleNamespace(free=2**40))
    return module


@pytest.fixture
def commands(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """What the script ran. A virtual environment is made as a few empty files, everything else just succeeds."""
    ran: Commands = []

    def run(command: list[str], **_: object) -> SimpleNamespace:
        ran.append(command)
        if "venv" in command:
            make_venv(script)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    return ran


def make_venv(script: ModuleType) -> None:
    python = Path(script.venv_program("python"))
    layout = "Lib/site-packages" if os.name == "nt" else "lib/python3/site-packages"
    pip = script.VENV / layout / "pip" / "__init__.py"
    for file in (python, pip):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    version = ".".join(map(str, sys.version_info[:3]))
    (script.VENV / "pyvenv.cfg").write_text(f"home = somewhere\nversion = {version}\n", "utf-8")


def kinds(commands: Commands) -> list[str]:
    words = ("venv", "pip", "restorer", "ruff", "mypy", "lint-imports", "pytest")
    return [next(word for word in words if any(part.endswith(word) for part in command)) for command in commands]


# -- the two commands


def test_run_sets_up_and_shows_the_program(script: ModuleType, commands: Commands) -> None:
    assert script.main([]) == 0
    assert kinds(commands) == ["venv", "pip", "restorer"]
    assert commands[1][-1] == f"{script.ROOT}[window,patchmatch]"
    assert str(script.ROOT / "constraints.txt") in commands[1]
    assert commands[2][1:] == ["-m", "restorer", "demo"]


def test_test_runs_every_check_and_the_tests_last(script: ModuleType, commands: Commands) -> None:
    assert script.main(["test"]) == 0
    assert kinds(commands) == ["venv", "pip", "ruff", "ruff", "mypy", "lint-imports", "pytest"]
    assert commands[1][-1] == f"{script.ROOT}[window,patchmatch,train,dev]"


@pytest.mark.parametrize("command", ["run", "test"])
def test_the_second_time_nothing_is_set_up(script: ModuleType, commands: Commands, command: str) -> None:
    script.main([command])
    first = list(commands)
    commands.clear()
    assert script.main([command]) == 0
    assert commands == first[2:]


def test_running_needs_nothing_more_after_testing_but_testing_does_after_running(
    script: ModuleType, commands: Commands
) -> None:
    script.main(["run"])
    commands.clear()
    script.main(["test"])
    assert kinds(commands)[0] == "pip"
    commands.clear()
    script.main(["run"])
    assert kinds(commands) == ["restorer"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_requirements_are_installed(script: ModuleType, commands: Commands, name: str) -> None:
    script.main(["run"])
    commands.clear()
    with (script.ROOT / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    script.main(["run"])
    assert kinds(commands) == ["pip", "restorer"]


@pytest.mark.parametrize("stamp", ["", "[]", "{}", '{"fingerprint": 3}', "null"])
def test_a_damaged_stamp_means_setting_up_again(script: ModuleType, commands: Commands, stamp: str) -> None:
    script.main(["run"])
    commands.clear()
    script.STAMP.write_text(stamp, "utf-8")
    assert script.main(["run"]) == 0
    assert kinds(commands) == ["pip", "restorer"]
    assert json.loads(script.STAMP.read_text("utf-8"))["extras"] == ["window", "patchmatch"]


def test_an_environment_of_another_python_is_made_anew(script: ModuleType, commands: Commands) -> None:
    script.main(["run"])
    commands.clear()
    (script.VENV / "pyvenv.cfg").write_text("home = somewhere\nversion = 3.9.1\n", "utf-8")
    script.main(["run"])
    assert kinds(commands) == ["venv", "pip", "restorer"]


def test_where_pip_fails_nothing_counts_as_set_up(
    script: ModuleType, commands: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    succeeding = subprocess.run

    def failing(command: list[str], **options: object) -> object:
        done = succeeding(command, **options)
        return SimpleNamespace(returncode=1) if "pip" in command else done

    monkeypatch.setattr(subprocess, "run", failing)
    assert script.main(["run"]) == 1
    assert "could not be installed" in capsys.readouterr().err
    assert not script.is_set_up(("window",))


def test_a_failed_check_fails_the_command_but_the_tests_run(
    script: ModuleType, commands: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    succeeding = subprocess.run

    def failing(command: list[str], **options: object) -> object:
        done = succeeding(command, **options)
        return SimpleNamespace(returncode=1) if "mypy" in command else done

    monkeypatch.setattr(subprocess, "run", failing)
    assert script.main(["test"]) == 1
    assert kinds(commands)[-1] == "pytest"
    assert capsys.readouterr().err.strip() == "Failed: types."


@pytest.mark.parametrize("arguments", [["build"], ["test", "now"], ["--help"]])
def test_wrong_usage_shows_the_two_commands(
    script: ModuleType, commands: Commands, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main(arguments) == 2
    assert "bootstrap.py test" in capsys.readouterr().err
    assert commands == []


# -- what can be in the way


def test_an_old_python_is_named_with_what_is_needed(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script.shutil, "which", lambda name: None)
    with pytest.raises(script.SetupError, match=r"(?s)needs Python 3\.11 or newer, this is 3\.9\.2.*Install Python"):
        script.check_python((3, 9, 2), is_64_bit=True)


def test_a_newer_python_beside_the_old_one_is_named(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script.shutil, "which", lambda name: name if name in ("python3.12", "python3.11") else None)
    with pytest.raises(script.SetupError, match=r"python3\.12 bootstrap\.py"):
        script.check_python((3, 9, 2), is_64_bit=True)


def test_a_32_bit_python_is_refused(script: ModuleType) -> None:
    with pytest.raises(script.SetupError, match="64-bit"):
        script.check_python((3, 12, 0), is_64_bit=False)


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lacks system libraries")


@needs_linux
def test_without_root_the_exact_command_is_named(
    script: ModuleType, commands: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "missing_libraries", lambda wanted: {"libGL.so.1": "libgl1"})
    monkeypatch.setattr(script.shutil, "which", lambda name: name)
    monkeypatch.setattr(script.os, "geteuid", lambda: 1000)
    assert script.main(["test"]) == 1
    assert "sudo apt-get install --yes --no-install-recommends libgl1\n" in capsys.readouterr().err
    assert commands == []


@needs_linux
def test_as_root_missing_packages_are_installed_first(
    script: ModuleType, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "missing_libraries", lambda wanted: {"libGL.so.1": "libgl1"})
    monkeypatch.setattr(script.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(script.shutil, "which", lambda name: name)
    monkeypatch.setattr(script.os, "geteuid", lambda: 0)
    assert script.main(["run"]) == 0
    assert commands[0] == ["apt-get", "update"]
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert commands[1][-2:] == [version, "libgl1"]


@needs_linux
def test_where_there_is_no_apt_the_libraries_are_named(
    script: ModuleType, commands: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "missing_libraries", lambda wanted: {"libGL.so.1": "libgl1"})
    monkeypatch.setattr(script.shutil, "which", lambda name: None)
    assert script.main(["run"]) == 1
    error = capsys.readouterr().err
    assert "libGL.so.1" in error
    assert "apt" not in error


@needs_linux
@pytest.mark.parametrize(("display_set", "window"), [(True, True), (False, False)])
def test_without_a_display_running_does_not_ask_for_what_only_a_window_needs(
    script: ModuleType, commands: Commands, monkeypatch: pytest.MonkeyPatch, display_set: bool, window: bool
) -> None:
    asked: dict[str, str] = {}
    monkeypatch.setattr(script, "missing_libraries", lambda wanted: asked.update(wanted) or {})
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0" if display_set else "")
    script.main(["run"])
    assert ("libxcb-cursor.so.0" in asked) is window
    assert "libGL.so.1" in asked
    asked.clear()
    script.main(["test"])
    assert "libxcb-cursor.so.0" in asked


def test_a_full_disk_is_found_before_anything_is_fetched(
    script: ModuleType, commands: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script.shutil, "disk_usage", lambda place: SimpleNamespace(free=2**30))
    assert script.main(["run"]) == 1
    assert "1.0 GB free, the set-up needs" in capsys.readouterr().err
    assert commands == []


def test_the_program_and_the_script_agree_on_what_qt_needs(script: ModuleType) -> None:
    known = {**script.WORK_LIBRARIES, **script.WINDOW_LIBRARIES}
    assert display.SYSTEM_LIBRARIES.items() <= known.items()
