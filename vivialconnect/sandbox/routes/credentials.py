"""Routes of the credentials of a user: API keys and API secrets.

A request may delete the key that signed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.listing import Condition, count_records, own_record, read_page
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service import initial_data
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Record, insert, parse_id, select_one, update

FIELDS = ("id", "user_id", "name", "api_key", "date_created", "date_modified")


def render(record: Record) -> dict[str, Any]:
    """Return a credential as the API does, without its secret."""
    document = {name: record[name] for name in FIELDS}
    return dict(document, active=bool(record["active"]))


def _json_response(user: Record, status: int = 200, **content: Any) -> Response:
    return json_response({"user": dict(content, id=user["id"])}, status=status)


def _of(user: Record) -> Condition:
    return Condition("user_id = ?", (user["id"],))


def _own_credential(request: ApiRequest, user: Record) -> Record:
    text = request.segments["credential"]
    record = select_one(
        request.connection,
        "SELECT * FROM credentials WHERE id = ? AND user_id = ?",
        (parse_id(text), user["id"]),
    )
    if record is None:
        raise HTTPError(404, f"Resource not found for credential id {text}")
    return record


def _writable(request: ApiRequest) -> dict[str, Any]:
    document = request.document("user").get("credential")
    if not isinstance(document, dict):
        raise HTTPError(400, 'The request body must be {"user": {"credential": {...}}}')
    return _checked({name: document[name] for name in ("name", "active") if name in document})


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(values.get("name", ""), (str, type(None))):
        raise HTTPError(400, "name must be a string or null")
    if not isinstance(values.get("active", True), bool):
        raise HTTPError(400, "active must be true or false")
    return dict(values)


def list_credentials(request: ApiRequest) -> Response:
    """Handle ``GET users/{id}/profile/credentials.json``."""
    user = own_record(request, "users")
    records = read_page(request, "credentials", _of(user), FIELDS)
    return _json_response(user, credentials=[render(record) for record in records])


def count_credentials(request: ApiRequest) -> Response:
    """Handle ``GET users/{id}/profile/credentials/count.json``."""
    condition = _of(own_record(request, "users"))
    return count_records(request, "credentials", condition)


def post_credential(request: ApiRequest) -> Response:
    """Handle ``POST users/{id}/profile/credentials.json``; only this response has the secret."""
    user = own_record(request, "users")
    now = timestamp(request.clock.now())
    record = {
        "account_id": user["account_id"],
        "user_id": user["id"],
        "name": _writable(request).get("name"),
        "active": True,
        "api_key": initial_data.new_api_key(),
        "api_secret": initial_data.new_api_secret(),
        "date_created": now,
        "date_modified": now,
    }
    record["id"] = insert(request.connection, "credentials", record)
    return _json_response(
        user, 201, credential=dict(render(record), api_secret=record["api_secret"])
    )


def get_credential(request: ApiRequest) -> Response:
    """Handle ``GET users/{id}/profile/credentials/{credential}.json``."""
    user = own_record(request, "users")
    return _json_response(user, credential=render(_own_credential(request, user)))


def put_credential(request: ApiRequest) -> Response:
    """Handle ``PUT users/{id}/profile/credentials/{credential}.json``."""
    user = own_record(request, "users")
    record = _own_credential(request, user)
    changes = dict(_writable(request), date_modified=timestamp(request.clock.now()))
    update(request.connection, "credentials", record["id"], changes)
    return _json_response(user, credential=render(dict(record, **changes)))


def delete_credential(request: ApiRequest) -> Response:
    """Handle ``DELETE users/{id}/profile/credentials/{credential}.json``."""
    record = _own_credential(request, own_record(request, "users"))
    request.connection.execute("DELETE FROM credentials WHERE id = ?", (record["id"],))
    return Response(204)


_BASE = "/accounts/{account}/users/{id}/profile/credentials"

ROUTES = [
    Route("GET", _BASE + ".json", list_credentials),
    Route("POST", _BASE + ".json", post_credential),
    Route("GET", _BASE + "/count.json", count_credentials),
    Route("GET", _BASE + "/{credential}.json", get_credential),
    Route("PUT", _BASE + "/{credential}.json", put_credential),
    Route("DELETE", _BASE + "/{credential}.json", delete_credential),
]
