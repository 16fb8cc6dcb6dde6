from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QValidator
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from restorer.ui.widgets.numbers import format_number, parse_number
from restorer.ui.widgets.spin_box import SpinBox


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(7, 0, "7"), (9999, 0, "9999"), (10_000, 0, "10\u202f000"), (1_234_567, 0, "1\u202f234\u202f567")],
)
def test_figures_are_grouped_from_ten_thousand_up(value: float, decimals: int, text: str) -> None:
    assert format_number(value, decimals) == text


def test_the_minus_is_a_minus() -> None:
    assert format_number(-3) == "\u22123"
    assert format_number(-0.001, 2) == format_number(0.0, 2)


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_what_is_written_is_read_back(value: float, decimals: int) -> None:
    assert parse_number(format_number(value, decimals)) == pytest.approx(round(value, decimals), abs=10.0**-decimals)


@pytest.mark.parametrize("text", ["", "-", "abc", "1 x"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


def test_a_comma_locale_writes_and_reads_its_own() -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German))
    try:
        assert format_number(12_345.5, 1) == "12\u202f345,5"
        assert parse_number("0,25") == 0.25
        assert parse_number("0.25") == 0.25
    finally:
        QLocale.setDefault(before)


class TestSpinBox:
    @pytest.fixture
    def box(self, qtbot: QtBot) -> SpinBox:
        box = SpinBox(0, 20_000, unit="px", name="Width")
        qtbot.addWidget(box)
        box.show()
        return box

    def type_in(self, qtbot: QtBot, box: SpinBox, text: str) -> None:
        box.lineEdit().selectAll()
        qtbot.keyClicks(box.lineEdit(), text)
        box.interpretText()

    def test_the_unit_follows_after_a_space(self, box: SpinBox) -> None:
        box.setValue(12_000)
        assert box.text() == "12\u202f000\u00a0px"

    def test_typing_over_the_unit_works(self, qtbot: QtBot, box: SpinBox) -> None:
        box.lineEdit().clear()
        self.type_in(qtbot, box, "1234")
        assert box.value() == 1234

    def test_out_of_range_becomes_the_nearest(self, qtbot: QtBot, box: SpinBox) -> None:
        box.lineEdit().clear()
        self.type_in(qtbot, box, "99999")
        assert box.value() == 20_000

    @pytest.mark.parametrize(
        ("text", "state"),
        [
            ("12", QValidator.State.Acceptable),
            ("12\u00a0px", QValidator.State.Acceptable),
            ("", QValidator.State.Intermediate),
            ("-", QValidator.State.Intermediate),
            ("30000", QValidator.State.Intermediate),
            ("twelve", QValidator.State.Invalid),
        ],
    )
    def test_validation(self, box: SpinBox, text: str, state: QValidator.State) -> None:
        assert box.validate(text, 0)[0] == state

    def test_nonsense_leaves_the_value(self, box: SpinBox) -> None:
        box.setValue(7)
        assert box.fixup("abc") == "7\u00a0px"
        assert box.valueFromText("abc") == 7

    def test_arrow_keys_step(self, qtbot: QtBot, box: SpinBox) -> None:
        box.setValue(5)
        QTest.keyClick(box, Qt.Key.Key_Up)
        assert box.value() == 6
