"""Routes of transactions: what the account was charged, the newest first."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.http.exchange import Refusal, json_answer
from vivialconnect.sandbox.routes.listing import Condition, instant, limit_of, of_account, positive
from vivialconnect.sandbox.routes.router import Route
from vivialconnect.sandbox.service.billing import balances
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Row, parse_id, select_all, select_one

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Answer
    from vivialconnect.sandbox.routes.router import Call

FIELDS = ("id", "account_id", "transaction_type", "unit_count", "cash_amount", "credit_amount")

#: The types that there are. The sandbox itself writes those that the ledger has a price for.
TYPES = (
    "number_purchase", "number_purchase_tollfree", "number_renew", "number_renew_tollfree",
    "number_release", "sms_local_in", "sms_local_out", "mms_local_in", "mms_local_out",
    "sms_tollfree_in", "sms_tollfree_out", "mms_tollfree_in", "mms_tollfree_out",
    "sms_shortcode_in", "sms_shortcode_out", "mms_shortcode_in", "mms_shortcode_out",
    "sms_intl_out", "voice_forward", "voice_forward_tollfree",
)  # fmt: skip

#: Clients write the one name with no brackets, with a pair, and with two.
INCLUDED = re.compile(r"include_types(\[\]){0,2}")


def render(row: Row) -> dict[str, Any]:
    """Write a transaction as the service does."""
    document = {name: row[name] for name in FIELDS}
    return dict(
        document,
        balances=balances(row["cash_balance"]),
        data=json.loads(row["data"]),
        post_time=row["post_time"],
    )


def _included(call: Call) -> list[str]:
    types = [value for key, value in call.request.pairs if INCLUDED.fullmatch(key) and value]
    for name in types:
        if name not in TYPES:
            raise Refusal(
                400, "{!r} is no transaction type; there are {}".format(name, ", ".join(TYPES))
            )
    return types


def _condition(call: Call) -> Condition:
    condition = of_account(call)
    if call.parameters.get("start_time"):
        start = timestamp(instant(call.parameters, "start_time"))
        condition = condition.also("post_time >= ?", start)
    if call.parameters.get("end_time"):
        # All of that second counts, for post_time has fractions.
        end = timestamp(instant(call.parameters, "end_time")) + ".999999"
        condition = condition.also("post_time <= ?", end)
    types = _included(call)
    if types:
        places = ", ".join("?" * len(types))
        condition = condition.also(f"transaction_type IN ({places})", *types)
    return condition


def list_transactions(call: Call) -> Answer:
    """Answer ``GET transactions.json``; ``count`` is of the rows on this page."""
    condition = _condition(call)
    limit = limit_of(call.parameters)
    start = (positive(call.parameters, "page", 1) - 1) * limit
    rows = select_all(
        call.connection,
        f"SELECT * FROM transactions WHERE {condition.where} ORDER BY id DESC LIMIT ? OFFSET ?",
        (*condition.values, limit, start),
    )
    return json_answer({"count": len(rows), "transactions": [render(row) for row in rows]})


def get_transaction(call: Call) -> Answer:
    """Answer ``GET transactions/{id}.json``; an unknown id is a 400, as the service's are."""
    text = call.segments["id"]
    row = select_one(
        call.connection,
        "SELECT * FROM transactions WHERE id = ? AND account_id = ?",
        (parse_id(text), call.account_id),
    )
    if row is None:
        raise Refusal(400, f"transaction_id {text} is invalid")
    return json_answer({"transaction": render(row)})


ROUTES = [
    Route("GET", "/accounts/{account}/transactions.json", list_transactions),
    Route("GET", "/accounts/{account}/transactions/{id}.json", get_transaction),
]
