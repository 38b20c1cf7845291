"""Routes of accounts and their status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.http.exchange import Refusal, json_answer
from vivialconnect.sandbox.routes.contacts import contacts_of
from vivialconnect.sandbox.routes.listing import Condition, count_rows, read_page, searched
from vivialconnect.sandbox.routes.router import Route, missing
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Row, select_count, select_one, update

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Answer
    from vivialconnect.sandbox.routes.router import Call

FIELDS = ("id", "account_id", "company_name", "active", "date_created", "date_modified")
SEARCHED = ("company_name",)

#: How many numbers a free trial may have.
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


def render(call: Call, row: Row) -> dict[str, Any]:
    """Write an account as the service does."""
    document = {name: row[name] for name in FIELDS}
    document["active"] = bool(row["active"])
    for name in ("date_created", "date_modified"):
        document[name] += "+00:00"
    return dict(document, contacts=contacts_of(call.connection, row["id"]), services=SERVICES)


def _visible(call: Call) -> Condition:
    condition = Condition("id = ?", (call.account_id,))
    return searched(condition, call.parameters, SEARCHED)


def list_accounts(call: Call) -> Answer:
    """Answer ``GET /accounts.json``."""
    rows = read_page(call, "accounts", _visible(call), FIELDS)
    return json_answer({"accounts": [render(call, row) for row in rows]})


def count_accounts(call: Call) -> Answer:
    """Answer ``GET /accounts/count.json``."""
    condition = _visible(call)
    return count_rows(call, "accounts", condition)


def _own(call: Call) -> Row:
    row = select_one(
        call.connection, "SELECT * FROM accounts WHERE id = ?", (call.row_id("account"),)
    )
    if row is None:
        raise missing(call.segments["account"])
    return row


def get_account(call: Call) -> Answer:
    """Answer ``GET /accounts/{account}.json``."""
    return json_answer({"account": render(call, _own(call))})


def put_account(call: Call) -> Answer:
    """Answer ``PUT /accounts/{account}.json``; only the company's name can change."""
    row = _own(call)
    company_name = call.document("account").get("company_name", row["company_name"])
    if not isinstance(company_name, str) or not company_name:
        raise Refusal(400, "company_name must be a text that is not empty")
    changes = {"company_name": company_name, "date_modified": timestamp(call.clock.now())}
    update(call.connection, "accounts", row["id"], changes)
    return json_answer({"account": render(call, dict(row, **changes))})


def get_status(call: Call) -> Answer:
    """Answer ``GET /accounts/{account}/status.json``."""
    owned = select_count(call.connection, "numbers", "account_id = ?", (call.account_id,))
    return json_answer(
        {
            "id": _own(call)["id"],
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
