"""Control of the sandbox over HTTP, for programs in other languages and processes.

The paths are outside the API. Their requests are not signed or recorded, and trigger no fault. The
guard checks each of them first.
"""

from __future__ import annotations

from typing import Any, Callable

from vivialconnect.sandbox.chaos.rules import Chaos
from vivialconnect.sandbox.http.request import Request, parse_json
from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.service.errors import InvalidRequest

CONTROL = "/sandbox"
CHAOS = CONTROL + "/chaos"
RECEIVE = CONTROL + "/receive"
CLOCK = CONTROL + "/clock"
#: The fields of an inbound message; each defaults to ``None``.
FIELDS = {"from_number": str, "to_number": str, "body": str, "media_urls": list}


def is_control(request: Request) -> bool:
    """Return whether a request is for the control of the sandbox.

    The guard and the routes both compare the path as sent, so an encoded path matches neither.
    """
    return request.path == CONTROL or request.path.startswith(CONTROL + "/")


def control(
    request: Request,
    chaos: Chaos,
    receive: Callable[..., dict[str, Any]],
    advance: Callable[[float], None],
) -> Response:
    """Return the response to a request for the control of the sandbox.

    :param request: the request.
    :param chaos: the faults of the sandbox.
    :param receive: receives an inbound message.
    :param advance: moves the message clock forward.
    :raises HTTPError: if the request is invalid.
    """
    if request.path == CLOCK:
        _check_method(request, "POST")
        return _advance(request, advance)
    if request.path == RECEIVE:
        _check_method(request, "POST")
        return _receive(request, receive)
    if request.path == CHAOS or request.path.startswith(CHAOS + "/"):
        return _control_chaos(request, chaos)
    raise HTTPError(404, f"The controls of the sandbox are {RECEIVE}, {CHAOS} and {CLOCK}")


def _check_method(request: Request, *allowed: str) -> None:
    if request.method not in allowed:
        message = f"The method {request.method} is not allowed here"
        raise HTTPError(405, message, headers={"Allow": ", ".join(allowed)})


def _document(request: Request, example: str) -> dict[str, Any]:
    document: Any = parse_json(request.body)
    if not isinstance(document, dict):
        raise HTTPError(400, f"The request body must be an object such as {example}")
    return dict(document)


def _receive(request: Request, receive: Callable[..., dict[str, Any]]) -> Response:
    fields = _document(request, '{"from_number": "+15154469790", "to_number": "+19132597591"}')
    fields = {name: value for name, value in fields.items() if value is not None}
    wrong = [name for name, value in fields.items() if not isinstance(value, FIELDS.get(name, ()))]
    if wrong:
        raise HTTPError(
            400,
            "A message has the strings from_number, to_number and body, and the list media_urls. "
            f"Check {', '.join(wrong)}.",
        )
    try:
        message = receive(**{"from_number": "", "to_number": "", **fields})
    except InvalidRequest as error:
        raise HTTPError(400, error.message, **error.extra) from None
    return json_response({"message": message}, status=201)


def _advance(request: Request, advance: Callable[[float], None]) -> Response:
    seconds = _document(request, '{"advance": 60}').get("advance")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise HTTPError(400, "advance must be a number of seconds")
    try:
        advance(seconds)
    except ValueError as error:
        raise HTTPError(400, str(error)) from None
    return Response(204)


def _control_chaos(request: Request, chaos: Chaos) -> Response:
    rule_id = request.path[len(CHAOS) + 1 :]
    if rule_id:
        _check_method(request, "DELETE")
        return _remove(chaos, rule_id)
    _check_method(request, *HANDLERS)
    return HANDLERS[request.method](request, chaos)


def _list(_request: Request, chaos: Chaos) -> Response:
    rules = [rule.as_document() for rule in chaos.rules]
    return json_response({"rules": rules, "played": chaos.played})


def _add(request: Request, chaos: Chaos) -> Response:
    values = _document(request, '{"fault": "reset"}')
    try:
        rule = chaos.add(values.pop("fault", None), **values)
    except ValueError as error:
        raise HTTPError(400, str(error)) from None
    return json_response(rule.as_document(), status=201)


def _clear(_request: Request, chaos: Chaos) -> Response:
    chaos.clear()
    return Response(204)


def _remove(chaos: Chaos, rule_id: str) -> Response:
    for rule in chaos.rules:
        if str(rule.id) == rule_id:
            chaos.remove(rule)
            return Response(204)
    raise HTTPError(404, f"No rule {rule_id} is in force")


HANDLERS = {"GET": _list, "POST": _add, "DELETE": _clear}
