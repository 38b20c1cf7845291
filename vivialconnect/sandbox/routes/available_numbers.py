"""Routes of the numbers for sale."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import re
from typing import Any

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.listing import page_bounds
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service.numbers import digit_pattern
from vivialconnect.sandbox.service.store import Record, select_all

FIELDS = ("name", "phone_number", "phone_number_type", "city", "region", "rate_center", "lata")
COUNTRY = "US"

#: The parameters that filter, and their columns.
COLUMNS = {
    "area_code": "area_code",
    "in_postal_code": "postal_code",
    "in_region": "region",
    "in_city": "city",
}
#: A search for local numbers takes one of these.
LOCATIONS = ("in_region", "area_code", "in_postal_code")
LOCAL_NUMBER = re.compile(r"[0-9]{3,7}", re.ASCII)


def render(number: Record) -> dict[str, Any]:
    """Return a number for sale as the API does."""
    document = {name: number[name] for name in FIELDS}
    price = 10_000 if number["phone_number_type"] == "tollfree" else 5_000
    return dict(document, id=None, national_number=number["phone_number"][2:], price=price)


def _check_locations(request: ApiRequest) -> None:
    # A search without a location is valid: a client of the service sends one.
    given = [name for name in LOCATIONS if request.parameters.get(name)]
    if len(given) > 1 and request.segments["type"].lower() == "local":
        raise HTTPError(
            400, "Specify one of {}, not {}".format(", ".join(LOCATIONS), " and ".join(given))
        )


def list_available(request: ApiRequest) -> Response:
    """Handle ``GET numbers/available/{country}/{type}.json``."""
    parameters = request.parameters
    if request.segments["country"].upper() != COUNTRY:
        return json_response({"phone_numbers": []})
    where: list[str] = ["NOT sold", "phone_number_type = ?"]
    values: list[Any] = [request.segments["type"].lower()]
    for name, column in COLUMNS.items():
        if parameters.get(name):
            where.append(f"{column} = ?")
            values.append(parameters[name].strip().upper())
    _check_locations(request)
    local_number = parameters.get("local_number")
    if local_number:
        if not parameters.get("area_code") or LOCAL_NUMBER.fullmatch(local_number) is None:
            raise HTTPError(400, "local_number takes 3 to 7 digits and needs area_code")
        where.append("substr(phone_number, 6) LIKE ?")
        values.append(local_number + "%")
    statement = "SELECT * FROM available_numbers WHERE {} ORDER BY id".format(" AND ".join(where))
    pattern = digit_pattern(parameters.get("contains", ""))
    limit, start = page_bounds(parameters)
    records = select_all(request.connection, statement, values)
    found = [record for record in records if pattern.search(record["phone_number"][2:])]
    page = found[start : start + limit]
    return json_response({"phone_numbers": [render(record) for record in page]})


ROUTES = [
    Route("GET", "/accounts/{account}/numbers/available/{country}/{type}.json", list_available)
]
