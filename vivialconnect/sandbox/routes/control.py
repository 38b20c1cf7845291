"""What a sandbox is told to do over HTTP, by programs in other languages and processes.

That is chaos, and that somebody sends a message to one of its numbers. It stands beside the API, in
unsigned JSON: nothing is verified or recorded here, and no fault is played on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from vivialconnect.sandbox.http.exchange import Answer, Refusal, json_answer, parse_json

if TYPE_CHECKING:
    from vivialconnect.sandbox.chaos.rules import Chaos
    from vivialconnect.sandbox.http.exchange import Request

CHAOS = "/sandbox/chaos"
RECEIVE = "/sandbox/receive"
#: What a message that comes in is made of.
FIELDS = {"from_number": str, "to_number": str, "body": str, "media_urls": list}


def is_control(request: Request) -> bool:
    """Tell whether a request is for the sandbox, not for the API."""
    return request.path in (CHAOS, RECEIVE) or request.path.startswith(CHAOS + "/")


def control(request: Request, chaos: Chaos, receive: Callable[..., dict[str, Any]]) -> Answer:
    """Answer a request for the sandbox.

    :param request: the request; its path is one of these.
    :param chaos: the sandbox's.
    :param receive: takes in a message.
    :returns: the answer; what is wrong is told under ``message``.
    """
    try:
        if request.path == RECEIVE:
            _check_method(request, "POST")
            return _receive(request, receive)
        return _control_chaos(request, chaos)
    except Refusal as refusal:
        return refusal.answer()


def _check_method(request: Request, *allowed: str) -> None:
    if request.method not in allowed:
        message = f"The method {request.method} is not allowed here"
        raise Refusal(405, message, headers={"Allow": ", ".join(allowed)})


def _document(request: Request, example: str) -> dict[str, Any]:
    document: Any = parse_json(request.body)
    if not isinstance(document, dict):
        raise Refusal(400, f"The request body must be an object, like {example}")
    return dict(document)


def _receive(request: Request, receive: Callable[..., dict[str, Any]]) -> Answer:
    fields = _document(request, '{"from_number": "+15154469790", "to_number": "+19132597591"}')
    wrong = [name for name, value in fields.items() if not isinstance(value, FIELDS.get(name, ()))]
    absent = [name for name in ("from_number", "to_number") if name not in fields]
    if wrong or absent:
        raise Refusal(
            400,
            "A message has the texts from_number, to_number and body, and the list media_urls; "
            "check {}".format(", ".join(wrong + absent)),
        )
    try:
        message = receive(**fields)
    except ValueError as error:
        raise Refusal(400, str(error)) from None
    return json_answer({"message": message}, status=201)


def _control_chaos(request: Request, chaos: Chaos) -> Answer:
    rule_id = request.path[len(CHAOS) + 1 :]
    if rule_id:
        _check_method(request, "DELETE")
        return _remove(chaos, rule_id)
    _check_method(request, *HANDLERS)
    return HANDLERS[request.method](request, chaos)


def _list(_request: Request, chaos: Chaos) -> Answer:
    rules = [rule.as_document() for rule in chaos.rules]
    return json_answer({"rules": rules, "played": chaos.played})


def _add(request: Request, chaos: Chaos) -> Answer:
    values = _document(request, '{"fault": "reset"}')
    try:
        rule = chaos.add(values.pop("fault", None), **values)
    except ValueError as error:
        raise Refusal(400, str(error)) from None
    return json_answer(rule.as_document(), status=201)


def _clear(_request: Request, chaos: Chaos) -> Answer:
    chaos.clear()
    return Answer(204)


def _remove(chaos: Chaos, rule_id: str) -> Answer:
    for rule in chaos.rules:
        if str(rule.id) == rule_id:
            chaos.remove(rule)
            return Answer(204)
    raise Refusal(404, f"No rule {rule_id} is in force")


HANDLERS = {"GET": _list, "POST": _add, "DELETE": _clear}
