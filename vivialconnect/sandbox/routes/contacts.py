"""Routes of the contacts of an account."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
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
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Record, insert, select_all, select_one, update

REQUIRED = ("first_name", "last_name", "email", "contact_type")
OPTIONAL = (
    "company_name", "title", "work_phone", "mobile_phone", "fax", "address1", "address2",
    "address3", "city", "state", "postal_code", "country",
)  # fmt: skip
TEXTS = (*REQUIRED, *OPTIONAL)
FIELDS = ("id", "account_id", "date_created", "date_modified", *TEXTS)
SEARCHED = ("first_name", "last_name", "company_name", "email")


def render(record: Record) -> dict[str, Any]:
    """Return a contact as the API does."""
    document = {name: record[name] for name in FIELDS}
    for name in ("date_created", "date_modified"):
        document[name] += "+00:00"
    return dict(document, active=bool(record["active"]))


def contacts_of(connection: sqlite3.Connection, account_id: int) -> list[dict[str, Any]]:
    """Return all contacts of an account as the API does."""
    records = select_all(
        connection, "SELECT * FROM contacts WHERE account_id = ? ORDER BY id", (account_id,)
    )
    return [render(record) for record in records]


def _writable(document: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: document[name] for name in TEXTS if name in document}
    for name, value in values.items():
        if name in REQUIRED and not (isinstance(value, str) and value):
            raise HTTPError(400, f"{name} must be a string that is not empty")
        if not (value is None or isinstance(value, str)):
            raise HTTPError(400, f"{name} must be a string or null")
    if "active" in document:
        if not isinstance(document["active"], bool):
            raise HTTPError(400, "active must be true or false")
        values["active"] = document["active"]
    return values


def list_contacts(request: ApiRequest) -> Response:
    """Handle ``GET contacts.json``."""
    condition = searched(of_account(request), request.parameters, SEARCHED)
    records = read_page(request, "contacts", condition, FIELDS)
    return json_response({"contacts": [render(record) for record in records]})


def count_contacts(request: ApiRequest) -> Response:
    """Handle ``GET contacts/count.json``."""
    condition = searched(of_account(request), request.parameters, SEARCHED)
    return count_records(request, "contacts", condition)


def post_contact(request: ApiRequest) -> Response:
    """Handle ``POST contacts.json``."""
    document = request.document("contact")
    missing = [name for name in REQUIRED if name not in document]
    if missing:
        raise HTTPError(400, "Must specify {}".format(", ".join(missing)))
    now = timestamp(request.clock.now())
    record = {"account_id": request.account_id, "date_created": now, "date_modified": now}
    contact_id = insert(request.connection, "contacts", dict(record, **_writable(document)))
    stored = (
        select_one(request.connection, "SELECT * FROM contacts WHERE id = ?", (contact_id,)) or {}
    )
    return json_response({"contact": render(stored)}, status=201)


def get_contact(request: ApiRequest) -> Response:
    """Handle ``GET contacts/{id}.json``."""
    return json_response({"contact": render(own_record(request, "contacts"))})


def put_contact(request: ApiRequest) -> Response:
    """Handle ``PUT contacts/{id}.json``; read-only fields are ignored."""
    record = own_record(request, "contacts")
    changes = _writable(request.document("contact"))
    changes["date_modified"] = timestamp(request.clock.now())
    update(request.connection, "contacts", record["id"], changes)
    return json_response({"contact": render(dict(record, **changes))})


def delete_contact(request: ApiRequest) -> Response:
    """Handle ``DELETE contacts/{id}.json``."""
    request.connection.execute(
        "DELETE FROM contacts WHERE id = ?", (own_record(request, "contacts")["id"],)
    )
    return Response(204)


ROUTES = [
    Route("GET", "/accounts/{account}/contacts.json", list_contacts),
    Route("POST", "/accounts/{account}/contacts.json", post_contact),
    Route("GET", "/accounts/{account}/contacts/count.json", count_contacts),
    Route("GET", "/accounts/{account}/contacts/{id}.json", get_contact),
    Route("PUT", "/accounts/{account}/contacts/{id}.json", put_contact),
    Route("DELETE", "/accounts/{account}/contacts/{id}.json", delete_contact),
]
