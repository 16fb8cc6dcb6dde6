"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale

from restorer.ui import words


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (9921, "9921"), (10432, "10\u202f432"), (1234567, "1\u202f234\u202f567"), (-3, "\u22123")],
)
def test_whole_numbers_are_grouped_from_ten_thousand_up(value: int, text: str) -> None:
    assert words.whole(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (0.2, "0:01"), (14.4, "0:14"), (100, "1:40"), (3729, "1:02:09"), (-4, "0:00")]
)
def test_durations(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(12, "12 B"), (1500, "1.5 kB"), (118e6, "118 MB"), (2.1e9, "2.1 GB"), (999.6e6, "1.0 GB")]
)
def test_amounts_of_bytes(count: float, text: str) -> None:
    assert words.amount_of_bytes(count) == text


def test_print_size_follows_the_locale() -> None:
    QLocale.setDefault(QLocale(QLocale.Language.French, QLocale.Country.France))
    assert words.print_size(4800, 4400, (600, 600)) == "20,3 × 18,6 cm"
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    assert words.print_size(4800, 4400, (600, 600)) == "8.0 × 7.3 in"


def test_resolution_says_both_only_where_they_differ() -> None:
    assert words.resolution((600.0, 600.0)) == "600 dpi"
    assert words.resolution((600.0, 300.0)) == "600 × 300 dpi"


@pytest.mark.parametrize(("factor", "text"), [(0.16, "16 %"), (1.0, "100 %"), (0.032, "3.2 %"), (8, "800 %")])
def test_zoom(factor: float, text: str) -> None:
    assert words.zoom(factor) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "now"),
        (9.9, "now"),
        (27, "20 s ago"),
        (59, "50 s ago"),
        (61, "1 min ago"),
        (3599, "59 min ago"),
        (7300, "2 h ago"),
    ],
)
def test_how_long_ago(seconds: float, text: str) -> None:
    assert words.ago(seconds) == text
