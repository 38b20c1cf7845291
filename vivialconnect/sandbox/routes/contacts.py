"""Routes of an account's contacts: the people to speak to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.http.exchange import Answer, Refusal, json_answer
from vivialconnect.sandbox.routes.listing import (
    count_rows,
    of_account,
    own_row,
    read_page,
    searched,
)
from vivialconnect.sandbox.routes.router import Route
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Row, insert, select_all, select_one, update

if TYPE_CHECKING:
    import sqlite3

    from vivialconnect.sandbox.routes.router import Call

REQUIRED = ("first_name", "last_name", "email", "contact_type")
OPTIONAL = (
    "company_name", "title", "work_phone", "mobile_phone", "fax", "address1", "address2",
    "address3", "city", "state", "postal_code", "country",
)  # fmt: skip
TEXTS = (*REQUIRED, *OPTIONAL)
FIELDS = ("id", "account_id", "date_created", "date_modified", *TEXTS)
SEARCHED = ("first_name", "last_name", "company_name", "email")


def render(row: Row) -> dict[str, Any]:
    """Write a contact as the service does."""
    document = {name: row[name] for name in FIELDS}
    for name in ("date_created", "date_modified"):
        document[name] += "+00:00"
    return dict(document, active=bool(row["active"]))


def contacts_of(connection: sqlite3.Connection, account_id: int) -> list[dict[str, Any]]:
    """Write all contacts of an account, as they stand within it."""
    rows = select_all(
        connection, "SELECT * FROM contacts WHERE account_id = ? ORDER BY id", (account_id,)
    )
    return [render(row) for row in rows]


def _writable(document: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: document[name] for name in TEXTS if name in document}
    for name, value in values.items():
        if name in REQUIRED and not (isinstance(value, str) and value):
            raise Refusal(400, f"{name} must be a text that is not empty")
        if not (value is None or isinstance(value, str)):
            raise Refusal(400, f"{name} must be a text or null")
    if "active" in document:
        if not isinstance(document["active"], bool):
            raise Refusal(400, "active must be true or false")
        values["active"] = document["active"]
    return values


def list_contacts(call: Call) -> Answer:
    """Answer ``GET contacts.json``."""
    condition = searched(of_account(call), call.parameters, SEARCHED)
    rows = read_page(call, "contacts", condition, FIELDS)
    return json_answer({"contacts": [render(row) for row in rows]})


def count_contacts(call: Call) -> Answer:
    """Answer ``GET contacts/count.json``."""
    condition = searched(of_account(call), call.parameters, SEARCHED)
    return count_rows(call, "contacts", condition)


def post_contact(call: Call) -> Answer:
    """Answer ``POST contacts.json``."""
    document = call.document("contact")
    absent = [name for name in REQUIRED if name not in document]
    if absent:
        raise Refusal(400, "Must specify {}".format(", ".join(absent)))
    now = timestamp(call.clock.now())
    row = {"account_id": call.account_id, "date_created": now, "date_modified": now}
    contact_id = insert(call.connection, "contacts", dict(row, **_writable(document)))
    stored = select_one(call.connection, "SELECT * FROM contacts WHERE id = ?", (contact_id,)) or {}
    return json_answer({"contact": render(stored)}, status=201)


def get_contact(call: Call) -> Answer:
    """Answer ``GET contacts/{id}.json``."""
    return json_answer({"contact": render(own_row(call, "contacts"))})


def put_contact(call: Call) -> Answer:
    """Answer ``PUT contacts/{id}.json``; fields that cannot change are passed over."""
    row = own_row(call, "contacts")
    changes = _writable(call.document("contact"))
    changes["date_modified"] = timestamp(call.clock.now())
    update(call.connection, "contacts", row["id"], changes)
    return json_answer({"contact": render(dict(row, **changes))})


def delete_contact(call: Call) -> Answer:
    """Answer ``DELETE contacts/{id}.json``."""
    call.connection.execute("DELETE FROM contacts WHERE id = ?", (own_row(call, "contacts")["id"],))
    return Answer(204)


ROUTES = [
    Route("GET", "/accounts/{account}/contacts.json", list_contacts),
    Route("POST", "/accounts/{account}/contacts.json", post_contact),
    Route("GET", "/accounts/{account}/contacts/count.json", count_contacts),
    Route("GET", "/accounts/{account}/contacts/{id}.json", get_contact),
    Route("PUT", "/accounts/{account}/contacts/{id}.json", put_contact),
    Route("DELETE", "/accounts/{account}/contacts/{id}.json", delete_contact),
]
