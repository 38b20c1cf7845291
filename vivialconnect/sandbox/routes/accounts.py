"""Routes of accounts."""

from __future__ import annotations

from typing import Any

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.contacts import contacts_of
from vivialconnect.sandbox.routes.listing import Condition, count_records, read_page, searched
from vivialconnect.sandbox.routes.router import ApiRequest, Route, not_found
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Record, select_count, select_one, update

FIELDS = ("id", "account_id", "company_name", "active", "date_created", "date_modified")
SEARCHED = ("company_name",)

#: The maximum number of phone numbers of a free trial.
FREE_TRIAL_NUMBERS = 1

SERVICES: list[dict[str, Any]] = [
    {
        "id": number,
        "name": name,
        "description": description,
        "service_type": "client",
        "active": True,
        "date_created": "2016-01-01T00:00:00+00:00",
        "date_modified": "2016-01-01T00:00:00+00:00",
    }
    for number, name, description in (
        (1, "sms", "SMS service"),
        (2, "accounts", "Account service"),
        (3, "public", "Public service"),
    )
]


def render(request: ApiRequest, record: Record) -> dict[str, Any]:
    """Return an account as the API does."""
    document = {name: record[name] for name in FIELDS}
    document["active"] = bool(record["active"])
    for name in ("date_created", "date_modified"):
        document[name] += "+00:00"
    return dict(document, contacts=contacts_of(request.connection, record["id"]), services=SERVICES)


def _visible(request: ApiRequest) -> Condition:
    condition = Condition("id = ?", (request.account_id,))
    return searched(condition, request.parameters, SEARCHED)


def list_accounts(request: ApiRequest) -> Response:
    """Handle ``GET /accounts.json``."""
    records = read_page(request, "accounts", _visible(request), FIELDS)
    return json_response({"accounts": [render(request, record) for record in records]})


def count_accounts(request: ApiRequest) -> Response:
    """Handle ``GET /accounts/count.json``."""
    return count_records(request, "accounts", _visible(request))


def _own(request: ApiRequest) -> Record:
    record = select_one(
        request.connection, "SELECT * FROM accounts WHERE id = ?", (request.record_id("account"),)
    )
    if record is None:
        raise not_found(request.segments["account"])
    return record


def get_account(request: ApiRequest) -> Response:
    """Handle ``GET /accounts/{account}.json``."""
    return json_response({"account": render(request, _own(request))})


def put_account(request: ApiRequest) -> Response:
    """Handle ``PUT /accounts/{account}.json``; only ``company_name`` can change."""
    record = _own(request)
    company_name = request.document("account").get("company_name", record["company_name"])
    if not isinstance(company_name, str) or not company_name:
        raise HTTPError(400, "company_name must be a string that is not empty")
    changes = {"company_name": company_name, "date_modified": timestamp(request.clock.now())}
    update(request.connection, "accounts", record["id"], changes)
    return json_response({"account": render(request, dict(record, **changes))})


def get_status(request: ApiRequest) -> Response:
    """Handle ``GET /accounts/{account}/status.json``."""
    owned = select_count(request.connection, "numbers", "account_id = ?", (request.account_id,))
    return json_response(
        {
            "id": _own(request)["id"],
            "free_trial": False,
            "free_trial_max_numbers": FREE_TRIAL_NUMBERS,
            "free_trial_purchased_count": owned,
        }
    )


ROUTES = [
    Route("GET", "/accounts.json", list_accounts),
    Route("GET", "/accounts/count.json", count_accounts),
    Route("GET", "/accounts/{account}.json", get_account),
    Route("PUT", "/accounts/{account}.json", put_account),
    Route("GET", "/accounts/{account}/status.json", get_status),
]
