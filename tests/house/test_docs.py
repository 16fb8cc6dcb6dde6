"""The documents say what there is, and point to what is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from support.project_files import project_files, short

from restorer.cli.main import create_app
from restorer.tasks import TASKS

LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
LATE_COMMANDS = ("evaluate", "train")


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text("utf-8")


def command_names() -> list[str]:
    app = create_app(lambda files, sample: 0)
    group: Any = typer.main.get_command(app)
    return sorted({*group.commands, *LATE_COMMANDS} - {"window"})


@pytest.mark.parametrize("name", command_names())
def test_the_readme_shows_every_command(readme: str, name: str) -> None:
    assert re.search(rf"restorer {name}\b", readme)


@pytest.mark.parametrize("task", sorted(TASKS))
def test_the_readme_shows_every_task(readme: str, task: str) -> None:
    assert re.search(rf"restorer apply {task}\b", readme)


def test_the_readme_shows_both_commands_for_every_system(readme: str) -> None:
    for launcher in ("python3", "py"):
        assert f"`{launcher} bootstrap.py`" in readme
        assert f"`{launcher} bootstrap.py test`" in readme


def test_parameters_in_examples_exist(readme: str) -> None:
    from restorer.core.params import param_specs

    known = {spec.name for task in TASKS.values() for spec in param_specs(task.params)}
    shown = set(re.findall(r"--set ([\w-]+)=", readme))
    assert shown
    assert shown <= known


def test_every_link_leads_somewhere() -> None:
    documents = [path for path in project_files() if path.suffix == ".md"]
    assert len(documents) > 8
    broken = [
        f"{short(path)} -> {target}"
        for path in documents
        for target in LINK.findall(path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_every_decision_is_numbered_listed_and_complete(root: Path) -> None:
    decisions = sorted(path for path in (root / "docs" / "adr").glob("*.md") if path.name != "README.md")
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    index = (root / "docs" / "adr" / "README.md").read_text("utf-8")
    for path in decisions:
        text = path.read_text("utf-8")
        assert path.name in index
        assert text.startswith(f"# {path.name[:4]} · ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Decision", "Turned down", "What follows"]


def test_the_glossary_is_in_order_and_explains_each_word_once(root: Path) -> None:
    rows = re.findall(r"^\| ([^|]+) \|", (root / "docs" / "glossary.md").read_text("utf-8"), re.MULTILINE)
    words = [row for row in rows if row not in ("word", "---")]
    assert len(words) > 40
    assert words == sorted(set(words), key=str.casefold)


def test_the_licence_is_whole(root: Path) -> None:
    licence = (root / "LICENSE").read_text("utf-8")
    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert len(licence.splitlines()) == 202
