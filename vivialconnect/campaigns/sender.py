"""The sender: posts a text that is begun, and says what came of it."""

from __future__ import annotations

import json
import time
from typing import Any

from vivialconnect import (
    ForbiddenAccess,
    Message,
    RateLimit,
    Redirection,
    UnauthorizedAccess,
    VivialConnectError,
    configured,
)
from vivialconnect.campaigns.dispatch import Begun
from vivialconnect.campaigns.journal import End
from vivialconnect.campaigns.options import Options
from vivialconnect.campaigns.stores import Store, StoreLost

#: Seconds for which a sender waits after a failure that does not say how long.
DELAY = 1.0
#: The outcomes that prove that nothing happened.
NOTHING_HAPPENED = ("not sent", "refused")
DENIED = (UnauthorizedAccess, ForbiddenAccess, Redirection)
MAX_ERROR = 500  # characters of an error that are kept


class Sender:
    """Posts texts, each at most once.

    :param store: The store, for its clock.
    :param options: The options of the run.
    :param connector_id: The connector that chooses the sender.
    """

    def __init__(self, store: Store, options: Options, connector_id: int | None) -> None:
        self._store = store
        self._settle = options.settle_time
        self._connector_id = connector_id
        timeout = min(Message.request_timeout, options.settle / 2)
        # A retry could post a text that the journal no longer knows to be begun.
        self._scope = configured(request_timeout=timeout, max_retries=0)

    def send(self, begun: Begun, wait: float) -> End:
        """Post a text at its moment, and return what came of it.

        :param begun: The text.
        :param wait: The seconds until its moment.
        """
        if wait > 0:
            time.sleep(wait)
        if not self._is_in_time(begun):
            return _end(begun, "todo")
        with self._scope:
            message = Message(self._fields(begun))
            try:
                message.send()
            except VivialConnectError as error:
                return end_of(begun, error)
        return _end(begun, "sent", message_id=None if message.id is None else int(message.id))

    def _is_in_time(self, begun: Begun) -> bool:
        """Return whether a look after ``settle`` will see the message."""
        try:
            return self._store.now() - begun.began < self._settle / 2
        except StoreLost:
            return False

    def _fields(self, begun: Begun) -> dict[str, Any]:
        text = begun.text
        fields: dict[str, Any] = {"to_number": text.to_number, "body": text.body}
        if self._connector_id is None:
            fields["from_number"] = text.from_number
        else:
            fields["connector_id"] = self._connector_id
        media_urls = json.loads(text.media_urls)
        if media_urls:
            fields["media_urls"] = media_urls
        return fields


def end_of(begun: Begun, error: VivialConnectError) -> End:
    """Return what a failed request means for its text."""
    if error.outcome not in NOTHING_HAPPENED:
        return _end(begun, "unknown", error=error)
    if isinstance(error, DENIED):
        return _end(begun, "todo", denied=f"{error.http_status}: {error}")
    if error.outcome == "not sent" or isinstance(error, RateLimit):
        delay = getattr(error, "retry_after", None)
        return _end(begun, "todo", delay=DELAY if delay is None else delay)
    return _end(begun, "refused", error=error)


def _end(begun: Begun, state: str, error: VivialConnectError | None = None, **fields: Any) -> End:
    if error is not None:
        code = error.error_code
        fields["error_code"] = None if code is None else str(code)
        fields["error"] = str(error)[:MAX_ERROR]
    return End(begun.text.id, begun.began, state, sender=begun.text.from_number, **fields)
