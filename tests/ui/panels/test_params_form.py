from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from restorer.core.errors import InputError
from restorer.core.params import ParamSpec, param, param_specs
from restorer.tasks import TASKS
from restorer.ui.panels import ParamsForm
from restorer.ui.widgets import CheckBox, ComboBox, FieldLabel, Segmented, SpinBox, ValueSlider


@dataclass(frozen=True)
class Params:
    """One of each kind."""

    strength: float = param(70.0, "How much.", low=0, high=100, step=1, unit="%")
    fine: float = param(0.25, "Finely.", low=0, high=1)
    grow_px: int = param(6, "How far.", low=0, high=64, unit="px")
    count: int = param(1, "How many.", low=1)
    threshold: float = param(-0.5, "From where.")
    grain: bool = param(True, "Whether.")
    speed: str = param("slow", "Which.", choices=("slow", "fast"))
    method: str = param("telea", "How.", choices=("auto", "telea", "navier_stokes", "patchmatch"))
    note: str = param("", "What for.", advanced=True)
    seed: int = param(0, "Of chance.", low=0, high=1_000_000, advanced=True)


SPECS = param_specs(Params)
OTHER: dict[str, Any] = {
    "strength": 12.0,
    "fine": 0.37,
    "grow_px": 64,
    "count": 12_345,
    "threshold": 2.5,
    "grain": False,
    "speed": "fast",
    "method": "patchmatch",
    "note": "für Oma",
    "seed": 999_999,
}


@pytest.fixture
def form(qtbot: QtBot) -> ParamsForm:
    form = ParamsForm(SPECS)
    qtbot.addWidget(form)
    form.resize(320, 400)
    form.show()
    return form


def test_it_starts_with_the_defaults(form: ParamsForm) -> None:
    assert form.values() == {spec.name: spec.default for spec in SPECS}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("strength", ValueSlider),
        ("fine", ValueSlider),
        ("grow_px", ValueSlider),
        ("count", SpinBox),
        ("threshold", SpinBox),
        ("grain", CheckBox),
        ("speed", Segmented),
        ("method", ComboBox),
        ("note", QLineEdit),
        ("seed", ValueSlider),
    ],
)
def test_each_kind_has_its_widget(form: ParamsForm, name: str, kind: type) -> None:
    assert isinstance(form.field(name), kind)


@pytest.mark.parametrize("name", list(OTHER))
def test_every_kind_comes_back_as_it_went_in(form: ParamsForm, name: str) -> None:
    changes = QSignalSpy(form.changed)
    form.set_values({name: OTHER[name]})
    values = form.values()
    assert values[name] == OTHER[name]
    assert type(values[name]) is type(OTHER[name])
    assert {key: value for key, value in values.items() if key != name} == {
        spec.name: spec.default for spec in SPECS if spec.name != name
    }
    assert changes.count() == 0


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1))
def test_a_fraction_comes_back_to_the_shown_digits(form: ParamsForm, value: float) -> None:
    form.set_values({"fine": value})
    assert form.values()["fine"] == pytest.approx(value, abs=0.005 + 1e-9)


def test_a_wrong_value_changes_nothing(form: ParamsForm) -> None:
    with pytest.raises(InputError, match="grow_px"):
        form.set_values({"strength": 1.0, "grow_px": 1000})
    assert form.values()["strength"] == 70.0


def test_an_unknown_name_is_refused(form: ParamsForm) -> None:
    with pytest.raises(KeyError):
        form.set_values({"mauve": 1})


def test_the_person_is_heard_in_every_field(form: ParamsForm, qtbot: QtBot) -> None:
    changes = QSignalSpy(form.changed)
    form.field("strength").slider.dragged.emit(0.1)  # type: ignore[attr-defined]
    form.field("count").stepUp()  # type: ignore[attr-defined]
    QTest.mouseClick(form.field("grain"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(form.field("speed")._segments["fast"], Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    QTest.keyClick(form.field("method"), Qt.Key.Key_Down)
    qtbot.keyClicks(form.field("note"), "x")
    assert changes.count() == 6
    values = form.values()
    assert (values["strength"], values["count"], values["grain"]) == (10.0, 2, False)
    assert (values["speed"], values["method"], values["note"]) == ("fast", "navier_stokes", "x")


def test_a_double_click_on_a_label_resets_its_field(form: ParamsForm) -> None:
    form.set_values({"strength": 3.0})
    label = next(label for label in form.findChildren(FieldLabel) if label.text() == "Strength")
    QTest.mouseDClick(label, Qt.MouseButton.LeftButton)
    assert form.values()["strength"] == 70.0


def test_reset_goes_back_to_every_default(form: ParamsForm) -> None:
    form.set_values(OTHER)
    changes = QSignalSpy(form.changed)
    form.reset()
    assert form.values() == {spec.name: spec.default for spec in SPECS}
    assert changes.count() == 1


def test_the_advanced_are_folded_away(form: ParamsForm, qtbot: QtBot) -> None:
    seed = form.field("seed")
    assert not seed.isVisible()
    assert form.advanced.note() == "note, seed"
    QTest.mouseClick(form.advanced, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(seed.isVisible)
    QTest.mouseClick(form.advanced, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not seed.isVisible())


def test_the_advanced_heading_names_what_is_shown(form: ParamsForm) -> None:
    form.hide_fields(("note",))
    assert form.advanced.note() == "seed"
    form.hide_fields(("note", "seed"))
    assert not form.advanced.isVisible()
    form.hide_fields(())
    assert form.advanced.isVisible()
    assert form.advanced.note() == "note, seed"


def test_the_values_stand_in_one_column(form: ParamsForm) -> None:
    widths = {slider.spin_box.width() for slider in form.findChildren(ValueSlider)}
    assert len(widths) == 1
    assert widths.pop() >= 56


def test_hidden_fields_keep_their_values(form: ParamsForm) -> None:
    form.set_values({"grow_px": 64})
    form.hide_fields({"grow_px", "unheard_of"})
    assert not form.field("grow_px").isVisible()
    assert form.values()["grow_px"] == 64
    form.hide_fields(())
    assert form.field("grow_px").isVisible()


def test_help_and_range_are_told(form: ParamsForm) -> None:
    tip = form.field("grow_px").toolTip()
    assert "How far." in tip
    assert "0 to 64 px" in tip


def test_no_parameters_make_an_empty_form(qtbot: QtBot) -> None:
    form = ParamsForm(())
    qtbot.addWidget(form)
    assert form.values() == {}
    assert form.sizeHint().height() <= 0


@pytest.mark.parametrize(
    ("spec", "decimals"),
    [
        (ParamSpec("a", float, 0.5, "A", "", low=0, high=2), 2),
        (ParamSpec("a", float, 0.5, "A", "", low=0, high=100), 1),
        (ParamSpec("a", float, 5.0, "A", "", low=0, high=1000), 0),
        (ParamSpec("a", float, 0.125, "A", "", low=0, high=1, step=0.1), 3),
        (ParamSpec("a", int, 5, "A", "", low=0, high=7), 0),
    ],
)
def test_digits_suffice_for_step_and_default(qtbot: QtBot, spec: ParamSpec, decimals: int) -> None:
    form = ParamsForm((spec,))
    qtbot.addWidget(form)
    field = form.field("a")
    assert isinstance(field, ValueSlider)
    assert field.spin_box.decimals() == decimals
    assert form.values() == {"a": spec.default}


@pytest.mark.parametrize("task", list(TASKS.values()), ids=lambda task: task.id)
def test_every_task_has_a_form_that_says_its_defaults(qtbot: QtBot, task: Any) -> None:
    specs = param_specs(task.params)
    form = ParamsForm(specs)
    qtbot.addWidget(form)
    assert form.values() == {spec.name: spec.default for spec in specs}
    for spec in specs:
        for value in (spec.low, spec.high, *spec.choices):
            if value is not None:
                form.set_values({spec.name: spec.check(value)})
                assert form.values()[spec.name] == value


@dataclass(frozen=True)
class Measured:
    """A level that can be left to the task."""

    level: float = param(0.0, "How much.", low=0, high=100, step=0.1, lowest="Auto")


def test_the_lowest_value_reads_as_what_it_means(qtbot: QtBot) -> None:
    form = ParamsForm(param_specs(Measured))
    qtbot.addWidget(form)
    slider = form.field("level")
    assert isinstance(slider, ValueSlider)
    assert slider.spin_box.text() == "Auto"
    slider.spin_box.lineEdit().setText("7.5")
    QTest.keyClick(slider.spin_box, Qt.Key.Key_Return)
    assert form.values() == {"level": 7.5}
    slider.spin_box.lineEdit().setText("Auto")
    QTest.keyClick(slider.spin_box, Qt.Key.Key_Return)
    assert form.values() == {"level": 0.0}
    assert slider.spin_box.text() == "Auto"
