"""The rules of fault injection, and the faults that they may name."""

from __future__ import annotations

from vivialconnect.sandbox.chaos.faults import FAULTS
from vivialconnect.sandbox.http.request import parse_json
from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.page.context import Call, PageRoute
from vivialconnect.sandbox.page.parameters import read_query


def handle_list(call: Call) -> Response:
    """Handle ``GET chaos``."""
    read_query(call)
    chaos = call.context.chaos
    rules = [rule.as_document() for rule in chaos.rules]
    return json_response({"rules": rules, "played": chaos.played})


def handle_add(call: Call) -> Response:
    """Handle ``POST chaos``."""
    read_query(call)
    values = parse_json(call.request.body)
    if not isinstance(values, dict):
        raise HTTPError(400, 'The request body must be an object such as {"fault": "reset"}')
    rule = call.context.chaos.add(values.pop("fault", None), **values)
    return json_response(rule.as_document(), status=201)


def handle_clear(call: Call) -> Response:
    """Handle ``DELETE chaos``."""
    read_query(call)
    call.context.chaos.clear()
    return Response(204)


def handle_remove(call: Call) -> Response:
    """Handle ``DELETE chaos/{id}``."""
    read_query(call)
    chaos, rule_id = call.context.chaos, call.segments["id"]
    for rule in chaos.rules:
        if str(rule.id) == rule_id:
            chaos.remove(rule)
            return Response(204)
    raise HTTPError(404, f"No rule {rule_id} is in force")


def handle_faults(call: Call) -> Response:
    """Handle ``GET faults``."""
    read_query(call)
    faults = [
        {
            "fault": name,
            "takes_effect": fault.takes_effect,
            "parameters": [
                {
                    "name": key,
                    "required": parameter.default is ...,
                    "default": None if parameter.default is ... else parameter.default,
                    "expected": parameter.expected,
                }
                for key, parameter in fault.parameters.items()
            ],
        }
        for name, fault in FAULTS.items()
    ]
    return json_response({"faults": faults})


ROUTES = [
    PageRoute("GET", "/chaos", handle_list),
    PageRoute("POST", "/chaos", handle_add),
    PageRoute("DELETE", "/chaos", handle_clear),
    PageRoute("DELETE", "/chaos/{id}", handle_remove),
    PageRoute("GET", "/faults", handle_faults),
]
