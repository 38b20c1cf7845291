"""Which numbers a connector has, and which of them sends. No routes.

A number's ``connector_id`` is the only record of it, so a number and its connector always agree.
"""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional

from vivialconnect.sandbox.clock import timestamp
from vivialconnect.sandbox.listing import of_account
from vivialconnect.sandbox.router import ROW_ID
from vivialconnect.sandbox.store import Row, select_all, select_one, update
from vivialconnect.sandbox.traffic import Refusal

if TYPE_CHECKING:
    from vivialconnect.sandbox.router import Call


def find_connector(call: Call, connector_id: object) -> Optional[Row]:
    """Find a connector of the call's account.

    :param call: the call.
    :param connector_id: its id, a whole number or a text of digits.
    :returns: the row, or ``None``, also for what can be no id.
    """
    return select_one(
        call.connection,
        "SELECT * FROM connectors WHERE id = ? AND account_id = ?",
        (_row_id(connector_id), call.account_id),
    )


def _row_id(value: object) -> Optional[int]:
    text = str(value)
    return int(text) if ROW_ID.fullmatch(text) else None


def render(number: Row) -> dict[str, Any]:
    """Write a number as its connector lists it."""
    return {"phone_number": number["phone_number"], "phone_number_id": number["id"]}


def numbers_of(call: Call, connector_id: int, limit: int = -1) -> list[Row]:
    """Read the numbers of a connector in the order of their ids.

    :param call: the call.
    :param connector_id: the connector's id.
    :param limit: how many at most; by default all.
    :returns: their rows.
    """
    return select_all(
        call.connection,
        "SELECT * FROM numbers WHERE connector_id = ? ORDER BY id LIMIT ?",
        (connector_id, limit),
    )


def replace(call: Call, connector_id: int, entries: object) -> None:
    """Give a connector these numbers and no others.

    :param call: the call.
    :param connector_id: the connector's id.
    :param entries: what the request lists.
    :raises Refusal: 400 for a number that is not the account's, or is another connector's.
    """
    wanted = _named(call, entries)
    kept = [number["id"] for number in wanted]
    gone = [row for row in numbers_of(call, connector_id) if row["id"] not in kept]
    _assign(call, gone, None)
    _join(call, connector_id, wanted)


def add(call: Call, connector_id: int, entries: object) -> None:
    """Give a connector numbers beside those that it has.

    Parameters and errors are those of :func:`replace`.
    """
    _join(call, connector_id, _named(call, entries))


def remove(call: Call, connector_id: int, entries: object) -> None:
    """Take numbers off a connector; what it does not have is passed over.

    :param call: the call.
    :param connector_id: the connector's id.
    :param entries: what the request lists.
    :raises Refusal: 400 if that is no list of numbers.
    """
    found = [_find_number(call, entry) for entry in _objects(entries)]
    _assign(call, [row for row in found if row and row["connector_id"] == connector_id], None)


def touch(call: Call, *connector_ids: Optional[int]) -> None:
    """Note that the numbers of connectors changed now; ``None`` is passed over."""
    now = timestamp(call.clock.now())
    for connector_id in connector_ids:
        if connector_id is not None:
            update(call.connection, "connectors", connector_id, {"date_modified": now})


def take_turns(call: Call, connector_id: object, count: int) -> list[Row]:
    """Choose the senders of messages: the numbers of a connector take turns.

    :param call: the call.
    :param connector_id: the connector's id.
    :param count: how many messages there are to send.
    :returns: the rows of the numbers, one for each message.
    :raises Refusal: 400 when the connector is not the account's, is inactive, or has no numbers.
    """
    connector = find_connector(call, connector_id)
    numbers: list[Row] = []
    if connector is not None and connector["active"]:
        numbers = numbers_of(call, connector["id"])
    if connector is None or not numbers:
        raise Refusal(400, "connector_id invalid, inactive, or not owned", error_code=10009)
    turn: int = connector["turn"]
    update(call.connection, "connectors", connector["id"], {"turn": turn + count})
    return [numbers[(turn + index) % len(numbers)] for index in range(count)]


def _objects(entries: object) -> list[Mapping[str, Any]]:
    if not isinstance(entries, list) or not all(_is_named(entry) for entry in entries):
        raise Refusal(
            400,
            "phone_numbers must be a list of objects, each with a phone_number, as a text, "
            "or a phone_number_id",
        )
    return entries


def _is_named(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    phone_number = entry.get("phone_number")
    if phone_number is None:
        return entry.get("phone_number_id") is not None
    return isinstance(phone_number, str)


def _find_number(call: Call, entry: Mapping[str, Any]) -> Optional[Row]:
    condition = of_account(call)
    if entry.get("phone_number") is not None:
        condition = condition.also("phone_number = ?", entry["phone_number"])
    if entry.get("phone_number_id") is not None:
        condition = condition.also("id = ?", _row_id(entry["phone_number_id"]))
    statement = "SELECT * FROM numbers WHERE " + condition.where
    return select_one(call.connection, statement, condition.values)


def _named(call: Call, entries: object) -> list[Row]:
    numbers = []
    for entry in _objects(entries):
        number = _find_number(call, entry)
        if number is None:
            shown = " with ".join(
                f"{name} {entry[name]}"
                for name in ("phone_number", "phone_number_id")
                if entry.get(name) is not None
            )
            raise Refusal(400, f"{shown} is no number of this account; buy it, or name another")
        numbers.append(number)
    return numbers


def _join(call: Call, connector_id: int, numbers: list[Row]) -> None:
    for number in numbers:
        if number["connector_id"] not in (None, connector_id):
            raise Refusal(
                400,
                "{phone_number} belongs to connector {connector_id}; "
                "remove it from there first".format(**number),
            )
    _assign(call, [row for row in numbers if row["connector_id"] is None], connector_id)


def _assign(call: Call, numbers: list[Row], connector_id: Optional[int]) -> None:
    changes = {"connector_id": connector_id, "date_modified": timestamp(call.clock.now())}
    for number in numbers:
        update(call.connection, "numbers", number["id"], changes)
