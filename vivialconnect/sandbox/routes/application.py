"""The application: verifies a request, finds its route, and returns the response."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, Callable

from vivialconnect.sandbox.http.media_urls import load_all
from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.http.verification import Credential, Verifier
from vivialconnect.sandbox.http.webhook_delivery import WebhookDelivery
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
    log_counts,
    logs,
    lookup,
    messages,
    numbers,
    removed_endpoints,
    tags,
    transactions,
    users,
)
from vivialconnect.sandbox.routes.router import ApiRequest, Router, not_found
from vivialconnect.sandbox.service import lifecycle, webhooks
from vivialconnect.sandbox.service import messages as message_service
from vivialconnect.sandbox.service.clock import Clock
from vivialconnect.sandbox.service.errors import InvalidRequest
from vivialconnect.sandbox.service.options import Options
from vivialconnect.sandbox.service.sending import check_fields, check_phone_number, find_own_number
from vivialconnect.sandbox.service.store import Record, Store, parse_id, select_one

#: Takes a request and the function that carries it out; returns the response.
Interceptor = Callable[[Request, Callable[[Request], Response]], Response]

#: The topic of a change of messages.
MESSAGES = "messages"
#: The pause between batches, in seconds. Without it, the lock would rarely go to another thread.
PAUSE = 0.001

logger = logging.getLogger("vivialconnect.sandbox")

# A fixed segment (count, bulk, available) must come before an id in the same position.
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
    *log_counts.ROUTES,
    *transactions.ROUTES,
]
ROUTER = Router(ROUTES)


class Application:
    """Respond to requests.

    :param store: the database.
    :param clock: the clock.
    :param options: the sandbox's options.
    :param interceptor: sees each request before it is verified, and each response.
    :param publish: takes the topic of each change.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        options: Options,
        interceptor: Interceptor,
        publish: Callable[[str], None],
    ) -> None:
        self.interceptor = interceptor
        self._publish = publish
        self._store = store
        self._clock = clock
        self._options = options
        self._verifier = Verifier(self.find_credential, clock.wall)
        self.webhook_delivery = WebhookDelivery(
            store,
            clock,
            self._apply_due_changes,
            publish,
            allow_remote=options.allow_remote_webhooks,
        )

    def respond(self, request: Request) -> Response:
        """Return the response to a request.

        An unexpected exception becomes a 500 without details, which are logged to
        ``vivialconnect.sandbox``.

        :param request: the request; sets its ``status``.
        """
        try:
            response = self.interceptor(request, self._proceed)
        except HTTPError as error:
            response = error.response()
        except Exception:
            logger.exception("The sandbox failed on %s %s", request.method, request.path)
            response = json_response({"message": "Internal server error"}, status=500)
        request.status = response.status or None
        return response

    def receive(self, draft: message_service.Draft, media_urls: Sequence[str]) -> dict[str, Any]:
        """Receive an inbound message. It is validated like an outbound message.

        :param draft: the message.
        :param media_urls: URLs of further attachments.
        :returns: the message as the API returns it.
        :raises InvalidRequest: if the message is invalid, the account does not have the number, or
            a URL is not supported.
        """
        fields = {"body": draft.body, "media_urls": [*draft.media, *media_urls]}
        check_fields(fields, draft.to_number)
        check_phone_number("from_number", draft.from_number)
        urls = media_urls if isinstance(media_urls, str) else list(media_urls)
        media = load_all(urls, allow_local=self._options.allow_local_media)
        complete = draft._replace(body=draft.body or "", media=(*draft.media, *media))
        message, pending = self._store.transaction(
            lambda connection: self._receive(connection, complete)
        )
        self._publish(MESSAGES)
        self.webhook_delivery.wake(pending=pending)
        return message_service.render(message)

    def _receive(
        self, connection: sqlite3.Connection, draft: message_service.Draft
    ) -> tuple[Record, bool]:
        number = find_own_number(connection, draft.account_id, draft.to_number)
        if number is None:
            raise InvalidRequest(
                f"{draft.to_number!r} is not a number of account {draft.account_id}. Buy it first."
            )
        draft = draft._replace(connector_id=number["connector_id"])
        message = message_service.receive(connection, draft, number, self._clock.now())
        return message, webhooks.has_pending(connection)

    def apply_due_changes(self, moment: float | None = None) -> None:
        """Apply all message changes that are due, in batches that let other requests in between.

        :param moment: the time in seconds since 1970; now by default.
        """
        until = self._clock.now() if moment is None else moment
        work = partial(lifecycle.apply_batch, moment=until, options=self._options)
        while self._store.transaction(work):
            self._publish(MESSAGES)
            time.sleep(PAUSE)

    def _apply_due_changes(self, connection: sqlite3.Connection) -> None:
        if lifecycle.apply_due_changes(connection, self._clock.now(), self._options):
            self._publish(MESSAGES)

    def _proceed(self, raw: Request) -> Response:
        try:
            return self._carry_out(raw)
        except InvalidRequest as error:
            raise HTTPError(400, error.message, **error.extra) from None

    def _carry_out(self, raw: Request) -> Response:
        return self.serve(raw, self._verifier.verify(raw))

    def serve(self, raw: Request, signer: Credential) -> Response:
        """Carry out a request without verifying its signature.

        :param raw: the request.
        :param signer: who makes it.
        :raises HTTPError: if it is refused.
        :raises InvalidRequest: if it breaks a rule of the service.
        """
        try:
            route, segments = ROUTER.find(raw.method, raw.path)
        except HTTPError as error:
            raise removed_endpoints.explain(error, raw.method, raw.path) from None
        _check_account(segments.get("account"), signer)
        request = ApiRequest(raw, signer, self._clock, self._options, segments)
        if route.prepare is not None:
            request.prepared = route.prepare(request)

        def handle(connection: sqlite3.Connection) -> tuple[Response, bool]:
            self._apply_due_changes(connection)
            request.connection = connection
            return route.handler(request), webhooks.has_pending(connection)

        response, pending = self._store.transaction(handle)
        if route.method != "GET":
            self._publish(route.topic)
        self.webhook_delivery.wake(pending=pending)
        return response

    def find_credential(self, api_key: str) -> Credential | None:
        """Return the owner of an active API key, or ``None``."""
        statement = (
            "SELECT account_id, user_id, api_secret FROM credentials WHERE api_key = ? AND active"
        )
        # SQLite cannot bind lone surrogates.
        encodable = api_key.encode("utf-8", "replace").decode("utf-8")
        record = self._store.read(
            lambda connection: select_one(connection, statement, (encodable,))
        )
        return None if record is None else Credential(**record)


def _check_account(text: str | None, signer: Credential) -> None:
    if text is None:
        return
    account_id = parse_id(text)
    if account_id is None:
        raise not_found(text)
    if account_id != signer.account_id:
        raise HTTPError(403, f"The API key does not belong to account {text}")
