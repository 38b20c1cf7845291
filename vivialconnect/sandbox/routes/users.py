"""Routes of users, and of their passwords."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

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
from vivialconnect.sandbox.service import passwords
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.initial_data import ROLES
from vivialconnect.sandbox.service.store import Row, insert, select_one, update

if TYPE_CHECKING:
    from vivialconnect.sandbox.routes.router import Call

TEXTS = ("username", "email", "first_name", "last_name", "timezone")
FIELDS = ("id", "account_id", "mfa_method", "date_created", "date_modified", *TEXTS)
FLAGS = ("active", "verified")
SEARCHED = ("username", "email", "first_name", "last_name")
REGISTERED = ("first_name", "last_name", "email", "username", "password")
LONGEST = 128
DEFAULT_ROLE = "User"


def render(row: Row) -> dict[str, Any]:
    """Write a user as the service does."""
    document = {name: row[name] for name in FIELDS}
    document.update({name: bool(row[name]) for name in FLAGS})
    return dict(document, roles=json.loads(row["roles"]))


def _writable(document: dict[str, Any]) -> dict[str, Any]:
    values = {name: document[name] for name in TEXTS if document.get(name) is not None}
    for name, value in values.items():
        if not isinstance(value, str) or len(value) > LONGEST:
            raise Refusal(400, f"{name} must be a text of at most {LONGEST} characters")
    if isinstance(document.get("active"), bool):
        values["active"] = document["active"]
    return values


def list_users(call: Call) -> Answer:
    """Answer ``GET users.json``."""
    condition = searched(of_account(call), call.parameters, SEARCHED)
    rows = read_page(call, "users", condition, FIELDS)
    return json_answer({"users": [render(row) for row in rows]})


def count_users(call: Call) -> Answer:
    """Answer ``GET users/count.json``."""
    condition = searched(of_account(call), call.parameters, SEARCHED)
    return count_rows(call, "users", condition)


def post_user(call: Call) -> Answer:
    """Answer ``POST users.json``."""
    return _add(call, call.document("user"))


def register_user(call: Call) -> Answer:
    """Answer ``POST users/register.json``; nobody confirms, so the user stays unverified."""
    document = call.document("user")
    absent = [name for name in REGISTERED if not document.get(name)]
    if absent:
        raise Refusal(400, "Must specify {}".format(", ".join(absent)))
    account_id = document.get("account_id") or call.account_id
    if str(account_id) != str(call.account_id):
        raise Refusal(403, f"The API key does not belong to account {account_id}")
    return _add(call, document)


def _add(call: Call, document: dict[str, Any]) -> Answer:
    role = document.get("role") or DEFAULT_ROLE
    if not isinstance(role, str) or role not in ROLES:
        raise Refusal(400, "role must be one of {}".format(", ".join(sorted(ROLES))))
    now = timestamp(call.clock.now())
    row = {
        "account_id": call.account_id,
        "roles": json.dumps([ROLES[role]]),
        "date_created": now,
        "date_modified": now,
    }
    password = document.get("password")
    if password is not None:
        passwords.check(password)
    user_id = insert(call.connection, "users", dict(row, **_writable(document)))
    if password is not None:
        passwords.keep(call.connection, user_id, password)
    stored = select_one(call.connection, "SELECT * FROM users WHERE id = ?", (user_id,)) or {}
    return json_answer({"user": render(stored)}, status=201)


def get_user(call: Call) -> Answer:
    """Answer ``GET users/{id}.json``."""
    return json_answer({"user": render(own_row(call, "users"))})


def put_user(call: Call) -> Answer:
    """Answer ``PUT users/{id}.json``; fields that cannot change are passed over."""
    row = own_row(call, "users")
    changes = _writable(call.document("user"))
    changes["date_modified"] = timestamp(call.clock.now())
    update(call.connection, "users", row["id"], changes)
    return json_answer({"user": render(dict(row, **changes))})


def delete_user(call: Call) -> Answer:
    """Answer ``DELETE users/{id}.json``; the user's keys and password go too."""
    row = own_row(call, "users")
    call.connection.execute("DELETE FROM users WHERE id = ?", (row["id"],))
    for table in ("credentials", "passwords"):
        call.connection.execute(f"DELETE FROM {table} WHERE user_id = ?", (row["id"],))
    return Answer(204)


def put_password(call: Call) -> Answer:
    """Answer ``PUT users/{id}/profile/password.json``."""
    row = own_row(call, "users")
    document = call.document("user")
    old = document.get("_password")
    if not isinstance(old, str):
        raise Refusal(400, "_password must be the user's password so far")
    new = passwords.check(document.get("password"))
    if not passwords.is_right(call.connection, row["id"], old):
        raise Refusal(400, "_password is not the user's password")
    passwords.keep(call.connection, row["id"], new)
    return json_answer({})


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
