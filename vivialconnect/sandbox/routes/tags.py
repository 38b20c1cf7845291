"""Routes of the tags of numbers."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.http.exchange import json_answer
from vivialconnect.sandbox.routes.listing import Condition, of_account, own_row, paged
from vivialconnect.sandbox.routes.numbers import FIELDS, render
from vivialconnect.sandbox.routes.router import Route
from vivialconnect.sandbox.service import tags as tagging
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Row, select_all, update

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Answer
    from vivialconnect.sandbox.routes.router import Call


def _tagged(call: Call) -> Condition:
    """Choose the numbers with tags: with each of the wanted ones, and with none of the others."""
    wanted = set(tagging.read_filter(call.parameters, "contains"))
    unwanted = set(tagging.read_filter(call.parameters, "notcontains"))
    condition = of_account(call).also("tags != '{}'")
    rows = select_all(
        call.connection, "SELECT id, tags FROM numbers WHERE " + condition.where, condition.values
    )
    ids = []
    for row in rows:
        tags = set(json.loads(row["tags"]).items())
        if wanted <= tags and not unwanted & tags:
            ids.append(str(row["id"]))
    return condition.also("id IN ({})".format(", ".join(ids)))


def list_tagged(call: Call) -> Answer:
    """Answer ``GET numbers/tags.json``; its rows stand under ``items``."""
    page = paged(call, "numbers", _tagged(call), FIELDS, render)
    page["items"] = page.pop("numbers")
    return json_answer(page)


def _show(row: Row) -> Answer:
    # One client reads the number, another the tags.
    number = render(row)
    return json_answer({"phone_number": number, "tags": number["tags"]})


def _write(call: Call, row: Row, tags: dict[str, Any]) -> Answer:
    changes = {
        "tags": json.dumps(tagging.check(tags)),
        "date_modified": timestamp(call.clock.now()),
    }
    update(call.connection, "numbers", row["id"], changes)
    return _show(dict(row, **changes))


def get_tags(call: Call) -> Answer:
    """Answer ``GET numbers/{id}/tags.json``."""
    return _show(own_row(call, "numbers"))


def put_tags(call: Call) -> Answer:
    """Answer ``PUT numbers/{id}/tags.json``: these, and no others."""
    return _write(call, own_row(call, "numbers"), call.document("tags"))


def delete_tags(call: Call) -> Answer:
    """Answer ``DELETE numbers/{id}/tags.json``; keys count, their values do not."""
    row = own_row(call, "numbers")
    gone = call.document("tags")
    tags = json.loads(row["tags"])
    return _write(call, row, {key: value for key, value in tags.items() if key not in gone})


ROUTES = [
    Route("GET", "/accounts/{account}/numbers/tags.json", list_tagged),
    Route("GET", "/accounts/{account}/numbers/{id}/tags.json", get_tags),
    Route("PUT", "/accounts/{account}/numbers/{id}/tags.json", put_tags),
    Route("DELETE", "/accounts/{account}/numbers/{id}/tags.json", delete_tags),
]
