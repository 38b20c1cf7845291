"""The sandbox: a local Vivial Connect to develop and test against.

It needs no network, no account and no money::

    from vivialconnect import Message, Number
    from vivialconnect.sandbox import Sandbox

    with Sandbox() as sandbox:
        sandbox.configure()
        number = Number({"phone_number": "+19132597591", "phone_number_type": "local"})
        number.buy()
        message = Message({"from_number": number.phone_number, "body": "Hi"})
        message.to_number = "+11234567890"
        message.send()
        message.reload()
        print(message.status)  # delivered

It shares only ``version`` and ``segments`` with the client, so that a mistake in the client does
not hide in the sandbox. Its folders import each other in one direction::

    service <- http <- chaos <- routes <- page <- this module <- command
"""

from __future__ import annotations

import os
import sqlite3
import ssl
import threading
from collections.abc import Collection
from contextlib import ExitStack
from typing import Callable, TypeVar

from vivialconnect.sandbox.chaos.rules import Chaos, Rule
from vivialconnect.sandbox.client_settings import ClientSettings
from vivialconnect.sandbox.http.guard import Guard
from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.request_log import RequestLog
from vivialconnect.sandbox.http.response import Response
from vivialconnect.sandbox.http.server import Server
from vivialconnect.sandbox.page import routes as page
from vivialconnect.sandbox.page.assets import with_safe_headers
from vivialconnect.sandbox.page.context import Context
from vivialconnect.sandbox.page.controls import Controls
from vivialconnect.sandbox.routes.application import Application
from vivialconnect.sandbox.routes.router import BASE_PATH
from vivialconnect.sandbox.service import accounts, initial_data
from vivialconnect.sandbox.service.accounts import SandboxAccount
from vivialconnect.sandbox.service.changes import Changes
from vivialconnect.sandbox.service.clock import Clock
from vivialconnect.sandbox.service.lifecycle import FAILS, STUCK, UNDELIVERED
from vivialconnect.sandbox.service.options import Options, check_delays
from vivialconnect.sandbox.service.passwords import FIRST_PASSWORD
from vivialconnect.sandbox.service.store import NOT_RUNNING, Store, clear

__all__ = [
    "FAILS",
    "FIRST_PASSWORD",
    "KEPT_BYTES",
    "KEPT_REQUESTS",
    "STUCK",
    "UNDELIVERED",
    "Chaos",
    "Request",
    "Rule",
    "Sandbox",
    "SandboxAccount",
]

PartT = TypeVar("PartT")

#: How many requests :attr:`Sandbox.requests` keeps.
KEPT_REQUESTS = 5_000
#: How many bytes of requests it keeps.
KEPT_BYTES = 64 * 1024 * 1024
HIGHEST_PORT = 65_535
COMPANY_NAME = "Sandbox Inc"


class Sandbox(Controls):
    """A local Vivial Connect.

    Use it as a context manager, which starts and stops it. Many sandboxes can run at a time.

    :param host: the address to listen on.
    :param port: the port to listen on; 0 for a free port.
    :param database: the path of an SQLite file to keep the state in; in memory by default.
    :param api_key: the API key to accept; by default the stored one, or a new one.
    :param api_secret: the API secret; by default the stored one, or a new one.
    :param account_id: the id of the account.
    :param delays: seconds after which an accepted message is queued, sending and delivered; by
        default it is delivered at the next request.
    :param allow_local_media: whether ``media_urls`` may name ``file:`` URLs and http URLs of this
        machine, which the sandbox reads. For other URLs it attaches a small placeholder PNG.
    :param allow_remote_webhooks: whether webhooks are delivered to other machines; by default that
        is an error in the log.
    :param clock: returns the time in seconds since 1970; the system clock by default.
    :param tls: the TLS context of the server, with its certificate; plain HTTP by default.
    :param allow_hosts: host names, without ports, under which the controls at ``/sandbox/`` may be
        requested besides ``localhost``, loopback addresses and ``host``.
    :param allow_origins: the origins of web pages that may use the controls, such as
        ``http://localhost:3000``.
    :param token: the token that the controls require in ``Authorization: Bearer TOKEN``; by default
        a new one if ``host`` is not a loopback address, and none otherwise.
    :param on_request: called with each request to the API after its response is known, in the
        thread of the connection.
    :raises ValueError: if an argument is invalid.
    """

    def __init__(  # noqa: PLR0913 - each is a keyword with a default
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        database: str | None = None,
        api_key: str | None = None,
        api_secret: str | None = None,
        account_id: int = 12345,
        delays: tuple[float, float, float] = (0, 0, 0),
        allow_local_media: bool = False,
        allow_remote_webhooks: bool = False,
        clock: Callable[[], float] | None = None,
        tls: ssl.SSLContext | None = None,
        allow_hosts: Collection[str] = (),
        allow_origins: Collection[str] = (),
        token: str | None = None,
        on_request: Callable[[Request], None] | None = None,
    ) -> None:
        if not 0 <= port <= HIGHEST_PORT:
            raise ValueError(f"port must be from 0 to {HIGHEST_PORT}, got {port!r}")
        for name, value in (("host", host), ("database", database)):
            if value == "":  # Such as the value of an unset shell variable.
                raise ValueError(f"{name} must not be empty. Omit it to use the default.")
        accounts.check_account_id(account_id)
        accounts.check_credentials(api_key, api_secret)
        check_delays(delays)
        self._host = host
        self._port = port
        self._database = database
        self._credentials = (api_key, api_secret)
        self.account_id = account_id
        #: The API key that signs requests.
        self.api_key = api_key or initial_data.new_api_key()
        #: The API secret that signs requests.
        self.api_secret = api_secret or initial_data.new_api_secret()
        self._options = Options(delays, allow_local_media, allow_remote_webhooks)
        self._clock = Clock(clock)
        self._tls = tls
        self._guard = Guard(allow_hosts, allow_origins, token)
        #: The fault injection: the rules that decide which requests trigger which fault.
        self.chaos = Chaos(lambda: self._changes.publish("chaos"))
        self._changes = Changes()
        self._context: Context | None = None
        self._requests = RequestLog(KEPT_REQUESTS, KEPT_BYTES, self._clock.wall)
        self._on_request = on_request
        self._store: Store | None = None
        self._server: Server | None = None
        self._application: Application | None = None
        self._client_settings = ClientSettings()
        self._process = 0
        # Reentrant, because a signal handler may call stop() during a stop().
        self._lock = threading.RLock()
        self._cleanup = ExitStack()

    def __repr__(self) -> str:
        server = self._server
        shown = self._url(server) if server else "stopped"
        return f"<Sandbox {shown} account {self.account_id}>"

    def __enter__(self) -> Sandbox:  # noqa: PYI034 - Self came with Python 3.11
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The base URL, which ends in ``/api/v1.0``.

        :raises RuntimeError: if the sandbox is not running.
        """
        return self._url(self._running(self._server))

    def _url(self, server: Server) -> str:
        host, port = server.server_address[:2]
        shown = f"[{host!s}]" if ":" in str(host) else str(host)
        return f"{self._scheme}://{shown}:{port}{BASE_PATH}"

    @property
    def _scheme(self) -> str:
        return "http" if self._tls is None else "https"

    @property
    def requests(self) -> list[Request]:
        """The requests since the start or the last reset, the oldest first.

        The newest 5,000 requests are kept, and of these the newest 64 MiB.
        """
        return self._requests.all()

    def start(self) -> Sandbox:
        """Open the database and listen.

        A restarted sandbox keeps its ``chaos`` and its advanced clock; :meth:`reset` clears them.

        :returns: the sandbox.
        :raises RuntimeError: if it is running.
        :raises OSError: if it cannot listen on the address.
        :raises sqlite3.Error: if the database cannot be opened, or is from another release.
        :raises ValueError: if the API key belongs to another account of the database.
        """
        with self._lock, ExitStack() as cleanup:  # Undoes the start if it fails.
            if self._server is not None:
                raise RuntimeError("This sandbox is already running. Create another one.")
            cleanup.callback(self._client_settings.restore)
            self._requests.clear()
            store = Store(self._database)
            cleanup.callback(store.close)
            store.transaction(self._ensure_initial_data)
            cleanup.callback(self._clear_parts)
            self._store = store
            changes = self._changes = Changes()
            application = Application(
                store, self._clock, self._options, self._play, changes.publish
            )
            self._application = application
            self._context = Context(
                self, store, self._clock, application, self.chaos, self._requests, changes
            )
            cleanup.callback(application.webhook_delivery.stop)
            cleanup.callback(application.apply_due_changes)
            server = Server(self._host, self._port, self._respond, self._clock.wall, tls=self._tls)
            cleanup.callback(server.stop)
            cleanup.callback(changes.close)
            self._guard.bind(self._scheme, self._host, str(server.server_address[0]))
            application.webhook_delivery.start()
            server.start()
            self._server, self._process = server, os.getpid()
            self._cleanup = cleanup.pop_all()
        return self

    def stop(self) -> None:
        """Stop listening, apply the changes that are due, and undo :meth:`configure`.

        It does nothing if the sandbox is not running. In a forked child it only undoes
        :meth:`configure`.

        :raises sqlite3.Error: if the database cannot save the changes; the sandbox is stopped.
        """
        if self._process != os.getpid():
            self._client_settings.restore()
            return
        with self._lock:
            cleanup, self._cleanup = self._cleanup, ExitStack()
            cleanup.close()

    def reset(self) -> None:
        """Restore the initial state and keep the API key.

        Clears the requests, the chaos, the advanced clock and the added accounts.

        :raises RuntimeError: if the sandbox is not running.
        """
        store = self._running(self._store)
        self._clock.reset()
        self.chaos.reset()
        self._credentials = (self.api_key, self.api_secret)
        store.transaction(self._restore_initial_data)
        self._requests.clear()
        self._running(self._context).index.clear()
        self._changes.restart()

    def add_account(
        self,
        account_id: int,
        *,
        company_name: str = COMPANY_NAME,
        api_key: str | None = None,
        api_secret: str | None = None,
    ) -> SandboxAccount:
        """Add an account with its own user, API key and balance.

        :param account_id: the id of the account; an existing account is not changed.
        :param company_name: the name of the account.
        :param api_key: the API key; a new one by default.
        :param api_secret: the API secret; a new one by default.
        :returns: the account.
        :raises ValueError: if an argument is invalid, or the key belongs to another account.
        :raises RuntimeError: if the sandbox is not running.
        """
        accounts.check_account_id(account_id)
        accounts.check_credentials(api_key, api_secret)
        store = self._running(self._store)
        account = store.transaction(
            lambda connection: accounts.ensure_account(
                connection,
                account_id,
                self._clock.now(),
                company_name=company_name,
                api_key=api_key,
                api_secret=api_secret,
            )
        )
        self._changes.publish("accounts")
        return account

    def advance(self, seconds: float) -> None:
        """Move the message clock forward.

        Signatures are still verified against the wall clock.

        Messages are updated first, in batches, so other requests are not blocked for long.

        :param seconds: how many seconds to move it.
        :raises ValueError: if it is negative.
        :raises sqlite3.Error: if the database cannot save the changes.
        """
        self._clock.check(seconds)
        application = self._application
        if application is not None:
            application.apply_due_changes(self._clock.now() + seconds)
        self._clock.advance(seconds)
        self._changes.publish("clock")
        if application is not None:
            application.webhook_delivery.wake()

    def configure(self) -> None:
        """Configure the client of this process for the sandbox, until the sandbox stops.

        Sets key, secret, account and base URL on ``vivialconnect.Resource``.

        :raises RuntimeError: if the sandbox is not running.
        """
        with self._lock:  # So that stop() restores the settings.
            settings = {
                "api_key": self.api_key,
                "api_secret": self.api_secret,
                "api_account_id": self.account_id,
                "api_base_url": self.url,
            }
            self._client_settings.configure(settings)

    def _play(self, request: Request, proceed: Callable[[Request], Response]) -> Response:
        return self.chaos.play(request, proceed, self._clock)

    def _respond(self, request: Request) -> Response:
        if page.is_page(request):
            return with_safe_headers(self._guard.respond(request, self._respond_as_page))
        if page.is_browser_at_root(request):
            return page.respond_at_root(request)
        response = self._requests.record(request, self._running(self._application).respond)
        self._changes.publish("requests")
        if self._on_request is not None:
            self._on_request(request)
        return response

    def _respond_as_page(self, request: Request) -> Response:
        return page.respond(self._running(self._context), request)

    def _running(self, part: PartT | None) -> PartT:
        if part is None:
            raise RuntimeError(NOT_RUNNING)
        return part

    def _clear_parts(self) -> None:
        self._server = self._store = self._application = self._context = None

    def _restore_initial_data(self, connection: sqlite3.Connection) -> None:
        clear(connection)
        self._ensure_initial_data(connection)

    def _ensure_initial_data(self, connection: sqlite3.Connection) -> None:
        api_key, api_secret = self._credentials
        account = accounts.ensure_account(
            connection,
            self.account_id,
            self._clock.now(),
            company_name=COMPANY_NAME,
            api_key=api_key,
            api_secret=api_secret,
        )
        self.api_key, self.api_secret = account.api_key, account.api_secret
