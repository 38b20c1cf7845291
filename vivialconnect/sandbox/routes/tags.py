"""Routes of the tags of numbers."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import json
from typing import Any

from vivialconnect.sandbox.http.response import Response, json_response
from vivialconnect.sandbox.routes.listing import (
    Condition,
    of_account,
    own_record,
    read_page_with_totals,
)
from vivialconnect.sandbox.routes.numbers import FIELDS, render
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service import tags as tag_service
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Record, select_all, update


def _tagged(request: ApiRequest) -> Condition:
    """Return the condition for numbers with all tags of ``contains``, none of ``notcontains``."""
    wanted = set(tag_service.read_filter(request.parameters, "contains"))
    unwanted = set(tag_service.read_filter(request.parameters, "notcontains"))
    condition = of_account(request).also("tags != '{}'")
    statement = "SELECT id, tags FROM numbers WHERE " + condition.where
    ids = []
    for number in select_all(request.connection, statement, condition.values):
        tags = set(json.loads(number["tags"]).items())
        if wanted <= tags and not unwanted & tags:
            ids.append(str(number["id"]))
    return condition.also("id IN ({})".format(", ".join(ids)))


def list_tagged(request: ApiRequest) -> Response:
    """Handle ``GET numbers/tags.json``; the numbers are under ``items``."""
    page = read_page_with_totals(request, "numbers", _tagged(request), FIELDS, render)
    page["items"] = page.pop("numbers")
    return json_response(page)


def _render_tags(record: Record) -> Response:
    # One client reads the number, another one the tags.
    number = render(record)
    return json_response({"phone_number": number, "tags": number["tags"]})


def _replace(request: ApiRequest, number: Record, tags: dict[str, Any]) -> Response:
    changes = {
        "tags": json.dumps(tag_service.check(tags)),
        "date_modified": timestamp(request.clock.now()),
    }
    update(request.connection, "numbers", number["id"], changes)
    return _render_tags(dict(number, **changes))


def get_tags(request: ApiRequest) -> Response:
    """Handle ``GET numbers/{id}/tags.json``."""
    return _render_tags(own_record(request, "numbers"))


def put_tags(request: ApiRequest) -> Response:
    """Handle ``PUT numbers/{id}/tags.json``: replace all tags."""
    return _replace(request, own_record(request, "numbers"), request.document("tags"))


def delete_tags(request: ApiRequest) -> Response:
    """Handle ``DELETE numbers/{id}/tags.json``: remove tags by their keys; values are ignored."""
    number = own_record(request, "numbers")
    removed = request.document("tags")
    tags = json.loads(number["tags"])
    kept = {key: value for key, value in tags.items() if key not in removed}
    return _replace(request, number, kept)


ROUTES = [
    Route("GET", "/accounts/{account}/numbers/tags.json", list_tagged),
    Route("GET", "/accounts/{account}/numbers/{id}/tags.json", get_tags),
    Route("PUT", "/accounts/{account}/numbers/{id}/tags.json", put_tags),
    Route("DELETE", "/accounts/{account}/numbers/{id}/tags.json", delete_tags),
]
