"""The rules of sending messages: required fields, limits, and the sender."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from vivialconnect.sandbox.service import opt_outs
from vivialconnect.sandbox.service.connector_numbers import take_turns
from vivialconnect.sandbox.service.errors import InvalidRequest
from vivialconnect.sandbox.service.media import Media
from vivialconnect.sandbox.service.messages import Draft, accept
from vivialconnect.sandbox.service.options import Options
from vivialconnect.sandbox.service.store import Record, select_one

E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
MAXIMUM_BODY_LENGTH = 2048


class Order(NamedTuple):
    """A request to send messages, checked as far as possible without the database.

    :param account_id: the account's id.
    :param document: the object in the request body.
    :param body: the text.
    :param media: the attachments.
    """

    account_id: int
    document: dict[str, Any]
    body: str
    media: list[Media]


def check_fields(document: Mapping[str, Any], recipients: object) -> None:
    """Check the fields that every message needs.

    :param document: the object in the request body.
    :param recipients: the recipient or recipients; an empty value is an error.
    :raises InvalidRequest: with the error code of the first problem.
    """
    if not recipients:
        raise InvalidRequest("Must specify to_number", error_code=10012)
    body = document.get("body")
    if not body and not document.get("media_urls"):
        raise InvalidRequest("Message body OR media_urls must be provided", error_code=10000)
    if body is not None and not isinstance(body, str):
        raise InvalidRequest("body must be a string")
    if len(body or "") > MAXIMUM_BODY_LENGTH:
        raise InvalidRequest("Message body must be less than 2048 characters", error_code=10003)


def check_phone_number(name: str, value: object) -> None:
    """Check a phone number.

    :param name: the name of its field.
    :param value: the phone number.
    :raises InvalidRequest: if it is not in E.164 format.
    """
    if not isinstance(value, str) or E164.fullmatch(value) is None:
        raise InvalidRequest(f"{name} must be in E.164 format (+19132597591), got {value!r}")


def send(
    connection: sqlite3.Connection,
    order: Order,
    recipients: Sequence[str],
    moment: float,
    options: Options,
    *,
    bulk_id: str | None = None,
) -> list[Record]:
    """Accept a message to each recipient.

    :param connection: a connection in a transaction.
    :param order: what to send.
    :param recipients: the phone numbers to send to.
    :param moment: now, in seconds since 1970.
    :param options: the sandbox's options.
    :param bulk_id: the id of the bulk job that the messages belong to.
    :returns: the messages; a bulk job skips recipients that have opted out.
    :raises InvalidRequest: if the account does not have the sender, or the only recipient has
        opted out.
    """
    through_connector = order.document.get("connector_id") is not None
    messages = []
    for number, recipient in zip(_senders(connection, order, len(recipients)), recipients):
        try:
            opt_outs.check(connection, order.account_id, number["phone_number"], recipient)
        except InvalidRequest:
            if bulk_id is None:
                raise
            continue
        draft = Draft(
            order.account_id,
            number["phone_number"],
            recipient,
            order.body,
            order.media,
            bulk_id,
            number["connector_id"] if through_connector else None,
        )
        messages.append(accept(connection, draft, number, moment, options))
    return messages


def _senders(connection: sqlite3.Connection, order: Order, count: int) -> list[Record]:
    """Return the sender of each message; a ``connector_id`` overrides ``from_number``."""
    connector_id = order.document.get("connector_id")
    if connector_id is not None:
        return take_turns(connection, order.account_id, connector_id, count)
    number = find_own_number(connection, order.account_id, order.document.get("from_number"))
    if number is None:
        raise InvalidRequest("from_number invalid, inactive, or not owned", error_code=10008)
    return [number] * count


def find_own_number(
    connection: sqlite3.Connection, account_id: int, phone_number: object
) -> Record | None:
    """Return an active number of an account, or ``None``."""
    if not isinstance(phone_number, str):
        return None
    return select_one(
        connection,
        "SELECT * FROM numbers WHERE account_id = ? AND phone_number = ? AND active",
        (account_id, phone_number),
    )
