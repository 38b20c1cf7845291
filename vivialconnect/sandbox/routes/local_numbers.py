"""Routes of an account's local numbers; any other number is a 404."""

from __future__ import annotations

from typing import Callable

from vivialconnect.sandbox.http.response import Response, json_response
from vivialconnect.sandbox.routes import numbers
from vivialconnect.sandbox.routes.listing import Condition, count_records, own_record, read_page
from vivialconnect.sandbox.routes.router import ApiRequest, Route, not_found


def _local(request: ApiRequest) -> Condition:
    return numbers.matching(request).also("phone_number_type = 'local'")


def list_local(request: ApiRequest) -> Response:
    """Handle ``GET numbers/local.json``."""
    records = read_page(request, "numbers", _local(request), numbers.FIELDS)
    return json_response({"phone_numbers": [numbers.render(record) for record in records]})


def count_local(request: ApiRequest) -> Response:
    """Handle ``GET numbers/local/count.json``."""
    return count_records(request, "numbers", _local(request))


def post_local(request: ApiRequest) -> Response:
    """Handle ``POST numbers/local.json``; the type is always ``local``."""
    return numbers.buy(request, dict(request.document("phone_number"), phone_number_type="local"))


def _if_local(handler: Callable[[ApiRequest], Response]) -> Callable[[ApiRequest], Response]:
    def handle(request: ApiRequest) -> Response:
        if own_record(request, "numbers")["phone_number_type"] != "local":
            raise not_found(request.segments["id"])
        return handler(request)

    return handle


_BASE = "/accounts/{account}/numbers/local"

ROUTES = [
    Route("GET", _BASE + ".json", list_local),
    Route("POST", _BASE + ".json", post_local),
    Route("GET", _BASE + "/count.json", count_local),
    Route("GET", _BASE + "/{id}.json", _if_local(numbers.get_number)),
    Route("PUT", _BASE + "/{id}.json", _if_local(numbers.put_number)),
    Route("DELETE", _BASE + "/{id}.json", _if_local(numbers.delete_number)),
]
