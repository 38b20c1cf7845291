"""A local Vivial Connect to develop and test against: the door to it, :class:`Sandbox`.

It needs no network, no account and no money, and nothing beyond the standard library::

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

Of the core it uses ``version`` and ``segments`` alone: what it checks and what it answers was
written from what is known of the service on the wire, not from the client.

The folders import each other in one direction::

    service <- http <- chaos <- routes <- this module <- command
"""

from __future__ import annotations

import os
import ssl  # noqa: TC003 - get_type_hints() evaluates the signature
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar

from vivialconnect.sandbox.chaos.rules import Chaos, Rule
from vivialconnect.sandbox.client_settings import Pointer
from vivialconnect.sandbox.http.exchange import Answer, Request
from vivialconnect.sandbox.http.server import Server
from vivialconnect.sandbox.routes.application import Application
from vivialconnect.sandbox.routes.control import control, is_control
from vivialconnect.sandbox.routes.router import BASE_PATH
from vivialconnect.sandbox.service import initial_data as seed
from vivialconnect.sandbox.service.accounts import (
    SandboxAccount,
    admit,
    check_account_id,
    check_credentials,
)
from vivialconnect.sandbox.service.billing import balance
from vivialconnect.sandbox.service.clock import Clock
from vivialconnect.sandbox.service.lifecycle import FAILS, STUCK, UNDELIVERED, Draft, Options
from vivialconnect.sandbox.service.media import from_bytes
from vivialconnect.sandbox.service.passwords import FIRST_PASSWORD
from vivialconnect.sandbox.service.store import NOT_RUNNING, Store, clear

if TYPE_CHECKING:
    import sqlite3

__all__ = [
    "FAILS",
    "FIRST_PASSWORD",
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

#: How many of the latest requests :attr:`Sandbox.requests` keeps.
KEPT_REQUESTS = 5_000
HIGHEST_PORT = 65_535
COMPANY_NAME = "Sandbox Inc"


class Sandbox:
    """A local Vivial Connect.

    It is a context manager: started on entering, stopped on leaving. Many can run at a time.

    :param host: the address to listen on (default: this machine alone).
    :param port: the port; 0, the default, takes a free one.
    :param database: the path of an SQLite file that keeps the state; by default it is forgotten.
    :param api_key: the key that calls are signed with; made up by default, or the database's.
    :param api_secret: the secret to it; made up by default, or the database's.
    :param account_id: the account's id.
    :param delays: seconds after its acceptance at which a message is queued, is being sent, and is
        delivered; with the default all three are done at the next read.
    :param allow_local_media: whether ``file:`` URLs and http URLs of this machine in
        ``media_urls`` are read; otherwise a small PNG stands in for every URL of the network.
    :param allow_remote_webhooks: whether URLs of other machines are called when a message changes
        or comes in; otherwise it is an error in the log, and this machine alone is called.
    :param clock: gives the time in seconds since 1970; for tests.
    :param tls: what it serves TLS with, a server's context with its certificate; by default it
        serves plain HTTP.
    :raises ValueError: if an argument cannot be.
    """

    def __init__(  # noqa: PLR0913 - each is a keyword with a default
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        database: Optional[str] = None,
        api_key: Optional[str] = None,
        api_secret: Optional[str] = None,
        account_id: int = 12345,
        delays: tuple[float, float, float] = (0, 0, 0),
        allow_local_media: bool = False,
        allow_remote_webhooks: bool = False,
        clock: Callable[[], float] = time.time,
        tls: Optional[ssl.SSLContext] = None,
    ) -> None:
        """Check and keep the arguments; nothing is opened yet."""
        if not 0 <= port <= HIGHEST_PORT:
            raise ValueError(f"port must be from 0 to {HIGHEST_PORT}, not {port!r}")
        for name, value in (("host", host), ("database", database)):
            if value == "":  # as of a variable that a shell does not have
                raise ValueError(f"{name} is empty; leave it out for the default")
        check_account_id(account_id)
        check_credentials(api_key, api_secret)
        self._host = host
        self._port = port
        self._database = database
        self._given = (api_key, api_secret)
        self.account_id = account_id
        #: The key that calls are signed with.
        self.api_key = api_key or seed.new_api_key()
        #: The secret that calls are signed with.
        self.api_secret = api_secret or seed.new_api_secret()
        self._options = Options(delays, allow_local_media, allow_remote_webhooks)
        self._clock = Clock(clock)
        self._tls = tls
        #: The faults that are played on purpose, and the rules that say when.
        self.chaos = Chaos()
        self._requests: deque[Request] = deque(maxlen=KEPT_REQUESTS)
        self._store: Optional[Store] = None
        self._server: Optional[Server] = None
        self._application: Optional[Application] = None
        self._pointer = Pointer()
        self._process = 0
        # A signal may come in the middle of stop(), whose handler stops it too.
        self._guard = threading.RLock()
        #: What undoes the start, the last part first.
        self._cleanup = ExitStack()

    def __repr__(self) -> str:
        """Tell where it is and whose it is, but not the secret."""
        server = self._server
        place = self._url(server) if server else "stopped"
        return f"<Sandbox {place} account {self.account_id}>"

    def __enter__(self) -> Sandbox:  # noqa: PYI034 - Self came with Python 3.11
        """Start."""
        return self.start()

    def __exit__(self, *exception: object) -> None:
        """Stop."""
        self.stop()

    @property
    def url(self) -> str:
        """The base URL, ending in ``/api/v1.0``.

        :raises RuntimeError: if the sandbox is not running.
        """
        return self._url(self._running(self._server))

    def _url(self, server: Server) -> str:
        host, port = server.server_address[:2]
        shown = f"[{host!s}]" if ":" in str(host) else str(host)
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{shown}:{port}{BASE_PATH}"

    @property
    def requests(self) -> list[Request]:
        """The requests received since the start or the last reset, at most the latest 5,000."""
        return list(self._requests)

    @property
    def balance(self) -> int:
        """What the account has, in 1/100 cent."""
        store = self._running(self._store)
        return store.transaction(lambda connection: balance(connection, self.account_id))

    def start(self) -> Sandbox:
        """Open the database and listen.

        After a :meth:`stop`, ``chaos`` and the time jumped are as they were; :meth:`reset` forgets
        them.

        :returns: the sandbox itself.
        :raises RuntimeError: if it is running already.
        :raises OSError: if it cannot listen there.
        :raises sqlite3.Error: if the database cannot be opened, or is not one of this release.
        :raises ValueError: if the database knows the key as another account's.
        """
        with self._guard, ExitStack() as cleanup:  # whatever goes wrong, nothing stays open
            if self._server is not None:
                raise RuntimeError("This sandbox is running already; make another one beside it")
            cleanup.callback(self._pointer.undo)
            self._requests.clear()
            store = Store(self._database)
            cleanup.callback(store.close)
            store.transaction(self._plant)
            cleanup.callback(self._forget_parts)
            self._store = store
            self._application = Application(store, self._clock, self._options, self._play)
            cleanup.callback(self._application.postman.stop)
            cleanup.callback(self._application.settle)
            server = Server(self._host, self._port, self._respond, self._clock.wall, tls=self._tls)
            cleanup.callback(server.stop)
            self._application.postman.look()
            server.start()
            self._server, self._process = server, os.getpid()
            self._cleanup = cleanup.pop_all()
        return self

    def stop(self) -> None:
        """Stop listening, settle what is due, close the database; undo :meth:`configure`.

        A sandbox that is not running is left as it is, and so is that of the parent in a forked
        child.

        :raises sqlite3.Error: if the database does not take what is due; all the rest is done.
        """
        if self._process != os.getpid():
            self._pointer.undo()
            return
        with self._guard:
            cleanup, self._cleanup = self._cleanup, ExitStack()
            cleanup.close()

    def reset(self) -> None:
        """Go back to a fresh state, with the same key; forget requests, chaos and the time jumped.

        Accounts that were added are gone. A call that comes meanwhile is answered from the state
        before or from the fresh one.

        :raises RuntimeError: if the sandbox is not running.
        """
        store = self._running(self._store)
        self._clock.reset()
        self.chaos.reset()
        self._given = (self.api_key, self.api_secret)
        store.transaction(self._plant_afresh)
        self._requests.clear()

    def add_account(
        self,
        account_id: int,
        *,
        company_name: str = COMPANY_NAME,
        api_key: Optional[str] = None,
        api_secret: Optional[str] = None,
    ) -> SandboxAccount:
        """Open another account, with a user, a key and a balance of its own.

        :param account_id: its id; an account that there is already stays as it is.
        :param company_name: its name.
        :param api_key: its key; made up by default.
        :param api_secret: its secret; made up by default.
        :returns: the account.
        :raises ValueError: if an argument cannot be, or the key is another account's.
        :raises RuntimeError: if the sandbox is not running.
        """
        check_account_id(account_id)
        check_credentials(api_key, api_secret)
        store = self._running(self._store)
        return store.transaction(
            lambda connection: admit(
                connection,
                account_id,
                self._clock.now(),
                company_name=company_name,
                api_key=api_key,
                api_secret=api_secret,
            )
        )

    def advance(self, seconds: float) -> None:
        """Move the clock that message life follows.

        Signatures are still checked by the wall's clock.

        :param seconds: how far ahead; not negative.
        :raises ValueError: if it is negative.
        """
        self._clock.advance(seconds)
        application = self._application
        if application is not None:
            application.postman.wake()

    def receive(
        self,
        *,
        from_number: str,
        to_number: str,
        body: str = "",
        media: Sequence[bytes] = (),
        media_urls: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Let somebody send a message to one of the account's numbers.

        :param from_number: who sends it.
        :param to_number: the number that it goes to.
        :param body: its text.
        :param media: the bytes of what is attached.
        :param media_urls: URLs of what is attached, as of a message that is sent.
        :returns: the message as the API gives it, with status ``received``.
        :raises ValueError: if the account does not have the number, or a URL cannot be.
        :raises RuntimeError: if the sandbox is not running.
        """
        application = self._running(self._application)
        attached = (*from_bytes(media), *application.load_media(media_urls))
        return application.receive(Draft(self.account_id, from_number, to_number, body, attached))

    def wait_for_webhooks(self, timeout: float = 10) -> None:
        """Wait until every URL was called that is to be called by now.

        :param timeout: how many seconds at most.
        :raises TimeoutError: if that takes longer.
        :raises RuntimeError: if the sandbox is not running, or is stopped meanwhile.
        """
        if not self._running(self._application).postman.wait(timeout):
            raise TimeoutError(
                f"after {timeout} seconds there are still URLs to be called; does one of them hang?"
            )

    def configure(self) -> None:
        """Point the client at this sandbox, for all of this process.

        Sets key, secret, account and base URL on ``vivialconnect.Resource``. What was set there
        before is set again when the sandbox stops.

        :raises RuntimeError: if the sandbox is not running.
        """
        with self._guard:  # else it might be stopped before the client is pointed at it
            settings = {
                "api_key": self.api_key,
                "api_secret": self.api_secret,
                "api_account_id": self.account_id,
                "api_base_url": self.url,
            }
            self._pointer.configure(settings)

    def _play(self, request: Request, proceed: Callable[[Request], Answer]) -> Answer:
        return self.chaos.play(request, proceed, self._clock)

    def _respond(self, request: Request) -> Answer:
        if is_control(request):
            return control(request, self.chaos, self.receive)
        self._requests.append(request)
        application = self._running(self._application)
        return application.answer(request)

    def _running(self, part: Optional[PartT]) -> PartT:
        if part is None:
            raise RuntimeError(NOT_RUNNING)
        return part

    def _forget_parts(self) -> None:
        self._server = self._store = self._application = None

    def _plant_afresh(self, connection: sqlite3.Connection) -> None:
        clear(connection)
        self._plant(connection)

    def _plant(self, connection: sqlite3.Connection) -> None:
        """Put the fresh state and the key into the database, as far as they are not there."""
        api_key, api_secret = self._given
        account = admit(
            connection,
            self.account_id,
            self._clock.now(),
            company_name=COMPANY_NAME,
            api_key=api_key,
            api_secret=api_secret,
        )
        self.api_key, self.api_secret = account.api_key, account.api_secret
