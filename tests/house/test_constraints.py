"""Every dependency is pinned, and in a way that holds on every platform."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version


@pytest.fixture(scope="module")
def pins(root: Path) -> dict[str, Version]:
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    pinned = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): Version(version) for name, version in pinned}


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return dict(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"])


def requirements(project: dict[str, Any]) -> list[Requirement]:
    lines = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    return [Requirement(line) for line in lines]


def test_each_line_is_one_exact_version_and_nothing_else(root: Path) -> None:
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert [line for line in pinned if not re.fullmatch(r"[a-z0-9-]+==[a-z0-9.]+", line)] == []
    assert pinned == sorted(set(pinned))


def test_every_dependency_is_pinned_within_its_range(project: dict[str, Any], pins: dict[str, Version]) -> None:
    outside = [
        str(requirement)
        for requirement in requirements(project)
        if pins.get(canonicalize_name(requirement.name), Version("0")) not in requirement.specifier
    ]
    assert outside == []


def test_torch_is_new_enough_to_read_checkpoints_safely(project: dict[str, Any]) -> None:
    (torch,) = [requirement for requirement in requirements(project) if requirement.name == "torch"]
    assert Version("2.9.1") not in torch.specifier, "before 2.10 weights_only could be defeated (CVE-2026-24747)"


def test_the_oldest_python_is_the_same_everywhere(project: dict[str, Any], root: Path) -> None:
    assert project["requires-python"] == ">=3.11"
    assert "MINIMUM_PYTHON = (3, 11)" in (root / "bootstrap.py").read_text("utf-8")
