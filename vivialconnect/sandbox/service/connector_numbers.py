"""The numbers of a connector, and which of them sends a message.

A number's ``connector_id`` is the only record of this, so a number and its connector always agree.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.errors import InvalidRequest
from vivialconnect.sandbox.service.store import Record, parse_id, select_all, select_one, update


def find_connector(
    connection: sqlite3.Connection, account_id: int, connector_id: object
) -> Record | None:
    """Return a connector of an account, or ``None``.

    :param connection: a connection in a transaction.
    :param account_id: the account's id.
    :param connector_id: the connector's id, an integer or a string of digits.
    """
    return select_one(
        connection,
        "SELECT * FROM connectors WHERE id = ? AND account_id = ?",
        (parse_id(connector_id), account_id),
    )


def numbers_of(connection: sqlite3.Connection, connector_id: int, limit: int = -1) -> list[Record]:
    """Return the numbers of a connector, ordered by id.

    :param connection: a connection in a transaction.
    :param connector_id: the connector's id.
    :param limit: the maximum number of numbers; -1 for all.
    """
    return select_all(
        connection,
        "SELECT * FROM numbers WHERE connector_id = ? ORDER BY id LIMIT ?",
        (connector_id, limit),
    )


def replace(
    connection: sqlite3.Connection, connector: Record, entries: object, moment: float
) -> None:
    """Replace the numbers of a connector.

    :param connection: a connection in a transaction.
    :param connector: the connector.
    :param entries: the list in the request.
    :param moment: now, in seconds since 1970.
    :raises InvalidRequest: if a number is not the account's, or belongs to another connector.
    """
    wanted = _find_all(connection, connector["account_id"], entries)
    kept = [number["id"] for number in wanted]
    removed = [
        record for record in numbers_of(connection, connector["id"]) if record["id"] not in kept
    ]
    _assign(connection, removed, None, moment)
    _add(connection, connector["id"], wanted, moment)


def add(connection: sqlite3.Connection, connector: Record, entries: object, moment: float) -> None:
    """Add numbers to a connector. Parameters and errors are those of :func:`replace`."""
    wanted = _find_all(connection, connector["account_id"], entries)
    _add(connection, connector["id"], wanted, moment)


def remove(
    connection: sqlite3.Connection, connector: Record, entries: object, moment: float
) -> None:
    """Remove numbers from a connector, and ignore those that it does not have.

    :param connection: a connection in a transaction.
    :param connector: the connector.
    :param entries: the list in the request.
    :param moment: now, in seconds since 1970.
    :raises InvalidRequest: if the entries are not a list of numbers.
    """
    found = [_find_number(connection, connector["account_id"], entry) for entry in _check(entries)]
    removed = [record for record in found if record and record["connector_id"] == connector["id"]]
    _assign(connection, removed, None, moment)


def touch(
    connection: sqlite3.Connection, connector_ids: tuple[int | None, ...], moment: float
) -> None:
    """Set the modification date of connectors; ``None`` among the ids is ignored."""
    for connector_id in connector_ids:
        if connector_id is not None:
            update(connection, "connectors", connector_id, {"date_modified": timestamp(moment)})


def take_turns(
    connection: sqlite3.Connection, account_id: int, connector_id: object, count: int
) -> list[Record]:
    """Choose the senders of messages: the numbers of a connector take turns.

    :param connection: a connection in a transaction.
    :param account_id: the account's id.
    :param connector_id: the connector's id.
    :param count: the number of messages to send.
    :returns: a number for each message.
    :raises InvalidRequest: if the connector is not the account's, is inactive, or has no numbers.
    """
    connector = find_connector(connection, account_id, connector_id)
    numbers: list[Record] = []
    if connector is not None and connector["active"]:
        numbers = numbers_of(connection, connector["id"])
    if connector is None or not numbers:
        raise InvalidRequest("connector_id invalid, inactive, or not owned", error_code=10009)
    turn: int = connector["turn"]
    update(connection, "connectors", connector["id"], {"turn": turn + count})
    return [numbers[(turn + index) % len(numbers)] for index in range(count)]


def _check(entries: object) -> list[Mapping[str, Any]]:
    if not isinstance(entries, list) or not all(_names_a_number(entry) for entry in entries):
        raise InvalidRequest(
            "phone_numbers must be a list of objects, each with a phone_number (a string) "
            "or a phone_number_id"
        )
    return entries


def _names_a_number(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    phone_number = entry.get("phone_number")
    if phone_number is None:
        return entry.get("phone_number_id") is not None
    return isinstance(phone_number, str)


def _find_number(
    connection: sqlite3.Connection, account_id: int, entry: Mapping[str, Any]
) -> Record | None:
    statement = "SELECT * FROM numbers WHERE account_id = ?"
    values: list[Any] = [account_id]
    if entry.get("phone_number") is not None:
        statement += " AND phone_number = ?"
        values.append(entry["phone_number"])
    if entry.get("phone_number_id") is not None:
        statement += " AND id = ?"
        values.append(parse_id(entry["phone_number_id"]))
    return select_one(connection, statement, values)


def _find_all(connection: sqlite3.Connection, account_id: int, entries: object) -> list[Record]:
    numbers = []
    for entry in _check(entries):
        number = _find_number(connection, account_id, entry)
        if number is None:
            shown = " with ".join(
                f"{name} {entry[name]}"
                for name in ("phone_number", "phone_number_id")
                if entry.get(name) is not None
            )
            raise InvalidRequest(
                f"{shown} is not a number of this account. Buy it, or use another one."
            )
        numbers.append(number)
    return numbers


def _add(
    connection: sqlite3.Connection, connector_id: int, numbers: list[Record], moment: float
) -> None:
    for number in numbers:
        if number["connector_id"] not in (None, connector_id):
            raise InvalidRequest(
                "{phone_number} belongs to connector {connector_id}. Remove it there first.".format(
                    **number
                )
            )
    unassigned = [record for record in numbers if record["connector_id"] is None]
    _assign(connection, unassigned, connector_id, moment)


def _assign(
    connection: sqlite3.Connection, numbers: list[Record], connector_id: int | None, moment: float
) -> None:
    changes = {"connector_id": connector_id, "date_modified": timestamp(moment)}
    for number in numbers:
        update(connection, "numbers", number["id"], changes)
