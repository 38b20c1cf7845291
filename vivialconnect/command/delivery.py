"""Waiting for messages, and the look-up of messages whose response was lost."""

from __future__ import annotations

import time
from datetime import datetime

from vivialconnect import Message, ResourceError, VivialConnectError
from vivialconnect.command.failures import Failure
from vivialconnect.command.terminal import note

NOT_DELIVERED = ("failed", "undelivered")
#: The pauses before the look-ups of a message whose response was lost, in seconds.
LOOKUP_PAUSES = (0.5, 2.0, 5.0)


def check_delivered(message: Message, wanted: str | None) -> None:
    """Check that a message did not fail.

    :param message: the message.
    :param wanted: the status that the user waits for.
    :raises Failure: if it did, and the user does not wait for that.
    """
    status = message.attributes.get("status")
    if status in NOT_DELIVERED and status != wanted:
        code, text = (
            message.attributes.get(name) or "" for name in ("error_code", "error_message")
        )
        reason = f": error {code} {text}".rstrip() if code or text else ""
        raise Failure(f"message {message.id} is {status}{reason}")


def find_lost(
    message: Message, error: VivialConnectError, since: datetime | None = None
) -> Message:
    """Find a message whose response was lost.

    :param message: the message that was sent.
    :param error: why the response was lost.
    :param since: as for ``find_sent()``.
    :raises VivialConnectError: ``error``, if the message is not found in three look-ups.
    """
    for pause in LOOKUP_PAUSES:
        time.sleep(pause)
        try:
            found = message.find_sent(since)
        except ResourceError as ambiguous:
            note(f"vivialconnect: {ambiguous}")
            break
        except VivialConnectError as failure:
            note(f"vivialconnect: the look-up failed: {failure}")
            continue
        if found is not None:
            note("The response was lost, and the message was found: it was sent once.")
            return found
    raise error
