"""Rules that hold for every file of the project."""

from __future__ import annotations

import re

import pytest
from support.project_files import project_files, short, text_files

LONGEST = 400
LARGEST_BYTES = 60 * 1024 * 1024

# The hosts are put together here, or this file would break its own rule.
MACHINE_PATHS = re.compile(r"(?<![\w.~])/(work|root|tmp)/")
REGISTRY_HOSTS = re.compile(
    "|".join(
        rf"{name}\.{end}"
        for name, end in (("pypi", "org"), ("pythonhosted", "org"), ("deb.debian", "org"), ("download.pytorch", "org"))
    )
)


def test_there_are_files_to_check() -> None:
    names = {short(path) for path in project_files()}
    assert {"README.md", "LICENSE", "pyproject.toml", "bootstrap.py", "restorer/core/image.py"} <= names


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, REGISTRY_HOSTS], ids=["machine path", "registry host"])
def test_no_file_knows_the_machine_it_was_written_on(pattern: re.Pattern[str]) -> None:
    found = [
        f"{short(path)}:{number}: {line.strip()[:100]}"
        for path, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_no_source_file_is_longer_than_400_lines() -> None:
    lengths = {short(path): len(text.splitlines()) for path, text in text_files() if path.suffix == ".py"}
    assert {name: length for name, length in lengths.items() if length >= LONGEST} == {}


def test_text_is_utf8_with_unix_line_ends_and_a_last_newline() -> None:
    wrong = [short(path) for path, text in text_files() if text and ("\r" in text or not text.endswith("\n"))]
    assert wrong == []


def test_the_project_stays_small() -> None:
    assert sum(path.stat().st_size for path in project_files()) < LARGEST_BYTES


def test_no_two_files_differ_only_in_case() -> None:
    names = [short(path).casefold() for path in project_files()]
    assert len(names) == len(set(names))
