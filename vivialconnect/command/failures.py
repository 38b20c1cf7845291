"""The failures of commands, and the exit status of each."""

from __future__ import annotations

DONE = 0
FAILED = 1
MISUSED = 2
OUTCOME_UNKNOWN = 3
BAD_SETTINGS = 4
INTERRUPTED = 130


class Failure(Exception):
    """The command failed.

    :param message: what went wrong, without a full stop.
    :param hint: what to do, if the message does not say so.
    """

    status = FAILED

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}. {self.hint}"


class Misuse(Failure):
    """The command line is invalid, or ``--yes`` is missing."""

    status = MISUSED


class BadSettings(Failure):
    """A setting is missing or invalid."""

    status = BAD_SETTINGS
