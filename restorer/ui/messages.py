"""What the window has to tell, as a value: the message bar shows it, whoever raises it knows no widget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from restorer.core.errors import Cancelled, RestorerError

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A button of a message: a verb, and what it does. The message goes then, unless it ``stays``."""

    label: str
    act: Callable[[], object]
    stays: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One message bar.

    Attributes:
        title: what happened, one line.
        text: what was kept and what to do, or empty.
        offers: buttons; "Copy report" is added where there is a report.
        report: traceback and versions for the clipboard, or empty.
        key: a message with the same key replaces the one before; empty for none.
    """

    severity: Severity
    title: str
    text: str = ""
    offers: tuple[Offer, ...] = ()
    report: str = ""
    key: str = ""


def error_message(title: str, error: Exception, *, kept: str = "", offers: tuple[Offer, ...] = ()) -> Message | None:
    """Message about a failure; None where the person cancelled. Only unexpected errors carry a report.

    Args:
        title: what was tried, such as ``page-12.tif was not opened``.
        kept: what is still there, a sentence.
    """
    if isinstance(error, Cancelled):
        return None
    if isinstance(error, RestorerError):
        text = " ".join(part for part in (error.message, kept, error.hint) if part)
        return Message("error", title, text, offers)
    from restorer.session.failure import failure_report

    text = " ".join(part for part in (f"An error inside Restorer: {type(error).__name__}.", kept) if part)
    return Message("error", title, text, offers, report=failure_report(error, device="", request={"action": title}))
