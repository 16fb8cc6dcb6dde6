"""Presets, changes and clashes of shortcuts."""

from __future__ import annotations

import pytest

from restorer.session.settings import SHORTCUT_PRESETS
from restorer.ui.actions import MENUS, ROWS, Facts
from restorer.ui.keymap import _CHANGES, PRESETS, Keymap, refusal
from restorer.ui.widgets import TOOLS

BY_ID = {row.id: row for row in ROWS}
BRUSH, LASSO, REDO = BY_ID["brush"], BY_ID["lasso"], BY_ID["redo"]


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_gives_two_actions_one_key(preset: str) -> None:
    assert [(keys, a.id, b.id) for keys, a, b in Keymap(preset).clashes(ROWS)] == []
    assert set(_CHANGES[preset]) <= set(BY_ID)
    assert not [keys for row in ROWS for keys in Keymap(preset).keys(row) if refusal(keys)]


def test_the_settings_know_the_same_presets() -> None:
    assert set(PRESETS) == set(SHORTCUT_PRESETS)


def test_both_ways_to_redo_work_in_every_preset() -> None:
    for preset in PRESETS:
        assert {"Ctrl+Shift+Z", "Ctrl+Y"} == set(Keymap(preset).keys(REDO))


def test_a_key_is_taken_from_who_had_it() -> None:
    keymap = Keymap().with_keys(LASSO, ("B",), ROWS)
    assert keymap.keys(LASSO) == ("B",)
    assert keymap.keys(BRUSH) == ()
    assert list(keymap.clashes(ROWS)) == []
    back = keymap.reset(BRUSH, ROWS)
    assert back.keys(BRUSH) == ("B",)
    assert back.keys(LASSO) == ()
    assert back.reset(LASSO, ROWS).changed == {}, "what is as in the preset is no change"


def test_only_the_key_in_question_is_taken() -> None:
    keymap = Keymap().with_keys(LASSO, ("Ctrl+Y",), ROWS)
    assert keymap.keys(REDO) == ("Ctrl+Shift+Z",)


def test_owners_are_found_however_a_key_is_written() -> None:
    assert Keymap().owner("shift+ctrl+z", ROWS) is REDO
    assert Keymap().owner("Ctrl+Shift+Z", ROWS, besides="redo") is None


@pytest.mark.parametrize("keys", ["Space", "Tab", "\\", "Ctrl+K, Ctrl+B"])
def test_keys_that_cannot_be_an_actions(keys: str) -> None:
    assert refusal(keys).endswith(".")


def test_every_action_says_what_it_lacks() -> None:
    for row in ROWS:
        assert row.reason(Facts(photo=True)) != "Not possible now", row.id
        assert bool(row.reason(Facts())) is not row.enabled(Facts())


def test_every_action_can_be_found_in_a_menu_or_a_panel() -> None:
    in_menus = {name for _, ids in MENUS for name in ids} | {tool.id for tool in TOOLS}
    elsewhere = {row.id for row in ROWS} - in_menus
    assert elsewhere <= {"next-area", "previous-area"}
