"""Routes of messages, and the rules of sending that bulk jobs share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from vivialconnect.sandbox.http.exchange import Refusal, json_answer
from vivialconnect.sandbox.http.media_urls import load_all
from vivialconnect.sandbox.routes.listing import (
    Condition,
    count_rows,
    of_account,
    own_row,
    read_page,
    searched,
)
from vivialconnect.sandbox.routes.router import Route
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.connector_numbers import take_turns
from vivialconnect.sandbox.service.lifecycle import (
    MESSAGE_FIELDS,
    TIMES,
    Draft,
    accept,
    render_message,
)
from vivialconnect.sandbox.service.store import Row, select_one, update

if TYPE_CHECKING:
    import sqlite3

    from vivialconnect.sandbox.http.exchange import Answer
    from vivialconnect.sandbox.routes.router import Call
    from vivialconnect.sandbox.service.media import Media

E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
LONGEST_BODY = 2048
FIELDS = (*MESSAGE_FIELDS, *TIMES)
SEARCHED = ("body", "from_number", "to_number")


class Order(NamedTuple):
    """What a request to send asks for, checked as far as it can be without the database.

    :param document: the object that was posted.
    :param body: the text.
    :param media: what is attached.
    """

    document: dict[str, Any]
    body: str
    media: list[Media]


def read_order(call: Call, document: dict[str, Any], *, recipients: object) -> Order:
    """Check a request to send, and get its media.

    :param call: the call.
    :param document: the object that was posted.
    :param recipients: who it is for; nothing is an error.
    :returns: the order.
    :raises Refusal: 400 with the error code of what is wrong.
    """
    if not recipients:
        raise Refusal(400, "Must specify to_number", error_code=10012)
    body = document.get("body")
    media_urls = document.get("media_urls")
    if not body and not media_urls:
        raise Refusal(400, "Message body OR media_urls must be provided", error_code=10000)
    if body is not None and not isinstance(body, str):
        raise Refusal(400, "body must be a text")
    if len(body or "") > LONGEST_BODY:
        raise Refusal(400, "Message body must be less than 2048 characters", error_code=10003)
    media = load_all(media_urls, allow_local=call.options.allow_local_media)
    return Order(document, body or "", media)


def send(
    call: Call, order: Order, recipients: Sequence[str], bulk_id: Optional[str] = None
) -> list[Row]:
    """Accept a message to each recipient.

    :param call: the call.
    :param order: what to send.
    :param recipients: the numbers that get it.
    :param bulk_id: the bulk job that the messages belong to.
    :returns: the rows of the messages.
    :raises Refusal: 400 when there is no number to send from.
    """
    through_connector = order.document.get("connector_id") is not None
    moment = call.clock.now()
    rows = []
    for number, recipient in zip(_senders(call, order.document, len(recipients)), recipients):
        draft = Draft(
            call.account_id,
            number["phone_number"],
            recipient,
            order.body,
            order.media,
            bulk_id,
            number["connector_id"] if through_connector else None,
        )
        rows.append(accept(call.connection, draft, number, moment, call.options))
    return rows


def _senders(call: Call, document: dict[str, Any], count: int) -> list[Row]:
    """Find the number to send each message from; with a connector, ``from_number`` is ignored."""
    connector_id = document.get("connector_id")
    if connector_id is not None:
        return take_turns(call.connection, call.account_id, connector_id, count)
    number = owned_number(call.connection, call.account_id, document.get("from_number"))
    if number is None:
        raise Refusal(400, "from_number invalid, inactive, or not owned", error_code=10008)
    return [number] * count


def owned_number(
    connection: sqlite3.Connection, account_id: int, phone_number: object
) -> Optional[Row]:
    """Find an active number of an account, or ``None``."""
    if not isinstance(phone_number, str):
        return None
    return select_one(
        connection,
        "SELECT * FROM numbers WHERE account_id = ? AND phone_number = ? AND active",
        (account_id, phone_number),
    )


def prepare_message(call: Call) -> Order:
    """Read the message that is posted."""
    document = call.document("message")
    return read_order(call, document, recipients=document.get("to_number"))


def post_message(call: Call) -> Answer:
    """Answer ``POST messages.json``."""
    order: Order = call.prepared
    to_number = order.document["to_number"]
    if not isinstance(to_number, str) or E164.fullmatch(to_number) is None:
        raise Refusal(400, f"to_number must be like +19132597591, not {to_number!r}")
    (row,) = send(call, order, [to_number])
    return json_answer({"message": render_message(row)})


def _condition(call: Call) -> Condition:
    return searched(of_account(call), call.parameters, SEARCHED)


def list_messages(call: Call) -> Answer:
    """Answer ``GET messages.json``."""
    rows = read_page(call, "messages", _condition(call), FIELDS)
    return json_answer({"messages": [render_message(row) for row in rows]})


def count_messages(call: Call) -> Answer:
    """Answer ``GET messages/count.json``."""
    return count_rows(call, "messages", _condition(call))


def get_message(call: Call) -> Answer:
    """Answer ``GET messages/{id}.json``."""
    return json_answer({"message": render_message(own_row(call, "messages"))})


def put_message(call: Call) -> Answer:
    """Answer ``PUT messages/{id}.json``: an empty body redacts, nothing else can change."""
    row = own_row(call, "messages")
    body = call.document("message").get("body", row["body"])
    if body not in ("", None, row["body"]):
        raise Refusal(400, "The body of a message can be emptied, but not replaced")
    if body == "" and row["body"]:
        changes = {"body": "", "date_modified": timestamp(call.clock.now())}
        update(call.connection, "messages", row["id"], changes)
        row = dict(row, **changes)
    return json_answer({"message": render_message(row)})


ROUTES = [
    Route("GET", "/accounts/{account}/messages.json", list_messages),
    Route("POST", "/accounts/{account}/messages.json", post_message, prepare_message),
    Route("GET", "/accounts/{account}/messages/count.json", count_messages),
    Route("GET", "/accounts/{account}/messages/{id}.json", get_message),
    Route("PUT", "/accounts/{account}/messages/{id}.json", put_message),
]
