"""What can go wrong on purpose: each fault, its parameters, and what it makes of an answer.

No rules of when, and no sockets: how an answer is then put on the wire stands in ``delivery``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Callable, NamedTuple

from vivialconnect.sandbox.http.exchange import Answer, Delivery, Request, json_answer

#: The size of the value of a huge header, in bytes.
HUGE = 100 * 1024
#: How far a clock may be off, in seconds: some 30 years, so that every date can be written.
FURTHEST = 1_000_000_000
LOWEST_REFUSAL = 400
REDIRECTS = (301, 302, 303, 307, 308)
HTML_502 = (
    b"<html><head><title>502 Bad Gateway</title></head>"
    b"<body><h1>502 Bad Gateway</h1></body></html>\n"
)
#: What a call is answered with that was not carried out, before a fault makes something of it.
NOTHING = Answer(0)
#: What can stand in a header.
HEADER_TEXT = re.compile(r"[!-~](?:[ -~]*[!-~])?")

Parameters = Mapping[str, Any]
Spoil = Callable[[Answer, Request, Parameters], Answer]


class Parameter(NamedTuple):
    """What a fault takes.

    :param default: what is meant if it is not given; ``...`` if it must be.
    :param accepts: tells whether a value can be.
    :param words: what values can be, for whom gave another.
    """

    default: Any
    accepts: Callable[[Any], bool]
    words: str


class Fault(NamedTuple):
    """A fault.

    :param spoil: makes of the answer of the call, or of :data:`NOTHING`, what is sent.
    :param parameters: what it takes, by name.
    :param takes_effect: whether the call is carried out first, unless a rule says otherwise.
    """

    spoil: Spoil
    parameters: Mapping[str, Parameter] = {}
    takes_effect: bool = False

    def read(self, name: str, given: Parameters) -> dict[str, Any]:
        """Check parameters, and fill in those that are not given.

        :param name: the fault's name, for the error.
        :param given: the parameters.
        :returns: all parameters of the fault.
        :raises ValueError: if one is unknown, missing, or of a value that cannot be.
        """
        unknown = sorted(set(given) - set(self.parameters))
        if unknown:
            known = ", ".join(self.parameters) or "no parameter of its own"
            raise ValueError(f"{name} has no parameter {unknown[0]!r}; it takes {known}")
        values = {key: given.get(key, each.default) for key, each in self.parameters.items()}
        for key, parameter in self.parameters.items():
            if not parameter.accepts(values[key]):
                shown = "it was not given" if values[key] is ... else f"not {values[key]!r}"
                raise ValueError(f"{key} of {name} must be {parameter.words}; {shown}")
        return values


def is_whole(value: object, least: int) -> bool:
    """Tell whether a value is a whole number, not below another."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def is_number(value: Any, least: float, most: float) -> bool:
    """Tell whether a value is a number between two others."""
    fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    return fits and least <= value <= most


def is_header_text(value: object) -> bool:
    """Tell whether a value is a text that can stand in a header."""
    return isinstance(value, str) and HEADER_TEXT.fullmatch(value) is not None


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")
    except (TypeError, ValueError, RecursionError):
        return False
    return value is not ...


def _seconds(default: Any) -> Parameter:
    """Take a number of seconds, and the default, which may be none."""
    return Parameter(
        default,
        lambda value: value is default or is_number(value, 0, FURTHEST),
        "a number of seconds, 0 or more",
    )


def _bytes(default: Any) -> Parameter:
    """Take a number of bytes, and the default, which may be none."""
    return Parameter(
        default,
        lambda value: value is default or is_whole(value, 0),
        "a whole number of bytes, 0 or more",
    )


RETRY_AFTER = Parameter(
    None,
    lambda value: value is None or is_whole(value, 0) or is_header_text(value),
    "a whole number of seconds, 0 or more, or an HTTP date as a text",
)
STATUS = Parameter(302, REDIRECTS.__contains__, "one of 301, 302, 303, 307, 308")
LOCATION = Parameter(
    "https://elsewhere.invalid/",
    is_header_text,
    "a URL in ASCII",
)
DOCUMENT = Parameter([], _is_json, "what JSON can write")
CLOCK_OFF = Parameter(
    ...,
    lambda value: is_number(value, -FURTHEST, FURTHEST),
    f"a number of seconds, from -{FURTHEST} to {FURTHEST}",
)


def _refused(status: int, message: str) -> Spoil:
    """Answer with a status in the place of what there was."""

    def spoil(_answer: Answer, _request: Request, parameters: Parameters) -> Answer:
        retry_after = parameters.get("retry_after")
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return json_answer({"message": message}, status=status, headers=headers)

    return spoil


def _bad_gateway(_answer: Answer, _request: Request, _parameters: Parameters) -> Answer:
    return Answer(502, HTML_502, "text/html")


def _good_status(answer: Answer) -> int:
    # A call that was refused is not made to look as if it had been accepted.
    return answer.status if answer.status >= LOWEST_REFUSAL else 200


def _with_body(answer: Answer) -> Answer:
    return answer if answer.body else Answer(_good_status(answer), b"{}")


def _empty_answer(answer: Answer, _request: Request, _parameters: Parameters) -> Answer:
    return Answer(_good_status(answer))


def _truncated_body(answer: Answer, _request: Request, parameters: Parameters) -> Answer:
    whole = _with_body(answer)
    keep = len(whole.body) // 2 if parameters["keep"] is None else parameters["keep"]
    return replace(whole, delivery=Delivery("truncate", at_once=min(keep, len(whole.body) - 1)))


def _malformed_json(answer: Answer, _request: Request, _parameters: Parameters) -> Answer:
    body = _with_body(answer).body
    return Answer(_good_status(answer), body[: len(body) // 2])


def _wrong_json_type(answer: Answer, _request: Request, parameters: Parameters) -> Answer:
    return json_answer(parameters["document"], status=_good_status(answer))


def _huge_header(answer: Answer, _request: Request, _parameters: Parameters) -> Answer:
    whole = answer if answer.status else _with_body(answer)
    return replace(whole, headers={**whole.headers, "X-Huge": "x" * HUGE})


def _in_manner(manner: str) -> Spoil:
    """Leave the answer, and have it delivered in a manner of its own."""

    def spoil(answer: Answer, _request: Request, parameters: Parameters) -> Answer:
        return replace(answer, delivery=Delivery(manner, seconds=parameters.get("seconds")))

    return spoil


def _drip(answer: Answer, _request: Request, parameters: Parameters) -> Answer:
    whole = answer if answer.status else _with_body(answer)
    delivery = Delivery("drip", seconds=parameters["seconds"], at_once=parameters["at_once"])
    return replace(whole, delivery=delivery)


def _redirect(_answer: Answer, request: Request, parameters: Parameters) -> Answer:
    location = parameters.get("location", "/moved" + request.target)
    return json_answer(
        {"message": "Moved"}, status=parameters["status"], headers={"Location": location}
    )


def _clock_off(answer: Answer, _request: Request, _parameters: Parameters) -> Answer:
    return answer


#: Every fault by its name.
FAULTS: dict[str, Fault] = {
    "too_many_requests": Fault(_refused(429, "Too many requests"), {"retry_after": RETRY_AFTER}),
    "internal_server_error": Fault(_refused(500, "Internal server error")),
    "service_unavailable": Fault(
        _refused(503, "Service unavailable"), {"retry_after": RETRY_AFTER}
    ),
    "bad_gateway": Fault(_bad_gateway),
    "empty_answer": Fault(_empty_answer, takes_effect=True),
    "truncated_body": Fault(_truncated_body, {"keep": _bytes(None)}, takes_effect=True),
    "malformed_json": Fault(_malformed_json, takes_effect=True),
    "wrong_json_type": Fault(_wrong_json_type, {"document": DOCUMENT}, takes_effect=True),
    "garbage_status_line": Fault(_in_manner("garbage")),
    "huge_header": Fault(_huge_header, takes_effect=True),
    "reset": Fault(_in_manner("reset")),
    "close": Fault(_in_manner("close")),
    "drop_answer": Fault(_in_manner("close"), takes_effect=True),
    "stall": Fault(_in_manner("stall"), {"seconds": _seconds(None)}),
    "drip": Fault(_drip, {"seconds": _seconds(0.1), "at_once": _bytes(0)}, takes_effect=True),
    "redirect": Fault(_redirect, {"status": STATUS}),
    "redirect_to_other_host": Fault(_redirect, {"location": LOCATION, "status": STATUS}),
    "clock_off": Fault(_clock_off, {"seconds": CLOCK_OFF}, takes_effect=True),
}
