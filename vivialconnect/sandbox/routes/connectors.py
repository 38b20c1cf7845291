"""Routes of connectors: groups of numbers that share callbacks and take turns as senders."""

from __future__ import annotations

import json
from typing import Any

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.listing import (
    count_records,
    of_account,
    own_record,
    read_page,
    searched,
)
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service import connector_callbacks, connector_numbers
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Record, insert, update

DATES = ("date_created", "date_modified")
FIELDS = ("id", "account_id", "name", "active", *DATES)
SEARCHED = ("name",)
MAXIMUM_NAME_LENGTH = 256
#: How many numbers a connector includes; the full list is paginated.
SHOWN_NUMBERS = 50


def offset(text: str) -> str:
    """Return a stored time with the UTC offset."""
    return text + "+00:00"


def read_entries(request: ApiRequest, name: str) -> Any:
    """Return a list of the connector in the request body.

    :param request: the request.
    :param name: the list's name.
    :raises HTTPError: 400 if it is missing.
    """
    entries = request.document("connector").get(name)
    if entries is None:
        raise HTTPError(400, f'The connector in the request body must have a list "{name}"')
    return entries


def render_number(number: Record) -> dict[str, Any]:
    """Return a number as its connector lists it."""
    return {"phone_number": number["phone_number"], "phone_number_id": number["id"]}


def render(request: ApiRequest, record: Record) -> dict[str, Any]:
    """Return a connector as the API does."""
    document = {name: record[name] for name in FIELDS}
    document.update({name: offset(record[name]) for name in DATES})
    numbers = connector_numbers.numbers_of(request.connection, record["id"], SHOWN_NUMBERS + 1)
    return dict(
        document,
        active=bool(record["active"]),
        callbacks=json.loads(record["callbacks"]),
        phone_numbers=[render_number(number) for number in numbers[:SHOWN_NUMBERS]],
        more_numbers=len(numbers) > SHOWN_NUMBERS,
    )


def _writable(document: dict[str, Any], record: Record, now: str) -> dict[str, Any]:
    """Return the checked changes to a connector."""
    values: dict[str, Any] = {"date_modified": now}
    if "name" in document:
        name = values["name"] = document["name"]
        if name is not None and (not isinstance(name, str) or len(name) > MAXIMUM_NAME_LENGTH):
            raise HTTPError(
                400, f"name must be a string of at most {MAXIMUM_NAME_LENGTH} characters, or null"
            )
    if document.get("active") is not None:
        values["active"] = document["active"]
        if not isinstance(values["active"], bool):
            raise HTTPError(400, "active must be true or false")
    if document.get("callbacks") is not None:
        before = json.loads(record["callbacks"])
        after = connector_callbacks.replace(before, document["callbacks"], offset(now))
        values["callbacks"] = json.dumps(after)
    return values


def _write(request: ApiRequest, document: dict[str, Any], record: Record) -> Response:
    changes = _writable(document, record, timestamp(request.clock.now()))
    update(request.connection, "connectors", record["id"], changes)
    if document.get("phone_numbers") is not None:
        connector_numbers.replace(
            request.connection, record, document["phone_numbers"], request.clock.now()
        )
    stored = (
        connector_numbers.find_connector(request.connection, request.account_id, record["id"]) or {}
    )
    return json_response({"connector": render(request, stored)})


def list_connectors(request: ApiRequest) -> Response:
    """Handle ``GET connectors.json``."""
    condition = searched(of_account(request), request.parameters, SEARCHED)
    records = read_page(request, "connectors", condition, FIELDS)
    return json_response({"connectors": [render(request, record) for record in records]})


def count_connectors(request: ApiRequest) -> Response:
    """Handle ``GET connectors/count.json``."""
    condition = searched(of_account(request), request.parameters, SEARCHED)
    return count_records(request, "connectors", condition)


def post_connector(request: ApiRequest) -> Response:
    """Handle ``POST connectors.json``."""
    now = timestamp(request.clock.now())
    record: Record = {"account_id": request.account_id, "callbacks": "[]"}
    record.update(date_created=now, date_modified=now)
    record["id"] = insert(request.connection, "connectors", record)
    return _write(request, request.document("connector"), record)._replace(status=201)


def get_connector(request: ApiRequest) -> Response:
    """Handle ``GET connectors/{id}.json``."""
    return json_response({"connector": render(request, own_record(request, "connectors"))})


def put_connector(request: ApiRequest) -> Response:
    """Handle ``PUT connectors/{id}.json``.

    A list in the body replaces the connector's. Read-only fields are ignored.
    """
    return _write(request, request.document("connector"), own_record(request, "connectors"))


def delete_connector(request: ApiRequest) -> Response:
    """Handle ``DELETE connectors/{id}.json``; the account keeps its numbers."""
    record = own_record(request, "connectors")
    connector_numbers.replace(request.connection, record, [], request.clock.now())
    request.connection.execute("DELETE FROM connectors WHERE id = ?", (record["id"],))
    return Response(204)


ROUTES = [
    Route("GET", "/accounts/{account}/connectors.json", list_connectors),
    Route("POST", "/accounts/{account}/connectors.json", post_connector),
    Route("GET", "/accounts/{account}/connectors/count.json", count_connectors),
    Route("GET", "/accounts/{account}/connectors/{id}.json", get_connector),
    Route("PUT", "/accounts/{account}/connectors/{id}.json", put_connector),
    Route("DELETE", "/accounts/{account}/connectors/{id}.json", delete_connector),
]
