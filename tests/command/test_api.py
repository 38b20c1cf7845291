"""``vivialconnect api``: every request of the API, and responses as they come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command.calling import Caller
from tests.command.conftest import NUMBER, RECIPIENT, Furnisher
from tests.command.processes import Forker
from tests.endpoints.table import Endpoint, known
from vivialconnect import Message
from vivialconnect.command import api
from vivialconnect.command.failures import Misuse
from vivialconnect.sandbox import Sandbox

SPARE = "+19132593260"
MESSAGE = {"from_number": NUMBER, "to_number": RECIPIENT, "body": "Hi"}
USER = {"username": "ada", "email": "ada@example.com", "first_name": "Ada", "last_name": "Byron"}
CALLBACK = {"message_type": "text", "event_type": "status", "url": "https://example.com/x"}
PERIOD = ("-q", "start_time=20200101T000000Z", "-q", "end_time=20990101T000000Z")
A = "/accounts/{account}"
#: The bodies of requests that need one.
BODIES: dict[tuple[str, str], Any] = {
    ("PUT", A + ".json"): {"account": {"id": 12345, "company_name": "X"}},
    ("POST", A + "/users.json"): {"user": USER},
    ("POST", A + "/users/register.json"): {"user": {**USER, "password": "battery-staple"}},
    ("PUT", A + "/users/{id}.json"): {"user": {"id": 1, "first_name": "Ada"}},
    ("PUT", A + "/users/{id}/profile/password.json"): {
        "user": {"_password": "sandbox-password", "password": "battery-staple"}
    },
    ("POST", A + "/users/{id}/profile/credentials.json"): {"user": {"credential": {}}},
    ("PUT", A + "/users/{id}/profile/credentials/{credential}.json"): {
        "user": {"credential": {"active": True}}
    },
    ("POST", A + "/contacts.json"): {
        "contact": {
            "first_name": "A", "last_name": "B", "email": "a@example.com", "contact_type": "main",
        }
    },
    ("PUT", A + "/contacts/{id}.json"): {"contact": {"id": 1, "title": "Countess"}},
    ("POST", A + "/messages.json"): {"message": MESSAGE},
    ("PUT", A + "/messages/{id}.json"): {"message": {"id": 2, "body": ""}},
    ("POST", A + "/messages/bulk.json"): {
        "from_number": NUMBER, "to_numbers": [RECIPIENT], "body": "Hi",
    },
    ("POST", A + "/numbers.json"): {"phone_number": {"phone_number": SPARE}},
    ("POST", A + "/numbers/local.json"): {"phone_number": {"phone_number": SPARE}},
    ("PUT", A + "/numbers/{id}.json"): {"phone_number": {"id": 1, "name": "X"}},
    ("PUT", A + "/numbers/local/{id}.json"): {"phone_number": {"id": 1, "name": "X"}},
    ("PUT", A + "/numbers/{id}/tags.json"): {"tags": {"a": "1"}},
    ("DELETE", A + "/numbers/{id}/tags.json"): {"tags": {"area": ""}},
    ("POST", A + "/connectors.json"): {"connector": {"name": "X"}},
    ("PUT", A + "/connectors/{id}.json"): {"connector": {"id": 1, "name": "X"}},
    **{
        (method, A + "/connectors/{id}/callbacks.json"): {"connector": {"callbacks": [CALLBACK]}}
        for method in ("POST", "PUT", "DELETE")
    },
    **{
        (method, A + "/connectors/{id}/phone_numbers.json"): {
            "connector": {"phone_numbers": [{"phone_number": NUMBER}]}
        }
        for method in ("POST", "PUT", "DELETE")
    },
}  # fmt: skip
#: The queries of requests that need one.
QUERIES = {
    A + "/logs.json": PERIOD,
    A + "/logs/aggregate.json": PERIOD,
    A + "/numbers/lookup.json": ("-q", f"phone_number={RECIPIENT}"),
    A + "/numbers/available/{country}/{type}.json": ("-q", "area_code=913"),
    A + "/transactions.json": PERIOD,
}


@pytest.mark.parametrize(
    "endpoint",
    [endpoint for endpoint in known() if not endpoint.withdrawn],
    ids=lambda endpoint: f"{endpoint.method}-{endpoint.path[1:]}",
)
def test_api__every_endpoint(
    endpoint: Endpoint, call: Caller, served: Sandbox, furnisher: Furnisher
) -> None:
    """Each request of the API can be sent, and its response is written as it came."""
    bulk_id = furnisher.furnish(is_changed=True)
    of_message = "messages" in endpoint.path
    names = {"account": 12345, "id": 2 if of_message else 1, "credential": 1, "attachment": 1,
             "bulk_id": bulk_id, "country": "US", "type": "local"}  # fmt: skip
    path = endpoint.path.format(**names)
    # Below the account without a leading slash, as most people write it.
    given = path.replace("/accounts/12345/", "") if path.count("/") > 2 else path
    body = BODIES.get((endpoint.method, endpoint.path))
    data = () if body is None else ("-d", json.dumps(body))
    result = call(f"api {endpoint.method} {given}", *data, *QUERIES.get(endpoint.path, ()))

    request = served.requests[-1]
    assert (request.method, request.path) == (endpoint.method, "/api/v1.0" + path)
    assert request.status in (200, 201, 204)
    assert body is None or json.loads(request.body) == body
    if path.endswith(".json") and result.out:
        assert isinstance(result.json, dict)


def test_api__bodies_are_all_needed() -> None:
    """The tables above have no endpoint that there is not."""
    endpoints = {endpoint[:2] for endpoint in known()}
    assert set(BODIES) <= endpoints
    assert set(QUERIES) <= {path for _, path in endpoints}


def test_api__fields(call: Caller, furnished: Sandbox) -> None:
    """Fields make the body, and a repeated name with brackets a list."""
    call(
        "api post messages.json",
        *(f"--field=message.{name}={value}" for name, value in MESSAGE.items()),
        "-f", "message.media_urls[]=https://example.com/a.png",
        "-f", "message.media_urls[]=https://example.com/b.png",
    )  # fmt: skip
    assert json.loads(furnished.requests[-1].body) == {
        "message": {
            **MESSAGE, "media_urls": ["https://example.com/a.png", "https://example.com/b.png"],
        }
    }  # fmt: skip
    assert Message.find(5).num_media == 2


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "1"), ("a", "2")],
        [("a", "1"), ("a.b", "2")],
        [("a.b", "1"), ("a", "2")],
        [("a[]", "1"), ("a.b", "2")],
        [("a", "1"), ("a[]", "2")],
        [("a", "1"), ("a.b[]", "2")],
    ],
)
def test_api__contradicting_fields(pairs: list[tuple[str, str]]) -> None:
    """Fields that contradict each other are misuse."""
    with pytest.raises(Misuse, match="contradicts another one"):
        api.nest(pairs)


def test_api__data(call: Caller, furnished: Sandbox, tmp_path: Path) -> None:
    """The body is given as it is sent, in a file, or on stdin."""
    text = json.dumps({"message": {**MESSAGE, "body": "From a file"}}, indent=2)
    Path("body.json").write_text(text, encoding="utf-8")
    call("api POST messages.json -d @body.json")
    call("api POST messages.json -d -", stdin=text)
    assert [each.body.decode() for each in furnished.requests[-2:]] == [text, text]


@pytest.mark.parametrize(
    ("line", "stdin", "words"),
    [
        ("api PATCH x.json", "", "invalid choice: 'PATCH'"),
        ("api POST x.json -d {", "", "--data is not JSON"),
        ("api POST x.json -d -", None, "stdin is closed"),
        ("api POST x.json -d {} -f a=1", "", "exclude each other"),
        ("api GET x.json -q a=1 -q a=2", "", "write a[] for a list"),
        ("api POST x.json --all", "", "--all needs GET"),
        ("api GET x.json --all -q page=2", "", "sets page and start_key itself"),
        ("api GET ../x.json", "", "must not contain '.' or '..'"),
    ],
)
def test_api__misuse(
    call: Caller, sandbox: Sandbox, line: str, stdin: str | None, words: str
) -> None:
    """What cannot be right is misuse, and nothing is sent."""
    assert words in call(line, stdin=stdin, status=2).err
    assert sandbox.requests == []


def test_api__file_that_is_missing(call: Caller) -> None:
    """A file that cannot be read is 1."""
    assert "No such file" in call("api POST x.json -d @nowhere.json", status=1).err


def test_api__query(call: Caller, furnished: Sandbox) -> None:
    """A repeated parameter with brackets is a list."""
    types = ("-q", "include_types[]=number_purchase", "-q", "include_types[]=sms_local_out")
    found = call("api GET transactions.json", *types, *PERIOD).json
    assert {each["transaction_type"] for each in found["transactions"]} == {
        "number_purchase", "sms_local_out",
    }  # fmt: skip


def test_api__all_pages(call: Caller, furnished: Sandbox) -> None:
    """--all is one array of all pages, of numbered pages and of those with keys."""
    found = call("api GET messages.json --all -q limit=2").json
    assert [each["id"] for each in found] == [1, 2, 3, 4]
    assert call("api GET messages/bulk.json --all").json[0]["total_messages"] == 2
    logs = call("api GET logs.json --all -q limit=2", *PERIOD).json
    assert len(logs) > 4
    assert len({each["log_id"] for each in logs}) == len(logs)
    assert call("api GET messages.json --all --jsonl --fields id").lines[0] == '{"id":1}'


def test_api__response_of_an_error(call: Caller, sandbox: Sandbox) -> None:
    """The body of an error is written too, and the status is 1."""
    result = call("api GET messages/99.json", status=1)
    assert result.json == {"message": "Resource not found for id 99"}
    assert "404 Not Found" in result.err


def test_api__response_that_is_not_json(call: Caller, sandbox: Sandbox) -> None:
    """A body that is not JSON is written as it came."""
    sandbox.chaos.add("malformed_json")
    result = call("api GET messages.json", status=1)
    assert result.out == '{"messa\n'
    assert "is not JSON" in result.err


def test_api__attachment(forker: Forker, furnished: Sandbox) -> None:
    """The content of an attachment is written as it is."""
    assert "PNG" in forker.run(["messages", "download", "2", "1", "-o", "-"]).out
    assert "PNG" in forker.run(["api", "GET", "messages/2/attachments/1"]).out


def test_api__dry_run(call: Caller, sandbox: Sandbox) -> None:
    """--dry-run writes the request without its signature, and sends nothing."""
    result = call("api POST messages.json --dry-run -q a=b -f message.body=Hi")
    head, _, body = result.out.partition("\n\n")
    assert head.startswith(
        "POST /api/v1.0/accounts/12345/messages.json?a=b HTTP/1.1\nHost: 127.0.0.1:"
    )
    assert json.loads(body) == {"message": {"body": "Hi"}}
    assert "Authorization" not in head
    assert sandbox.api_secret not in result.out
    assert sandbox.requests == []
