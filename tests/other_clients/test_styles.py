"""What each client sends, and the form in which the sandbox finds it signed."""

from __future__ import annotations

import re
from calendar import timegm
from pathlib import Path
from time import strptime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from vivialconnect.sandbox import Sandbox

from . import rules
from .caller import Caller, each_of
from .profiles import (
    EVERYONE,
    JAVA,
    NET,
    PHP,
    PY_MASTER,
    PY_RELEASED,
    RUBY,
    SAMPLE_JAVA,
    SAMPLE_JS,
    SAMPLE_PHP,
    SAMPLE_PY,
    SAMPLE_RB,
    SERVICE,
    Profile,
)

if TYPE_CHECKING:
    from tests.sandbox.client import Signed
    from vivialconnect.sandbox import Request

PAIRS = [("order", "id desc"), ("limit", "5")]
DATA = {"a": "\u00e9/"}
RAW, ESCAPED, PHP_ESCAPED = (
    text.encode() for text in ('{"a":"\u00e9/"}', '{"a":"\\u00e9/"}', '{"a":"\\u00e9\\/"}')
)
PLUS, PERCENT = "order=id+desc&limit=5", "order=id%20desc&limit=5"
SORTED = "query percent-encoded, pairs sorted"
IN_JAVA = "query in Java's form encoding, pairs sorted"
LEFT_OUT = "query left out, as the samples do"


class Style(NamedTuple):
    """What the description of the wire protocol says about a client.

    :param get: the headers that it signs without a body.
    :param post: the headers that it signs with one.
    :param delete: the headers that it signs with a DELETE.
    :param query: :data:`PAIRS` in its URL; empty for a client that sends no query.
    :param body: :data:`DATA` in its body.
    :param no_data: the bodies of its GET and its POST without data.
    :param host: the form in which the host is signed.
    :param signed_query: the form in which the query is signed.
    """

    get: str
    post: str
    delete: str
    query: str
    body: bytes
    no_data: tuple[bytes, bytes]
    host: str
    signed_query: str


_PY = ("date;host", "content-type;date;host", "date;host", PLUS, ESCAPED)
_FOUR = "accept;content-type;date;host"
_THREE = ("accept;date;host",) * 3
NOTHING = (b"", b"")
#: The clients that sign the service's name for every host.
LITERAL = (RUBY, SAMPLE_JS, SAMPLE_RB)

STYLES: dict[str, Style] = {
    PY_RELEASED.name: Style(*_PY, (b"", b"{}"), "host as sent", SORTED),
    PY_MASTER.name: Style(*_PY, (b"", b"null"), "host as sent", SORTED),
    JAVA.name: Style(
        "accept;date;host", _FOUR, _FOUR, PLUS, RAW, NOTHING, "host without port", IN_JAVA
    ),
    RUBY.name: Style(*_THREE, PLUS, RAW, (b"{}", b"{}"), "host as sent", SORTED),
    PHP.name: Style(*("accept;date",) * 3, PLUS, PHP_ESCAPED, NOTHING, "no host", SORTED),
    NET.name: Style(*_PY[:3], PERCENT, RAW, NOTHING, "host as sent", SORTED),
    SAMPLE_JS.name: Style(*_THREE, PLUS, RAW, NOTHING, "host of the service", LEFT_OUT),
    SAMPLE_RB.name: Style(*_THREE, PLUS, RAW, NOTHING, "host of the service", LEFT_OUT),
    SAMPLE_PY.name: Style(
        "accept;date;host", _FOUR, "accept;date;host", "", ESCAPED, NOTHING, "host as sent", "",
    ),
    SAMPLE_JAVA.name: Style(
        "accept;date;host", _FOUR, "accept;date;host", PLUS, RAW, NOTHING, "host without port",
        IN_JAVA,
    ),
    SAMPLE_PHP.name: Style(
        "accept;date", "accept;content-type;date", "accept;date", "", PHP_ESCAPED, NOTHING,
        "no host", "",
    ),
}  # fmt: skip


@pytest.fixture
def style(profile: Profile) -> Style:
    """Return the facts about the client."""
    return STYLES[profile.name]


def received(caller: Caller, method: str, **more: Any) -> Request:
    """Request an unknown path, and return what the sandbox received."""
    response = caller.call(method, "/accounts/12345/nothing.json", **more)
    assert response.status == 404, (caller.profile.name, response)
    return caller.sandbox.requests[-1]


@each_of(EVERYONE)
def test_headers__signed_by_method(caller: Caller, style: Style) -> None:
    """The client signs its own choice of headers by method and body, and is accepted."""
    for method, data, names in (
        ("GET", None, style.get if not style.no_data[0] else style.post),
        ("POST", DATA, style.post),
        ("PUT", DATA, style.post),
        ("DELETE", None, style.delete),
    ):
        request = received(caller, method, data=data)
        assert request.headers["X-Auth-SignedHeaders"] == names
        assert (request.variant or "").split("; ")[0] == style.host


@each_of([profile for profile in EVERYONE if STYLES[profile.name].query])
def test_query__signed_in_the_form(caller: Caller, style: Style) -> None:
    """The query has one form in the URL, and another form in the signature or none."""
    request = received(caller, "GET", pairs=PAIRS)
    assert request.query == style.query
    assert request.variant == f"{style.host}; path as sent; {style.signed_query}"


@each_of(EVERYONE)
def test_body__as_the_client_writes_it(caller: Caller, style: Style) -> None:
    """Letters beyond ASCII are sent raw or escaped, and no data as nothing, ``{}`` or ``null``."""
    assert received(caller, "POST", data=DATA).body == style.body
    assert tuple(received(caller, method).body for method in ("GET", "POST")) == style.no_data


def signed_parts(profile: Profile, request: Signed) -> set[str]:
    """Return the names of parts that must not change."""
    style, names = STYLES[profile.name], dict(request.headers)["X-Auth-SignedHeaders"].split(";")
    parts = {"method", "path", "body", "x-auth-date", "x-auth-signedheaders", "authorization"}
    # If the service's name is signed, any host is accepted.
    parts.update(name for name in names if name != "host" or profile not in LITERAL)
    parts.update(["query"] if style.signed_query not in (LEFT_OUT, "") else [])
    return parts


@each_of(EVERYONE)
def test_change__in_every_signed_part(caller: Caller, style: Style) -> None:
    """A changed byte in any signed part is refused, with every method."""
    pairs = PAIRS if style.query else []
    for method in ("GET", "POST", "PUT", "DELETE"):
        data = DATA if method in ("POST", "PUT") else None
        request = caller.write(method, "/accounts/12345/nothing.json", pairs, data)
        spoiled = list(caller.spoil(request))
        assert {part for part, _ in spoiled} == signed_parts(caller.profile, request)
        for part, changed in spoiled:
            assert sum(one != other for one, other in zip(request, changed)) == 1
            caller.refused(part, changed)
        assert caller.client.send(request).status == 404


@each_of([JAVA])
def test_delete__typed_without_a_body(caller: Caller) -> None:
    """Java's DELETE has a Content-Type and neither a body nor a Content-Length."""
    request = received(caller, "DELETE")
    assert request.headers["Content-Type"] == "application/json"
    assert "Content-Length" not in request.headers


@each_of([RUBY, NET])
def test_host__not_the_sandbox_s(caller: Caller) -> None:
    """The Host header may be the service's name, or omit the port."""
    expected = {RUBY.name: SERVICE, NET.name: "127.0.0.1"}
    assert received(caller, "GET").headers["Host"] == expected[caller.profile.name]


@each_of([NET])
def test_media_type__a_list(caller: Caller) -> None:
    """A list of media types is accepted, as Content-Type too."""
    request = received(caller, "POST", data=DATA)
    assert request.headers["Accept"] == "application/json, text/javascript"
    assert request.headers["Content-Type"] == "application/json, text/javascript"


@each_of(EVERYONE)
def test_documentation__says_what_is_signed(style: Style, profile: Profile) -> None:
    """The page about clients says what each signs."""
    page = (Path(__file__).parents[2] / "docs" / "sandbox-clients.rst").read_text("utf-8")
    (record,) = re.findall(f"^{re.escape(profile.name)} +``(.+?)`` +``(.+?)`` ", page, re.MULTILINE)
    assert record == (style.get, style.post)


@pytest.mark.parametrize(
    ("day", "status"), [("26 Dec 2026", 200), ("27 Dec 2026", 401), ("01 Jan 2027", 200)]
)
def test_date__with_the_year_of_the_week(day: str, status: int) -> None:
    """The Java sample's Date is a year ahead in the week of New Year, and is refused by name."""
    moment = timegm(strptime(day, "%d %b %Y"))
    profile = SAMPLE_JAVA._replace(date=rules.date_of_the_week_s_year)
    with Sandbox(clock=lambda: moment) as sandbox, Caller(sandbox, profile) as caller:
        request = caller.write("GET", "/accounts/12345.json", moment=moment)
        response = caller.client.send(request)
        assert response.status == status
        if status == 401:
            expected = {"message": "Date and X-Auth-Date must be the same instant"}
            assert response.json == expected
