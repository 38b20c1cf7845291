"""The faults: their parameters, and how each changes a response."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import Response, Transmission, json_response

#: The size of a huge header, in bytes.
HUGE = 100 * 1024
#: The maximum number of seconds: about 30 years, so that all dates stay valid.
MAXIMUM_SECONDS = 1_000_000_000
LOWEST_ERROR = 400
REDIRECTS = (301, 302, 303, 307, 308)
HTML_502 = (
    b"<html><head><title>502 Bad Gateway</title></head>"
    b"<body><h1>502 Bad Gateway</h1></body></html>\n"
)
#: The response to a request that was not carried out.
NO_RESPONSE = Response(0)
#: Matches text that is valid in a header.
HEADER_TEXT = re.compile(r"[!-~](?:[ -~]*[!-~])?")

Parameters = Mapping[str, Any]
Spoil = Callable[[Response, Request, Parameters], Response]


class Parameter(NamedTuple):
    """A parameter of a fault.

    :param default: the default; ``...`` if the parameter is required.
    :param accepts: returns whether a value is valid.
    :param expected: a description of the valid values.
    """

    default: Any
    accepts: Callable[[Any], bool]
    expected: str


class Fault(NamedTuple):
    """A fault.

    :param spoil: returns the response to send in place of the original or :data:`NO_RESPONSE`.
    :param parameters: the parameters by name.
    :param takes_effect: whether a request is carried out first by default.
    """

    spoil: Spoil
    parameters: Mapping[str, Parameter] = {}
    takes_effect: bool = False

    def read(self, name: str, given: Parameters) -> dict[str, Any]:
        """Validate parameters, and add defaults for the missing ones.

        :param name: the name of the fault.
        :param given: the parameters.
        :returns: all parameters of the fault.
        :raises ValueError: if a parameter is unknown, missing or invalid.
        """
        unknown = sorted(set(given) - set(self.parameters))
        if unknown:
            known = ", ".join(self.parameters) or "no parameters"
            raise ValueError(f"{name} has no parameter {unknown[0]!r}. It takes {known}.")
        values = {key: given.get(key, each.default) for key, each in self.parameters.items()}
        for key, parameter in self.parameters.items():
            if values[key] is ...:
                raise ValueError(f"{name} needs {key}, which must be {parameter.expected}")
            if not parameter.accepts(values[key]):
                value = values[key]
                raise ValueError(f"{key} of {name} must be {parameter.expected}, got {value!r}")
        return values


def is_integer(value: object, least: int) -> bool:
    """Return whether a value is an integer of at least ``least``."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def is_number(value: Any, least: float, most: float) -> bool:
    """Return whether a value is a number from ``least`` to ``most``."""
    fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    return fits and least <= value <= most


def is_header_text(value: object) -> bool:
    """Return whether a value is a string that a header can hold."""
    return isinstance(value, str) and HEADER_TEXT.fullmatch(value) is not None


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")
    except (TypeError, ValueError, RecursionError):
        return False
    return value is not ...


def _seconds(default: Any) -> Parameter:
    """Return a parameter for a number of seconds."""
    return Parameter(
        default,
        lambda value: value is default or is_number(value, 0, MAXIMUM_SECONDS),
        "a number of seconds of at least 0",
    )


def _bytes(default: Any) -> Parameter:
    """Return a parameter for a number of bytes."""
    return Parameter(
        default,
        lambda value: value is default or is_integer(value, 0),
        "a number of bytes of at least 0",
    )


RETRY_AFTER = Parameter(
    None,
    lambda value: value is None or is_integer(value, 0) or is_header_text(value),
    "an integer of at least 0, or an HTTP date as a string",
)
STATUS = Parameter(302, REDIRECTS.__contains__, "one of 301, 302, 303, 307, 308")
LOCATION = Parameter("https://elsewhere.invalid/", is_header_text, "a URL in ASCII")
DOCUMENT = Parameter([], _is_json, "a JSON value")
CLOCK_OFF = Parameter(
    ...,
    lambda value: is_number(value, -MAXIMUM_SECONDS, MAXIMUM_SECONDS),
    f"a number of seconds from -{MAXIMUM_SECONDS} to {MAXIMUM_SECONDS}",
)


def _error(status: int, message: str) -> Spoil:
    """Return a fault that sends an error instead of the response."""

    def spoil(_response: Response, _request: Request, parameters: Parameters) -> Response:
        retry_after = parameters.get("retry_after")
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return json_response({"message": message}, status=status, headers=headers)

    return spoil


def _bad_gateway(_response: Response, _request: Request, _parameters: Parameters) -> Response:
    return Response(502, HTML_502, "text/html")


def _status_of(response: Response) -> int:
    # A fault never makes an error look like a success.
    return response.status if response.status >= LOWEST_ERROR else 200


def _with_body(response: Response) -> Response:
    return response if response.body else Response(_status_of(response), b"{}")


def _empty_answer(response: Response, _request: Request, _parameters: Parameters) -> Response:
    return Response(_status_of(response))


def _truncated_body(response: Response, _request: Request, parameters: Parameters) -> Response:
    whole = _with_body(response)
    keep = len(whole.body) // 2 if parameters["keep"] is None else parameters["keep"]
    at_once = min(keep, len(whole.body) - 1)
    return whole._replace(transmission=Transmission("truncate", at_once=at_once))


def _malformed_json(response: Response, _request: Request, _parameters: Parameters) -> Response:
    body = _with_body(response).body
    return Response(_status_of(response), body[: len(body) // 2])


def _wrong_json_type(response: Response, _request: Request, parameters: Parameters) -> Response:
    return json_response(parameters["document"], status=_status_of(response))


def _huge_header(response: Response, _request: Request, _parameters: Parameters) -> Response:
    whole = response if response.status else _with_body(response)
    return whole._replace(headers={**whole.headers, "X-Huge": "x" * HUGE})


def _transmitted(mode: str) -> Spoil:
    """Return a fault that only changes how the response is sent."""

    def spoil(response: Response, _request: Request, parameters: Parameters) -> Response:
        transmission = Transmission(mode, seconds=parameters.get("seconds"))
        return response._replace(transmission=transmission)

    return spoil


def _drip(response: Response, _request: Request, parameters: Parameters) -> Response:
    whole = response if response.status else _with_body(response)
    return whole._replace(
        transmission=Transmission(
            "drip", seconds=parameters["seconds"], at_once=parameters["at_once"]
        )
    )


def _redirect(_response: Response, request: Request, parameters: Parameters) -> Response:
    query = "?" + request.query if request.query else ""
    location = parameters.get("location", "/moved" + request.path + query)
    return json_response(
        {"message": "Moved"}, status=parameters["status"], headers={"Location": location}
    )


def _clock_off(response: Response, _request: Request, _parameters: Parameters) -> Response:
    return response


#: All faults by name.
FAULTS: dict[str, Fault] = {
    "too_many_requests": Fault(_error(429, "Too many requests"), {"retry_after": RETRY_AFTER}),
    "internal_server_error": Fault(_error(500, "Internal server error")),
    "service_unavailable": Fault(_error(503, "Service unavailable"), {"retry_after": RETRY_AFTER}),
    "bad_gateway": Fault(_bad_gateway),
    "empty_answer": Fault(_empty_answer, takes_effect=True),
    "truncated_body": Fault(_truncated_body, {"keep": _bytes(None)}, takes_effect=True),
    "malformed_json": Fault(_malformed_json, takes_effect=True),
    "wrong_json_type": Fault(_wrong_json_type, {"document": DOCUMENT}, takes_effect=True),
    "garbage_status_line": Fault(_transmitted("garbage")),
    "huge_header": Fault(_huge_header, takes_effect=True),
    "reset": Fault(_transmitted("reset")),
    "close": Fault(_transmitted("close")),
    "drop_answer": Fault(_transmitted("close"), takes_effect=True),
    "stall": Fault(_transmitted("stall"), {"seconds": _seconds(None)}),
    "drip": Fault(_drip, {"seconds": _seconds(0.1), "at_once": _bytes(0)}, takes_effect=True),
    "redirect": Fault(_redirect, {"status": STATUS}),
    "redirect_to_other_host": Fault(_redirect, {"location": LOCATION, "status": STATUS}),
    "clock_off": Fault(_clock_off, {"seconds": CLOCK_OFF}, takes_effect=True),
}
