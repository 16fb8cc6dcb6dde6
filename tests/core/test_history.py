from __future__ import annotations

import pytest

from restorer.core.history import Entry, History, next_state
from restorer.core.plan import Slot
from restorer.core.step import Recipe, Step

STEP = Step("inpaint", 1, {"grow_px": 3})


def stroke(history: History, label: str = "Brush stroke") -> Entry:
    return Entry(label, history.state, plan=history.plan)


def step(history: History, of: Step = STEP) -> Entry:
    slot = Slot(history.next_id, of, of, history.state, "Inpaint", 8, 8)
    return Entry("Inpaint", next_state(history.state, of), step=of, plan=(*history.plan, slot), slot=slot.id)


def test_a_new_history_is_at_the_original() -> None:
    history = History("root")
    assert (history.cursor, history.entries, history.state) == (0, (), "root")
    assert not history.can_undo
    assert not history.can_redo


def test_strokes_keep_the_state_of_the_pixels_and_steps_change_it() -> None:
    history = History("root")
    history.push(stroke(history))
    assert history.state == "root"
    history.push(step(history))
    after = history.state
    assert after == next_state("root", STEP) != "root"
    history.push(stroke(history))
    assert history.state == after
    history.move(1)
    assert history.state == "root"


def test_pushing_replaces_what_could_be_redone_and_returns_it() -> None:
    history = History("root")
    entries = [stroke(history, str(n)) for n in range(4)]
    for entry in entries:
        assert history.push(entry) == ()
    history.move(1)
    new = stroke(history, "new")
    assert [entry.label for entry in history.push(new)] == ["1", "2", "3"]
    assert [entry.label for entry in history.entries] == ["0", "new"]
    assert (history.cursor, history.can_redo) == (2, False)


def test_applied_and_recipe_end_at_the_cursor() -> None:
    history = History("root")
    other = Step("inpaint", 1, {"grow_px": 4})
    for make in (step, stroke, lambda history: step(history, other)):
        history.push(make(history))
    assert history.recipe() == Recipe((STEP, other))
    history.move(2)
    assert len(history.applied) == 2
    assert history.recipe() == Recipe((STEP,))
    assert history.can_redo


@pytest.mark.parametrize("cursor", [-1, 3])
def test_there_is_no_place_beyond_the_ends(cursor: int) -> None:
    history = History("root")
    history.push(stroke(history))
    history.push(stroke(history))
    with pytest.raises(IndexError):
        history.move(cursor)
    assert history.cursor == 2


@pytest.mark.parametrize(
    "other",
    [
        Step("inpaint", 2, {"grow_px": 3}),
        Step("inpaint", 1, {"grow_px": 4}),
        Step("inpaint", 1, {"grow_px": 3}, seed=1),
        Step("inpaint", 1, {"grow_px": 3}, model_hash="a"),
        Step("inpaint", 1, {"grow_px": 3}, mask="a"),
    ],
)
def test_a_state_depends_on_everything_that_decides_the_pixels(other: Step) -> None:
    assert next_state("root", other) != next_state("root", STEP)
    assert next_state("elsewhere", STEP) != next_state("root", STEP)


def test_a_state_does_not_depend_on_the_order_of_parameters() -> None:
    forward, backward = Step("inpaint", 1, {"a": 1, "b": 2}), Step("inpaint", 1, {"b": 2, "a": 1})
    assert next_state("root", forward) == next_state("root", backward)


def test_a_replaced_step_becomes_a_branch_with_a_name_and_can_be_gone_back_to() -> None:
    history = History("root")
    for make in (stroke, step, stroke):
        history.push(make(history))
    tip = history.tip
    history.rename(tip, "Without the frame")
    history.move(1)
    assert history.push(step(history, Step("denoise", 1))) == ()
    (branch,) = history.branches()
    assert (branch.tip, branch.leaves_at, branch.entries, branch.steps) == (tip, 1, 2, 1)
    assert branch.title == "Without the frame"
    with pytest.raises(ValueError, match="applied"):
        history.switch(tip)
    history.move(history.common(tip))
    history.switch(tip)
    assert [entry.id for entry in history.entries] == [1, 2, 3]
    (other,) = history.branches()
    assert [entry.label for entry in history.remove_branch(other.tip)] == ["Inpaint"]
    assert history.branches() == ()
    with pytest.raises(KeyError):
        history.remove_branch(99)


def test_a_history_is_restored_from_its_parts_and_only_from_sound_ones() -> None:
    history = History("root")
    for _ in range(3):
        history.push(step(history))
    history.move(1)
    history.push(step(history, Step("denoise", 1)))
    nodes = list(history.nodes.values())
    again = History.restored("root", nodes, history.tip, history.cursor)
    assert again.entries == history.entries
    assert (again.state, again.cursor, again.branches()) == (history.state, history.cursor, history.branches())
    again.push(stroke(again))
    assert again.tip == 5
    for entries, tip, cursor in ((nodes[1:], 4, 2), (nodes, 9, 0), (nodes, 4, 3), (nodes, 4, -1), (nodes * 2, 4, 2)):
        with pytest.raises(ValueError, match=r"."):
            History.restored("root", entries, tip, cursor)
