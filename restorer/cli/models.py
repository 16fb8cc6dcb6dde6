"""``restorer models``: what is installed, and whether it is whole."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from restorer.cli.output import columns, complain, say, say_json, size_text
from restorer.core.errors import RestorerError, WeightsError
from restorer.store import Catalogue, ModelCard
from restorer.tasks.spec import DETAIL

app = typer.Typer(help="Lists, describes and checks the installed models.", rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="Prints one JSON object.")]


@app.command("list")
def list_models(json: Json = False) -> None:
    """Lists the installed models."""
    catalogue = Catalogue.default()
    cards = catalogue.cards()
    for problem in catalogue.problems():
        complain(problem)
    if json:
        say_json({"models": [_brief(catalogue, card) for card in cards], "problems": list(catalogue.problems())})
    elif cards:
        rows = [
            (
                card.id,
                ", ".join(card.tasks),
                size_text(card.bytes),
                card.licence,
                _state(catalogue, card),
                _partner(catalogue, card),
            )
            for card in cards
        ]
        say(columns([("ID", "TASK", "SIZE", "LICENCE", "WEIGHTS", "PAIR"), *rows]))
    else:
        say("No models are installed. Every task has a classical method that needs none: --model classical.")


@app.command()
def info(model: Annotated[str, typer.Argument(metavar="ID", help="Id of the model.")], json: Json = False) -> None:
    """Shows the card of a model: what it is, where it comes from, how good it is."""
    catalogue = Catalogue.default()
    card = catalogue.get(model)
    if json:
        say_json({**card.to_json(), "weights": _state(catalogue, card)})
        return
    facts = [
        ("Id", card.id),
        ("Title", card.title),
        ("Task", ", ".join(card.tasks)),
        ("Architecture", card.architecture),
        ("Licence", card.licence),
        ("Size", size_text(card.bytes)),
        ("SHA-256", card.sha256),
        ("Weights", _state(catalogue, card)),
        ("Context", f"{card.context_px} px"),
        *([("Pair", text)] if (text := _pair_text(catalogue, card)) else []),
        *((f"Training, {name.replace('_', ' ')}", str(value)) for name, value in card.training.items()),
        *((f"Evaluation, {name.replace('_', ' ')}", str(value)) for name, value in card.evaluation.items()),
    ]
    say(f"{card.summary}\n\n{columns(facts)}")


@app.command()
def verify(
    models: Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="Models; all if none is named.")] = None,
    json: Json = False,
) -> None:
    """Compares the weights with their checksums. Exits with 2 where a model is not whole."""
    catalogue = Catalogue.default()
    cards = [catalogue.get(name) for name in models] if models else list(catalogue.cards())
    problems = {card.id: _problem(catalogue, card) for card in cards}
    broken = [*filter(None, problems.values()), *(() if models else catalogue.problems())]
    if json:
        states = [{"id": card.id, "whole": not problems[card.id], "problem": problems[card.id]} for card in cards]
        say_json({"whole": not broken, "models": states, "problems": [] if models else list(catalogue.problems())})
    else:
        for card in cards:
            say(f"{card.id}: {'damaged or missing' if problems[card.id] else 'whole'}")
    for problem in broken:
        complain(problem)
    if broken:
        raise typer.Exit(WeightsError.exit_code)


def _brief(catalogue: Catalogue, card: ModelCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "task": card.task,
        "also_serves": list(card.also_serves),
        "architecture": card.architecture,
        "licence": card.licence,
        "bytes": card.bytes,
        "sha256": card.sha256,
        "summary": card.summary,
        "weights": _state(catalogue, card),
        "pair": _partner(catalogue, card) or None,
    }


def _partner(catalogue: Catalogue, card: ModelCard) -> str:
    """Id of the installed model that this one makes a pair with, or nothing."""
    faithful, vivid = catalogue.faithful_of(card), catalogue.vivid_of(card)
    if faithful is not card:
        return faithful.id
    return vivid.id if vivid is not None else ""


def _pair_text(catalogue: Catalogue, card: ModelCard) -> str:
    faithful = catalogue.faithful_of(card)
    vivid = catalogue.vivid_of(faithful)
    return "" if vivid is None else f"{DETAIL} 0 % is {faithful.id}, 100 % is {vivid.id}"


def _state(catalogue: Catalogue, card: ModelCard) -> str:
    """``there`` or ``missing``; whether they are whole is what ``verify`` says."""
    try:
        catalogue.weights_path(card)
    except WeightsError:
        return "missing"
    return "there"


def _problem(catalogue: Catalogue, card: ModelCard) -> str:
    try:
        catalogue.verify(card)
    except RestorerError as error:
        return str(error)
    return ""
