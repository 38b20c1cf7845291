"""Routes of the local numbers among those that an account has; others are not found here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from vivialconnect.sandbox.http.exchange import json_answer
from vivialconnect.sandbox.routes import numbers
from vivialconnect.sandbox.routes.listing import Condition, count_rows, own_row, read_page
from vivialconnect.sandbox.routes.router import Route, missing

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Answer
    from vivialconnect.sandbox.routes.router import Call


def _local(call: Call) -> Condition:
    return numbers.sought(call).also("phone_number_type = 'local'")


def list_local(call: Call) -> Answer:
    """Answer ``GET numbers/local.json``."""
    rows = read_page(call, "numbers", _local(call), numbers.FIELDS)
    return json_answer({"phone_numbers": [numbers.render(row) for row in rows]})


def count_local(call: Call) -> Answer:
    """Answer ``GET numbers/local/count.json``."""
    return count_rows(call, "numbers", _local(call))


def post_local(call: Call) -> Answer:
    """Answer ``POST numbers/local.json``: the type goes without saying."""
    return numbers.buy(call, dict(call.document("phone_number"), phone_number_type="local"))


def _if_local(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
    def handle(call: Call) -> Answer:
        if own_row(call, "numbers")["phone_number_type"] != "local":
            raise missing(call.segments["id"])
        return handler(call)

    return handle


_PLACE = "/accounts/{account}/numbers/local"

ROUTES = [
    Route("GET", _PLACE + ".json", list_local),
    Route("POST", _PLACE + ".json", post_local),
    Route("GET", _PLACE + "/count.json", count_local),
    Route("GET", _PLACE + "/{id}.json", _if_local(numbers.get_number)),
    Route("PUT", _PLACE + "/{id}.json", _if_local(numbers.put_number)),
    Route("DELETE", _PLACE + "/{id}.json", _if_local(numbers.delete_number)),
]
