"""Routes of a user's credentials: the keys and secrets that calls are signed with.

Who holds a key may end it, the key that signs the call too: it answers that call and none after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.http.exchange import Answer, Refusal, json_answer
from vivialconnect.sandbox.routes.listing import Condition, count_rows, own_row, read_page
from vivialconnect.sandbox.routes.router import Route
from vivialconnect.sandbox.service import initial_data
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Row, insert, parse_id, select_one, update

if TYPE_CHECKING:
    from vivialconnect.sandbox.routes.router import Call

FIELDS = ("id", "user_id", "name", "api_key", "date_created", "date_modified")


def render(row: Row) -> dict[str, Any]:
    """Write a credential as the service does: without its secret."""
    document = {name: row[name] for name in FIELDS}
    return dict(document, active=bool(row["active"]))


def _answer(user: Row, status: int = 200, **content: Any) -> Answer:
    return json_answer({"user": dict(content, id=user["id"])}, status=status)


def _of(user: Row) -> Condition:
    return Condition("user_id = ?", (user["id"],))


def _own_credential(call: Call, user: Row) -> Row:
    text = call.segments["credential"]
    row = select_one(
        call.connection,
        "SELECT * FROM credentials WHERE id = ? AND user_id = ?",
        (parse_id(text), user["id"]),
    )
    if row is None:
        raise Refusal(404, f"Resource not found for credential id {text}")
    return row


def _writable(call: Call) -> dict[str, Any]:
    document = call.document("user").get("credential")
    if not isinstance(document, dict):
        raise Refusal(400, 'The request body must be {"user": {"credential": {...}}}')
    return _checked({name: document[name] for name in ("name", "active") if name in document})


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(values.get("name", ""), (str, type(None))):
        raise Refusal(400, "name must be a text or null")
    if not isinstance(values.get("active", True), bool):
        raise Refusal(400, "active must be true or false")
    return dict(values)


def list_credentials(call: Call) -> Answer:
    """Answer ``GET users/{id}/profile/credentials.json``."""
    user = own_row(call, "users")
    rows = read_page(call, "credentials", _of(user), FIELDS)
    return _answer(user, credentials=[render(row) for row in rows])


def count_credentials(call: Call) -> Answer:
    """Answer ``GET users/{id}/profile/credentials/count.json``."""
    condition = _of(own_row(call, "users"))
    return count_rows(call, "credentials", condition)


def post_credential(call: Call) -> Answer:
    """Answer ``POST users/{id}/profile/credentials.json``; only here the secret is told."""
    user = own_row(call, "users")
    now = timestamp(call.clock.now())
    row = {
        "account_id": user["account_id"],
        "user_id": user["id"],
        "name": _writable(call).get("name"),
        "active": True,
        "api_key": initial_data.new_api_key(),
        "api_secret": initial_data.new_api_secret(),
        "date_created": now,
        "date_modified": now,
    }
    row["id"] = insert(call.connection, "credentials", row)
    return _answer(user, 201, credential=dict(render(row), api_secret=row["api_secret"]))


def get_credential(call: Call) -> Answer:
    """Answer ``GET users/{id}/profile/credentials/{credential}.json``."""
    user = own_row(call, "users")
    return _answer(user, credential=render(_own_credential(call, user)))


def put_credential(call: Call) -> Answer:
    """Answer ``PUT users/{id}/profile/credentials/{credential}.json``: name and active change."""
    user = own_row(call, "users")
    row = _own_credential(call, user)
    changes = dict(_writable(call), date_modified=timestamp(call.clock.now()))
    update(call.connection, "credentials", row["id"], changes)
    return _answer(user, credential=render(dict(row, **changes)))


def delete_credential(call: Call) -> Answer:
    """Answer ``DELETE users/{id}/profile/credentials/{credential}.json``."""
    row = _own_credential(call, own_row(call, "users"))
    call.connection.execute("DELETE FROM credentials WHERE id = ?", (row["id"],))
    return Answer(204)


_PLACE = "/accounts/{account}/users/{id}/profile/credentials"

ROUTES = [
    Route("GET", _PLACE + ".json", list_credentials),
    Route("POST", _PLACE + ".json", post_credential),
    Route("GET", _PLACE + "/count.json", count_credentials),
    Route("GET", _PLACE + "/{credential}.json", get_credential),
    Route("PUT", _PLACE + "/{credential}.json", put_credential),
    Route("DELETE", _PLACE + "/{credential}.json", delete_credential),
]
