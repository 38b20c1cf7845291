"""Routes of users and their passwords."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

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
from vivialconnect.sandbox.service import passwords
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.initial_data import ROLES
from vivialconnect.sandbox.service.store import Record, insert, select_one, update

TEXTS = ("username", "email", "first_name", "last_name", "timezone")
FIELDS = ("id", "account_id", "mfa_method", "date_created", "date_modified", *TEXTS)
FLAGS = ("active", "verified")
SEARCHED = ("username", "email", "first_name", "last_name")
REGISTERED = ("first_name", "last_name", "email", "username", "password")
MAXIMUM_LENGTH = 128
DEFAULT_ROLE = "User"


def render(record: Record) -> dict[str, Any]:
    """Return a user as the API does."""
    document = {name: record[name] for name in FIELDS}
    document.update({name: bool(record[name]) for name in FLAGS})
    return dict(document, roles=json.loads(record["roles"]))


def _writable(document: dict[str, Any]) -> dict[str, Any]:
    values = {name: document[name] for name in TEXTS if document.get(name) is not None}
    for name, value in values.items():
        if not isinstance(value, str) or len(value) > MAXIMUM_LENGTH:
            raise HTTPError(400, f"{name} must be a string of at most {MAXIMUM_LENGTH} characters")
    if isinstance(document.get("active"), bool):
        values["active"] = document["active"]
    return values


def list_users(request: ApiRequest) -> Response:
    """Handle ``GET users.json``."""
    condition = searched(of_account(request), request.parameters, SEARCHED)
    records = read_page(request, "users", condition, FIELDS)
    return json_response({"users": [render(record) for record in records]})


def count_users(request: ApiRequest) -> Response:
    """Handle ``GET users/count.json``."""
    condition = searched(of_account(request), request.parameters, SEARCHED)
    return count_records(request, "users", condition)


def post_user(request: ApiRequest) -> Response:
    """Handle ``POST users.json``."""
    return _add(request, request.document("user"))


def register_user(request: ApiRequest) -> Response:
    """Handle ``POST users/register.json``; the user stays unverified."""
    document = request.document("user")
    missing = [name for name in REGISTERED if not document.get(name)]
    if missing:
        raise HTTPError(400, "Must specify {}".format(", ".join(missing)))
    account_id = document.get("account_id") or request.account_id
    if str(account_id) != str(request.account_id):
        raise HTTPError(403, f"The API key does not belong to account {account_id}")
    return _add(request, document)


def _add(request: ApiRequest, document: dict[str, Any]) -> Response:
    role = document.get("role") or DEFAULT_ROLE
    if not isinstance(role, str) or role not in ROLES:
        raise HTTPError(400, "role must be one of {}".format(", ".join(sorted(ROLES))))
    now = timestamp(request.clock.now())
    record = {
        "account_id": request.account_id,
        "roles": json.dumps([ROLES[role]]),
        "date_created": now,
        "date_modified": now,
    }
    password = document.get("password")
    if password is not None:
        passwords.check(password)
    user_id = insert(request.connection, "users", dict(record, **_writable(document)))
    if password is not None:
        passwords.store(request.connection, user_id, password)
    stored = select_one(request.connection, "SELECT * FROM users WHERE id = ?", (user_id,)) or {}
    return json_response({"user": render(stored)}, status=201)


def get_user(request: ApiRequest) -> Response:
    """Handle ``GET users/{id}.json``."""
    return json_response({"user": render(own_record(request, "users"))})


def put_user(request: ApiRequest) -> Response:
    """Handle ``PUT users/{id}.json``; read-only fields are ignored."""
    record = own_record(request, "users")
    changes = _writable(request.document("user"))
    changes["date_modified"] = timestamp(request.clock.now())
    update(request.connection, "users", record["id"], changes)
    return json_response({"user": render(dict(record, **changes))})


def delete_user(request: ApiRequest) -> Response:
    """Handle ``DELETE users/{id}.json``; also deletes the user's keys and password."""
    record = own_record(request, "users")
    request.connection.execute("DELETE FROM users WHERE id = ?", (record["id"],))
    for table in ("credentials", "passwords"):
        request.connection.execute(f"DELETE FROM {table} WHERE user_id = ?", (record["id"],))
    return Response(204)


def put_password(request: ApiRequest) -> Response:
    """Handle ``PUT users/{id}/profile/password.json``."""
    record = own_record(request, "users")
    document = request.document("user")
    old = document.get("_password")
    if not isinstance(old, str):
        raise HTTPError(400, "_password must be the current password of the user")
    new = passwords.check(document.get("password"))
    if not passwords.is_correct(request.connection, record["id"], old):
        raise HTTPError(400, "_password is not the user's password")
    passwords.store(request.connection, record["id"], new)
    return json_response({})


ROUTES = [
    Route("GET", "/accounts/{account}/users.json", list_users),
    Route("POST", "/accounts/{account}/users.json", post_user),
    Route("GET", "/accounts/{account}/users/count.json", count_users),
    Route("POST", "/accounts/{account}/users/register.json", register_user),
    Route("GET", "/accounts/{account}/users/{id}.json", get_user),
    Route("PUT", "/accounts/{account}/users/{id}.json", put_user),
    Route("DELETE", "/accounts/{account}/users/{id}.json", delete_user),
    Route("PUT", "/accounts/{account}/users/{id}/profile/password.json", put_password),
]
