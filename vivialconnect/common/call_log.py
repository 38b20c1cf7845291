"""What is logged of a call: method, path, status, duration, attempt. Never a header, nor a body.

The logger is ``vivialconnect``.
"""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING, Any

from vivialconnect.common import signing

if TYPE_CHECKING:
    from vivialconnect.common import error
    from vivialconnect.common.exchange import Request

logger = logging.getLogger("vivialconnect")


def note(request: Request, result: Any, started: float, attempt: int) -> None:
    """Log one attempt, at DEBUG.

    :param request: What was sent.
    :param result: The status, or the name of the failure.
    :param started: The reading of ``time.monotonic()`` before it.
    :param attempt: The number of the attempt.
    """
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug(
            "%s %s -> %s in %.0f ms, attempt %d",
            request.method,
            _shown_path(request),
            result,
            (time.monotonic() - started) * 1000,
            attempt,
        )


def note_repetition(request: Request, failure: error.RequestorError, seconds: float) -> None:
    """Log that a call failed and is made again, at INFO.

    :param request: What was sent.
    :param failure: How the last attempt failed.
    :param seconds: The wait before the next.
    """
    # Nothing of what the service or the network said, for that may hold anything.
    logger.info(
        "%s %s failed with %s, and is repeated in %.2f s: attempt %d",
        request.method,
        _shown_path(request),
        failure.http_status or type(failure).__name__,
        seconds,
        (failure.attempts or 0) + 1,
    )


def _shown_path(request: Request) -> str:
    """Return the path, without the digits of a phone number that somebody has put into it."""
    return re.sub(r"%2B\d+", "%2B...", signing.split_target(request.url)[0])
