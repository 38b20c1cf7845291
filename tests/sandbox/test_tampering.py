"""A property: a signed request with one changed byte is refused, except for listed equivalences.

The wire protocol (1.5 to 1.7) requires the equivalences, because clients sign other bytes than they
send. Each is listed with a vector that would be refused without it.
"""

from __future__ import annotations

from typing import Any, Callable, NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vivialconnect.sandbox import Sandbox

from .client import Client, Signed, canonical, signature
from .test_verification import KEY, MOMENT, SECRET, VECTORS, of_vector

DATE = "Thu, 02 Jul 2020 10:11:12 GMT"
STAMP = "20200702T101112Z"


class Equivalence(NamedTuple):
    """A change that the verification ignores.

    :param rule: what clients do.
    :param needed_by: the vector that is refused without it.
    :param holds: returns whether it makes two requests equal.
    """

    rule: str
    needed_by: str
    holds: Callable[[Signed, Signed], bool]


def _only_differs(part: str, one: Signed, other: Signed) -> bool:
    def rest(request: Signed) -> tuple[Any, ...]:
        path, _, query = request.target.partition("?")
        parts = {
            "method": request.method,
            "path": path,
            "query": query,
            "headers": request.headers,
            "body": request.body,
        }
        return tuple(value for name, value in parts.items() if name != part)

    return rest(one) == rest(other)


def _same_path(one: Signed, other: Signed) -> bool:
    paths = [unquote_to_bytes(request.target.partition("?")[0]) for request in (one, other)]
    return _only_differs("path", one, other) and paths[0] == paths[1]


def _same_pairs(one: Signed, other: Signed) -> bool:
    pairs = [
        sorted(
            parse_qsl(
                request.target.partition("?")[2], keep_blank_values=True, errors="surrogateescape"
            )
        )
        for request in (one, other)
    ]
    return _only_differs("query", one, other) and pairs[0] == pairs[1]


EQUIVALENCES = [
    Equivalence("1.6: the path is decoded, then encoded", "v09_path_raw_specials", _same_path),
    Equivalence("1.7: the pairs are decoded, then encoded", "v02_get_query_mixed", _same_pairs),
]


@pytest.mark.parametrize("equivalence", EQUIVALENCES, ids=lambda each: each.needed_by)
def test_equivalence__needed_by_its_vector(equivalence: Equivalence) -> None:
    """The vector is not signed over the bytes that are sent, so it needs the equivalence."""
    vector = next(each for each in VECTORS if each["id"] == equivalence.needed_by)
    target = of_vector(vector, "", "unused").target
    path, _, query = target.partition("?")
    lines = vector["expected_canonical_request"].split("\n")
    if equivalence.rule.startswith("1.6"):
        assert lines[2] != path
    else:
        assert lines[3] != "&".join(sorted(query.split("&")))


QUERY = "search=caf%C3%A9%20~&order=id%20desc&empty=&a=1&a=2"
PATH = "/api/v1.0/accounts/12345/tags/a%20b%2Bc~%C3%A9.json"


def running() -> Sandbox:
    """Start a sandbox at the vectors' time, with their key."""
    return Sandbox(api_key=KEY, api_secret=SECRET, clock=lambda: MOMENT)


def base_request(host: str) -> Signed:
    """Sign a request that has all parts, as the Python client does."""
    headers = {"content-type": "application/json", "date": DATE, "host": host}
    body = b'{"message":{"body":"Hi"}}'
    query = "&".join(sorted(QUERY.split("&")))
    mac = signature(SECRET, canonical("POST", STAMP, PATH, query, headers, body))
    wire = [
        ("Host", host),
        ("Content-Type", "application/json"),
        ("Date", DATE),
        ("X-Auth-Date", STAMP),
        ("X-Auth-SignedHeaders", "content-type;date;host"),
        ("Authorization", f"HMAC {KEY}:{mac}"),
    ]
    return Signed("POST", PATH + "?" + QUERY, wire, body)


#: The bytes that each part may hold in valid HTTP.
VISIBLE = [chr(code) for code in range(0x21, 0x7F)]
TOKEN = [each for each in VISIBLE if each.isalpha()]


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, int, str]:
    """Choose a part, a position in it, and a new byte."""
    part = draw(st.sampled_from(["method", "path", "query", "header", "body"]))
    alphabet = {"method": TOKEN, "path": [each for each in VISIBLE if each not in "?#"]}
    place = draw(st.integers(0, 200))
    return part, place, draw(st.sampled_from(alphabet.get(part, VISIBLE)))


def put(text: str, place: int, byte: str) -> str:
    """Replace one character."""
    index = place % len(text)
    return text[:index] + byte + text[index + 1 :]


def apply(request: Signed, part: str, place: int, byte: str) -> Signed:
    """Change one byte of one part."""
    path, _, query = request.target.partition("?")
    if part == "method":
        return request._replace(method=put(request.method, place, byte))
    if part == "path":
        # Keep the first slash: without it the target is invalid.
        return request._replace(target="/" + put(path[1:], place, byte) + "?" + query)
    if part == "query":
        return request._replace(target=path + "?" + put(query, place, byte))
    if part == "body":
        return request._replace(body=put(request.body.decode(), place, byte).encode())
    headers: list[tuple[str, str]] = list(request.headers)
    index = place % 5
    name, value = headers[index]
    headers[index] = (name, put(value, place // 5, byte))
    return request._replace(headers=headers)


def test_tampering__one_byte() -> None:
    """A request with one changed byte is refused, unless a listed equivalence applies."""
    seen: dict[bool, int] = {True: 0, False: 0}
    with running() as sandbox, Client(sandbox) as client:
        original = base_request(client.host)
        assert client.send(original).status == 404

        @settings(max_examples=400)
        @given(changed())
        def check(change: tuple[str, int, str]) -> None:
            tampered = apply(original, *change)
            if tampered == original:
                return
            same = any(each.holds(original, tampered) for each in EQUIVALENCES)
            response = client.send(tampered)
            seen[same] += 1
            assert (response.status != 401) == same, (change, response)

        check()
    assert seen[False] > 100


@pytest.mark.parametrize(
    ("old", "new"), [("%C3%A9.json", "%c3%A9.json"), ("caf%C3%A9", "caf%C3%a9")]
)
def test_tampering__equivalent(old: str, new: str) -> None:
    """Each equivalence accepts its own change: another case of escaped digits."""
    with running() as sandbox, Client(sandbox) as client:
        original = base_request(client.host)
        tampered = original._replace(target=original.target.replace(old, new))
        assert tampered != original
        assert any(each.holds(original, tampered) for each in EQUIVALENCES)
        assert client.send(tampered).status == 404


def test_host__signed_without_its_port() -> None:
    """A host that was signed without its port is accepted with any port (1.5, as v11)."""
    assert urlsplit(VECTORS[10]["url"]).port
    _check_host(signed="127.0.0.1", sent="127.0.0.1:8080", other="127.0.0.1:9090", wrong="[::1]")


def test_host__signed_as_the_service() -> None:
    """The service's own name, if signed, is accepted with any host (1.5, as v12 here)."""
    _check_host(signed="api.vivialconnect.net", sent="127.0.0.1:1", other="localhost", wrong=None)


def _check_host(signed: str, sent: str, other: str, wrong: Any) -> None:
    with running() as sandbox, Client(sandbox) as client:
        request = client.sign("GET", PATH, moment=MOMENT, host=signed)
        for host, accepted in ((sent, True), (other, True), (wrong, False)):
            headers = [(name, host if name == "host" else value) for name, value in request.headers]
            if host is not None:
                response = client.send(request._replace(headers=headers))
                assert (response.status == 404) == accepted, host


@pytest.mark.parametrize(
    ("names", "host", "status"),
    [
        ("accept;date;host", "api.vivialconnect.net", 200),
        ("accept;date;host", "localhost", 401),
        ("date;host", "api.vivialconnect.net", 401),
    ],
)
def test_query__left_out_as_the_samples_do(names: str, host: str, status: int) -> None:
    """An unsigned query is accepted only with the headers of the samples (1.7, profile of v12)."""
    values = {"accept": "application/json", "date": DATE, "host": host}
    signed = {name: values[name] for name in names.split(";")}
    path = "/api/v1.0/accounts/12345/messages.json"
    mac = signature(SECRET, canonical("GET", STAMP, path, "", signed, b""))
    headers = [
        *signed.items(),
        ("X-Auth-Date", STAMP),
        ("X-Auth-SignedHeaders", names),
        ("Authorization", f"HMAC {KEY}:{mac}"),
    ]
    with running() as sandbox, Client(sandbox) as client:
        request = Signed("GET", path + "?limit=5", headers, b"")
        assert client.send(request).status == status
