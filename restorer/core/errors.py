"""Errors a person is meant to read.

Every error that can reach a person derives from :class:`RestorerError` and carries one clear sentence naming the file
or thing and the reason. The class decides the exit code of the command line and the severity in the window.
"""

from __future__ import annotations


class RestorerError(Exception):
    """Base of all expected failures.

    Args:
        message: one sentence that names the thing and the reason.
        hint: what the person can do about it, or empty.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(RestorerError):
    """Wrong usage or unusable input; nothing was written. Exit code 2."""

    exit_code = 2


class WorkError(RestorerError):
    """The work itself failed; the photo is untouched. Exit code 1."""


class WeightsError(InputError):
    """Weights are missing, corrupted (checksum) or of another architecture."""


class OutOfMemoryError(WorkError):
    """The device's memory ran out even at the smallest step of the ladder."""


class DeviceError(WorkError):
    """One call failed on its device; the engine can step down and the task try again."""


class DeviceMemoryError(DeviceError):
    """The call did not fit the device's memory."""


class DeviceLostError(DeviceError):
    """The device is gone or its driver failed: nothing can be computed on it any more in this process."""


class StaleResultError(WorkError):
    """The photo changed while the job ran, so its result belongs to another picture and is not applied."""


class MissingTileError(WorkError):
    """A tile was never computed; raised instead of returning a picture with a hole or a stale tile in it."""


class Cancelled(RestorerError):  # noqa: N818 - a decision of the person, not an error
    """The person cancelled. Exit code 130."""

    exit_code = 130

    def __init__(self, message: str = "Cancelled.") -> None:
        super().__init__(message)
