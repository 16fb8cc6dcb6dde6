from __future__ import annotations

import io
import signal
import sys
from pathlib import Path

import pytest
import typer

from restorer import __main__
from restorer.cli.main import LateCommand, create_app, run
from restorer.cli.running import cancelled_by_interrupt, progress_text
from restorer.core.progress import CancelToken
from restorer.session import display


@pytest.fixture
def opened():
    return []


@pytest.fixture
def window(opened, monkeypatch):
    """Runs a command line whose window only notes what it was opened on; a display is there."""
    monkeypatch.setattr(display, "window_problem", lambda: "")
    monkeypatch.setattr(display, "shows_nothing", lambda: False)

    def open_window(files, sample):
        opened.append((tuple(files), sample))
        return 7

    return lambda *argv: run(create_app(open_window), list(argv))


@pytest.mark.parametrize("argv", [(), ("window",), ("--",)])
def test_without_a_command_the_window_opens(window, opened, argv):
    assert window(*argv) == 7
    assert opened == [((), False)]


def test_files_open_in_the_window(window, opened, scan, mask):
    assert window(str(scan), str(mask)) == 7
    assert window("window", str(scan)) == 7
    assert window("--", str(scan)) == 7
    assert opened == [((scan, mask), False), ((scan,), False), ((scan,), False)]


def test_a_file_named_like_a_command(window, opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tasks").touch()
    assert window("./tasks") == 7
    assert opened == [((Path("tasks"),), False)]


def test_the_sample_opens_in_the_window(window, opened):
    assert window("demo") == 7
    assert opened == [((), True)]


def test_a_missing_file_is_said_before_the_window_opens(window, opened, capsys):
    assert window("x" * 300) == 2
    assert window("missing.tif") == 2
    assert "missing.tif" in capsys.readouterr().err
    assert opened == []


def test_a_mistyped_command_is_suggested(window, capsys):
    assert window("aply") == 2
    assert "Did you mean apply?" in capsys.readouterr().err
    assert window("something-else") == 2
    assert "--help" in capsys.readouterr().err


def test_a_folder_is_no_photo(window, tmp_path, capsys):
    assert window(str(tmp_path)) == 2
    assert "is a folder" in capsys.readouterr().err


def test_no_display_is_one_sentence(cli, monkeypatch):
    monkeypatch.setattr(display, "window_problem", lambda: "There is no display to open a window on.")
    outcome = cli()
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "restorer: There is no display to open a window on.\n"


def test_a_window_that_cannot_be_imported(cli, monkeypatch):
    monkeypatch.setattr(display, "window_problem", lambda: "")
    monkeypatch.setitem(sys.modules, "restorer.ui.app", None)
    outcome = cli()
    assert outcome.code == 2
    assert "cannot be opened" in outcome.err


def test_version(cli):
    assert cli("--version").out.startswith("restorer ")


def test_help_names_the_commands(cli):
    outcome = cli("--help")
    assert outcome.code == 0
    for command in ("apply", "tasks", "models", "evaluate", "train", "doctor", "demo", "window"):
        assert f"\n  {command} " in outcome.out


def late_app(function):
    return create_app(lambda files, sample: 0, (LateCommand("late", "A late one.", lambda: function),))


def test_late_commands_get_their_arguments_untouched(capsys):
    seen = []

    def late(name: str, count: int = 1, assignments: list[str] = typer.Option([], "--set")) -> None:  # noqa: B008
        """Does something late."""
        seen.append((name, count, assignments))

    app = late_app(late)
    assert run(app, ["late", "--set", "a=1", "x", "--count=3", "--set", "b=2"]) == 0
    assert seen == [("x", 3, ["a=1", "b=2"])]
    assert run(app, ["late", "--help"]) == 0
    assert "Does something late." in capsys.readouterr().out
    assert run(app, ["late", "x", "--count", "many"]) == 2
    assert "restorer late --help" in capsys.readouterr().err


def test_late_commands_may_give_an_exit_code():
    def late() -> None:
        raise typer.Exit(1)

    assert run(late_app(late), ["late"]) == 1


def test_bugs_and_interrupts_have_codes_of_their_own(capsys):
    def bug() -> None:
        raise KeyError("x")

    def interrupt() -> None:
        raise KeyboardInterrupt

    assert run(late_app(bug), ["late"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert run(late_app(bug), ["late", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err
    assert run(late_app(interrupt), ["late"]) == 130
    assert capsys.readouterr().err == "restorer: Cancelled.\n"


def test_text_that_the_terminal_cannot_show_is_replaced(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stderr", stream)
    assert run(create_app(lambda files, sample: 0), ["祖母.tif"]) == 2
    stream.flush()
    assert b"There is no file ??.tif." in stream.buffer.getvalue()


def test_a_second_ctrl_c_interrupts_at_once():
    token, before = CancelToken(), signal.getsignal(signal.SIGINT)
    with cancelled_by_interrupt(token):
        signal.raise_signal(signal.SIGINT)
        assert token.is_cancelled
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ((0, 1, None), "0 of 1 tile"),
        ((3, 30, 80.2), "3 of 30 tiles, 1 min 20 s left"),
        ((29, 30, 2.6), "29 of 30 tiles, 3 s left"),
        ((30, 30, 0.0), "30 of 30 tiles"),
    ],
)
def test_progress_in_words(arguments, wanted):
    assert progress_text(*arguments) == wanted


def test_a_project_opens_in_the_window(cli, tmp_path, monkeypatch):
    opened: list[object] = []
    monkeypatch.setattr(__main__, "_open_window", lambda files, sample: opened.extend(files) or 0)
    (tmp_path / "work.restore").write_bytes(b"any")
    assert cli("work.restore").code == 0
    assert [str(path) for path in opened] == ["work.restore"]
