"""Chaos over HTTP, for programs in other languages and in other processes. Unsigned JSON.

It stands beside the API: nothing is verified or recorded here, and no fault is played on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.traffic import Answer, Refusal, json_answer, parse_json

if TYPE_CHECKING:
    from vivialconnect.sandbox.chaos import Chaos
    from vivialconnect.sandbox.traffic import Request

PATH = "/sandbox/chaos"
ALLOWED = {True: ("GET", "POST", "DELETE"), False: ("DELETE",)}


def is_control(request: Request) -> bool:
    """Tell whether a request is about chaos, not for the API."""
    return request.path == PATH or request.path.startswith(PATH + "/")


def control(request: Request, chaos: Chaos) -> Answer:
    """Answer a request about chaos.

    :param request: the request; its path is one of these.
    :param chaos: the sandbox's.
    :returns: the answer; what is wrong is told under ``message``.
    """
    rule_id = request.path[len(PATH) + 1 :]
    try:
        if request.method not in ALLOWED[not rule_id]:
            allow = ", ".join(ALLOWED[not rule_id])
            message = f"The method {request.method} is not allowed here"
            raise Refusal(405, message, headers={"Allow": allow})  # noqa: TRY301 - as elsewhere
        if rule_id:
            return _remove(chaos, rule_id)
        return HANDLERS[request.method](request, chaos)
    except Refusal as refusal:
        return refusal.answer()


def _list(_request: Request, chaos: Chaos) -> Answer:
    rules = [rule.as_document() for rule in chaos.rules]
    return json_answer({"rules": rules, "played": chaos.played})


def _add(request: Request, chaos: Chaos) -> Answer:
    document: Any = parse_json(request.body)
    if not isinstance(document, dict):
        raise Refusal(400, 'The request body must be an object, like {"fault": "reset"}')
    values: dict[str, Any] = dict(document)
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
