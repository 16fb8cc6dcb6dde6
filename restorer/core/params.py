"""Parameters declared once: a frozen dataclass whose fields carry range, default, unit and help.

The same declaration becomes a panel form, command line options and JSON. Validation happens in one place, here.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from restorer.core.errors import InputError

P = TypeVar("P")
Value = bool | int | float | str

NUMBER = "number"
"""Editor of a number whose range is too wide for a slider (:attr:`ParamSpec.editor`)."""
CURVE = "curve"
"""Editor of the points of a tone curve."""
_KEY = "restorer.param"


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """Declaration of one parameter.

    Attributes:
        name: field name, as in JSON and ``--set``.
        kind: ``bool``, ``int``, ``float`` or ``str``.
        default: value if nothing is said.
        label: short text for a form, sentence case.
        help: one sentence.
        low, high: inclusive range of a number, or None.
        step: smallest sensible change in a form.
        unit: ``px``, ``%``, ``dB`` …, shown after the value; empty for none.
        choices: allowed values of a str, or empty.
        advanced: folded away in a form.
        editor: name of a widget of its own that a form shows it with, such as ``curve``; empty for the usual one.
        lowest: what the lowest value means, shown in its place, such as ``Auto``; empty where it is one like others.
        shown_for: name of another parameter, and the values of that for which this one means anything; None = always.
    """

    name: str
    kind: type[Value]
    default: Value
    label: str
    help: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    advanced: bool = False
    editor: str = ""
    lowest: str = ""
    shown_for: tuple[str, tuple[Value, ...]] | None = None

    def describe_range(self) -> str:
        """The allowed values in words, for messages and help."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind is bool:
            return "true or false"
        unit = f" {self.unit}" if self.unit else ""
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}{unit}"
        return {int: "a whole number", float: "a number", str: "text"}[self.kind]

    def check(self, value: object) -> Value:
        """The value, converted to this parameter's kind.

        Raises:
            InputError: where it is of another kind or out of range; the message names the parameter.
        """
        converted = self._convert(value)
        if self.choices and converted not in self.choices:
            raise self._wrong(value)
        if isinstance(converted, (int, float)) and not isinstance(converted, bool):
            below = self.low is not None and not converted >= self.low
            above = self.high is not None and not converted <= self.high
            if below or above or converted != converted:
                raise self._wrong(value)
        return converted

    def parse(self, text: str) -> Value:
        """As :meth:`check`, from what a person typed."""
        if self.kind is bool:
            words = {
                "true": True,
                "yes": True,
                "on": True,
                "1": True,
                "false": False,
                "no": False,
                "off": False,
                "0": False,
            }
            if text.strip().lower() not in words:
                raise self._wrong(text)
            return words[text.strip().lower()]
        if self.kind is str:
            return self.check(text.strip())
        try:
            return self.check(self.kind(text))  # type: ignore[call-overload,unused-ignore]
        except ValueError:
            raise self._wrong(text) from None

    def _convert(self, value: object) -> Value:
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            try:
                return float(value)
            except OverflowError:
                raise self._wrong(value) from None
        if self.kind is int and isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, bool) is not (self.kind is bool) or not isinstance(value, self.kind):
            raise self._wrong(value)
        return value

    def _wrong(self, value: object) -> InputError:
        return InputError(f"The parameter {self.name} cannot be {value!r}.", hint=f"It takes {self.describe_range()}.")


def param(
    default: Any,
    help: str,
    *,
    label: str = "",
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    unit: str = "",
    choices: tuple[str, ...] = (),
    advanced: bool = False,
    editor: str = "",
    lowest: str = "",
    shown_for: tuple[str, tuple[Value, ...]] | None = None,
) -> Any:
    """Field of a parameters dataclass. The kind is read from the field's annotation."""
    meta = {
        "label": label,
        "help": help,
        "low": low,
        "high": high,
        "step": step,
        "unit": unit,
        "choices": choices,
        "advanced": advanced,
        "editor": editor,
        "lowest": lowest,
        "shown_for": shown_for,
    }
    return dataclasses.field(default=default, metadata={_KEY: meta})


def percent(default: float, help: str, *, label: str = "", step: float | None = None, high: float = 100) -> Any:
    """As :func:`param`, of a share: 0 to 100 %, or up to ``high``."""
    return param(default, help, label=label, low=0, high=high, step=step, unit="%")


def param_specs(params: type[Any] | object) -> tuple[ParamSpec, ...]:
    """The declarations of a parameters dataclass (or of an instance of one), in order."""
    cls = params if isinstance(params, type) else type(params)
    hints = typing.get_type_hints(cls)
    specs = []
    for field in dataclasses.fields(cls):
        meta = dict(field.metadata.get(_KEY, {}))
        if not meta or field.default is dataclasses.MISSING:
            raise TypeError(f"{cls.__name__}.{field.name} is not declared with param()")
        kind = hints[field.name]
        if isinstance(kind, types.UnionType) or kind not in (bool, int, float, str):
            raise TypeError(f"{cls.__name__}.{field.name} must be bool, int, float or str")
        meta["label"] = meta["label"] or field.name.replace("_", " ").capitalize()
        spec = ParamSpec(name=field.name, kind=kind, default=field.default, **meta)
        spec.check(spec.default)
        specs.append(spec)
    return tuple(specs)


def build_params(cls: type[P], values: Mapping[str, object]) -> P:
    """Instance of a parameters dataclass from plain values (JSON or a form).

    Raises:
        InputError: for an unknown name, a wrong kind or a value out of range.
    """
    specs = {spec.name: spec for spec in param_specs(cls)}
    for name in values:
        if name not in specs:
            known = ", ".join(specs) or "none"
            raise InputError(f"There is no parameter {name!r}.", hint=f"Known: {known}.")
    return cls(**{name: specs[name].check(value) for name, value in values.items()})


def parse_params(cls: type[P], assignments: Mapping[str, str]) -> P:
    """As :func:`build_params`, from ``name=value`` texts a person typed."""
    specs = {spec.name: spec for spec in param_specs(cls)}
    return build_params(
        cls, {name: specs[name].parse(text) if name in specs else text for name, text in assignments.items()}
    )


def split_assignments(pairs: list[str] | tuple[str, ...]) -> dict[str, str]:
    """``["a=1", "b=2"]`` to a dict.

    Raises:
        InputError: where a pair has no ``=`` or a name comes twice.
    """
    result: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        name = name.strip().replace("-", "_")
        if not sign or not name:
            raise InputError(f"{pair!r} is not of the form name=value.")
        if name in result:
            raise InputError(f"The parameter {name} is given twice.")
        result[name] = value
    return result


def params_to_json(params: object) -> dict[str, Value]:
    """Plain values of a parameters dataclass instance, every field, in order."""
    return {spec.name: getattr(params, spec.name) for spec in param_specs(params)}
