"""Routes of connectors: several numbers that share their callbacks and send as one."""

from __future__ import annotations

import json
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
from vivialconnect.sandbox.service import connector_callbacks, connector_numbers
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Row, insert, update

if TYPE_CHECKING:
    from vivialconnect.sandbox.routes.router import Call

DATES = ("date_created", "date_modified")
FIELDS = ("id", "account_id", "name", "active", *DATES)
SEARCHED = ("name",)
LONGEST_NAME = 256
#: How many numbers a connector shows itself; the others are on the pages of its list.
SHOWN_NUMBERS = 50


def offset(text: str) -> str:
    """Write a stored time as connectors do, with the offset of UTC."""
    return text + "+00:00"


def read_entries(call: Call, name: str) -> Any:
    """Read a list of the connector in the request body.

    :param call: the call.
    :param name: the list's name.
    :returns: the list.
    :raises Refusal: 400 when it is not there.
    """
    entries = call.document("connector").get(name)
    if entries is None:
        raise Refusal(400, f'The connector in the request body must have a list "{name}"')
    return entries


def render_number(number: Row) -> dict[str, Any]:
    """Write a number as its connector lists it."""
    return {"phone_number": number["phone_number"], "phone_number_id": number["id"]}


def render(call: Call, row: Row) -> dict[str, Any]:
    """Write a connector as the service does."""
    document = {name: row[name] for name in FIELDS}
    document.update({name: offset(row[name]) for name in DATES})
    numbers = connector_numbers.numbers_of(call.connection, row["id"], SHOWN_NUMBERS + 1)
    return dict(
        document,
        active=bool(row["active"]),
        callbacks=json.loads(row["callbacks"]),
        phone_numbers=[render_number(number) for number in numbers[:SHOWN_NUMBERS]],
        more_numbers=len(numbers) > SHOWN_NUMBERS,
    )


def _writable(document: dict[str, Any], row: Row, now: str) -> dict[str, Any]:
    """Pick and check what may be written; ``row`` is what stands there so far."""
    values: dict[str, Any] = {"date_modified": now}
    if "name" in document:
        name = values["name"] = document["name"]
        if name is not None and (not isinstance(name, str) or len(name) > LONGEST_NAME):
            raise Refusal(400, f"name must be a text of at most {LONGEST_NAME} characters, or null")
    if document.get("active") is not None:
        values["active"] = document["active"]
        if not isinstance(values["active"], bool):
            raise Refusal(400, "active must be true or false")
    if document.get("callbacks") is not None:
        before = json.loads(row["callbacks"])
        after = connector_callbacks.replace(before, document["callbacks"], offset(now))
        values["callbacks"] = json.dumps(after)
    return values


def _write(call: Call, document: dict[str, Any], row: Row) -> Answer:
    changes = _writable(document, row, timestamp(call.clock.now()))
    update(call.connection, "connectors", row["id"], changes)
    if document.get("phone_numbers") is not None:
        connector_numbers.replace(call.connection, row, document["phone_numbers"], call.clock.now())
    stored = connector_numbers.find_connector(call.connection, call.account_id, row["id"]) or {}
    return json_answer({"connector": render(call, stored)})


def list_connectors(call: Call) -> Answer:
    """Answer ``GET connectors.json``."""
    condition = searched(of_account(call), call.parameters, SEARCHED)
    rows = read_page(call, "connectors", condition, FIELDS)
    return json_answer({"connectors": [render(call, row) for row in rows]})


def count_connectors(call: Call) -> Answer:
    """Answer ``GET connectors/count.json``."""
    condition = searched(of_account(call), call.parameters, SEARCHED)
    return count_rows(call, "connectors", condition)


def post_connector(call: Call) -> Answer:
    """Answer ``POST connectors.json``."""
    now = timestamp(call.clock.now())
    row: Row = {"account_id": call.account_id, "callbacks": "[]"}
    row.update(date_created=now, date_modified=now)
    row["id"] = insert(call.connection, "connectors", row)
    answer = _write(call, call.document("connector"), row)
    answer.status = 201
    return answer


def get_connector(call: Call) -> Answer:
    """Answer ``GET connectors/{id}.json``."""
    return json_answer({"connector": render(call, own_row(call, "connectors"))})


def put_connector(call: Call) -> Answer:
    """Answer ``PUT connectors/{id}.json``.

    A list that is given replaces the connector's; fields that cannot change are passed over.
    """
    return _write(call, call.document("connector"), own_row(call, "connectors"))


def delete_connector(call: Call) -> Answer:
    """Answer ``DELETE connectors/{id}.json``; its numbers stay the account's, without connector."""
    row = own_row(call, "connectors")
    connector_numbers.replace(call.connection, row, [], call.clock.now())
    call.connection.execute("DELETE FROM connectors WHERE id = ?", (row["id"],))
    return Answer(204)


ROUTES = [
    Route("GET", "/accounts/{account}/connectors.json", list_connectors),
    Route("POST", "/accounts/{account}/connectors.json", post_connector),
    Route("GET", "/accounts/{account}/connectors/count.json", count_connectors),
    Route("GET", "/accounts/{account}/connectors/{id}.json", get_connector),
    Route("PUT", "/accounts/{account}/connectors/{id}.json", put_connector),
    Route("DELETE", "/accounts/{account}/connectors/{id}.json", delete_connector),
]
