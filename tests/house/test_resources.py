"""The program's own files are found from a checkout, an installed wheel and a frozen program."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from restorer import resources

EXPECTED = ("icons", "models")


def make_resources(folder: Path) -> Path:
    (folder / "models").mkdir(parents=True)
    return folder


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site-packages folder that this module seems to be in; it has no resources yet."""
    package = tmp_path / "site-packages" / "restorer"
    package.mkdir(parents=True)
    monkeypatch.setattr(resources, "__file__", str(package / "resources.py"))
    return package


def test_in_a_checkout_they_lie_beside_the_package(root: Path) -> None:
    found = resources.resources_dir()
    assert found == root / "resources"
    assert {path.name for path in found.iterdir() if path.is_dir()} >= set(EXPECTED)


def test_in_an_installed_wheel_they_lie_inside_the_package(installed: Path) -> None:
    inside = make_resources(installed / "_resources")
    make_resources(installed.parent / "resources")
    assert resources.resources_dir() == inside


def test_in_a_frozen_program_they_lie_where_it_was_unpacked(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_resources(installed / "_resources")
    frozen = make_resources(tmp_path / "bundle" / "resources")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "bundle"), raising=False)
    assert resources.resources_dir() == frozen


def test_where_they_are_missing_every_place_is_named(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "bundle"), raising=False)
    with pytest.raises(FileNotFoundError) as caught:
        resources.resources_dir()
    for place in (tmp_path / "bundle" / "resources", installed / "_resources", installed.parent / "resources"):
        assert str(place) in str(caught.value)


@pytest.mark.slow
def test_a_real_wheel_brings_them_and_finds_them(root: Path, tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, root], check=True)
    (wheel,) = tmp_path.glob("restorer-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for path in (root / "resources").rglob("*"):
        if path.is_file():
            assert f"restorer/_resources/{path.relative_to(root / 'resources').as_posix()}" in names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "resources/"))]

    packages = tmp_path / "packages"
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--target", packages, wheel], check=True)
    code = f"import sys; sys.path.insert(0, {str(packages)!r}); "
    code += "from restorer.resources import resources_dir; print(resources_dir())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == packages / "restorer" / "_resources"
