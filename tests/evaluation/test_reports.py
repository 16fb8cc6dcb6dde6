"""Reports as people, scripts and eyes get them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from restorer.core.errors import InputError
from restorer.evaluation.report import Gate, Report, Table, print_report
from restorer.evaluation.report_folder import prepare_report_folder, write_report
from restorer.evaluation.sheets import MARK, SURROUND, Row, Sheet, Tile, enlarge, shrunk

RED = np.full((40, 60, 3), (200, 0, 0), np.uint8)
GRAY = np.full((40, 60), 90, np.uint8)


def a_sheet() -> Sheet:
    marked = np.zeros((40, 60), bool)
    marked[10:30, 10:30] = True
    tiles = Tile(RED, "red"), Tile(GRAY, "a caption that is far too long for its picture", marked)
    return Sheet("colours", "Two – pictures", (Row(tiles, "first"), Row((Tile(RED),))), ("one", "two"), note="flat")


def a_report() -> Report:
    table = Table("Figures", ("what", "dB"), (("a|b", 1.234), ("nothing", None), ("undefined", float("nan"))))
    gates = (Gate("[loud]", "3", "≥ 2", True), Gate("late", "9", "≤ 1", False))
    return Report("demo", "a subject", (table,), gates, {"answer": 42}, (a_sheet(),), ("Read it slowly.",))


def test_a_sheet_shows_its_pictures_at_their_size_and_marks_the_outline_alone() -> None:
    page = np.asarray(a_sheet().render())
    assert tuple(page[0, 0]) == SURROUND
    assert (page == (200, 0, 0)).all(axis=2).sum() == 2 * RED[..., 0].size
    outline = (page == MARK).all(axis=2).sum()
    assert outline == 4 * 20 - 4
    assert (page == 90).all(axis=2).sum() == GRAY.size - outline


def test_a_sheet_shrinks_what_is_too_large_and_keeps_shapes() -> None:
    wide = np.zeros((100, 400, 3), np.uint8)
    page = Sheet("x", "", (Row((Tile(wide),)),), side_px=200).render()
    assert page.width < 300
    assert shrunk(wide, 200).shape == (50, 200, 3)
    assert shrunk(RED, 200) is RED
    assert enlarge(GRAY, 3).shape == (120, 180)


def test_a_sheet_makes_room_for_a_title_longer_than_its_pictures() -> None:
    short = Sheet("x", "a", (Row((Tile(RED),)),)).render()
    long = Sheet("x", "a" * 60, (Row((Tile(RED),)),)).render()
    assert long.width > 2 * short.width


def test_the_folder_holds_what_was_found_and_how(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "report"
    prepare_report_folder(folder)
    files = write_report(folder, a_report(), command="restorer evaluate demo")
    assert sorted(path.name for path in files) == ["colours.png", "report.json", "report.md"]
    text = (folder / "report.md").read_text("utf-8")
    for expected in (
        "| a\\|b | 1.23 |",
        "| nothing | – |",
        "missed",
        "restorer evaluate demo",
        "](colours.png)",
        "numpy",
    ):
        assert expected in text
    stored = json.loads((folder / "report.json").read_text("utf-8"))
    assert stored["answer"] == 42
    assert stored["tables"][0]["rows"][2]["dB"] is None
    assert stored["measured"]["program"].startswith("restorer")
    with PIL.Image.open(folder / "colours.png") as picture:
        assert picture.size == a_sheet().render().size


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be made"):
        prepare_report_folder(tmp_path / "file" / "report")
    (tmp_path / "report.md").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_report(tmp_path, a_report(), command="")


def test_the_printed_report_shows_brackets_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(a_report())
    shown = capsys.readouterr().out
    for expected in ("[loud]", "missed", "reached", "1.23", "–", "Read it slowly."):
        assert expected in shown


def test_figures_are_printed_whole_however_narrow_the_window(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    headings = ("figure", "scans p10", "p50", "p90", "made p10", "p50", "p90", "measured")
    row = ("faded colour: black of blue", 0.78, 1.61, 3.77, 0.32, 0.75, 2.64, 10317)
    print_report(replace(a_report(), tables=(Table("Wide", headings, (row,)),)))
    shown = capsys.readouterr().out
    assert all(figure in shown for figure in ("0.78", "1.61", "3.77", "0.32", "0.75", "2.64", "10317"))
    assert "…" not in shown
