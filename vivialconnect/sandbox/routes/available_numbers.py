"""Routes of the numbers for sale, and the patterns by which numbers are sought."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.http.exchange import Refusal, json_answer
from vivialconnect.sandbox.routes.listing import limit_of, positive
from vivialconnect.sandbox.routes.router import Route
from vivialconnect.sandbox.service.store import Row, select_all

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Answer
    from vivialconnect.sandbox.routes.router import Call

FIELDS = ("name", "phone_number", "phone_number_type", "city", "region", "rate_center", "lata")
COUNTRY = "US"

#: The columns that a query narrows by, under the name that it has there.
COLUMNS = {
    "area_code": "area_code",
    "in_postal_code": "postal_code",
    "in_region": "region",
    "in_city": "city",
}
#: A search for local numbers names one of them.
PLACES = ("in_region", "area_code", "in_postal_code")
KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
PATTERN = re.compile(r"[0-9A-Z?*]+", re.ASCII)
LOCAL_NUMBER = re.compile(r"[0-9]{3,7}", re.ASCII)


def digit_pattern(parameters: Mapping[str, str]) -> re.Pattern[str]:
    """Read ``contains``: digits, letters as on a keypad, ``?`` one digit, ``*`` any run of them.

    :param parameters: the query.
    :returns: what to search the ten digits of a number for; it matches all if there is none.
    :raises Refusal: 400 when it holds anything else.
    """
    text = parameters.get("contains", "").upper()
    if not text:
        return re.compile("")
    if PATTERN.fullmatch(text) is None:
        raise Refusal(400, "contains may hold digits, letters, ? and *")
    # Runs of stars are one star, or matching would take exponentially long.
    plain = re.sub(r"\*+", "*", text.translate(KEYPAD))
    return re.compile(plain.replace("?", "[0-9]").replace("*", "[0-9]*"))


def render(row: Row) -> dict[str, Any]:
    """Write a number for sale as the service does."""
    document = {name: row[name] for name in FIELDS}
    price = 10_000 if row["phone_number_type"] == "tollfree" else 5_000
    return dict(document, id=None, national_number=row["phone_number"][2:], price=price)


def _check_places(call: Call) -> None:
    # None at all passes too: a client of the service sends no place with its main search.
    given = [name for name in PLACES if call.parameters.get(name)]
    if len(given) > 1 and call.segments["type"].lower() == "local":
        raise Refusal(
            400, "Specify one of {}, not {}".format(", ".join(PLACES), " and ".join(given))
        )


def list_available(call: Call) -> Answer:
    """Answer ``GET numbers/available/{country}/{type}.json``."""
    parameters = call.parameters
    if call.segments["country"].upper() != COUNTRY:
        return json_answer({"phone_numbers": []})
    where: list[str] = ["NOT sold", "phone_number_type = ?"]
    values: list[Any] = [call.segments["type"].lower()]
    for name, column in COLUMNS.items():
        if parameters.get(name):
            where.append(f"{column} = ?")
            values.append(parameters[name].strip().upper())
    _check_places(call)
    local_number = parameters.get("local_number")
    if local_number:
        if not parameters.get("area_code") or LOCAL_NUMBER.fullmatch(local_number) is None:
            raise Refusal(400, "local_number takes 3 to 7 digits and needs area_code")
        where.append("substr(phone_number, 6) LIKE ?")
        values.append(local_number + "%")
    statement = "SELECT * FROM available_numbers WHERE {} ORDER BY id".format(" AND ".join(where))
    pattern = digit_pattern(parameters)
    limit = limit_of(parameters)
    start = (positive(parameters, "page", 1) - 1) * limit
    rows = select_all(call.connection, statement, values)
    found = [row for row in rows if pattern.search(row["phone_number"][2:])]
    return json_answer({"phone_numbers": [render(row) for row in found[start : start + limit]]})


ROUTES = [
    Route("GET", "/accounts/{account}/numbers/available/{country}/{type}.json", list_available)
]
