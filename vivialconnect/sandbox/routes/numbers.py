"""Routes of the numbers of an account."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.listing import (
    Condition,
    count_records,
    of_account,
    own_record,
    read_page,
    searched,
)
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service import connector_numbers, tags
from vivialconnect.sandbox.service import numbers as number_service
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.numbers import LOCATION, digit_pattern
from vivialconnect.sandbox.service.store import Record, select_all, update

METHODS = ("incoming_text_method", "incoming_text_fallback_method", "status_text_method")
URLS = ("incoming_text_url", "incoming_text_fallback_url", "status_text_url")
WRITABLE = ("name", "voice_forwarding_number", *URLS, *METHODS)
FIELDS = (
    "id", "account_id", "connector_id", "phone_number", "phone_number_type", "date_created",
    "date_modified", *WRITABLE, *LOCATION,
)  # fmt: skip
SEARCHED = ("name", "phone_number")
MAXIMUM_URL_LENGTH = 256
CAPABILITIES = {"sms": True, "mms": True, "voice": True}


def render(number: Record) -> dict[str, Any]:
    """Return a number as the API does."""
    document = {name: number[name] for name in FIELDS}
    return dict(
        document,
        active=bool(number["active"]),
        acquired_from="provider",
        address_requirements="none",
        capabilities=CAPABILITIES,
        incoming_text_auth_type="NONE",
        incoming_text_fallback_auth_type="NONE",
        status_text_auth_type="NONE",
        tags=json.loads(number["tags"]),
    )


def _check(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            raise HTTPError(400, f"{name} must be a string")
    for name in URLS:
        if len(values.get(name) or "") > MAXIMUM_URL_LENGTH:
            raise HTTPError(400, f"{name} must be at most {MAXIMUM_URL_LENGTH} characters long")
    for name in METHODS:
        if (values.get(name) or "POST").upper() not in ("GET", "POST"):
            raise HTTPError(400, f"{name} must be GET or POST")


def _changes(
    request: ApiRequest, document: Mapping[str, Any], number: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the checked changes to a number; ``number`` is empty for a new one."""
    values = {name: document[name] for name in WRITABLE if name in document}
    _check(values)
    if not values.get("name", "-"):
        del values["name"]
    after = dict(number, **values)
    if after.get("incoming_text_fallback_url") and not after.get("incoming_text_url"):
        raise HTTPError(400, "incoming_text_fallback_url needs incoming_text_url")
    if document.get("tags") is not None:
        values["tags"] = json.dumps(tags.check(document["tags"]))
    values.update(_change_of_connector(request, document, number))
    return values


def _change_of_connector(
    request: ApiRequest, document: Mapping[str, Any], number: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the change of ``connector_id``; null removes the number from its connector."""
    before, after = number.get("connector_id"), document.get("connector_id")
    connection, moment = request.connection, request.clock.now()
    if after is not None:
        connector = connector_numbers.find_connector(connection, request.account_id, after)
        if connector is None:
            raise HTTPError(400, f"connector_id {after} is not a connector of this account")
        after = connector["id"]
    if "connector_id" not in document or after == before:
        return {}
    connector_numbers.touch(connection, (before, after), moment)
    return {"connector_id": after}


def post_number(request: ApiRequest) -> Response:
    """Handle ``POST numbers.json``."""
    return buy(request, request.document("phone_number"))


def buy(request: ApiRequest, document: Mapping[str, Any]) -> Response:
    """Buy a number, by its phone number or its area code.

    :param request: the request.
    :param document: the object in the request body.
    :raises InvalidRequest: if it is not for sale, or a field is invalid.
    """
    for_sale = number_service.find_for_sale(request.connection, document)
    moment = request.clock.now()
    now = timestamp(moment)
    copied = ("name", "phone_number", "phone_number_type", *LOCATION)
    fields = {"account_id": request.account_id, "date_created": now, "date_modified": now}
    fields.update({name: for_sale[name] for name in copied})
    fields.update(_changes(request, document, {}))
    user_id = request.signer.user_id
    number = number_service.buy(request.connection, for_sale, fields, user_id, moment)
    return json_response({"phone_number": render(number)}, status=201)


def matching(request: ApiRequest) -> Condition:
    """Return the condition for the parameters ``name``, ``contains`` and ``search``."""
    condition = searched(of_account(request), request.parameters, SEARCHED)
    name = request.parameters.get("name")
    if name:
        condition = condition.also("name = ?", name)
    contains = request.parameters.get("contains")
    if contains:
        pattern = digit_pattern(contains)
        records = select_all(
            request.connection,
            f"SELECT id, phone_number FROM numbers WHERE {condition.where}",
            condition.values,
        )
        ids = [str(each["id"]) for each in records if pattern.search(each["phone_number"][2:])]
        condition = condition.also("id IN ({})".format(", ".join(ids)))
    return condition


def list_numbers(request: ApiRequest) -> Response:
    """Handle ``GET numbers.json``."""
    records = read_page(request, "numbers", matching(request), FIELDS)
    return json_response({"phone_numbers": [render(record) for record in records]})


def count_numbers(request: ApiRequest) -> Response:
    """Handle ``GET numbers/count.json``."""
    return count_records(request, "numbers", matching(request))


def get_number(request: ApiRequest) -> Response:
    """Handle ``GET numbers/{id}.json``."""
    return json_response({"phone_number": render(own_record(request, "numbers"))})


def put_number(request: ApiRequest) -> Response:
    """Handle ``PUT numbers/{id}.json``; read-only fields are ignored."""
    number = own_record(request, "numbers")
    changes = _changes(request, request.document("phone_number"), number)
    changes["date_modified"] = timestamp(request.clock.now())
    update(request.connection, "numbers", number["id"], changes)
    return json_response({"phone_number": render(dict(number, **changes))})


def delete_number(request: ApiRequest) -> Response:
    """Handle ``DELETE numbers/{id}.json``: release the number."""
    number = own_record(request, "numbers")
    moment = request.clock.now()
    number_service.release(request.connection, number, request.signer.user_id, moment)
    return Response(204)


ROUTES = [
    Route("GET", "/accounts/{account}/numbers.json", list_numbers),
    Route("POST", "/accounts/{account}/numbers.json", post_number),
    Route("GET", "/accounts/{account}/numbers/count.json", count_numbers),
    Route("GET", "/accounts/{account}/numbers/{id}.json", get_number),
    Route("PUT", "/accounts/{account}/numbers/{id}.json", put_number),
    Route("DELETE", "/accounts/{account}/numbers/{id}.json", delete_number),
]
