"""Delivery of webhooks: requests the URLs of the queue, in a thread.

The thread starts with the first webhook, so most sandboxes have none. It also
applies the changes of status that are due, so a program that only waits for webhooks gets them.
"""

from __future__ import annotations

import http.client
import json
import logging
import socket
import sqlite3
import threading
import time
from contextlib import closing, suppress
from typing import Callable, NamedTuple
from urllib.parse import urlencode, urlsplit

from vivialconnect.sandbox.http.client import is_loopback, response_until
from vivialconnect.sandbox.service import webhooks
from vivialconnect.sandbox.service.clock import Clock
from vivialconnect.sandbox.service.store import NOT_RUNNING, Store
from vivialconnect.version import VERSION

#: The timeout of an attempt, and the pause after a database error, in seconds.
TIMEOUT = 3
#: How many bytes of the body of a response are kept.
KEPT_OF_RESPONSE = 4 * 1024
#: The topic of a change of webhooks.
WEBHOOKS = "webhooks"
HEADERS = {"Accept": "*/*", "User-Agent": "VivialConnect Sandbox " + VERSION}
_CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}

logger = logging.getLogger("vivialconnect.sandbox")


class Outcome(NamedTuple):
    """The outcome of an attempt.

    :param status: the status of the response; ``None`` if there is none.
    :param response: the beginning of its body.
    :param problem: why the attempt failed; ``None`` if it succeeded.
    """

    status: int | None = None
    response: bytes | None = None
    problem: str | None = None


class WebhookDelivery:
    """Deliver webhooks, one after the other.

    :param store: the database.
    :param clock: the clock.
    :param apply_due_changes: applies the changes of status that are due.
    :param publish: takes the topic of each change.
    :param allow_remote: whether to request URLs of other machines.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        apply_due_changes: Callable[[sqlite3.Connection], None],
        publish: Callable[[str], None],
        *,
        allow_remote: bool,
    ) -> None:
        self._store = store
        self._clock = clock
        self._apply_due_changes = apply_due_changes
        self._publish = publish
        self._allow_remote = allow_remote
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._woken = False
        self._stopped = False

    def start(self) -> None:
        """Deliver the webhooks that the database has from an earlier run."""
        self.wake(pending=self._store.transaction(webhooks.has_pending))

    def wake(self, *, pending: bool = False) -> None:
        """Check the queue again.

        :param pending: whether there is a webhook to deliver, now or later; it starts the thread.
        """
        with self._changed:
            self._woken = True
            if pending and self._thread is None and not self._stopped:
                thread = threading.Thread(
                    target=self._run, name="vivialconnect-sandbox-webhooks", daemon=True
                )
                # Started before it is kept: start() may raise, and then the next wake() retries.
                thread.start()
                self._thread = thread
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait until all webhooks that are due are delivered.

        :param seconds: the timeout.
        :returns: whether they were delivered.
        :raises RuntimeError: if the sandbox is stopped while waiting.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            while not self._store.transaction(self._is_done):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                if not self._changed.wait(left):
                    deadline = time.monotonic()  # A test may freeze the clock.
                if self._stopped:
                    raise RuntimeError(NOT_RUNNING)
        return True

    def stop(self) -> None:
        """End the thread and abort its attempt; the queue stays in the database."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            connected = self._connection and self._connection.sock
            if connected:
                with suppress(OSError):  # The attempt may have ended.
                    # The method of the base class: SSLSocket.shutdown() would drop TLS first.
                    socket.socket.shutdown(connected, socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join(2 * TIMEOUT)

    def _is_done(self, connection: sqlite3.Connection) -> bool:
        due = webhooks.next_due(connection)
        is_due = due is not None and due <= self._clock.now()
        return not is_due and webhooks.find_next(connection) is None

    def _run(self) -> None:
        while not self._stopped:
            self._woken = False
            try:
                seconds = self._deliver_next()
            except sqlite3.Error:  # The disk may be full.
                logger.exception("The sandbox could not update its webhooks, and will retry")
                seconds = TIMEOUT
            with self._changed:
                self._changed.notify_all()
                if seconds > 0 and not self._woken and not self._stopped:
                    self._changed.wait(min(seconds, threading.TIMEOUT_MAX))

    def _deliver_next(self) -> float:
        """Deliver a webhook if there is one, and return in how many seconds to check again."""
        webhook, due = self._store.transaction(self._find_next)
        if webhook is not None:
            self._deliver(webhook)
            return 0
        return threading.TIMEOUT_MAX if due is None else due - self._clock.now()

    def _find_next(
        self, connection: sqlite3.Connection
    ) -> tuple[webhooks.Webhook | None, float | None]:
        self._apply_due_changes(connection)
        return webhooks.find_next(connection), webhooks.next_due(connection)

    def _deliver(self, webhook: webhooks.Webhook) -> None:
        attempts: list[webhooks.Attempt] = []
        for target in webhook.targets:
            attempts.append(self._attempt(target, webhook))
            if attempts[-1].problem is None or self._stopped:
                break
        if not self._stopped:
            self._store.transaction(
                lambda connection: webhooks.complete(
                    connection, webhook, attempts, self._clock.now()
                )
            )
            self._publish(WEBHOOKS)

    def _attempt(self, target: webhooks.Target, webhook: webhooks.Webhook) -> webhooks.Attempt:
        started, before = self._clock.wall(), time.perf_counter()
        outcome = self._request(target, webhook)
        return webhooks.Attempt(target, started, time.perf_counter() - before, *outcome)

    def _request(self, target: webhooks.Target, webhook: webhooks.Webhook) -> Outcome:
        try:
            parts = urlsplit(target.url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return Outcome(problem="the URL is invalid")
        if parts.scheme not in _CONNECTIONS or not host:
            return Outcome(problem="the URL is not an http or https URL")
        if not self._allow_remote and not is_loopback(host):
            return Outcome(problem="the sandbox delivers no webhooks to other machines")
        path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        deadline = time.monotonic() + TIMEOUT
        try:
            with closing(_CONNECTIONS[parts.scheme](host, port, timeout=TIMEOUT)) as connection:
                self._connect(connection)
                return _exchange(connection, target.method, path, webhook, deadline)
        except (OSError, ValueError, http.client.HTTPException) as error:
            return Outcome(problem=f"{type(error).__name__}: {error}")

    def _connect(self, connection: http.client.HTTPConnection) -> None:
        connection.connect()
        with self._changed:
            # stop() aborts the connection from here on; before, this check does.
            if self._stopped:
                raise ConnectionAbortedError("the sandbox stops")
            self._connection = connection


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    webhook: webhooks.Webhook,
    deadline: float,
) -> Outcome:
    if method == "GET":
        separator = "&" if "?" in path else "?"
        path = path + separator + urlencode(webhooks.query_of(webhook.document))
        connection.request(method, path, headers=HEADERS)
    else:
        body = json.dumps({"message": webhook.document}, sort_keys=True).encode("ascii")
        headers = dict(HEADERS, **{"Content-Type": "application/json"})
        connection.request(method, path, body, headers)
    with response_until(connection, method, deadline) as response:
        status, content = response.status, b""
        with suppress(OSError, http.client.HTTPException):  # The status decides, not the body.
            content = response.read(KEPT_OF_RESPONSE + 1)  # One more, to know whether it is all.
    succeeded = status // 100 == http.client.OK // 100
    return Outcome(status, content, None if succeeded else f"the status is {status}")
