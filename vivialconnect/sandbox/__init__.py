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
"""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import re
import time
from collections import deque
from typing import Any, Callable, Deque, Dict, Iterable, List, Optional, Sequence, Tuple

from vivialconnect.sandbox import lifecycle, seed
from vivialconnect.sandbox.application import Application
from vivialconnect.sandbox.clock import Clock, timestamp
from vivialconnect.sandbox.ledger import balance
from vivialconnect.sandbox.lifecycle import FAILS, STUCK, UNDELIVERED, Draft, Options
from vivialconnect.sandbox.media import from_bytes
from vivialconnect.sandbox.messages import owned_number
from vivialconnect.sandbox.router import BASE_PATH
from vivialconnect.sandbox.server import Server
from vivialconnect.sandbox.store import TABLES, Store, insert, select_one, update
from vivialconnect.sandbox.traffic import Answer, Request

__all__ = ["FAILS", "KEPT_REQUESTS", "STUCK", "UNDELIVERED", "Request", "Sandbox"]

#: How many of the latest requests :attr:`Sandbox.requests` keeps.
KEPT_REQUESTS = 5_000
HIGHEST_PORT = 65_535


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
    :param clock: gives the time in seconds since 1970; for tests.
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
        delays: Tuple[float, float, float] = (0, 0, 0),
        allow_local_media: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Check and keep the arguments; nothing is opened yet."""
        _check_arguments(port, account_id, delays)
        _check_credentials(api_key, api_secret)
        self._host = host
        self._port = port
        self._database = database
        self._given = (api_key, api_secret)
        self.account_id = account_id
        #: The key that calls are signed with.
        self.api_key = api_key or seed.new_api_key()
        #: The secret that calls are signed with.
        self.api_secret = api_secret or seed.new_api_secret()
        self._options = Options(delays, allow_local_media)
        self._clock = Clock(clock)
        self._requests: Deque[Request] = deque(maxlen=KEPT_REQUESTS)
        self._store: Optional[Store] = None
        self._server: Optional[Server] = None
        self._application: Optional[Application] = None
        self._settings_before: Optional[Dict[str, Any]] = None

    def __repr__(self) -> str:
        """Tell where it is and whose it is, but not the secret."""
        place = self.url if self._server else "stopped"
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
        host, port = self._running(self._server).server_address[:2]
        shown = f"[{host!s}]" if ":" in str(host) else str(host)
        return f"http://{shown}:{port}{BASE_PATH}"

    @property
    def requests(self) -> List[Request]:
        """The requests received since the start or the last reset, at most the latest 5,000."""
        return list(self._requests)

    @property
    def balance(self) -> int:
        """What the account has, in 1/100 cent."""
        with self._running(self._store).transaction() as connection:
            return balance(connection, self.account_id)

    def start(self) -> Sandbox:
        """Open the database and listen.

        :returns: the sandbox itself.
        :raises RuntimeError: if it is running already.
        :raises OSError: if it cannot listen there.
        :raises sqlite3.Error: if the database cannot be opened.
        :raises ValueError: if the database knows the key as another account's.
        """
        if self._server is not None:
            raise RuntimeError("This sandbox is running already; make another one beside it")
        store = Store(self._database)
        try:
            self._plant(store)
            application = Application(store, self._clock, self._options)
            self._application = application
            server = Server(self._host, self._port, self._respond)
        except BaseException:  # whatever it was, nothing stays open
            store.close()
            raise
        self._store, self._server = store, server
        server.start()
        return self

    def stop(self) -> None:
        """Stop listening, settle what is due, close the database; undo :meth:`configure`.

        A sandbox that is not running is left as it is.
        """
        if self._server is None or self._store is None or self._application is None:
            return
        self._server.stop()
        self._application.settle()
        self._store.close()
        self._server = self._store = self._application = None
        self._restore()

    def reset(self) -> None:
        """Go back to a fresh state, with the same key; forget the requests and the time jumped.

        :raises RuntimeError: if the sandbox is not running.
        """
        store = self._running(self._store)
        self._clock.reset()
        with store.transaction() as connection:
            for table in (*TABLES, "sqlite_sequence"):
                connection.execute("DELETE FROM " + table)
        self._given = (self.api_key, self.api_secret)
        self._plant(store)
        self._requests.clear()

    def advance(self, seconds: float) -> None:
        """Move the clock that message life follows.

        Signatures are still checked by the wall's clock.

        :param seconds: how far ahead; not negative.
        :raises ValueError: if it is negative.
        """
        self._clock.advance(seconds)

    def receive(
        self, *, from_number: str, to_number: str, body: str = "", media: Sequence[bytes] = ()
    ) -> Dict[str, Any]:
        """Let somebody send a message to one of the account's numbers.

        :param from_number: who sends it.
        :param to_number: the number that it goes to.
        :param body: its text.
        :param media: the bytes of what is attached.
        :returns: the message as the API gives it, with status ``received``.
        :raises ValueError: if the account does not have the number.
        :raises RuntimeError: if the sandbox is not running.
        """
        moment = self._clock.now()
        draft = Draft(self.account_id, from_number, to_number, body, from_bytes(media))
        with self._running(self._store).transaction() as connection:
            number = owned_number(connection, self.account_id, to_number)
            if number is None:
                raise ValueError(
                    f"{to_number!r} is no number of account {self.account_id}; buy it first"
                )
            return lifecycle.render_message(lifecycle.receive(connection, draft, number, moment))

    def configure(self) -> None:
        """Point the client at this sandbox, for all of this process.

        Sets key, secret, account and base URL on ``vivialconnect.Resource``. What was set there
        before is set again when the sandbox stops.

        :raises RuntimeError: if the sandbox is not running.
        """
        from vivialconnect import Resource  # noqa: PLC0415 - the sandbox works without the client

        settings = {
            "api_key": self.api_key,
            "api_secret": self.api_secret,
            "api_account_id": self.account_id,
            "api_base_url": self.url,
        }
        if self._settings_before is None:
            self._settings_before = _take_own_settings(Resource, settings)
        for name, value in settings.items():
            setattr(Resource, name, value)

    def _restore(self) -> None:
        if self._settings_before is None:
            return
        from vivialconnect import Resource  # noqa: PLC0415 - as in configure()

        _take_own_settings(Resource, ("api_key", "api_secret", "api_account_id", "api_base_url"))
        for name, value in self._settings_before.items():
            setattr(Resource, name, value)
        self._settings_before = None

    def _respond(self, request: Request) -> Answer:
        self._requests.append(request)
        application: Application = self._running(self._application)
        return application.answer(request)

    def _running(self, part: Any) -> Any:
        if part is None:
            raise RuntimeError("This sandbox is not running; start it, or use it in a with block")
        return part

    def _plant(self, store: Store) -> None:
        """Put the fresh state and the key into the database, as far as they are not there."""
        now = timestamp(self._clock.now())
        with store.transaction() as connection:
            user_id = seed.plant(connection, self.account_id, self._clock.now())
            api_key, api_secret = self._given
            column, value = ("api_key", api_key) if api_key else ("account_id", self.account_id)
            known = select_one(
                connection, f"SELECT * FROM credentials WHERE {column} = ? ORDER BY id", (value,)
            )
            if known is None:
                row = {"account_id": self.account_id, "user_id": user_id, "api_key": self.api_key}
                row.update(name="Auto-Generated Key", api_secret=self.api_secret)
                insert(connection, "credentials", dict(row, date_created=now, date_modified=now))
                return
            if known["account_id"] != self.account_id:
                raise ValueError("The database knows this api_key as another account's")
            self.api_key = known["api_key"]
            self.api_secret = api_secret or known["api_secret"]
            changes = {"api_secret": self.api_secret, "active": 1}
            update(connection, "credentials", known["id"], changes)


def _take_own_settings(class_: Any, names: Iterable[str]) -> Dict[str, Any]:
    """Unset settings of a class, and give the values of those that were set."""
    before = {name: getattr(class_, name) for name in names}
    for name in before:
        delattr(class_, name)
    # A value that reads the same without the class's own came from elsewhere, and still does.
    return {name: value for name, value in before.items() if getattr(class_, name) != value}


def _check_arguments(port: int, account_id: int, delays: Sequence[float]) -> None:
    if not 0 <= port <= HIGHEST_PORT:
        raise ValueError(f"port must be from 0 to 65535, not {port!r}")
    if not 0 < account_id < 10**18:
        raise ValueError(f"account_id must be a whole number above 0, not {account_id!r}")
    if len(delays) != len(Options.delays) or sorted(delays) != [*delays] or delays[0] < 0:
        raise ValueError(
            f"delays must be three numbers of seconds that do not decrease, not {delays!r}"
        )


def _check_credentials(api_key: Optional[str], api_secret: Optional[str]) -> None:
    if api_key is not None and re.fullmatch(r"[!-9;-~]+", api_key) is None:
        raise ValueError("api_key must be ASCII text without spaces and colons, and not empty")
    if api_secret is not None and (not api_secret or not api_secret.isprintable()):
        raise ValueError("api_secret must be printable text, and not empty")
