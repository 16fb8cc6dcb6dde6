from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from restorer.core.errors import InputError, WeightsError
from restorer.store import Catalogue, ModelCard

WEIGHTS = b"not really weights, but bytes with a checksum"


def install(folder: Path, model_id: str, *, weights: bytes | None = WEIGHTS, **changes: Any) -> ModelCard:
    values: dict[str, Any] = {
        "title": model_id.title(),
        "task": "inpaint",
        "architecture": "tiny",
        "hyperparameters": {},
        "licence": "Apache-2.0",
        "summary": "",
        "context_px": 8,
    }
    card = ModelCard(
        id=model_id,
        file=f"{model_id}.safetensors",
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
        bytes=len(WEIGHTS),
        **(values | changes),
    )
    folder.mkdir(exist_ok=True)
    (folder / f"{model_id}.json").write_text(card.to_text(), encoding="utf-8")
    if weights is not None:
        (folder / card.file).write_bytes(weights)
    return card


def test_finds_cards_in_every_folder(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "größer"
    second, first = install(shipped, "b-model"), install(shipped, "a-model")
    third = install(own, "own")
    catalogue = Catalogue([shipped, tmp_path / "none", own])
    assert catalogue.cards() == (first, second, third)
    assert catalogue.get("own") == third
    assert catalogue.weights_path(third) == own / "own.safetensors"
    assert catalogue.problems() == ()


def test_unknown_model_names_the_known(tmp_path: Path) -> None:
    install(tmp_path, "a-model")
    with pytest.raises(InputError, match=r"no model 'b'. Installed: a-model") as caught:
        Catalogue([tmp_path]).get("b")
    assert caught.value.exit_code == 2
    with pytest.raises(InputError, match="Installed: none"):
        Catalogue([]).get("b")


def test_a_broken_card_hides_no_other(tmp_path: Path) -> None:
    good = install(tmp_path, "good")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "latin.json").write_bytes(b"\xff\xfe\xfa")
    install(tmp_path, "renamed")
    (tmp_path / "renamed.json").rename(tmp_path / "other.json")
    catalogue = Catalogue([tmp_path])
    assert catalogue.cards() == (good,)
    assert [name for name in ("broken", "latin", "other") if not any(name in p for p in catalogue.problems())] == []
    assert len(catalogue.problems()) == 3


def test_first_folder_wins(tmp_path: Path) -> None:
    shipped = install(tmp_path / "shipped", "same", title="Shipped")
    install(tmp_path / "own", "same", title="Own")
    catalogue = Catalogue([tmp_path / "shipped", tmp_path / "own"])
    assert catalogue.cards() == (shipped,)
    assert "same id" in catalogue.problems()[0]


def test_best_for_a_task(tmp_path: Path) -> None:
    install(tmp_path, "plain")
    install(tmp_path, "gone", priority=9, weights=None)
    best = install(tmp_path, "better", priority=3)
    install(tmp_path, "denoiser", task="denoise", priority=5)
    catalogue = Catalogue([tmp_path])
    assert catalogue.best_for("inpaint") == best
    assert catalogue.best_for("colorize") is None


def test_a_card_is_found_for_each_task_it_serves(tmp_path: Path) -> None:
    card = install(tmp_path, "restore", task="denoise", also_serves=("deblock", "deblur"))
    catalogue = Catalogue([tmp_path])
    assert [catalogue.best_for(task) for task in ("denoise", "deblock", "deblur", "inpaint")] == [
        card,
        card,
        card,
        None,
    ]


def test_missing_weights(tmp_path: Path) -> None:
    card = install(tmp_path, "gone", weights=None)
    for ask in (Catalogue([tmp_path]).weights_path, Catalogue([tmp_path]).verify):
        with pytest.raises(WeightsError, match=r"gone\.safetensors"):
            ask(card)


@pytest.mark.parametrize("damage", [WEIGHTS[:-1], WEIGHTS[:-1] + b"!", b""])
def test_damaged_weights(tmp_path: Path, damage: bytes) -> None:
    card = install(tmp_path, "damaged", weights=damage)
    with pytest.raises(WeightsError, match=r"damaged\.safetensors is damaged"):
        Catalogue([tmp_path]).verify(card)


def test_weights_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = install(tmp_path, "locked")
    catalogue = Catalogue([tmp_path])
    assert catalogue.cards() == (card,)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(WeightsError, match=r"locked\.safetensors cannot be read: Permission denied"):
        catalogue.verify(card)


def test_verifies_again_only_after_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = install(tmp_path, "model")
    catalogue = Catalogue([tmp_path])
    digests = []
    original = hashlib.file_digest

    def counting(*args: Any) -> Any:
        digests.append(args)
        return original(*args)

    monkeypatch.setattr(hashlib, "file_digest", counting)
    catalogue.verify(card)
    catalogue.verify(card)
    assert len(digests) == 1
    path = catalogue.weights_path(card)
    path.write_bytes(WEIGHTS[::-1])
    os.utime(path, ns=(1, 1))
    for _ in range(2):
        with pytest.raises(WeightsError, match="damaged"):
            catalogue.verify(card)
    assert len(digests) == 2


def test_default_looks_in_the_persons_own_folder(user_folder: Path) -> None:
    catalogue = Catalogue.default()
    assert any(folder.is_relative_to(user_folder) for folder in catalogue.folders)
    assert catalogue.folders[0].name == "models"


def test_default_works_without_shipped_models(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr("restorer.store.catalogue.resources_dir", missing)
    assert len(Catalogue.default().folders) == 1


def test_shipped_cards_are_sound() -> None:
    catalogue = Catalogue.default()
    assert catalogue.problems() == ()
    for card in catalogue.cards():
        catalogue.verify(card)


def test_needs_no_torch() -> None:
    code = "import sys; sys.modules['torch'] = None; import restorer.store as s; s.Catalogue.default().cards()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_best_model_for_a_size(tmp_path: Path) -> None:
    for name, scale, priority in (("x2", 2, 1), ("x4", 4, 1), ("fast-x2", 2, 0), ("x4-vivid", 4, 1)):
        values = {"hyperparameters": {"upscale": scale}, "priority": priority, "task": "super-resolve"}
        install(tmp_path, name, **values, interpolates_with="x4" if name == "x4-vivid" else "")
    catalogue = Catalogue([tmp_path])

    def best(**wish: object) -> str:
        card = catalogue.best_for("super-resolve", **wish)
        assert card is not None
        return card.id

    assert best(factor=1.5) == best(factor=2) == "x2"
    assert best(factor=2.1) == best(factor=8) == best(factor=None) == "x4"
    assert best(factor=2, vivid=True) == "x4"
    assert catalogue.get("x4").scale == 4
