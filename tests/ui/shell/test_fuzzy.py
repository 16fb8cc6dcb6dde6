"""What a few letters find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.ui.fuzzy import match
from restorer.ui.palette_entries import Entry, search


def entry(title: str, *, reason: str = "", weight: float = 0.0) -> Entry:
    return Entry(title, title, "Action", lambda: None, reason=reason, weight=weight)


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("scr", "Repair scratches"),
        ("RS", "Repair scratches"),
        ("undo", "Undo"),
        ("hp", "Hide panels"),
        ("exp m", "Export mask"),
        ("ßen", "Größen"),
    ],
)
def test_the_best_is_what_a_person_means(query: str, best: str) -> None:
    titles = (
        "Undo",
        "Unmark dots",
        "Hide panels",
        "Repair scratches",
        "Similar colour",
        "Export",
        "Export mask",
        "Größen",
    )
    assert search(query, [entry(title) for title in titles])[0].entry.title == best


def test_the_letters_that_were_typed_are_marked() -> None:
    assert match("scr", "Repair scratches") == match(" S c R", "Repair scratches")
    found = match("rsc", "Repair scratches")
    assert found is not None
    assert found.places == (0, 7, 8)


def test_nothing_fits_what_is_not_in_it_in_order() -> None:
    assert match("sr", "Rose") is None
    assert match("xx", "x") is None


def test_what_cannot_be_done_comes_last_and_what_was_done_first() -> None:
    entries = [entry("Undo", reason="Nothing to undo"), entry("Undercut"), entry("Unfold")]
    assert [found.entry.title for found in search("un", entries)] == ["Unfold", "Undercut", "Undo"]
    assert [found.entry.title for found in search("", entries, used=["Unfold"])] == ["Unfold", "Undercut", "Undo"]


@given(st.text(max_size=12), st.text(max_size=6))
def test_what_is_found_is_there_in_order(title: str, query: str) -> None:
    found = match(query, title)
    wanted = [letter.lower() for letter in query if not letter.isspace()]
    letters = iter(letter.lower() for letter in title)
    assert (found is not None) == all(letter in letters for letter in wanted)
    if found is not None:
        assert [title[place].lower() for place in found.places] == wanted
        assert list(found.places) == sorted(set(found.places))
