"""Routes of messages."""

from __future__ import annotations

from typing import Any

from vivialconnect.sandbox.http.media_urls import load_all
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
from vivialconnect.sandbox.service import messages
from vivialconnect.sandbox.service.messages import render
from vivialconnect.sandbox.service.sending import Order, check_fields, check_phone_number, send

FIELDS = (*messages.FIELDS, *messages.DATES)
SEARCHED = ("body", "from_number", "to_number")


def read_order(request: ApiRequest, document: dict[str, Any], recipients: object) -> Order:
    """Check a request to send messages, and load its media.

    :param request: the request.
    :param document: the object in the request body.
    :param recipients: the recipient or recipients.
    :raises InvalidRequest: if a field is missing or invalid.
    """
    check_fields(document, recipients)
    allow_local = request.options.allow_local_media
    media = load_all(document.get("media_urls"), allow_local=allow_local)
    return Order(request.account_id, document, document.get("body") or "", media)


def prepare_message(request: ApiRequest) -> Order:
    """Prepare ``POST messages.json``."""
    document = request.document("message")
    return read_order(request, document, document.get("to_number"))


def post_message(request: ApiRequest) -> Response:
    """Handle ``POST messages.json``."""
    order: Order = request.prepared
    to_number = order.document["to_number"]
    check_phone_number("to_number", to_number)
    moment = request.clock.now()
    (message,) = send(request.connection, order, [to_number], moment, request.options)
    return json_response({"message": render(message)})


def _condition(request: ApiRequest) -> Condition:
    return searched(of_account(request), request.parameters, SEARCHED)


def list_messages(request: ApiRequest) -> Response:
    """Handle ``GET messages.json``."""
    records = read_page(request, "messages", _condition(request), FIELDS)
    return json_response({"messages": [render(record) for record in records]})


def count_messages(request: ApiRequest) -> Response:
    """Handle ``GET messages/count.json``."""
    return count_records(request, "messages", _condition(request))


def get_message(request: ApiRequest) -> Response:
    """Handle ``GET messages/{id}.json``."""
    return json_response({"message": render(own_record(request, "messages"))})


def put_message(request: ApiRequest) -> Response:
    """Handle ``PUT messages/{id}.json``; only ``body`` can change, to an empty string."""
    message = own_record(request, "messages")
    body = request.document("message").get("body", message["body"])
    if body not in ("", None, message["body"]):
        raise HTTPError(400, "The body of a message can be emptied, but not replaced")
    if body == "" and message["body"]:
        message = messages.empty_body(request.connection, message, request.clock.now())
    return json_response({"message": render(message)})


ROUTES = [
    Route("GET", "/accounts/{account}/messages.json", list_messages),
    Route("POST", "/accounts/{account}/messages.json", post_message, prepare_message),
    Route("GET", "/accounts/{account}/messages/count.json", count_messages),
    Route("GET", "/accounts/{account}/messages/{id}.json", get_message),
    Route("PUT", "/accounts/{account}/messages/{id}.json", put_message),
]
