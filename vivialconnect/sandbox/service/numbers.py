"""Numbers: buying and releasing them, and patterns to search them by."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from vivialconnect.sandbox.service import billing, event_log
from vivialconnect.sandbox.service.connector_numbers import touch
from vivialconnect.sandbox.service.errors import InvalidRequest
from vivialconnect.sandbox.service.store import Record, insert, select_one, update

#: The fields that are copied from the number for sale, besides its name.
LOCATION = ("city", "region", "rate_center", "lata")
KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
PATTERN = re.compile(r"[0-9A-Z?*]+", re.ASCII)


def digit_pattern(contains: str) -> re.Pattern[str]:
    """Compile the ``contains`` filter of a search.

    :param contains: digits, letters as on a keypad, ``?`` for one digit, ``*`` for any digits;
        the empty string matches all numbers.
    :returns: a pattern to search the ten digits of a number for.
    :raises InvalidRequest: if the filter holds another character.
    """
    text = contains.upper()
    if not text:
        return re.compile("")
    if PATTERN.fullmatch(text) is None:
        raise InvalidRequest("contains may hold digits, letters, ? and *")
    # A run of stars would take exponential time to match.
    plain = re.sub(r"\*+", "*", text.translate(KEYPAD))
    return re.compile(plain.replace("?", "[0-9]").replace("*", "[0-9]*"))


def find_for_sale(connection: sqlite3.Connection, document: Mapping[str, Any]) -> Record:
    """Return a number for sale, by its ``phone_number`` or its ``area_code``.

    :param connection: a connection in a transaction.
    :param document: the object in the request body.
    :raises InvalidRequest: if no such number is for sale, or its type is another one.
    """
    phone_number, area_code = document.get("phone_number"), document.get("area_code")
    number_type = document.get("phone_number_type")
    if not isinstance(phone_number or area_code, str):
        raise InvalidRequest("phone_number or area_code must be given, as a string")
    column, value = ("phone_number", phone_number) if phone_number else ("area_code", area_code)
    statement = f"SELECT * FROM available_numbers WHERE NOT sold AND {column} = ? ORDER BY id"
    number = select_one(connection, statement, (value,))
    if number is None:
        raise InvalidRequest(f"{column} {value} is not available")
    if number_type is not None and number_type != number["phone_number_type"]:
        text = "phone_number_type of {phone_number} is {phone_number_type}"
        raise InvalidRequest(text.format(**number))
    return number


def buy(
    connection: sqlite3.Connection, for_sale: Record, fields: Record, user_id: int, moment: float
) -> Record:
    """Buy a number.

    :param connection: a connection in a transaction.
    :param for_sale: the number for sale.
    :param fields: the fields of the new number.
    :param user_id: the id of the user who buys it.
    :param moment: now, in seconds since 1970.
    :returns: the new number.
    """
    number_id = insert(connection, "numbers", fields)
    update(connection, "available_numbers", for_sale["id"], {"sold": 1})
    number = select_one(connection, "SELECT * FROM numbers WHERE id = ?", (number_id,)) or {}
    suffix = "_tollfree" if number["phone_number_type"] == "tollfree" else ""
    _charge(connection, number, "number_purchase" + suffix, "number purchased", moment)
    _log(connection, number, "purchased", user_id, moment)
    return number


def release(connection: sqlite3.Connection, number: Record, user_id: int, moment: float) -> None:
    """Release a number, which is for sale again at once.

    :param connection: a connection in a transaction.
    :param number: the number.
    :param user_id: the id of the user who releases it.
    :param moment: now, in seconds since 1970.
    """
    connection.execute("DELETE FROM numbers WHERE id = ?", (number["id"],))
    connection.execute(
        "UPDATE available_numbers SET sold = 0 WHERE phone_number = ?", (number["phone_number"],)
    )
    touch(connection, (number["connector_id"],), moment)
    _charge(connection, number, "number_release", "number released", moment)
    _log(connection, number, "released", user_id, moment)


def _charge(
    connection: sqlite3.Connection,
    number: Record,
    transaction_type: str,
    description: str,
    moment: float,
) -> None:
    data = {
        "phone_number": number["phone_number"],
        "number_type": number["phone_number_type"],
        "description": description,
        "metadata": {},
    }
    billing.charge(connection, number["account_id"], transaction_type, moment, data=data)


def _log(
    connection: sqlite3.Connection, number: Record, what: str, user_id: int, moment: float
) -> None:
    data = {"number": number["phone_number"], "number_type": number["phone_number_type"]}
    event = event_log.Event(f"number.{what}", "number", number["id"], f"number {what}", data)
    operator = event_log.Operator("user", user_id, "api")
    event_log.log(connection, number["account_id"], operator, event, moment)
