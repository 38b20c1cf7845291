"""What the JSON API of the page does, as methods of the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from vivialconnect.sandbox.http.guard import Guard
from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.page import accounts, conversations, events, requests, webhooks
from vivialconnect.sandbox.page.context import Context
from vivialconnect.sandbox.page.parameters import DEFAULT_LIMIT
from vivialconnect.sandbox.service import billing
from vivialconnect.sandbox.service.media import from_bytes
from vivialconnect.sandbox.service.messages import Draft
from vivialconnect.sandbox.service.store import NOT_RUNNING


class Controls:
    """What the sandbox's page does.

    The guide to the JSON API describes the objects that the methods return.

    Example:

        >>> from vivialconnect import Number
        >>> from vivialconnect.sandbox import Sandbox
        >>> with Sandbox() as sandbox:
        ...     sandbox.configure()
        ...     bought = Number({"phone_number": "+19132597591"}).buy()
        ...     received = sandbox.receive(
        ...         from_number="+15154469790", to_number="+19132597591", body="Hello"
        ...     )
        ...     conversation = sandbox.conversation("12345-19132597591-15154469790")
        >>> [message["body"] for message in conversation["messages"]]
        ['Hello']
    """

    account_id: int
    _guard: Guard
    _context: Context | None

    @property
    def token(self) -> str | None:
        """The token that the controls at ``/sandbox/`` need; ``None`` if they need none."""
        return self._guard.token

    @property
    def page_url(self) -> str:
        """The address of the page, to open in a browser. It holds the token if there is one.

        :raises RuntimeError: if the sandbox is not running.
        """
        parts = urlsplit(self._running_context.owner.url)
        # A sandbox that listens on all addresses also listens on that of this machine.
        address = parts.netloc.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:")
        query = f"?token={quote(self.token, safe='')}" if self.token else ""
        return f"{parts.scheme}://{address}/sandbox/{query}"

    @property
    def balance(self) -> int:
        """The balance of the account, in 1/100 cent."""
        store = self._running_context.store
        return store.transaction(lambda connection: billing.balance(connection, self.account_id))

    def receive(
        self,
        *,
        from_number: str,
        to_number: str,
        body: str = "",
        media: Sequence[bytes] = (),
        media_urls: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Receive an inbound message.

        :param from_number: the sender.
        :param to_number: the recipient, a number of the account.
        :param body: the text.
        :param media: the content of attachments.
        :param media_urls: URLs of attachments, as for an outbound message.
        :returns: the message as the API returns it, with the status ``received``.
        :raises ValueError: if the message is invalid, the account does not have the number, or a
            URL is not supported.
        :raises RuntimeError: if the sandbox is not running.
        """
        application = self._running_context.application
        draft = Draft(self.account_id, from_number, to_number, body, from_bytes(media))
        return application.receive(draft, media_urls)

    def wait_for_webhooks(self, timeout: float = 10) -> None:
        """Wait until all webhooks that are due are delivered.

        :param timeout: the timeout in seconds.
        :raises TimeoutError: if the timeout expires.
        :raises RuntimeError: if the sandbox is not running, or is stopped while waiting.
        """
        if not self._running_context.application.webhook_delivery.wait(timeout):
            raise TimeoutError(
                f"webhooks are still pending after {timeout} s. Check that their URLs respond."
            )

    def conversations(
        self,
        *,
        search: str | None = None,
        account_id: int | None = None,
        offset: int = 0,
        limit: int = DEFAULT_LIMIT,
    ) -> dict[str, Any]:
        """Return conversations, the newest first, under the key ``conversations``.

        :param search: text in the body or the numbers of a message; without it, all.
        :param account_id: the account; all by default.
        :param offset: how many conversations to skip.
        :param limit: how many to return, at most 500.
        :raises ValueError: if ``offset`` or ``limit`` is invalid.
        """
        return conversations.list_conversations(
            self._running_context, search=search, account_id=account_id, offset=offset, limit=limit
        )

    def conversation(
        self,
        conversation_id: str,
        *,
        offset: int | None = None,
        around: int | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> dict[str, Any]:
        """Return a conversation and some of its messages, the oldest first.

        :param conversation_id: its id, such as ``12345-19132597591-15154469790``.
        :param offset: how many messages to skip; by default the newest are returned.
        :param around: the id of a message to return with those around it, in place of ``offset``.
        :param limit: how many messages to return, at most 500.
        :raises ValueError: if the conversation is unknown, or an argument is invalid.
        """
        found = conversations.get_conversation(
            self._running_context, conversation_id, offset=offset, around=around, limit=limit
        )
        return _known(found, f"conversation {conversation_id!r}")

    def request_details(self, request: Request | int) -> dict[str, Any]:
        """Return a request with its response, and why its signature was refused.

        :param request: the request, or its id.
        :raises ValueError: if the request is not kept.
        """
        request_id = request if isinstance(request, int) else request.id
        found = requests.get_request(self._running_context, request_id)
        return _known(found, f"request {request_id}")

    def webhook_attempts(
        self,
        *,
        message_id: int | None = None,
        account_id: int | None = None,
        offset: int = 0,
        limit: int = DEFAULT_LIMIT,
    ) -> dict[str, Any]:
        """Return attempts to deliver webhooks, the newest first, under the key ``attempts``.

        :param message_id: the message; all by default.
        :param account_id: the account; all by default.
        :param offset: how many attempts to skip.
        :param limit: how many to return, at most 500.
        :raises ValueError: if ``offset`` or ``limit`` is invalid.
        """
        return webhooks.list_attempts(
            self._running_context,
            message_id=message_id,
            account_id=account_id,
            offset=offset,
            limit=limit,
        )

    def replay_webhook(self, attempt_id: int) -> int:
        """Send the webhook of an attempt to the same URL once more.

        :param attempt_id: the id of the attempt.
        :returns: the id of the new webhook.
        :raises ValueError: if the attempt is unknown.
        """
        webhook_id = webhooks.replay(self._running_context, attempt_id)
        if webhook_id is None:
            raise ValueError(f"unknown attempt {attempt_id}")
        return webhook_id

    def events(self, since: str | None = None) -> dict[str, Any]:
        """Return what has changed since an event.

        :param since: the ``id`` of an earlier result; ``None`` for the current id alone.
        :returns: ``id``, ``topics``, and ``resync``, which is true if anything may have changed.
        """
        return events.poll(self._running_context, since)

    def top_up(self, amount: int, account_id: int | None = None) -> int:
        """Add an amount to a balance.

        :param amount: the amount in 1/100 cent; it may be negative.
        :param account_id: the account; the sandbox's own by default.
        :returns: the new balance.
        :raises ValueError: if the account is unknown or the amount too high.
        """
        chosen = self.account_id if account_id is None else account_id
        document = _known(
            accounts.top_up(self._running_context, chosen, amount), f"account {chosen}"
        )
        return int(document["balance"])

    @property
    def _running_context(self) -> Context:
        if self._context is None:
            raise RuntimeError(NOT_RUNNING)
        return self._context


def _known(found: dict[str, Any] | None, what: str) -> dict[str, Any]:
    if found is None:
        raise ValueError(f"unknown {what}")
    return found
