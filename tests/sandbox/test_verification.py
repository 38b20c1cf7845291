"""Verification of signatures: all vectors in all forms, and all reasons for a refusal."""

from __future__ import annotations

import base64
import json
from calendar import timegm
from collections.abc import Iterator
from pathlib import Path
from time import strptime
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from vivialconnect.sandbox import Sandbox

from .client import Client, Signed, canonical, signature

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "hmac-vectors.json").read_text("utf-8")
)["vectors"]
MOMENT = timegm(strptime("20200702T101112Z", "%Y%m%dT%H%M%SZ"))
KEY, SECRET = VECTORS[0]["api_key"], VECTORS[0]["api_secret"]

#: Each vector's expected signature, and those of other implementations.
CASES: list[tuple[str, dict[str, Any], str]] = [
    (f"{vector['id']}-{number}", vector, each)
    for vector in VECTORS
    for number, each in enumerate(
        [vector["expected_signature"]]
        + [other["signature"] for other in vector["other_canonicalisations"]]
    )
]


@pytest.fixture(scope="module")
def then() -> Iterator[Sandbox]:
    """Start a sandbox at the vectors' time, with their key."""
    with Sandbox(api_key=KEY, api_secret=SECRET, clock=lambda: MOMENT) as running:
        yield running


@pytest.fixture
def caller(then: Sandbox) -> Iterator[Client]:
    """Return a client at the vectors' time."""
    with Client(then) as connected:
        yield connected


def of_vector(vector: dict[str, Any], mac: str, host: str) -> Signed:
    """Return the request of a vector, with its URL as HTTP libraries send it."""
    parts = urlsplit(vector["url"])
    target = quote(parts.path, safe="/%+~*") + ("?" + parts.query if parts.query else "")
    headers = [("Host", host)] if "Host" not in vector["headers_signed"] else []
    headers += list(vector["headers_signed"].items())
    headers += [
        ("X-Auth-Date", vector["x_auth_date"]),
        ("X-Auth-SignedHeaders", vector["x_auth_signedheaders"]),
        ("Authorization", f"HMAC {vector['api_key']}:{mac}"),
    ]
    return Signed(vector["method"], target, headers, vector["body_utf8"].encode())


@pytest.mark.parametrize(("name", "vector", "mac"), CASES, ids=[case[0] for case in CASES])
def test_vector__every_form(
    then: Sandbox, caller: Client, name: str, vector: dict[str, Any], mac: str
) -> None:
    """The signature of every real client is accepted, and its form has a name."""
    response = caller.send(of_vector(vector, mac, caller.host))
    assert response.status not in (401, 403, 500), (name, response)
    assert then.requests[-1].variant


@pytest.mark.parametrize(("name", "vector", "mac"), CASES, ids=[case[0] for case in CASES])
def test_vector__one_digit_of_the_signature_changed(
    caller: Client, name: str, vector: dict[str, Any], mac: str
) -> None:
    """A signature with another digit is refused, and the response has no secret and no digest."""
    wrong = mac[:-1] + ("0" if mac[-1] != "0" else "1")
    response = caller.send(of_vector(vector, wrong, caller.host))
    assert response.status == 401, name
    assert vector["api_secret"] not in response.body.decode()
    assert mac not in response.body.decode()


def test_vector__canonical_request_shown(caller: Client) -> None:
    """A refusal shows the canonical request, line by line."""
    response = caller.send(of_vector(VECTORS[1], "0" * 64, caller.host))
    assert response.json["canonical_request"] == VECTORS[1]["expected_canonical_request"]
    assert "matches_variant" not in response.json


PATH = "/api/v1.0/accounts/12345/messages.json"


def signed_by_hand(
    caller: Client, text: str, *, target: str = PATH, body: bytes = b"", mac: str = ""
) -> Signed:
    """Return a request whose signature covers a given text."""
    headers = [
        ("Host", caller.host),
        ("Date", "Thu, 02 Jul 2020 10:11:12 GMT"),
        ("X-Auth-Date", "20200702T101112Z"),
        ("X-Auth-SignedHeaders", "date;host"),
        ("Authorization", f"HMAC {KEY}:{mac or signature(SECRET, text)}"),
    ]
    return Signed("GET", target, headers, body)


def right_text(caller: Client, *, query: str = "", body: bytes = b"") -> str:
    """Return the correct canonical request."""
    headers = {"date": "Thu, 02 Jul 2020 10:11:12 GMT", "host": caller.host}
    return canonical("GET", "20200702T101112Z", PATH, query, headers, body)


QUERY = "order=id+desc&limit=5"
RIGHT_QUERY = "limit=5&order=id%20desc"
MISTAKES = {
    "the query left out": lambda text: text.replace(RIGHT_QUERY, ""),
    "the query as on the wire": lambda text: text.replace(RIGHT_QUERY, QUERY),
    "the query in its own order": lambda text: text.replace(RIGHT_QUERY, "order=id%20desc&limit=5"),
    "the path without /api/v1.0": lambda text: text.replace("/api/v1.0", ""),
    "the query left in the path": lambda text: text.replace(
        ".json\n" + RIGHT_QUERY, ".json?" + QUERY + "\n"
    ),
    "the Date header as timestamp": lambda text: text.replace(
        "\n20200702T101112Z", "\nThu, 02 Jul 2020 10:11:12 GMT"
    ),
    "the method in lower case": lambda text: text.replace("GET", "get"),
    "a space after each colon": lambda text: text.replace("date:", "date: ").replace(
        "host:", "host: "
    ),
    "a line feed at the end": lambda text: text + "\n",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake__named(caller: Client, name: str) -> None:
    """A signature with a known mistake is refused, and the message names the mistake."""
    text = right_text(caller, query=RIGHT_QUERY)
    wrong = MISTAKES[name](text)
    assert wrong != text
    response = caller.send(signed_by_hand(caller, wrong, target=PATH + "?" + QUERY))
    assert (response.status, response.json["matches_variant"]) == (401, name)


def test_mistake__body_left_out(caller: Client) -> None:
    """A signature over an empty body is refused by name if there is a body."""
    response = caller.send(signed_by_hand(caller, right_text(caller), body=b"{}"))
    assert (response.status, response.json["matches_variant"]) == (401, "the body left out")


def test_mistake__encoding_of_the_signature(caller: Client) -> None:
    """A signature in upper case or base64 is refused by name."""
    mac = signature(SECRET, right_text(caller))
    upper = caller.send(signed_by_hand(caller, "", mac=mac.upper()))
    assert upper.json["matches_variant"] == "the signature in upper case"
    coded = base64.b64encode(bytes.fromhex(mac)).decode()
    other = caller.send(signed_by_hand(caller, "", mac=coded))
    assert other.json["matches_variant"] == "the signature in base64"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("Authorization", "Basic abc", "HMAC api_key:signature"),
        ("Authorization", "HMAC " + "0" * 64, "HMAC api_key:signature"),
        ("Authorization", "HMAC MTKNOBODY:" + "0" * 64, "unknown or inactive"),
        ("X-Auth-Date", "2020-07-02T10:11:12Z", "YYYYMMDDThhmmssZ"),
        ("X-Auth-Date", "20201302T101112Z", "YYYYMMDDThhmmssZ"),
        ("X-Auth-Date", "20200702T101113Z", "same instant"),
        ("Date", "yesterday", "Thu, 02 Jul 2020"),
        ("Date", "Thu, 02 Jul 2020 10:11:13 GMT", "same instant"),
        ("X-Auth-SignedHeaders", "", "lower case, sorted"),
        ("X-Auth-SignedHeaders", "Date;host", "lower case, sorted"),
        ("X-Auth-SignedHeaders", "host;date", "lower case, sorted"),
        ("X-Auth-SignedHeaders", "date;date", "lower case, sorted"),
        ("X-Auth-SignedHeaders", "host", "date header must be signed"),
        ("X-Auth-SignedHeaders", "accept;date;host", "exactly once, but is sent 0 times"),
    ],
)
def test_refusal__header(caller: Client, name: str, value: str, words: str) -> None:
    """A missing, malformed or contradicting header is refused by name."""
    request = signed_by_hand(caller, right_text(caller))
    headers = [(key, value if key == name else text) for key, text in request.headers]
    response = caller.send(request._replace(headers=headers))
    assert response.status == 401
    assert words in response.json["message"]


def test_refusal__signed_header_twice(caller: Client) -> None:
    """A signed header that is sent twice is refused, because only one of them was signed."""
    request = signed_by_hand(caller, right_text(caller))
    again = [*request.headers, ("Date", "Thu, 02 Jul 2020 10:11:12 GMT")]
    response = caller.send(request._replace(headers=again))
    assert response.status == 401
    assert "2 times" in response.json["message"]


@pytest.mark.parametrize(("late", "status"), [(900, 200), (901, 401), (-900, 200), (-901, 401)])
def test_clock__at_the_edge_of_what_is_tolerated(late: int, status: int) -> None:
    """A clock that is 15 minutes off is accepted, and one second more is refused."""
    with Sandbox(clock=lambda: MOMENT) as running, Client(running) as caller:
        response = caller.send(caller.sign("GET", PATH, moment=MOMENT - late))
        assert response.status == status
        if status == 401:
            assert "901 seconds" in response.json["message"]
            assert response.json["canonical_request"].startswith("GET\n")


def test_date__without_an_offset(caller: Client) -> None:
    """A Date with the zone -0000 is in UTC."""
    date = "Thu, 02 Jul 2020 10:11:12 -0000"
    signed = {"date": date, "host": caller.host}
    text = canonical("GET", "20200702T101112Z", PATH, "", signed, b"")
    request = signed_by_hand(caller, text)
    headers = [(name, date if name == "Date" else value) for name, value in request.headers]
    assert caller.send(request._replace(headers=headers)).status == 200


def test_header__signed_as_utf8(caller: Client) -> None:
    """A signed header with non-ASCII letters is verified as UTF-8."""
    signed = {"date": "Thu, 02 Jul 2020 10:11:12 GMT", "host": caller.host, "x-note": "caf\u00e9"}
    text = canonical("GET", "20200702T101112Z", PATH, "", signed, b"")
    request = signed_by_hand(caller, text)
    headers = [
        (name, "date;host;x-note" if name == "X-Auth-SignedHeaders" else value)
        for name, value in request.headers
    ]
    headers.append(("X-Note", "caf\u00e9".encode().decode("latin-1")))
    assert caller.send(request._replace(headers=headers)).status == 200


def test_account__of_another_account(caller: Client) -> None:
    """A valid signature for another account's path is refused with 403."""
    response = caller.call_path("GET", "/api/v1.0/accounts/1/messages.json")
    assert response.status == 401, "the caller's clock is today's"
    signed = caller.sign("GET", "/api/v1.0/accounts/1/messages.json", moment=MOMENT)
    refused = caller.send(signed)
    assert (refused.status, list(refused.json)) == (403, ["message"])
    strange = caller.send(caller.sign("GET", "/api/v1.0/accounts/x/users.json", moment=MOMENT))
    assert (strange.status, strange.json["message"]) == (404, "Resource not found for id x")
