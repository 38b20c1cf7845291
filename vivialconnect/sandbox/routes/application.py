"""The way of a request: intercepted, verified, routed, answered. No sockets and no noun's rules.

:attr:`Application.interceptor` is the one place where a request can be met before anything else
looks at it, and its answer after everything else has. The sandbox's chaos stands there.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Callable, Optional

from vivialconnect.sandbox.http.exchange import Answer, Refusal, Request, json_answer
from vivialconnect.sandbox.http.media_urls import load_all
from vivialconnect.sandbox.http.verification import Credential, Verifier
from vivialconnect.sandbox.http.webhook_delivery import Postman
from vivialconnect.sandbox.routes import (
    accounts,
    attachments,
    available_numbers,
    bulks,
    connector_callbacks,
    connector_numbers,
    connectors,
    contacts,
    credentials,
    local_numbers,
    logs,
    lookup,
    messages,
    numbers,
    removed_endpoints,
    tags,
    transactions,
    users,
)
from vivialconnect.sandbox.routes.messages import owned_number
from vivialconnect.sandbox.routes.router import Call, Router, missing
from vivialconnect.sandbox.service import lifecycle, webhooks
from vivialconnect.sandbox.service.errors import InvalidRequest
from vivialconnect.sandbox.service.store import parse_id, select_one

if TYPE_CHECKING:
    import sqlite3

    from vivialconnect.sandbox.service.clock import Clock
    from vivialconnect.sandbox.service.media import Media
    from vivialconnect.sandbox.service.store import Row, Store

#: Called with a request and with what answers it; gives the answer.
Interceptor = Callable[[Request, Callable[[Request], Answer]], Answer]

logger = logging.getLogger("vivialconnect.sandbox")

# A fixed name in the place of an id (count, bulk, available) goes before the id of the same place.
ROUTES = [
    *accounts.ROUTES,
    *contacts.ROUTES,
    *users.ROUTES,
    *credentials.ROUTES,
    *bulks.ROUTES,
    *messages.ROUTES,
    *attachments.ROUTES,
    *available_numbers.ROUTES,
    *local_numbers.ROUTES,
    *lookup.ROUTES,
    *tags.ROUTES,
    *numbers.ROUTES,
    *connectors.ROUTES,
    *connector_callbacks.ROUTES,
    *connector_numbers.ROUTES,
    *logs.ROUTES,
    *transactions.ROUTES,
]
ROUTER = Router(ROUTES)


class Application:
    """Answers requests.

    :param store: the database.
    :param clock: the clocks.
    :param options: the sandbox's settings.
    :param interceptor: meets every request first.
    """

    def __init__(
        self, store: Store, clock: Clock, options: lifecycle.Options, interceptor: Interceptor
    ) -> None:
        """Keep the parts."""
        self.interceptor = interceptor
        self._store = store
        self._clock = clock
        self._options = options
        self._verifier = Verifier(self._find_credential, clock.wall)
        #: Calls the URLs that are to be told of messages.
        self.postman = Postman(store, clock, self._settle, everywhere=options.allow_remote_webhooks)

    def answer(self, request: Request) -> Answer:
        """Answer a request, whatever happens.

        :param request: the request; its ``status`` is set.
        :returns: the answer; for a fault of the sandbox itself a 500 without details, which go to
            the logger ``vivialconnect.sandbox``.
        """
        try:
            answer = self.interceptor(request, self._proceed)
        except Refusal as refusal:
            answer = refusal.answer()
        except Exception:  # a server answers, whatever went wrong in it
            logger.exception("The sandbox could not answer %s %s", request.method, request.path)
            answer = json_answer({"message": "Internal server error"}, status=500)
        request.status = answer.status or None
        return answer

    def receive(self, draft: lifecycle.Draft) -> dict[str, Any]:
        """Take in a message that somebody sends to one of our numbers.

        :param draft: the message.
        :returns: the message as the API gives it.
        :raises ValueError: if its account does not have the number.
        """
        message, busy = self._store.transaction(lambda connection: self._receive(connection, draft))
        self.postman.wake(busy=busy)
        return lifecycle.render_message(message)

    def _receive(self, connection: sqlite3.Connection, draft: lifecycle.Draft) -> tuple[Row, bool]:
        number = owned_number(connection, draft.account_id, draft.to_number)
        if number is None:
            raise ValueError(
                f"{draft.to_number!r} is no number of account {draft.account_id}; buy it first"
            )
        draft = draft._replace(connector_id=number["connector_id"])
        message = lifecycle.receive(connection, draft, number, self._clock.now())
        return message, webhooks.is_busy(connection)

    def load_media(self, urls: Sequence[str]) -> list[Media]:
        """Get what URLs name.

        :raises ValueError: if one cannot be used.
        """
        return load_all(list(urls), allow_local=self._options.allow_local_media)

    def settle(self) -> None:
        """Do what has fallen due in the lives of messages."""
        self._store.transaction(self._settle)

    def _settle(self, connection: sqlite3.Connection) -> None:
        lifecycle.settle(connection, self._clock.now(), self._options)

    def _proceed(self, request: Request) -> Answer:
        try:
            return self._perform(request)
        except InvalidRequest as error:
            extra = {} if error.error_code is None else {"error_code": error.error_code}
            raise Refusal(400, error.message, **extra) from None

    def _perform(self, request: Request) -> Answer:
        signer = self._verifier.verify(request)
        try:
            route, segments = ROUTER.find(request.method, request.path)
        except Refusal as refusal:
            raise removed_endpoints.explain(refusal, request.method, request.path) from None
        _check_account(segments.get("account"), signer)
        call = Call(request, signer, self._clock, self._options, segments)
        if route.prepare is not None:
            call.prepared = route.prepare(call)

        def handle(connection: sqlite3.Connection) -> tuple[Answer, bool]:
            self._settle(connection)
            call.connection = connection
            return route.handler(call), webhooks.is_busy(connection)

        answer, busy = self._store.transaction(handle)
        self.postman.wake(busy=busy)
        return answer

    def _find_credential(self, api_key: str) -> Optional[Credential]:
        statement = (
            "SELECT account_id, user_id, api_secret FROM credentials WHERE api_key = ? AND active"
        )
        known = api_key.encode("utf-8", "replace").decode("utf-8")
        row = self._store.transaction(
            lambda connection: select_one(connection, statement, (known,))
        )
        return None if row is None else Credential(**row)


def _check_account(text: Optional[str], signer: Credential) -> None:
    if text is None:
        return
    account_id = parse_id(text)
    if account_id is None:
        raise missing(text)
    if account_id != signer.account_id:
        raise Refusal(403, f"The API key does not belong to account {text}")
