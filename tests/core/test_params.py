from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Any

import pytest

from restorer.core.errors import InputError
from restorer.core.params import (
    build_params,
    param,
    param_specs,
    params_to_json,
    parse_params,
    split_assignments,
)


@dataclass(frozen=True)
class Example:
    grow_px: int = param(2, "How far to grow.", low=0, high=64, step=1, unit="px")
    strength: float = param(1.0, "How much.", label="How strong", low=0, high=1)
    match_grain: bool = param(True, "Whether to put grain back.")
    method: str = param("telea", "Which method.", choices=("telea", "ns"), advanced=True)
    note: str = param("", "Any text.")


def test_declarations_come_in_order_with_everything_said() -> None:
    grow, strength, grain, method, note = param_specs(Example)
    assert [s.name for s in (grow, strength, grain, method, note)] == [
        "grow_px",
        "strength",
        "match_grain",
        "method",
        "note",
    ]
    assert [s.kind for s in (grow, strength, grain, method, note)] == [int, float, bool, str, str]
    assert (grow.label, strength.label) == ("Grow px", "How strong")
    assert (grow.low, grow.high, grow.step, grow.unit, grow.advanced) == (0, 64, 1, "px", False)
    assert (method.choices, method.advanced) == (("telea", "ns"), True)


def test_an_instance_declares_what_its_class_does() -> None:
    assert param_specs(Example(grow_px=5)) == param_specs(Example)


@pytest.mark.parametrize(
    ("index", "words"),
    [(0, "0 to 64 px"), (1, "0 to 1"), (2, "true or false"), (3, "one of telea, ns"), (4, "text")],
)
def test_a_range_is_described_in_words(index: int, words: str) -> None:
    assert param_specs(Example)[index].describe_range() == words


def test_defaults_stand_where_nothing_is_said() -> None:
    assert build_params(Example, {}) == Example()
    assert parse_params(Example, {}) == Example()


def test_json_goes_there_and_back() -> None:
    params = Example(grow_px=7, strength=0.25, match_grain=False, method="ns", note="élan")
    values = json.loads(json.dumps(params_to_json(params)))
    assert list(values) == ["grow_px", "strength", "match_grain", "method", "note"]
    assert build_params(Example, values) == params


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("12", "grow_px", 12),
        ("0", "strength", 0.0),
        ("1e-1", "strength", 0.1),
        ("off", "match_grain", False),
        (" YES ", "match_grain", True),
        ("ns", "method", "ns"),
        ("a = b", "note", "a = b"),
    ],
)
def test_what_a_person_types_is_understood(text: str, field: str, value: object) -> None:
    got = getattr(parse_params(Example, {field: text}), field)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("grow_px", "65"),
        ("grow_px", "-1"),
        ("grow_px", "2.5"),
        ("grow_px", "many"),
        ("grow_px", ""),
        ("strength", "nan"),
        ("strength", "inf"),
        ("strength", "1.0001"),
        ("match_grain", "maybe"),
        ("match_grain", "2"),
        ("method", "Telea"),
        ("method", ""),
    ],
)
def test_what_a_person_types_is_refused_by_name_and_range(field: str, text: str) -> None:
    spec = {s.name: s for s in param_specs(Example)}[field]
    with pytest.raises(InputError) as caught:
        parse_params(Example, {field: text})
    assert field in caught.value.message
    assert spec.describe_range() in caught.value.hint


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grow_px", True),
        ("grow_px", 2.5),
        ("grow_px", "2"),
        ("grow_px", None),
        ("grow_px", math.inf),
        ("strength", True),
        ("strength", [1]),
        ("strength", math.nan),
        ("strength", 10**400),
        ("match_grain", 1),
        ("match_grain", "true"),
        ("method", 3),
        ("note", True),
        ("note", b"bytes"),
    ],
)
def test_json_of_a_wrong_kind_is_refused(field: str, value: object) -> None:
    with pytest.raises(InputError, match=field):
        build_params(Example, {field: value})


def test_whole_numbers_may_be_written_as_floats_and_the_other_way_round() -> None:
    params = build_params(Example, {"grow_px": 3.0, "strength": 1})
    assert (type(params.grow_px), type(params.strength)) == (int, float)


@pytest.mark.parametrize("build", [build_params, parse_params])
def test_an_unknown_name_is_refused_and_the_known_are_told(build: Any) -> None:
    with pytest.raises(InputError, match=r"'growpx'.*Known: grow_px, strength, match_grain, method, note"):
        build(Example, {"growpx": "3"})


def test_assignments_split_at_the_first_sign() -> None:
    assert split_assignments(["grow-px=3", " note =a=b"]) == {"grow_px": "3", "note": "a=b"}


@pytest.mark.parametrize("pairs", [["grow_px"], ["=3"], [" =3"], ["grow_px=1", "grow-px=2"]])
def test_malformed_and_double_assignments_are_refused(pairs: list[str]) -> None:
    with pytest.raises(InputError):
        split_assignments(pairs)


def declared(default: Any, annotation: Any, **ranges: Any) -> type[Any]:
    return dataclasses.make_dataclass("Wrong", [("x", annotation, param(default, "…", **ranges))], frozen=True)


@pytest.mark.parametrize(
    "cls",
    [
        dataclasses.make_dataclass("Bare", [("x", int, 3)]),
        declared(1, int | None),
        declared((1, 2), tuple),
    ],
    ids=["not declared with param", "optional", "not a plain kind"],
)
def test_a_wrong_declaration_is_the_programmers_error(cls: type[Any]) -> None:
    with pytest.raises(TypeError):
        param_specs(cls)


def test_a_default_out_of_range_is_found_at_declaration() -> None:
    with pytest.raises(InputError, match="x"):
        param_specs(declared(9, int, low=0, high=8))
