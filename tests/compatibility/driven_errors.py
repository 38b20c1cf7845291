"""Driven calls that end in errors, errors made by hand, and conversion."""

# ruff: noqa: D103 - the name of a call says which one it is.

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import Any

from driven import CALLS, call, caught, configure

from vivialconnect import Message
from vivialconnect.common import error
from vivialconnect.common.util import Util

RECIPIENT = "+15154469790"
ERRORS = (
    "BadRequest",
    "ClientError",
    "ConnectionError",
    "ForbiddenAccess",
    "MethodNotAllowed",
    "RateLimit",
    "Redirection",
    "RequestorError",
    "ResourceConflict",
    "ResourceInvalid",
    "ResourceNotFound",
    "ServerError",
    "UnauthorizedAccess",
)
#: Answers that the sandbox gives when they are asked for, and the documented error of each.
ANSWERED = {
    "text": "BadRequest",
    "object": "BadRequest",
    "teapot": "ClientError",
    "conflict": "ResourceConflict",
    "invalid": "ResourceInvalid",
    "limit": "RateLimit",
    "failure": "ServerError",
    "page": "ServerError",
    "redirect": "Redirection",
    "redirect_to_nowhere": "Redirection",
    "temporary_redirect": "Redirection",
    "nothing": "ResourceError",
    "broken": "ResourceError",
}


# Errors of the service


@call
def message_refused() -> Any:
    message = Message({"from_number": "+10000000000", "to_number": RECIPIENT, "body": "no"})
    return caught(error.BadRequest, message.send)


@call
def message_destroyed() -> Any:
    return caught(error.MethodNotAllowed, Message.find(1).destroy)


@call
def wrong_secret() -> Any:
    configure(api_secret="not the secret")
    try:
        return caught(error.UnauthorizedAccess, Message.find)[:2]
    finally:
        configure()


@call
def wrong_key() -> Any:
    configure(api_key="MTKUNKNOWN")
    try:
        return caught(error.ClientError, Message.find)[:2]
    finally:
        configure()


@call
def other_account() -> Any:
    configure(api_account_id="54321")
    try:
        return caught(error.ForbiddenAccess, Message.find)[:2]
    finally:
        configure()


@call
def nobody_listens() -> Any:
    configure(api_base_url=os.environ["REFUSING_URL"])
    try:
        return caught(error.ConnectionError, Message.find)[0]
    finally:
        configure()


def make_answer_call(name: str, kind: str) -> None:
    """Take among the calls that the service gives a certain answer, which is an error."""
    CALLS["answered_" + name] = lambda: caught(
        getattr(error, kind), lambda: Message.find(answer=name)
    )


for each_name, each_kind in ANSWERED.items():
    make_answer_call(each_name, each_kind)


def make_error_calls(name: str) -> None:
    """Take among the calls that an error is made by hand: with a body, and with none."""

    def with_object_body() -> Any:
        made = getattr(error, name)("words", 418, '{"message": "from the service"}')
        return [str(made), made.http_status, made.http_body]

    def without_body() -> Any:
        return isinstance(getattr(error, name)("words"), error.RequestorError)

    CALLS[f"error_{name}_with_body"] = with_object_body
    CALLS[f"error_{name}_without_body"] = without_body


for each_name in ERRORS:
    make_error_calls(each_name)


@call
def error_of_the_resource() -> Any:
    return str(error.ResourceError("words"))


@call
def error_with_nested_object() -> Any:
    made = error.BadRequest("words", 400, '{"error": {"message": "nested", "param": "body"}}')
    return made.http_status


@call
def error_with_page_for_body() -> Any:
    return error.ServerError("words", 502, "<html>Bad Gateway</html>").http_status


# Conversion


@call
def util_camelize() -> Any:
    return [Util.camelize(word) for word in ("phone_number", "account", "incoming_text_url")]


@call
def util_camelize_empty() -> Any:
    return Util.camelize("")


@call
def util_underscore() -> Any:
    return [Util.underscore(word) for word in ("PhoneNumber", "Account", "IncomingTextUrl")]


@call
def util_pluralize() -> Any:
    return [Util.pluralize(word) for word in ("message", "query", "box", "person", "news")]


@call
def util_pluralize_hive() -> Any:
    return Util.pluralize("hive")


@call
def util_singularize() -> Any:
    return [Util.singularize(word) for word in ("messages", "queries", "boxes", "people", "news")]


@call
def util_json_to_dict() -> Any:
    return Util.json_to_dict('{"message": {"id": 1}}')


@call
def util_remove_root() -> Any:
    return [Util.remove_root({"message": {"id": 1}}), Util.remove_root({"id": 1, "body": "x"})]


@call
def util_to_json() -> Any:
    return [json.loads(Util.to_json({"id": 1})), json.loads(Util.to_json({"id": 1}, root="row"))]


@call
def util_to_json_datetime() -> Any:
    return Util.to_json({"sent": datetime(2020, 7, 2, 10, 11, 12)})  # noqa: DTZ001 - naive on purpose


@call
def util_to_query() -> Any:
    return Util.to_query({"order": "id desc"})


@call
def util_to_query_of_none() -> Any:
    return Util.to_query({"name": None})


@call
def util_to_query_of_bool() -> Any:
    return Util.to_query({"active": True})
