from __future__ import annotations

from pathlib import Path

import pytest
from store.test_catalogue import install

from restorer.core.errors import WeightsError
from restorer.store import Blend, Catalogue


def test_a_pair_is_found_from_either_side(tmp_path: Path) -> None:
    clean = install(tmp_path, "clean")
    vivid = install(tmp_path, "vivid", interpolates_with="clean", priority=5)
    other = install(tmp_path, "other", priority=-1)
    catalogue = Catalogue([tmp_path])
    assert [catalogue.vivid_of(card) for card in (clean, vivid, other)] == [vivid, None, None]
    assert [catalogue.faithful_of(card) for card in (clean, vivid, other)] == [clean, clean, other]
    assert catalogue.best_for("inpaint") == clean


def test_of_several_partners_the_best_is_mixed_in(tmp_path: Path) -> None:
    clean = install(tmp_path, "clean")
    old = install(tmp_path, "old", interpolates_with="clean")
    new = install(tmp_path, "new", interpolates_with="clean", priority=1)
    catalogue = Catalogue([tmp_path])
    assert catalogue.vivid_of(clean) == new
    assert catalogue.faithful_of(old) == old


@pytest.mark.parametrize("missing", ["clean", "vivid"])
def test_a_partner_without_weights_is_none(tmp_path: Path, missing: str) -> None:
    clean = install(tmp_path, "clean", weights=None if missing == "clean" else b"x")
    vivid = install(tmp_path, "vivid", weights=None if missing == "vivid" else b"x", interpolates_with="clean")
    catalogue = Catalogue([tmp_path])
    assert catalogue.vivid_of(clean) is None
    assert catalogue.faithful_of(vivid) == vivid
    assert catalogue.best_for("inpaint") == (vivid if missing == "clean" else clean)


def test_a_vivid_model_alone_is_a_model(tmp_path: Path) -> None:
    vivid = install(tmp_path, "vivid", interpolates_with="nobody")
    catalogue = Catalogue([tmp_path])
    assert catalogue.best_for("inpaint") == vivid
    assert catalogue.blend("vivid", 0.5) == Blend(vivid)


def test_blends_are_named_by_both_and_the_share(tmp_path: Path) -> None:
    clean = install(tmp_path, "clean", context_px=8)
    vivid = install(tmp_path, "vivid", interpolates_with="clean", context_px=32, half_precision=False)
    catalogue = Catalogue([tmp_path])
    assert catalogue.blend("vivid", 0.0) == catalogue.blend("clean", 0.004) == Blend(clean)
    mixed = catalogue.blend("vivid", 0.333)
    assert mixed == Blend(clean, vivid, 0.33)
    assert mixed.title == "Clean, 33 % detail"
    assert mixed.model_hash == f"{clean.sha256}+{vivid.sha256}@0.33"
    assert (mixed.context_px, mixed.is_half_safe) == (32, False)
    assert (Blend(clean).title, Blend(clean).model_hash) == ("Clean", clean.sha256)


@pytest.mark.parametrize("name", ["No id", "vivid"])
def test_a_card_names_another_model(tmp_path: Path, name: str) -> None:
    with pytest.raises(WeightsError, match="unusable interpolates_with"):
        install(tmp_path, "vivid", interpolates_with=name)
