"""Waiting for messages, and the look-up of what was sent if the response was lost."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TypeVar

from vivialconnect import Message, ResourceError, VivialConnectError
from vivialconnect.command.failures import Failure
from vivialconnect.command.reporting import is_outcome_unknown
from vivialconnect.command.terminal import is_terminal, note
from vivialconnect.resources._sendable import Sendable

SendableT = TypeVar("SendableT", bound=Sendable)

NOT_DELIVERED = ("failed", "undelivered")
#: The pauses before the look-ups, in seconds: a new object may appear with a delay.
LOOKUP_PAUSES = (0.5, 2.0, 5.0)


def add_timeout(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--timeout``."""
    parser.add_argument(
        "--timeout",
        type=float,
        default=60,
        metavar="SECONDS",
        help="how long to wait (default: %(default)s)",
    )


def wait_for(message: Message, status: str, timeout: float) -> None:
    """Wait until a message has a status, and say on a terminal that it waits.

    :param message: the message; updated.
    :param status: the status.
    :param timeout: how long, in seconds.
    :raises Timeout: if the status is not reached in time.
    """
    if is_terminal(sys.stderr):
        note(f"waiting up to {timeout:g} s for message {message.id} to be {status}")
    message.wait_until(status, timeout)


def check_delivered(message: Message, wanted: str | None) -> None:
    """Check that a message did not fail.

    :param message: the message.
    :param wanted: the status that the user waits for.
    :raises Failure: if it failed, and the user does not wait for that.
    """
    fields = message.attributes
    if fields.get("status") in NOT_DELIVERED and fields.get("status") != wanted:
        reason = " ".join(str(fields[name]) for name in ("error_code", "error_message")
                          if fields.get(name) is not None)  # fmt: skip
        raise Failure(f"message {message.id} is {fields['status']}: {reason or 'no reason given'}")


def look_up_if_lost(sent: SendableT, error: VivialConnectError) -> SendableT:
    """Return what was sent, if the response was lost and it is found.

    :param sent: the message or number.
    :param error: why its request failed.
    :raises VivialConnectError: ``error``, if the outcome is known, or nothing is found.
    """
    if not is_outcome_unknown(error):
        raise error
    for pause in LOOKUP_PAUSES:
        time.sleep(pause)
        try:
            found = sent.find_sent()
        except ResourceError as ambiguous:
            note(f"vivialconnect: {ambiguous}")
            break
        except VivialConnectError as failure:
            note(f"vivialconnect: cannot look it up: {failure}")
            continue
        if found is not None:
            note("The response was lost, but the request took effect.")
            return found
    raise error
