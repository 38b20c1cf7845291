"""What a command says when it fails: one line on stderr, and the exit status."""

from __future__ import annotations

import argparse
import json

from vivialconnect.command.failures import (
    BAD_SETTINGS,
    FAILED,
    INTERRUPTED,
    MISUSED,
    OUTCOME_UNKNOWN,
    Failure,
)
from vivialconnect.command.terminal import note
from vivialconnect.common.error import (
    ACCEPTED,
    SAFE_METHODS,
    UNKNOWN,
    ForbiddenAccess,
    UnauthorizedAccess,
    VivialConnectError,
)


def report(error: BaseException, arguments: argparse.Namespace) -> int:
    """Write an exception to stderr, and return the exit status.

    :param error: the exception.
    :param arguments: the arguments, as far as they were parsed. ``find_out`` is the command that
        finds out whether a request took effect.
    """
    if getattr(arguments, "debug", False):
        import traceback  # noqa: PLC0415 - slow to import, rarely needed

        lines = traceback.format_exception(type(error), error, error.__traceback__)
        for part in "".join(lines).splitlines():
            note(part)
    status = exit_status(error)
    hint = _hint(error)
    if status == OUTCOME_UNKNOWN or isinstance(error, KeyboardInterrupt):
        line = getattr(arguments, "find_out", None)
        hint = f"To find out, run: {line}" if line else hint
    if getattr(arguments, "format", None) in ("json", "jsonl"):
        note(json.dumps(_document(error, hint)))
    else:
        shown = hint if hint and hint not in str(error) else None
        note("vivialconnect: " + ". ".join(filter(None, (describe(error), shown))))
    return status


def exit_status(error: BaseException) -> int:
    """Return the exit status for an exception."""
    if isinstance(error, Failure):
        return error.status
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, (UnauthorizedAccess, ForbiddenAccess)):
        return BAD_SETTINGS
    if is_outcome_unknown(error):
        return OUTCOME_UNKNOWN
    # Invalid input is a ValueError before anything is sent, and a misspelt field is a warning.
    return MISUSED if isinstance(error, (ValueError, UserWarning)) else FAILED


def is_outcome_unknown(error: BaseException) -> bool:
    """Return whether a request may have changed something, and its response was lost."""
    return (
        isinstance(error, VivialConnectError)
        and error.outcome in (UNKNOWN, ACCEPTED)
        and error.method not in SAFE_METHODS
    )


def describe(error: BaseException) -> str:
    """Return the text of an exception."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    known = (Failure, VivialConnectError, ValueError, UserWarning, OSError)
    return str(error) if isinstance(error, known) else f"{type(error).__name__}: {error}"


def _hint(error: BaseException) -> str | None:
    if isinstance(error, Failure):
        return error.hint
    return error._get_hint() if isinstance(error, VivialConnectError) else None


def _document(error: BaseException, hint: str | None) -> dict[str, object]:
    """Return an exception as the object that ``--json`` writes."""
    source = error.__cause__ if isinstance(error, Failure) else error
    details = {
        name: getattr(source, name, None) for name in ("http_status", "error_code", "outcome")
    }
    message = getattr(error, "message", None) or describe(error)
    return {"message": message, **details, "hint": hint}
