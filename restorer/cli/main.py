"""The command line as a whole: which commands there are, and what becomes of errors."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from restorer import __version__
from restorer.cli import models
from restorer.cli.apply import ApplyCommand, apply
from restorer.cli.degrade import degrade
from restorer.cli.detect import detect
from restorer.cli.doctor import doctor
from restorer.cli.inspect import inspect
from restorer.cli.output import complain, forgive_streams, say
from restorer.cli.run import run as run_recipe
from restorer.cli.running import JobError
from restorer.cli.tasks import tasks
from restorer.cli.window import OpenWindow, demo_command, window_command
from restorer.core.errors import Cancelled, InputError, RestorerError, WorkError

_PROGRAM = "restorer"
_WINDOW = "window"
_DEBUG = "--debug"


@dataclass(frozen=True, slots=True)
class LateCommand:
    """A command whose module is imported only when it runs.

    Attributes:
        name: on the command line.
        help: one sentence, for the list of commands.
        load: imports the module and returns the function, annotated for Typer.
    """

    name: str
    help: str
    load: Callable[[], Callable[..., Any]]


class CommandOrFiles(TyperGroup):
    """``restorer photo.tif`` is short for ``restorer window photo.tif``, and so is ``restorer`` alone."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        is_named = bool(args) and (args[0] in self.commands or (args[0].startswith("-") and args[0] != "--"))
        return super().parse_args(ctx, args if is_named else [_WINDOW, *args])


def create_app(open_window: OpenWindow, late_commands: Sequence[LateCommand] = ()) -> typer.Typer:
    """The command line.

    Args:
        open_window: called by ``window`` and ``demo``; imports Qt then, not before.
        late_commands: of rooms that the command line may not import.
    """
    app = typer.Typer(cls=CommandOrFiles, add_completion=False, rich_markup_mode=None)
    app.callback(subcommand_metavar="[FILE]… | COMMAND …")(_root)
    app.command("apply", cls=ApplyCommand)(apply)
    app.command("run")(run_recipe)
    app.command("detect")(detect)
    app.command("inspect")(inspect)
    app.command("tasks")(tasks)
    app.add_typer(models.app, name="models")
    app.command("degrade")(degrade)
    for late in late_commands:
        _add_late(app, late)
    app.command("doctor")(doctor)
    app.command("demo")(demo_command(open_window))
    names = [command.name for command in app.registered_commands if command.name] + ["models"]
    app.command(_WINDOW)(window_command(open_window, names))
    return app


def run(app: typer.Typer, argv: Sequence[str]) -> int:
    """Runs the command line and returns its exit code; every error becomes one sentence on stderr.

    Codes: 0 done; 1 the work failed; 2 wrong usage or unusable input; 130 cancelled.
    """
    forgive_streams()
    end = argv.index("--") if "--" in argv else len(argv)
    debug = _DEBUG in argv[:end]
    args = [*(word for word in argv[:end] if word != _DEBUG), *argv[end:]]
    try:
        result = typer.main.get_command(app).main(args=args, prog_name=_PROGRAM, standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last line of defence
        return report_error(error, debug=debug)
    code = result if isinstance(result, int) else 0
    if code == Cancelled.exit_code:  # Typer turns Ctrl+C into this code without a word.
        complain(Cancelled().message)
    return code


def report_error(error: BaseException, *, debug: bool = False) -> int:
    """Says what went wrong in one line on stderr, with the traceback below it if ``debug``; returns the exit code."""
    match error:
        case RestorerError():
            complain(str(error))
            code = error.exit_code
        case typer.Abort() | KeyboardInterrupt():
            complain(Cancelled().message)
            code = Cancelled.exit_code
        case typer.TyperException():
            context = getattr(error, "ctx", None)
            path = _PROGRAM if context is None else context.command_path
            complain(f"{error.format_message().rstrip('.')}. `{path} --help` shows how it is used.")
            code = InputError.exit_code
        case _:
            complain(f"An error inside Restorer: {type(error).__name__}: {error}. Add {_DEBUG} to see where.")
            code = WorkError.exit_code
    if debug:
        report = error.report if isinstance(error, JobError) else "".join(traceback.format_exception(error))
        typer.echo(report, err=True)
    return code


def _add_late(app: typer.Typer, late: LateCommand) -> None:
    """Registers a stand-in that hands its arguments, ``--help`` included, to the real command."""

    def stand_in(context: typer.Context) -> Any:
        inner = typer.Typer(add_completion=False, rich_markup_mode=None)
        inner.command(late.name)(late.load())
        command = typer.main.get_command(inner)
        return command.main(args=context.args, prog_name=context.command_path, standalone_mode=False)

    passing = {"ignore_unknown_options": True, "allow_extra_args": True}
    app.command(late.name, help=late.help, context_settings=passing, add_help_option=False)(stand_in)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"{_PROGRAM} {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Shows the version.", is_eager=True, callback=_version)
    ] = False,
    debug: Annotated[bool, typer.Option(_DEBUG, help="Shows where an error happened; anywhere on the line.")] = False,
) -> None:
    """Restores old photographs, offline. Without a command it opens the window on FILE…

    Exit codes: 0 done, 1 the work failed, 2 wrong usage or unusable input, 130 cancelled.
    """
