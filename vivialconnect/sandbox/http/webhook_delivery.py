"""Calls the URLs that numbers and connectors name, in a thread of its own. Which is told elsewhere.

The thread is started when there is something to call for the first time, so most sandboxes have
none. It also does what falls due meanwhile, so that a program that only waits is called.
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
from typing import TYPE_CHECKING, Callable, Optional
from urllib.parse import urlencode, urlsplit

from vivialconnect.sandbox.http.client import is_loopback, response_until
from vivialconnect.sandbox.service import webhooks
from vivialconnect.sandbox.service.store import NOT_RUNNING
from vivialconnect.version import VERSION

if TYPE_CHECKING:
    from vivialconnect.sandbox.service.clock import Clock
    from vivialconnect.sandbox.service.store import Store

#: Seconds that a receiver may take to answer, from the moment when it is first tried.
PATIENCE = 3
HEADERS = {"Accept": "*/*", "User-Agent": "VivialConnect Sandbox " + VERSION}
_SCHEMES = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}

logger = logging.getLogger("vivialconnect.sandbox")


class Postman:
    """Makes the calls, one after the other.

    :param store: the database.
    :param clock: the clocks.
    :param settle: does what has fallen due in the lives of messages.
    :param everywhere: whether other machines may be called too.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settle: Callable[[sqlite3.Connection], None],
        *,
        everywhere: bool,
    ) -> None:
        """Keep the parts; nothing is started."""
        self._store = store
        self._clock = clock
        self._settle = settle
        self._everywhere = everywhere
        self._changed = threading.Condition()
        self._thread: Optional[threading.Thread] = None
        self._connection: Optional[http.client.HTTPConnection] = None
        self._woken = False
        self._stopped = False

    def wake(self, *, busy: bool = False) -> None:
        """Look again whether there is anything to call, if anybody looks.

        :param busy: whether there is something, now or later, so that somebody must look.
        """
        with self._changed:
            self._woken = True
            if busy and self._thread is None and not self._stopped:
                thread = threading.Thread(
                    target=self._run, name="vivialconnect-sandbox-postman", daemon=True
                )
                # First, for the system may have no thread to give: then the next who wakes tries.
                thread.start()
                self._thread = thread
            self._changed.notify_all()

    def look(self) -> None:
        """Begin with what was left to be called when the database was closed, if anything was."""
        self.wake(busy=self._store.transaction(webhooks.is_busy))

    def wait(self, seconds: float) -> bool:
        """Wait until everything was called that is to be called by now.

        :param seconds: how long at most.
        :returns: whether that is so.
        :raises RuntimeError: if the sandbox is stopped meanwhile.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            while not self._store.transaction(self._is_done):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
                if self._stopped:
                    raise RuntimeError(NOT_RUNNING)
        return True

    def stop(self) -> None:
        """End the thread, also in the middle of a call; what was not called stays noted."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            connected = self._connection and self._connection.sock
            if connected:
                with suppress(OSError):  # the call may have ended by itself
                    # Of the socket itself: that of TLS would first turn back to plain text.
                    socket.socket.shutdown(connected, socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join(2 * PATIENCE)

    def _is_done(self, connection: sqlite3.Connection) -> bool:
        due = webhooks.next_change(connection)
        is_due = due is not None and due <= self._clock.now()
        return not is_due and webhooks.first(connection) is None

    def _run(self) -> None:
        while not self._stopped:
            self._woken = False
            try:
                seconds = self._work()
            except sqlite3.Error:  # a disk may be full for a while
                logger.exception("The sandbox could not note what it calls, and will try again")
                seconds = PATIENCE
            with self._changed:
                self._changed.notify_all()
                if seconds > 0 and not self._woken and not self._stopped:
                    self._changed.wait(min(seconds, threading.TIMEOUT_MAX))

    def _work(self) -> float:
        """Make a call if there is one to be made, and tell in how many seconds to look again."""
        webhook, due = self._store.transaction(self._find_next)
        if webhook is not None:
            self._deliver(webhook)
            return 0
        return threading.TIMEOUT_MAX if due is None else due - self._clock.now()

    def _find_next(
        self, connection: sqlite3.Connection
    ) -> tuple[Optional[webhooks.Webhook], Optional[float]]:
        self._settle(connection)
        return webhooks.first(connection), webhooks.next_change(connection)

    def _deliver(self, webhook: webhooks.Webhook) -> None:
        problem: Optional[str] = None
        for target in webhook.targets:
            problem = self._call(target, webhook)
            if problem is None or self._stopped:
                break
        if not self._stopped:
            self._store.transaction(
                lambda connection: webhooks.settle(connection, webhook, problem, self._clock.now())
            )

    def _call(self, target: webhooks.Target, webhook: webhooks.Webhook) -> Optional[str]:
        """Call a URL, and return what went wrong, if anything did."""
        try:
            parts = urlsplit(target.url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return "this is no URL"
        if parts.scheme not in _SCHEMES or not host:
            return "this is no URL of http or https"
        if not self._everywhere and not is_loopback(host):
            return "the sandbox calls nothing beyond this machine"
        path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        end = time.monotonic() + PATIENCE
        try:
            with closing(_SCHEMES[parts.scheme](host, port, timeout=PATIENCE)) as connection:
                self._connect(connection)
                return _exchange(connection, target.method, path, webhook, end)
        except (OSError, ValueError, http.client.HTTPException) as error:
            return "{}: {}".format(type(error).__name__, error)

    def _connect(self, connection: http.client.HTTPConnection) -> None:
        connection.connect()
        with self._changed:
            # From here on stop() ends it; what connected too late for that ends itself.
            if self._stopped:
                raise ConnectionAbortedError("the sandbox stops")
            self._connection = connection


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    webhook: webhooks.Webhook,
    end: float,
) -> Optional[str]:
    if method == "GET":
        joint = "&" if "?" in path else "?"
        path = path + joint + urlencode(webhooks.form(webhook.document))
        connection.request(method, path, headers=HEADERS)
    else:
        body = json.dumps({"message": webhook.document}, sort_keys=True).encode("ascii")
        headers = dict(HEADERS, **{"Content-Type": "application/json"})
        connection.request(method, path, body, headers)
    with response_until(connection, method, end) as response:
        status = response.status
    return None if status // 100 == http.client.OK // 100 else "it answered {}".format(status)
