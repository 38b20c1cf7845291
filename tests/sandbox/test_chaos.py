"""Rules: which requests meet a fault, from Python and over HTTP."""

from __future__ import annotations

import http.client
import json
import math
import threading
from pathlib import Path
from typing import Any

import pytest

from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.chaos.faults import FAULTS

from .client import Client


def statuses(client: Client, path: str = "messages.json", calls: int = 6) -> list[int]:
    """Send requests and return their statuses."""
    return [client.call("GET", path).status for _ in range(calls)]


def test_rule__method_and_path(client: Client, sandbox: Sandbox) -> None:
    """A rule matches requests by method and path, without the query."""
    sandbox.chaos.add("internal_server_error", method="get", path="*/messages.json")
    assert client.call("GET", "messages.json", limit=1).status == 500
    assert client.call("GET", "messages/count.json").status == 200
    assert client.call("GET", "numbers.json").status == 200
    assert client.call("POST", "messages.json", {}).status == 400
    assert [request.fault for request in sandbox.requests] == [
        "internal_server_error", None, None, None,
    ]  # fmt: skip


def test_rule__times_and_skip(client: Client, sandbox: Sandbox) -> None:
    """A rule skips requests, plays a number of times, and ends."""
    rule = sandbox.chaos.add("service_unavailable", skip=2, times=3)
    assert statuses(client) == [200, 200, 503, 503, 503, 200]
    assert (rule.played, sandbox.chaos.rules) == (3, [])
    assert sandbox.chaos.played == {"service_unavailable": 3}


def test_rule__skip_counts_matching_requests(client: Client, sandbox: Sandbox) -> None:
    """Requests that a rule does not match do not count as skipped."""
    sandbox.chaos.add("service_unavailable", path="*/users.json", skip=1)
    assert statuses(client, calls=3) == [200, 200, 200]
    assert statuses(client, "users.json", calls=3) == [200, 503, 503]


def test_rule__percent(client: Client, sandbox: Sandbox) -> None:
    """A percentage of the requests meets the fault; the same seed chooses the same ones."""
    sandbox.chaos.add("service_unavailable", percent=30)
    runs = []
    for _ in range(2):
        sandbox.chaos.seed(7)
        runs.append(statuses(client, calls=40))
    assert runs[0] == runs[1]
    assert 4 <= runs[0].count(503) <= 20
    sandbox.chaos.seed(8)
    assert statuses(client, calls=40) != runs[0]


def test_rules__first_that_fires_plays(client: Client, sandbox: Sandbox) -> None:
    """The first rule that matches and fires plays; later rules do not count the request."""
    first = sandbox.chaos.add("bad_gateway", times=1)
    second = sandbox.chaos.add("service_unavailable", times=1, skip=1)
    third = sandbox.chaos.add("too_many_requests", times=1)
    assert sandbox.chaos.rules == [first, second, third]
    assert repr(sandbox.chaos) == "<Chaos 3 rules>"
    assert statuses(client, calls=4) == [502, 429, 503, 200]
    assert sandbox.chaos.played == {
        "bad_gateway": 1, "too_many_requests": 1, "service_unavailable": 1,
    }  # fmt: skip


def test_rules__removed_and_cleared(client: Client, sandbox: Sandbox) -> None:
    """A removed rule no longer plays. clear() removes all rules and keeps the counts."""
    rule = sandbox.chaos.add("bad_gateway")
    sandbox.chaos.add("service_unavailable")
    assert statuses(client, calls=1) == [502]
    sandbox.chaos.remove(rule)
    sandbox.chaos.remove(rule)
    assert statuses(client, calls=1) == [503]
    sandbox.chaos.clear()
    assert statuses(client, calls=1) == [200]
    assert sandbox.chaos.played == {"bad_gateway": 1, "service_unavailable": 1}


def test_reset__forgets_chaos(client: Client, sandbox: Sandbox) -> None:
    """A reset of the sandbox removes the rules and the counts."""
    sandbox.chaos.add("bad_gateway")
    statuses(client, calls=1)
    sandbox.reset()
    assert (sandbox.chaos.rules, sandbox.chaos.played) == ([], {})
    assert statuses(client, calls=1) == [200]


def test_rule__before_the_start() -> None:
    """Rules can be added before the sandbox starts."""
    sandbox = Sandbox()
    sandbox.chaos.add("bad_gateway", times=1)
    with sandbox, Client(sandbox) as client:
        assert statuses(client, calls=2) == [502, 200]


def test_rule__unexpected_exception(
    client: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that fails inside the sandbox is a 500, and does not use up the rule."""
    rule = sandbox.chaos.add("empty_answer", times=1)

    def fail(_store: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("vivialconnect.sandbox.service.store.Store.transaction", fail)
        assert statuses(client, calls=1) == [500]
    assert (sandbox.requests[-1].fault, rule.played, sandbox.chaos.rules) == (None, 0, [rule])


def test_rule__removed_while_it_plays(client: Client, sandbox: Sandbox) -> None:
    """A rule can be removed while it plays for the last time."""
    rule = sandbox.chaos.add("empty_answer", times=1)
    assert sandbox._application
    find = sandbox._application.find_credential

    def find_and_remove(api_key: str) -> Any:
        sandbox.chaos.remove(rule)
        return find(api_key)

    sandbox._application._verifier._find_credential = find_and_remove
    assert client.call("GET", "messages.json").body == b""
    assert (rule.played, sandbox.chaos.rules) == (1, [])


def test_threads__exact_number_of_requests(sandbox: Sandbox) -> None:
    """With concurrent clients, exactly the given number of requests meets the fault."""
    sandbox.chaos.add("service_unavailable", times=40)
    results: list[int] = []

    def work() -> None:
        with Client(sandbox) as own:
            results.extend(statuses(own, "messages/count.json", calls=10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [200] * 40 + [503] * 40
    assert sandbox.chaos.played == {"service_unavailable": 40}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"fault": "rest"}, "fault must be one of too_many_requests, .*, got 'rest'"),
    ({"fault": None}, "fault must be one of .*, got None"),
    ({"fault": ["reset"]}, "fault must be one of"),
    ({"fault": "reset", "method": "PO ST"}, "method must be"),
    ({"fault": "reset", "method": 7}, "method must be"),
    ({"fault": "reset", "path": ""}, "path must be"),
    ({"fault": "reset", "path": 7}, "path must be"),
    ({"fault": "reset", "times": 0}, "times must be"),
    ({"fault": "reset", "times": True}, "times must be"),
    ({"fault": "reset", "percent": 0}, "percent must be"),
    ({"fault": "reset", "percent": 101}, "percent must be"),
    ({"fault": "reset", "percent": "10"}, "percent must be"),
    ({"fault": "reset", "percent": True}, "percent must be"),
    ({"fault": "reset", "skip": -1}, "skip must be"),
    ({"fault": "reset", "skip": 1.5}, "skip must be"),
    ({"fault": "reset", "takes_effect": 1}, "takes_effect must be"),
    ({"fault": "reset", "self": 1}, "reset has no parameter 'self'. It takes no parameters."),
    ({"fault": "drip", "keep": 1}, "drip has no parameter 'keep'. It takes seconds, at_once"),
    ({"fault": "drip", "seconds": -1}, "seconds of drip must be"),
    ({"fault": "drip", "seconds": None}, "seconds of drip must be"),
    ({"fault": "stall", "seconds": "1"}, "seconds of stall must be"),
    ({"fault": "drip", "at_once": None}, "at_once of drip must be"),
    ({"fault": "truncated_body", "keep": -1}, "keep of truncated_body must be"),
    ({"fault": "too_many_requests", "retry_after": -1}, "retry_after of too_many_requests must"),
    ({"fault": "too_many_requests", "retry_after": "a\r\nb: c"}, "retry_after of too_many_"),
    ({"fault": "service_unavailable", "retry_after": 1.5}, "retry_after of service_unavailable"),
    ({"fault": "redirect", "status": 304}, "status of redirect must be one of 301, 302"),
    ({"fault": "redirect", "status": [302]}, "status of redirect must be one of 301, 302"),
    ({"fault": "redirect_to_other_host", "location": ""}, "location of redirect_to_other_host"),
    ({"fault": "redirect_to_other_host", "location": "\u00e9"}, "location of redirect_to_other"),
    ({"fault": "clock_off"}, "clock_off needs seconds, which must be"),
    ({"fault": "clock_off", "seconds": 1e10}, "seconds of clock_off must be"),
    ({"fault": "drip", "seconds": 10**400}, "seconds of drip must be"),
    ({"fault": "clock_off", "seconds": 1, "takes_effect": False}, "takes_effect of clock_off"),
]  # fmt: skip
NO_JSON: list[tuple[dict[str, Any], str]] = [
    ({"fault": "wrong_json_type", "document": {1, 2}}, "document of wrong_json_type must be"),
    ({"fault": "wrong_json_type", "document": math.nan}, "document of wrong_json_type must be"),
    ({"fault": "wrong_json_type", "document": "\ud800"}, "document of wrong_json_type must be"),
    ({"fault": "drip", "seconds": math.inf}, "seconds of drip must be"),
]


@pytest.mark.parametrize(("arguments", "words"), [*WRONG, *NO_JSON])
def test_add__refused(arguments: dict[str, Any], words: str) -> None:
    """An invalid name or value raises a ValueError that says what is valid."""
    sandbox = Sandbox()
    values = dict(arguments)
    with pytest.raises(ValueError, match=words):
        sandbox.chaos.add(values.pop("fault"), **values)
    assert sandbox.chaos.rules == []


def control(
    sandbox: Sandbox, method: str, path: str = "", document: Any = None, *, raw: bytes = b""
) -> tuple[int, Any]:
    """Send an unsigned request to the control paths; return status and document."""
    with Client(sandbox) as client:
        connection = http.client.HTTPConnection(*client.address, timeout=20)
    body = raw if document is None else json.dumps(document).encode()
    connection.request(method, "/sandbox/chaos" + path, body)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, json.loads(content) if content else None


def test_control__add_list_remove(client: Client, sandbox: Sandbox) -> None:
    """Rules are added, listed and removed over HTTP as in Python."""
    rule = {"fault": "service_unavailable", "method": "GET", "path": "*/messages.json"}
    status, added = control(sandbox, "POST", document={**rule, "retry_after": 2, "times": 5})
    assert status == 201
    assert added == {
        **rule, "id": 1, "times": 5, "percent": 100, "skip": 0, "takes_effect": False,
        "retry_after": 2, "played": 0,
    }  # fmt: skip
    assert client.call("GET", "messages.json").headers["Retry-After"] == "2"
    assert control(sandbox, "GET") == (
        200, {"rules": [{**added, "played": 1}], "played": {"service_unavailable": 1}},
    )  # fmt: skip
    second = control(sandbox, "POST", document={"fault": "clock_off", "seconds": 5})[1]
    assert [each.id for each in sandbox.chaos.rules] == [1, second["id"]]
    assert control(sandbox, "DELETE", "/{}".format(second["id"])) == (204, None)
    assert [each.fault for each in sandbox.chaos.rules] == ["service_unavailable"]
    assert control(sandbox, "DELETE") == (204, None)
    assert sandbox.chaos.rules == []


def test_control__not_recorded(client: Client, sandbox: Sandbox) -> None:
    """Requests to the control paths are not recorded and meet no fault."""
    sandbox.chaos.add("reset")
    assert control(sandbox, "GET")[0] == 200
    assert (sandbox.requests, sandbox.chaos.played) == ([], {})
    assert control(sandbox, "GET", "?x=1")[0] == 400
    with pytest.raises(ConnectionError):
        client.call_path("GET", "/sandboxes/chaos")
    assert [request.path for request in sandbox.requests] == ["/sandboxes/chaos"]


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_control__refused(sandbox: Sandbox, arguments: dict[str, Any], words: str) -> None:
    """Invalid rules are refused with 400 and the message of Python's ValueError."""
    status, answer = control(sandbox, "POST", document=arguments)
    with pytest.raises(ValueError, match=words):
        raise ValueError(answer["message"])
    assert (status, sandbox.chaos.rules) == (400, [])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "", b"[]", 400, "must be an object"),
        ("POST", "", b"", 400, "must be an object"),
        ("POST", "", b"{", 400, "not valid JSON"),
        ("POST", "", b"{}", 400, "got None"),
        ("PUT", "", b"{}", 405, "The method PUT is not allowed here"),
        ("POST", "/1", b"{}", 405, "The method POST is not allowed here"),
        ("DELETE", "/1", b"", 404, "No rule 1 is in force"),
        ("DELETE", "/x/y", b"", 404, "Nothing is at this path"),
    ],
)
def test_control__unknown_rule_or_method(  # noqa: PLR0917 - a record of the table
    sandbox: Sandbox, method: str, path: str, body: bytes, status: int, words: str
) -> None:
    """Unknown rules and methods have a JSON error."""
    answered, answer = control(sandbox, method, path, raw=body)
    assert answered == status
    assert words in answer["message"]


def test_faults__documented() -> None:
    """The guide to the sandbox names all faults and their parameters."""
    page = Path(__file__).parents[2] / "docs" / "sandbox-chaos.rst"
    text = page.read_text(encoding="utf-8")
    names = {f"``{name}``" for name in FAULTS}
    names |= {f"``{name}``" for fault in FAULTS.values() for name in fault.parameters}
    assert {name for name in names if name not in text} == set()
