"""Whatever a caller gives, it is refused before anything is sent, or arrives intact and signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from contextlib import nullcontext
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.answers import EVERYTHING
from tests.integration.scripted_server import Received, ScriptedServer, answer, configure
from tests.strategies import THOROUGH, json_values, query_params
from vivialconnect import Message, configured

EXAMPLES = 10_000 if THOROUGH else 400

_ODD_TEXTS = (
    "", ".", "..", "/", "a/b", "../x", "%2e%2e", "%2F", "a b", "?x=1", "#x", "é", "\ud800", "\n",
    "\r\nX: y", "\x00", "\u2028", "a;b", "a&b=c", "+", "%", "%zz", "%ff", "\\", "7.json", "@",
)  # fmt: skip
_TEXTS = st.one_of(st.sampled_from(_ODD_TEXTS), st.text(max_size=8))
_IDS = st.one_of(st.integers(), _TEXTS, st.sampled_from([True, 1.5, b"x", [], {}, 10**30]))
_PATHS = st.one_of(
    st.none(), st.lists(_TEXTS, max_size=3).map("/".join), st.sampled_from([7, b"x", "messages/9"])
)
_QUERIES = st.one_of(
    query_params(),
    st.dictionaries(st.one_of(_TEXTS, st.integers()), st.one_of(_TEXTS, st.just({1})), max_size=3),
    st.sampled_from(["page=1", 7, [("a", "b")]]),
)
_ATTRIBUTES = st.one_of(
    st.dictionaries(_TEXTS, st.one_of(json_values(), _TEXTS, st.just({1})), max_size=3),
    st.sampled_from([None, 7, [1], {1: 2}, {"id": None, "body": math.nan}]),
)
_WORDS = st.one_of(
    st.sampled_from(["MTK1", "s3cret/+=", " x "]), _TEXTS, st.sampled_from([7, b"x"])
)
_ENDS = st.sampled_from(
    [
        "",
        "/",
        "/api/v1.0",
        "/a b",
        "/%61%20b",
        "/é",
        "/..",
        "/%2e%2e/x",
        "?x=1",
        "#x",
        "//x",
        "\n",
        ";",
    ]
)


class Input(NamedTuple):
    """What a caller gives."""

    changes: dict[str, Any]
    end: str
    scoped: bool
    verb: str
    id_: Any
    path: Any
    query: Any
    attributes: Any


_SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "api_key": _WORDS,
        # Marked, so that what stands in a path, and so in the log, is never the secret by chance.
        "api_secret": _WORDS.map(
            lambda word: "secret:" + word if isinstance(word, str) and word else word
        ),
        "api_account_id": _IDS,
        "request_timeout": st.sampled_from(
            [20, 0.5, 0, -1, math.nan, math.inf, "3", True, None, 1e9, 1e11, 1e300, 10**400]
        ),
        "max_retries": st.sampled_from([0, 3, -1, 10**30, True, 1.5, "2", None]),
        "api_verify_request": st.sampled_from([True, False, "/nowhere", 1, b"x", None, ""]),
    },
)
_NO_SETTINGS: st.SearchStrategy[dict[str, Any]] = st.just({})
INPUTS = st.builds(
    Input,
    st.one_of(_NO_SETTINGS, _SETTINGS),
    st.one_of(st.just("/api/v1.0"), _ENDS),
    st.booleans(),
    st.sampled_from(["find", "list", "count", "create", "save", "get", "attachments"]),
    _IDS,
    _PATHS,
    _QUERIES,
    _ATTRIBUTES,
)


def call(given_: Input) -> None:
    """Make the call that an input is for."""
    verb, id_, path = given_.verb, given_.id_, given_.path
    if verb == "find":
        Message.find(7 if id_ is None else id_, path)
    elif verb == "list":
        Message.find(None, path)
    elif verb == "count":
        Message.count(given_.query, path=path)
    elif verb == "create":
        Message.create(given_.attributes)
    elif verb == "save":
        Message({"id": id_, "body": "x"}, {"path": path}).save()
    elif verb == "get":
        Message.get(id_, path, "x")
    else:
        Message(id_).attachments()


def expected_segments(given_: Input, in_force: dict[str, Any]) -> list[str]:
    """Return the segments that the path must have, decoded, the last without its suffix."""
    base = unquote(urlsplit(in_force["api_base_url"]).path.rstrip("/"))
    above = [*base.split("/")[1:], "accounts", str(in_force["api_account_id"])]
    prefix = given_.path.strip("/") if isinstance(given_.path, str) else ""
    prefixed = [*above, *(unquote(part) for part in prefix.split("/") if prefix), "messages"]
    id_ = str(given_.id_)
    return {
        "find": [*prefixed, id_],
        "list": prefixed,
        "count": [*prefixed, "count"],
        "create": [*above, "messages"],
        "save": [*prefixed, id_],
        "get": [*prefixed, id_, "x"],
        "attachments": [*above, "messages", id_, "attachments"],
    }[given_.verb]


def signature_of(received: Received, secret: str) -> str:
    """Return the signature that the service would work out, from the request as it arrived."""
    path, _, query = received.target.partition("?")
    pairs = [
        "{}={}".format(quote(name, safe="-._~"), quote(value, safe="-._~"))
        for name, value in parse_qsl(query, keep_blank_values=True)
    ]
    names = received.headers["x-auth-signedheaders"].split(";")
    lines = [
        received.method,
        received.headers["x-auth-date"],
        quote(unquote(path), safe="/-._~"),
        "&".join(sorted(pairs)),
        *(f"{name}:{received.headers[name]}" for name in names),
        ";".join(names),
        hashlib.sha256(received.body).hexdigest(),
    ]
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def check_request(given_: Input, in_force: dict[str, Any], received: Received) -> None:
    """Check that what arrived is what was asked for."""
    path = received.target.partition("?")[0]
    segments = path.split("/")[1:]
    signed = "HMAC {}:{}".format(
        in_force["api_key"], signature_of(received, in_force["api_secret"])
    )

    assert segments[-1].endswith(".json")
    segments[-1] = segments[-1][: -len(".json")]
    assert [unquote(segment) for segment in segments] == expected_segments(given_, in_force)
    assert not {"", ".", ".."}.intersection(segments[-len(segments) + 2 :])
    assert received.headers["authorization"] == signed
    assert {"date", "host"} <= set(received.headers["x-auth-signedheaders"].split(";"))
    if received.body:
        assert list(json.loads(received.body)) == ["message"]


def attempt(server: ScriptedServer, given_: Input) -> str | None:
    """Make a call; return why it was refused, or ``None`` if it was sent."""
    server.requests.clear()
    url = server.url + given_.end
    try:
        # A scope refuses what is empty when it is made, a class falls back to what is around it.
        scope = configured(**given_.changes) if given_.scoped else nullcontext()
        configure(url, **({} if given_.scoped else given_.changes))
        with scope:
            in_force = {
                name: getattr(Message, name)
                for name in ("api_key", "api_secret", "api_account_id", "api_base_url")
            }
            call(given_)
    except ValueError as refusal:
        assert server.requests == []
        return str(refusal)
    (received,) = server.requests
    check_request(given_, in_force, received)
    return None


@pytest.mark.filterwarnings("ignore:.* has no filter:UserWarning")
def test_input__fuzzed() -> None:
    """It is a ValueError and nothing is sent, or the path is intact and the signature right."""
    refused: list[str | None] = []
    with ScriptedServer(answer(EVERYTHING)) as server:

        @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
        @given(INPUTS)
        def check(given_: Input) -> None:
            refused.append(attempt(server, given_))

        check()

    assert len(refused) >= EXAMPLES
    assert refused.count(None) > EXAMPLES // 20
    assert len(set(refused)) > 10


@pytest.mark.parametrize("seconds", [2_000_001, 1e9, 1e300, 10**400])
def test_timeout__longer_than_sockets_count(seconds: float) -> None:
    """A call may take as long as anybody likes; no socket overflows."""
    with ScriptedServer(answer({"count": 1})) as server:
        configure(server.url, request_timeout=seconds)
        assert Message.count() == 1

    assert len(server.requests) == 1
