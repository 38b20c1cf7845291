"""Routes of the numbers that an account has: bought, changed, released."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.http.exchange import Answer, Refusal, json_answer
from vivialconnect.sandbox.routes.available_numbers import digit_pattern
from vivialconnect.sandbox.routes.listing import (
    Condition,
    count_rows,
    of_account,
    own_row,
    read_page,
    searched,
)
from vivialconnect.sandbox.routes.router import Route
from vivialconnect.sandbox.service import billing, connector_numbers
from vivialconnect.sandbox.service import tags as number_tags
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Row, insert, select_all, select_one, update

if TYPE_CHECKING:
    from vivialconnect.sandbox.routes.router import Call

METHODS = ("incoming_text_method", "incoming_text_fallback_method", "status_text_method")
URLS = ("incoming_text_url", "incoming_text_fallback_url", "status_text_url")
WRITABLE = ("name", "voice_forwarding_number", *URLS, *METHODS)
PLACES = ("city", "region", "rate_center", "lata")
FIELDS = (
    "id", "account_id", "connector_id", "phone_number", "phone_number_type", "date_created",
    "date_modified", *WRITABLE, *PLACES,
)  # fmt: skip
SEARCHED = ("name", "phone_number")
LONGEST_URL = 256
CAPABILITIES = {"sms": True, "mms": True, "voice": True}


def render(row: Row) -> dict[str, Any]:
    """Write an owned number as the service does."""
    document = {name: row[name] for name in FIELDS}
    return dict(
        document,
        active=bool(row["active"]),
        acquired_from="provider",
        address_requirements="none",
        capabilities=CAPABILITIES,
        incoming_text_auth_type="NONE",
        incoming_text_fallback_auth_type="NONE",
        status_text_auth_type="NONE",
        tags=json.loads(row["tags"]),
    )


def _check(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            raise Refusal(400, f"{name} must be a text")
    for name in URLS:
        if len(values.get(name) or "") > LONGEST_URL:
            raise Refusal(400, f"{name} must be at most {LONGEST_URL} characters long")
    for name in METHODS:
        if (values.get(name) or "POST").upper() not in ("GET", "POST"):
            raise Refusal(400, f"{name} must be GET or POST")


def _writable(call: Call, document: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Pick and check what may be written; ``row`` is what stands there so far."""
    values = {name: document[name] for name in WRITABLE if name in document}
    _check(values)
    if not values.get("name", "-"):
        del values["name"]
    after = dict(row, **values)
    if after.get("incoming_text_fallback_url") and not after.get("incoming_text_url"):
        raise Refusal(400, "incoming_text_fallback_url needs incoming_text_url")
    tags = document.get("tags")
    if tags is not None:
        values["tags"] = json.dumps(number_tags.check(tags))
    values.update(_connector(call, document, row))
    return values


def _connector(call: Call, document: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Read the connector that the number shall belong to; null takes it off its connector."""
    before, after = row.get("connector_id"), document.get("connector_id")
    if after is not None:
        connector = connector_numbers.find_connector(call.connection, call.account_id, after)
        if connector is None:
            raise Refusal(400, f"connector_id {after} is no connector of this account")
        after = connector["id"]
    if "connector_id" not in document or after == before:
        return {}
    connector_numbers.touch(call.connection, (before, after), call.clock.now())
    return {"connector_id": after}


def _for_sale(call: Call, document: Mapping[str, Any]) -> Row:
    phone_number, area_code = document.get("phone_number"), document.get("area_code")
    kind = document.get("phone_number_type")
    if not isinstance(phone_number or area_code, str):
        raise Refusal(400, "phone_number or area_code must be given, as a text")
    column, value = ("phone_number", phone_number) if phone_number else ("area_code", area_code)
    row = select_one(
        call.connection,
        f"SELECT * FROM available_numbers WHERE NOT sold AND {column} = ? ORDER BY id",
        (value,),
    )
    if row is None:
        raise Refusal(400, f"{column} {value} is not available")
    if kind is not None and kind != row["phone_number_type"]:
        text = "phone_number_type of {phone_number} is {phone_number_type}"
        raise Refusal(400, text.format(**row))
    return row


def post_number(call: Call) -> Answer:
    """Answer ``POST numbers.json``."""
    return buy(call, call.document("phone_number"))


def buy(call: Call, document: Mapping[str, Any]) -> Answer:
    """Buy a number, this one or any of an area code.

    :param call: the call.
    :param document: what is asked for.
    :returns: the answer, with the number.
    :raises Refusal: 400 when it is not for sale, or cannot be so.
    """
    bought = _for_sale(call, document)
    now = timestamp(call.clock.now())
    row = {"account_id": call.account_id, "date_created": now, "date_modified": now}
    row.update({name: bought[name] for name in PLACES})
    row.update({name: bought[name] for name in ("name", "phone_number", "phone_number_type")})
    row.update(_writable(call, document, {}))
    number_id = insert(call.connection, "numbers", row)
    update(call.connection, "available_numbers", bought["id"], {"sold": 1})
    stored = select_one(call.connection, "SELECT * FROM numbers WHERE id = ?", (number_id,)) or {}
    suffix = "_tollfree" if stored["phone_number_type"] == "tollfree" else ""
    _charge(call, stored, "number_purchase" + suffix, "number purchased")
    _log(call, stored, "number.purchased", "number purchased")
    return json_answer({"phone_number": render(stored)}, status=201)


def _charge(call: Call, row: Row, transaction_type: str, description: str) -> None:
    data = {
        "phone_number": row["phone_number"],
        "number_type": row["phone_number_type"],
        "description": description,
        "metadata": {},
    }
    billing.charge(call.connection, call.account_id, transaction_type, data, call.clock.now())


def _log(call: Call, row: Row, log_type: str, description: str) -> None:
    data = {"number": row["phone_number"], "number_type": row["phone_number_type"]}
    event = billing.Event(log_type, "number", row["id"], description, data)
    operator = billing.Operator("user", call.signer.user_id, "api")
    billing.log(call.connection, call.account_id, operator, event, call.clock.now())


def sought(call: Call) -> Condition:
    """Choose the account's numbers by the query's ``name``, ``contains`` and ``search``."""
    condition = searched(of_account(call), call.parameters, SEARCHED)
    name = call.parameters.get("name")
    if name:
        condition = condition.also("name = ?", name)
    if call.parameters.get("contains"):
        pattern = digit_pattern(call.parameters)
        rows = select_all(
            call.connection,
            f"SELECT id, phone_number FROM numbers WHERE {condition.where}",
            condition.values,
        )
        ids = [str(row["id"]) for row in rows if pattern.search(row["phone_number"][2:])]
        condition = condition.also("id IN ({})".format(", ".join(ids)))
    return condition


def list_numbers(call: Call) -> Answer:
    """Answer ``GET numbers.json``."""
    rows: list[Row] = read_page(call, "numbers", sought(call), FIELDS)
    return json_answer({"phone_numbers": [render(row) for row in rows]})


def count_numbers(call: Call) -> Answer:
    """Answer ``GET numbers/count.json``."""
    return count_rows(call, "numbers", sought(call))


def get_number(call: Call) -> Answer:
    """Answer ``GET numbers/{id}.json``."""
    return json_answer({"phone_number": render(own_row(call, "numbers"))})


def put_number(call: Call) -> Answer:
    """Answer ``PUT numbers/{id}.json``; fields that cannot change are passed over."""
    row = own_row(call, "numbers")
    changes = _writable(call, call.document("phone_number"), row)
    changes["date_modified"] = timestamp(call.clock.now())
    update(call.connection, "numbers", row["id"], changes)
    return json_answer({"phone_number": render(dict(row, **changes))})


def delete_number(call: Call) -> Answer:
    """Answer ``DELETE numbers/{id}.json``: release it; it is for sale again at once."""
    row = own_row(call, "numbers")
    call.connection.execute("DELETE FROM numbers WHERE id = ?", (row["id"],))
    call.connection.execute(
        "UPDATE available_numbers SET sold = 0 WHERE phone_number = ?", (row["phone_number"],)
    )
    connector_numbers.touch(call.connection, (row["connector_id"],), call.clock.now())
    _charge(call, row, "number_release", "number released")
    _log(call, row, "number.released", "number released")
    return Answer(204)


ROUTES = [
    Route("GET", "/accounts/{account}/numbers.json", list_numbers),
    Route("POST", "/accounts/{account}/numbers.json", post_number),
    Route("GET", "/accounts/{account}/numbers/count.json", count_numbers),
    Route("GET", "/accounts/{account}/numbers/{id}.json", get_number),
    Route("PUT", "/accounts/{account}/numbers/{id}.json", put_number),
    Route("DELETE", "/accounts/{account}/numbers/{id}.json", delete_number),
]
