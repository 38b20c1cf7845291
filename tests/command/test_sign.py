"""``vivialconnect sign``: the stages of a signature, and the check of raw requests."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.other_clients.caller import Caller, each_of
from tests.other_clients.profiles import EVERYONE, PY_RELEASED
from tests.sandbox.client import Client, Signed, canonical, signature

if TYPE_CHECKING:
    from tests.command.calling import Caller as Command
    from tests.other_clients.profiles import Profile
    from vivialconnect.sandbox import Sandbox

VECTORS: list[dict[str, Any]] = [
    vector
    for vector in json.loads(
        (Path(__file__).parents[1] / "vectors" / "hmac-vectors.json").read_text("utf-8")
    )["vectors"]
    if vector["id"] != "v10_path_already_encoded"  # of release 0.2.4 alone
]
#: What the Python client signs without options.
OF_PYTHON = ("date;host", "content-type;date;host")
TARGET = "/api/v1.0/accounts/12345/tags/a%20b%7E.json"
QUERY = "limit=5&limit2=x&a-b=2&name=a+b&a=1&a=0"
STAMP = "20200702T101112Z"
DATE = "Thu, 02 Jul 2020 10:11:12 GMT"
HOST = "localhost:8080"
BODY = b'{"a": 1}\n'
KEY, SECRET = "MTKEXAMPLE", "sandbox-secret"


def set_settings(monkeypatch: pytest.MonkeyPatch, key: str, secret: str) -> None:
    """Set a key and its secret, and the base URL of the service."""
    monkeypatch.setenv("VIVIALCONNECT_API_KEY", key)
    monkeypatch.setenv("VIVIALCONNECT_API_SECRET", secret)
    monkeypatch.delenv("VIVIALCONNECT_BASE_URL")


@pytest.fixture
def sign(call: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run commands with a key and a secret of the test."""
    set_settings(monkeypatch, KEY, SECRET)
    return call


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_sign__vectors(
    call: Command, monkeypatch: pytest.MonkeyPatch, vector: dict[str, Any]
) -> None:
    """Each vector of the Python client without options, each other one with --signed-headers."""
    set_settings(monkeypatch, vector["api_key"], vector["api_secret"])
    names = vector["x_auth_signedheaders"]
    options = [] if names in OF_PYTHON else ["--signed-headers", names]
    words = (vector["method"], vector["url"], "-d", vector["body_utf8"], *options)
    signed = call("sign", *words, "--date", vector["x_auth_date"], "--json")
    stages = signed.json

    assert signed.err == ""
    assert stages["canonical_request"] == vector["expected_canonical_request"]
    assert stages["signature"] == vector["expected_signature"]
    assert stages["authorization"] == vector["expected_authorization"]
    lines = vector["expected_canonical_request"].split("\n")
    assert [stages[name] for name in ("method", "time", "path", "query")] == lines[:4]
    assert stages["headers"].split("\n") == lines[4:-2]
    assert [stages["signed_headers"], stages["body_digest"]] == lines[-2:]


def test_sign__lines(sign: Command) -> None:
    """Each stage is a line, for a path below the account, and the secret is in none."""
    signed = sign("sign", "get", "messages.json?limit=5", "--date", STAMP)
    stages = dict(line.split("\t") for line in signed.out.splitlines())

    assert stages["method"] == "GET"
    assert stages["path"] == "/api/v1.0/accounts/12345/messages.json"
    assert stages["headers"] == f"date:{DATE}\\nhost:api.vivialconnect.net"
    assert SECRET not in signed.out + signed.err


def test_sign__body_and_headers(sign: Command, tmp_path: Path) -> None:
    """The body comes from a file or stdin, byte for byte; a header replaces that of the client."""
    (tmp_path / "body.json").write_bytes(BODY)
    words = ("sign", "POST", "/accounts.json", "-H", "Host: localhost", "--date", STAMP)
    from_file = sign(*words, "-d", f"@{tmp_path / 'body.json'}")
    from_stdin = sign(*words, "-d", "-", stdin=BODY)

    assert from_file.out == from_stdin.out
    assert f"content-type:application/json\\ndate:{DATE}\\nhost:localhost\n" in from_file.out
    signed = {"content-type": "application/json", "date": DATE, "host": "localhost"}
    text = canonical("POST", STAMP, "/api/v1.0/accounts.json", "", signed, BODY)
    assert f"\nsignature\t{signature(SECRET, text)}\n" in from_file.out


def test_sign__now(call: Command, sandbox: Sandbox) -> None:
    """What is signed without a time is accepted by the service."""
    path = f"/accounts/{sandbox.account_id}.json"
    stages = call("sign", "GET", path, "--json").json
    date = stages["headers"].partition("\n")[0].partition(":")[2]
    headers = [
        ("Date", date), ("X-Auth-Date", stages["time"]),
        ("X-Auth-SignedHeaders", stages["signed_headers"]),
        ("Authorization", stages["authorization"]),
    ]  # fmt: skip
    with Client(sandbox) as client:
        headers.append(("Host", client.host))
        response = client.send(Signed("GET", stages["path"], headers, b""))

    assert response.status == 200


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["GET"], "give a METHOD and a URL, or check alone"),
        (["check", "messages.json"], "give a METHOD and a URL, or check alone"),
        (["GET", "http://"], "URL must be absolute, or a path, got 'http://'"),
        (["GET", "x.json", "-H", "Host"], "'Host' must be 'Name: value'"),
        (["GET", "x.json", "--date", "2020-07-02"], "must be a UTC time such as 20200702T101112Z"),
        (["GET", "x.json", "--date", "20201302T101112Z"], "must be a UTC time such as"),
        (["GET", "x.json", "--signed-headers", "accept"], "must be names such as 'accept;date'"),
        (["GET", "x.json", "--signed-headers", "date;x"], "must have the header x once"),
    ],
)
def test_sign__misuse(sign: Command, words: list[str], problem: str) -> None:
    """A request that cannot be signed is misuse."""
    signed = sign("sign", *words, status=2)

    assert signed.out == ""
    assert problem in signed.err
    assert signed.err.count("\n") == 1


def raw_request(request: Signed, end: bytes = b"\r\n") -> bytes:
    """Write a request as it is sent."""
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return end.join(line.encode() for line in [*lines, "", ""]) + request.body


@each_of(EVERYONE)
def test_check__request_of_each_client(call: Command, sandbox: Sandbox, profile: Profile) -> None:
    """A request that the service accepts matches; one with a changed byte does not."""
    with Caller(sandbox, profile) as caller:
        path, pairs = "/accounts/12345/tags/a b.json", [("limit", "5"), ("order", "id desc")]
        request = caller.write("POST", path.replace(" ", "%20"), pairs, {"a": "é"})
        checked = call("sign check", stdin=raw_request(request))
        for part, spoiled in caller.spoil(request):
            is_misuse = part in ("x-auth-signedheaders", "authorization", "x-auth-date")
            if not is_misuse:
                call("sign check", stdin=raw_request(spoiled), status=1)

    assert checked.err == ""
    assert "\nmatches\ttrue\n" in checked.out


def signed_request(lines: list[str], written: str = "", **changes: str) -> bytes:
    """Write a request whose canonical request the client thinks to be ``lines``."""
    signed = written or signature(SECRET, "\n".join(lines))
    headers = {
        "Host": HOST, "Date": DATE, "X-Auth-Date": STAMP, "X-Auth-SignedHeaders": "date;host",
        "Authorization": f"HMAC {KEY}:{signed}", **changes,
    }  # fmt: skip
    target = f"{TARGET}?{QUERY}"
    return raw_request(Signed("POST", target, list(headers.items()), BODY), end=b"\n")


EXPECTED = canonical(
    "POST", STAMP, "/api/v1.0/accounts/12345/tags/a%20b~.json",
    "a-b=2&a=0&a=1&limit2=x&limit=5&name=a%20b", {"date": DATE, "host": HOST}, BODY,
).split("\n")  # fmt: skip
EMPTY = canonical("", "", "", "", {}, b"").split("\n")[-1]
WITHOUT_LAST = canonical("", "", "", "", {}, BODY.strip()).split("\n")[-1]


@pytest.mark.parametrize(
    ("number", "line", "cause"),
    [
        (1, "post", "it is in lower case"),
        (2, DATE, "it is the text of the Date header"),
        (3, "/accounts/12345/tags/a%20b~.json", "the path of the base URL is missing"),
        (3, f"{TARGET}?{QUERY}", "it contains the query"),
        (3, TARGET.replace("%20", " ").replace("%7E", "~"), "it is not encoded"),
        (4, "", "it is missing"),
        (4, QUERY, "it is the query as sent, not sorted and not encoded again"),
        (4, "limit=5&limit2=x&a-b=2&name=a%20b&a=1&a=0", "it is not sorted"),
        (5, f"date: {DATE}", None),
        (8, EMPTY, "it is the digest of an empty body"),
        (8, WITHOUT_LAST, "the body was signed without its last line feed"),
    ],
)
def test_check__mistake(sign: Command, number: int, line: str, cause: str | None) -> None:
    """The first line that differs is found, with what was signed instead, and why."""
    lines = [*EXPECTED[: number - 1], line, *EXPECTED[number:]]
    checked = sign("sign check --json", stdin=signed_request(lines), status=1)
    result = checked.json

    assert result["canonical_request"].split("\n") == EXPECTED
    assert result["matches"] is False
    assert json.loads(checked.err)["message"] == result["difference"]
    if cause is None:
        assert result["difference"].startswith("no known form of the request has this signature")
    else:
        signed = f"signed {line!r}, expected {EXPECTED[number - 1]!r}. In what was signed, {cause}"
        assert result["difference"].startswith(f"line {number} (")
        assert result["difference"].endswith(signed)


def test_check__two_mistakes(sign: Command) -> None:
    """Two mistakes are found together: the first line that differs, and both causes."""
    lines = ["post", *EXPECTED[1:4], f"date: {DATE}", f"host: {HOST}", *EXPECTED[6:]]
    checked = sign("sign check", stdin=signed_request(lines), status=1)

    assert "line 1 (method) differs: signed 'post', expected 'POST'" in checked.err
    assert checked.err.endswith("it is in lower case; there is a space after the colon\n")


def test_check__line_feed_at_the_end(sign: Command) -> None:
    """A line more than expected differs too."""
    checked = sign("sign check", stdin=signed_request([*EXPECTED, ""]), status=1)

    assert "line 9 (header) differs: signed '', expected 'no line'" in checked.err
    assert checked.err.endswith("there is a line feed at the end\n")


@pytest.mark.parametrize(
    ("changes", "status", "problem"),
    [
        ({"X-Auth-SignedHeaders": "host;date"}, 1, "sorted, with date: date;host, got host;date"),
        ({"X-Auth-SignedHeaders": "host"}, 1, "sorted, with date: date;host, got host"),
        ({"X-Auth-SignedHeaders": "accept;date"}, 2, "must have the header accept once"),
        ({"Date": DATE.replace("10:11", "10:12")}, 1, "Date and X-Auth-Date must be the same time"),
        ({"Date": "today"}, 1, "Date and X-Auth-Date must be the same time"),
        ({"X-Auth-Date": "2020-07-02"}, 2, "X-Auth-Date must be a UTC time"),
        ({"Authorization": "Basic eA=="}, 2, "Authorization must be HMAC api_key:signature"),
        ({"Authorization": "HMAC x:86bf"}, 1, "signed with the key x, and the settings have"),
        ({"Content-Length": "99"}, 2, "Content-Length is 99, but the body has 9 bytes"),
    ],
)
def test_check__invalid_headers(
    sign: Command, changes: dict[str, str], status: int, problem: str
) -> None:
    """What the service refuses whatever was signed is named."""
    checked = sign("sign check", stdin=signed_request(EXPECTED, **changes), status=status)

    assert problem in checked.err


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (signature(SECRET, "\n".join(EXPECTED)).upper(), "the signature is in upper case"),
        (
            base64.b64encode(bytes.fromhex(signature(SECRET, "\n".join(EXPECTED)))).decode(),
            "the signature is in base64",
        ),
        (signature("guessed", "\n".join(EXPECTED)), "check that api_key and api_secret belong"),
    ],
)
def test_check__signature(sign: Command, written: str, problem: str) -> None:
    """A signature in another form, and one with another secret."""
    checked = sign("sign check", stdin=signed_request(EXPECTED, written), status=1)

    assert problem in checked.err


@pytest.mark.parametrize(
    ("stdin", "problem"),
    [
        (b"", "must begin with a line such as GET /path HTTP/1.1, got ''"),
        (None, "must begin with a line such as GET /path HTTP/1.1, got ''"),
        (b"\xff", "not UTF-8"),
        (b"GET / HTTP/1.1\nHost localhost\n\n", "a header must be a line such as Host: localhost"),
    ],
)
def test_check__no_request(sign: Command, stdin: bytes | None, problem: str) -> None:
    """What is no request is misuse."""
    checked = sign("sign check", stdin=stdin, status=2)

    assert checked.out == ""
    assert problem in checked.err


def test_check__pasted(call: Command, sandbox: Sandbox) -> None:
    """Empty lines around a request without a body, or after a body of known length, are ignored."""
    with Caller(sandbox, PY_RELEASED) as caller:
        without = caller.write("GET", "/accounts.json")
        given = caller.write("PUT", "/accounts.json", data={"a": 1})
    given.headers.append(("Content-Length", str(len(given.body))))

    for raw in (
        b"\n" + raw_request(without).rstrip(), raw_request(without) + b"\n\n",
        raw_request(given) + b"\n",
    ):  # fmt: skip
        assert "\nmatches\ttrue\n" in call("sign check", stdin=raw).out
