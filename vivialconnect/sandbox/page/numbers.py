"""Numbers of all accounts, and those for sale."""

# ruff: noqa: S608 - the conditions are built from constants, values are bound.

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from email.message import Message as Headers
from typing import Any

from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.http.verification import Credential
from vivialconnect.sandbox.page.context import Call, Document, PageRoute
from vivialconnect.sandbox.page.parameters import (
    Window,
    read_body,
    read_id,
    read_options,
    read_query,
    unknown,
)
from vivialconnect.sandbox.routes.numbers import WRITABLE, render
from vivialconnect.sandbox.routes.router import BASE_PATH
from vivialconnect.sandbox.service.numbers import digit_pattern
from vivialconnect.sandbox.service.store import Record, select_all, select_count, select_one

CHANGEABLE: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(WRITABLE, object), "tags": object, "connector_id": object,
}  # fmt: skip
BUYABLE = {
    "phone_number": str,
    "area_code": str,
    "phone_number_type": str,
    "account_id": int,
    **CHANGEABLE,
}
FOR_SALE = (
    "phone_number",
    "name",
    "phone_number_type",
    "area_code",
    "city",
    "region",
    "postal_code",
)
TYPES = ("local", "tollfree")


def handle_list(call: Call) -> Response:
    """Handle ``GET numbers``."""
    options = read_options(call, numbers=("account_id",))
    account_id = options.pop("account_id", None)
    window = Window.checked(**options)
    where, values = ("1", ()) if account_id is None else ("account_id = ?", (account_id,))

    def read(connection: sqlite3.Connection) -> Document:
        statement = f"SELECT * FROM numbers WHERE {where} ORDER BY id LIMIT ? OFFSET ?"
        records = select_all(connection, statement, (*values, window.limit, window.offset))
        total = select_count(connection, "numbers", where, values)
        return {**window.of(total), "numbers": [render(record) for record in records]}

    return json_response(call.context.store.transaction(read))


def handle_available(call: Call) -> Response:
    """Handle ``GET numbers/available``."""
    options = read_options(call, "area_code", "contains", "type")
    area_code, number_type = options.pop("area_code", None), options.pop("type", None)
    pattern = digit_pattern(options.pop("contains", ""))
    window = Window.checked(**options)
    if number_type not in {None, *TYPES}:
        raise HTTPError(400, f"type must be local or tollfree, got {number_type!r}")
    statement = (
        "SELECT * FROM available_numbers WHERE NOT sold AND area_code = coalesce(?, area_code) "
        "AND phone_number_type = coalesce(?, phone_number_type) ORDER BY id"
    )
    records = call.context.store.read(
        lambda connection: select_all(connection, statement, (area_code, number_type))
    )
    found = [each for each in records if pattern.search(each["phone_number"][2:])]
    shown = found[window.offset : window.offset + window.limit]
    numbers = [{name: record[name] for name in FOR_SALE} for record in shown]
    return json_response({**window.of(len(found)), "numbers": numbers})


def handle_buy(call: Call) -> Response:
    """Handle ``POST numbers``."""
    read_query(call)
    fields = read_body(call, '{"phone_number": "+19132597591"}', BUYABLE)
    account_id = fields.pop("account_id", call.context.owner.account_id)
    return _request_api(call, account_id, "POST", "numbers.json", fields)


def handle_change(call: Call) -> Response:
    """Handle ``PUT numbers/{id}``."""
    read_query(call)
    number = _find(call)
    fields = read_body(call, '{"tags": {"team": "blue"}}', CHANGEABLE)
    return _request_api(call, number["account_id"], "PUT", f"numbers/{number['id']}.json", fields)


def handle_release(call: Call) -> Response:
    """Handle ``DELETE numbers/{id}``."""
    read_query(call)
    number = _find(call)
    return _request_api(call, number["account_id"], "DELETE", f"numbers/{number['id']}.json")


def _find(call: Call) -> Record:
    number_id = read_id(call)
    statement = "SELECT id, account_id FROM numbers WHERE id = ?"
    number = call.context.store.read(
        lambda connection: select_one(connection, statement, (number_id,))
    )
    if number is None:
        raise unknown("number", number_id)
    return number


def _request_api(
    call: Call, account_id: int, method: str, path: str, fields: Mapping[str, Any] | None = None
) -> Response:
    """Request the API as the first user of an account, without a signature."""
    statement = "SELECT id FROM users WHERE account_id = ? ORDER BY id LIMIT 1"
    user = call.context.store.read(
        lambda connection: select_one(connection, statement, (account_id,))
    )
    if user is None:
        raise HTTPError(400, f"Unknown account {account_id}")
    body = b"" if fields is None else json.dumps({"phone_number": fields}).encode("ascii")
    request = Request(method, f"{BASE_PATH}/accounts/{account_id}/{path}", Headers(), body)
    response = call.context.application.serve(request, Credential(account_id, user["id"], ""))
    if not response.body:
        return response
    number = json.loads(response.body)["phone_number"]
    return json_response({"number": number}, status=response.status)


ROUTES = [
    PageRoute("GET", "/numbers", handle_list),
    PageRoute("POST", "/numbers", handle_buy),
    PageRoute("GET", "/numbers/available", handle_available),
    PageRoute("PUT", "/numbers/{id}", handle_change),
    PageRoute("DELETE", "/numbers/{id}", handle_release),
]
