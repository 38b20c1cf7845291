"""Refused signatures explained by the page: the cause, the first difference, what to do."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import TYPE_CHECKING, Any

import pytest

from .client import Client, Signed, canonical, signature
from .test_page_conversations import get

if TYPE_CHECKING:
    from collections.abc import Callable

    from vivialconnect.sandbox import Sandbox

PATH = "/api/v1.0/accounts/12345/messages.json"
QUERY = "search=a+b&limit=5"
EMPTY = hashlib.sha256(b"").hexdigest()


def explained(sandbox: Sandbox) -> dict[str, Any]:
    """Return the explanation of the newest request."""
    details = get(sandbox, f"/requests/{sandbox.requests[-1].id}")["request"]
    explanation: dict[str, Any] = details["signature"]
    return explanation


def send(
    client: Client,
    sandbox: Sandbox,
    sign: Callable[[str, str], str],
    body: bytes = b'{"message": {}}',
) -> dict[str, Any]:
    """Send a request whose signature a function makes of secret and canonical request."""
    right = client.sign("POST", PATH, QUERY, body)
    headers = dict(right.headers)
    signed = {name: headers[name] for name in headers["X-Auth-SignedHeaders"].split(";")}
    query = "limit=5&search=a%20b"
    text = canonical("POST", headers["X-Auth-Date"], PATH, query, signed, body)
    headers["Authorization"] = f"HMAC {client.key}:{sign(client.secret, text)}"
    answer = client.send(Signed("POST", right.target, [*headers.items()], body))
    assert answer.status == 401, answer
    return explained(sandbox)


def over(alter: Callable[[str], str]) -> Callable[[str, str], str]:
    """Sign an altered canonical request with the right secret."""
    return lambda secret, text: signature(secret, alter(text))


def line(number: int, new: str) -> Callable[[str, str], str]:
    """Sign with another text in a line, counted from 1."""

    def alter(text: str) -> str:
        lines = text.split("\n")
        lines[number - 1] = new
        return "\n".join(lines)

    return over(alter)


@pytest.mark.parametrize(
    ("sign", "number", "name", "got", "summary"),
    [
        (line(4, ""), 4, "query", "", "the query left out"),
        (line(4, QUERY), 4, "query", QUERY, "the query as on the wire"),
        (line(4, "search=a%20b&limit=5"), 4, "query", "search=a%20b&limit=5", "in its own order"),
        (line(3, "/accounts/12345/messages.json"), 3, "path", "/accounts/12345/messages.json",
         "the path without /api/v1.0"),
        (over(lambda text: text.replace("limit=5&search=a%20b", "")
              .replace(PATH, PATH + "?" + QUERY)),
         3, "path", PATH + "?" + QUERY, "the query left in the path"),
        (line(9, EMPTY), 9, "body digest", EMPTY, "the body left out"),
        (line(1, "post"), 1, "method", "post", "the method in lower case"),
        (over(lambda text: text + "\n"), 10, "end", "", "a line feed at the end"),
        (over(lambda text: text.replace("type:", "type: ").replace("date:", "date: ")
              .replace("host:", "host: ")), 5, "content-type", "content-type: application/json",
         "a space after each colon"),
    ],
)  # fmt: skip
def test_canonical__known_mistake(  # noqa: PLR0917 - a record of the table
    client: Client,
    sandbox: Sandbox,
    sign: Callable[[str, str], str],
    number: int,
    name: str,
    got: str,
    summary: str,
) -> None:
    """A known mistake is named, with the first line that differs and what to do."""
    found = send(client, sandbox, sign)
    assert found["cause"] == "canonical"
    assert summary in found["summary"]
    assert found["advice"]
    expected = found["canonical_request"].split("\n")
    shown = expected[number - 1] if number <= len(expected) else None
    difference = {"line": number, "name": name, "expected": shown, "got": got}
    assert found["difference"] == difference
    assert found["client_canonical_request"].split("\n")[number - 1] == got


def test_canonical__date_as_timestamp(client: Client, sandbox: Sandbox) -> None:
    """The Date header in place of X-Auth-Date is a known mistake."""
    found = send(
        client,
        sandbox,
        over(lambda text: text.replace(text.split("\n")[1], text.split("date:")[1].split("\n")[0])),
    )
    assert (found["cause"], found["difference"]["name"]) == ("canonical", "timestamp")


def test_encoding(client: Client, sandbox: Sandbox) -> None:
    """A signature in another notation is recognized."""
    upper = send(client, sandbox, lambda secret, text: signature(secret, text).upper())
    assert (upper["cause"], upper["difference"]) == ("encoding", None)
    assert "lower-case hexadecimal" in upper["advice"]
    plain = send(
        client,
        sandbox,
        lambda secret, text: base64.b64encode(bytes.fromhex(signature(secret, text))).decode(),
    )
    assert plain["summary"] == "The Authorization header has the signature in base64."


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("{}\n", "a line feed after it"),
        ("{}\r\n", "a line end after it"),
        ("'{}'", "quotes around it"),
        (" {}", "a space before it"),
    ],
)
def test_secret__padded(client: Client, sandbox: Sandbox, form: str, words: str) -> None:
    """A secret with something around it is recognized, and is not shown."""
    secret = client.secret
    client.secret = form.format(secret)
    found = send(client, sandbox, signature)
    assert found["cause"] == "padded_secret"
    assert words in found["summary"]
    assert found["difference"] is None
    assert secret not in str(found)


def test_secret__of_another_key(client: Client, sandbox: Sandbox) -> None:
    """The secret of another key of the sandbox is recognized."""
    other = sandbox.add_account(777)
    client.secret = other.api_secret
    found = send(client, sandbox, signature)
    assert found["cause"] == "other_secret"
    assert other.api_key in found["summary"]
    assert other.api_secret not in str(found)


def test_secret__wrong(client: Client, sandbox: Sandbox) -> None:
    """With a wrong secret, nothing differs from what the client's form would give."""
    client.secret = "wrong"
    found = send(client, sandbox, signature)
    assert (found["cause"], found["difference"], found["client"]) == ("secret", None, "Python")
    assert found["client_reason"] == "It signs content-type;date;host."
    assert found["client_canonical_request"] == found["canonical_request"]
    assert "Check the secret first." in found["advice"]


def test_secret__changed_since(client: Client, sandbox: Sandbox) -> None:
    """A signature that matches by now is explained."""
    right, client.secret = client.secret, "wrong"
    send(client, sandbox, signature)
    assert sandbox._store
    sandbox._store.read(lambda connection: connection.execute(
        "UPDATE credentials SET api_secret = 'wrong'"
    ))  # fmt: skip
    assert right != "wrong"
    assert explained(sandbox)["summary"].startswith("The signature matches now")


def test_key__unknown(client: Client, sandbox: Sandbox) -> None:
    """An unknown key is named, and the key that belongs to the secret is suggested."""
    client.key = "MTKUNKNOWN"
    found = send(client, sandbox, signature)
    assert (found["cause"], found["summary"]) == (
        "unknown_key",
        "The API key MTKUNKNOWN is unknown or inactive.",
    )
    assert found["advice"] == f"Use the API key {sandbox.api_key}, which belongs to the secret."
    client.secret = "also wrong"
    assert "which it printed at its start" in send(client, sandbox, signature)["advice"]


def test_clock(client: Client, sandbox: Sandbox) -> None:
    """A wrong clock is named, with how far it is off."""
    client.moment = time.time() - 3600
    client.call("GET", "messages.json")
    found = explained(sandbox)
    assert found["cause"] == "clock"
    assert "seconds behind the server's clock" in found["summary"]
    assert found["difference"] is None


def test_malformed(client: Client, sandbox: Sandbox) -> None:
    """A missing header is named, and there is no canonical request."""
    right = client.sign("GET", PATH)
    client.send(right._replace(headers=[pair for pair in right.headers if pair[0] != "date"]))
    found = explained(sandbox)
    assert (found["cause"], found["canonical_request"]) == ("malformed", None)
    assert (
        found["summary"] == "The signed header date must be sent exactly once, but is sent 0 times"
    )
    client.send(Signed("GET", PATH, [("Host", client.host)], b""))
    assert (explained(sandbox)["client"], explained(sandbox)["difference"]) == (None, None)


@pytest.mark.parametrize(
    ("agent", "signed", "client_name", "query", "path", "host"),
    [
        (
            "VivialConnect JavaClient 1.0",
            "accept;date;host",
            "Java",
            "search=a+b",
            "x+y",
            "no port",
        ),
        ("Java/11", "accept;date;host", "Java", "search=a+b", "x+y", "no port"),
        ("Faraday v0.9", "accept;date;host", "Ruby", "search=a%20b", "x%20y", "service"),
        ("VivialConnect PHPClient", "accept;date", "PHP", "search=a%20b", "x%20y", None),
        ("VivialConnect DotNetClient 1", "date;host", ".NET", "search=a%20b", "x%20y", "no port"),
        ("node-fetch", "accept;date;host", "JavaScript sample", "", "x%20y", "service"),
        ("Ruby", "accept;date;host", "Ruby sample", "", "x%20y", "service"),
        ("python-requests/2", "accept;date;host", "Python sample", "search=a%20b", "x%20y", "sent"),
        ("", "date;host", "Python", "search=a%20b", "x%20y", "sent"),
    ],
)
def test_client__recognized(  # noqa: PLR0917 - a record of the table
    client: Client,
    sandbox: Sandbox,
    agent: str,
    signed: str,
    client_name: str,
    query: str,
    path: str,
    host: str | None,
) -> None:
    """The client is recognized, and what it would sign differs where its form does."""
    client.secret = "wrong"
    more = {"accept": "application/json"} if "accept" in signed else {}
    made = client.sign("GET", "/api/v1.0/x%20y", "search=a+b", more_headers=more)
    headers = dict(made.headers)
    headers.update({"X-Auth-SignedHeaders": signed, "User-Agent": agent})
    client.send(made._replace(headers=[*headers.items()]))
    found = explained(sandbox)

    assert (found["cause"], found["client"]) == ("secret", client_name)
    lines = found["client_canonical_request"].split("\n")
    assert (lines[2], lines[3]) == ("/api/v1.0/" + path, query)
    hosts = {
        "no port": "host:127.0.0.1",
        "service": "host:api.vivialconnect.net",
        "sent": f"host:{client.host}",
        None: signed,
    }
    assert lines[-3 if host else -2] == hosts[host]
    assert get(sandbox, "/requests")["requests"][0]["client"] == client_name


def test_client__unknown(client: Client, sandbox: Sandbox) -> None:
    """A client that signs what none of the known ones signs is not recognized."""
    client.secret = "wrong"
    client.send(client.sign("GET", PATH, more_headers={"x-own": "1"}))
    found = explained(sandbox)
    assert (found["client"], found["client_canonical_request"], found["difference"]) == (
        None,
        None,
        None,
    )
