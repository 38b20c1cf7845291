"""Numbers, accounts, balances, faults, clock and reset in the JSON API of the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox.chaos.faults import FAULTS

from .client import Client
from .test_page_conversations import get
from .wire import Answer, request

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

NUMBER = "+19132597591"


def use(sandbox: Sandbox, method: str, path: str, document: Any = None) -> Answer:
    """Send a JSON body to a path of the page."""
    body = b"" if document is None else json.dumps(document).encode()
    return request(sandbox, method, "/sandbox" + path, body=body)


def test_numbers__bought_changed_released(client: Client, sandbox: Sandbox) -> None:
    """A number is bought, changed and released as by the API, without a signature."""
    bought = use(sandbox, "POST", "/numbers", {"phone_number": NUMBER, "tags": {"a": "b"}})
    assert (bought.status, bought.json["number"]["tags"]) == (201, {"a": "b"})
    number_id = bought.json["number"]["id"]
    listed = get(sandbox, "/numbers")
    assert (listed["total"], listed["numbers"]) == (1, [bought.json["number"]])
    assert client.call("GET", "numbers.json").json["phone_numbers"] == listed["numbers"]

    changes = {"tags": {"team": "red"}, "status_text_url": "http://localhost/"}
    changed = use(sandbox, "PUT", f"/numbers/{number_id}", changes)
    assert changed.status == 200
    assert {name: changed.json["number"][name] for name in changes} == changes
    assert use(sandbox, "DELETE", f"/numbers/{number_id}").status == 204
    assert get(sandbox, "/numbers")["numbers"] == []
    assert [each.method for each in sandbox.requests] == ["GET"]


def test_numbers__of_another_account(sandbox: Sandbox) -> None:
    """Numbers are bought for an account, and listed by account."""
    sandbox.add_account(777)
    document = {"area_code": "415", "account_id": 777, "name": "Front desk"}
    number = use(sandbox, "POST", "/numbers", document).json["number"]
    assert (number["account_id"], number["name"]) == (777, "Front desk")
    assert get(sandbox, "/numbers?account_id=12345")["total"] == 0
    assert get(sandbox, "/numbers?account_id=777")["numbers"] == [number]
    changed = use(sandbox, "PUT", f"/numbers/{number['id']}", {"name": "Back door"}).json["number"]
    assert (changed["account_id"], changed["name"]) == (777, "Back door")


def test_numbers__available(client: Client, sandbox: Sandbox) -> None:
    """Numbers for sale are filtered by area code, digits and type; sold ones are left out."""
    whole = get(sandbox, "/numbers/available")["total"]
    listed = get(sandbox, "/numbers/available?area_code=913&contains=2597591")
    assert [each["phone_number"] for each in listed["numbers"]] == [NUMBER]
    assert listed["numbers"][0]["city"] == "KANSAS CITY"
    client.buy()
    assert get(sandbox, "/numbers/available")["total"] == whole - 1
    assert get(sandbox, "/numbers/available?area_code=913&contains=2597591")["total"] == 0
    first, second = get(sandbox, "/numbers/available?type=tollfree&limit=2")["numbers"]
    assert (first["phone_number_type"], second["area_code"]) == ("tollfree", "800")
    offset = get(sandbox, "/numbers/available?type=tollfree&limit=1&offset=1")["numbers"]
    assert offset == [second]


@pytest.mark.parametrize(
    ("method", "path", "document", "status", "words"),
    [
        ("POST", "/numbers", {}, 400, "phone_number or area_code must be given"),
        ("POST", "/numbers", {"phone_number": "+1"}, 400, "+1 is not available"),
        ("POST", "/numbers", {"phone_number": NUMBER, "account_id": 5}, 400, "Unknown account 5"),
        ("POST", "/numbers", {"phone_number": NUMBER, "account_id": True}, 400, "Check account_id"),
        ("POST", "/numbers", {"number": NUMBER}, 400, "Unknown field 'number'"),
        ("POST", "/numbers", [], 400, "must be an object such as"),
        ("PUT", "/numbers/1", {}, 404, "Unknown number 1"),
        ("DELETE", "/numbers/1", None, 404, "Unknown number 1"),
        ("DELETE", "/numbers/x", None, 404, "Unknown id 'x'"),
        ("GET", "/numbers/available?type=x", None, 400, "type must be local or tollfree, got 'x'"),
        ("GET", "/numbers/available?contains=+", None, 400, "contains may hold digits"),
        ("POST", "/accounts", {}, 400, "account_id must be an integer above 0, got 0"),
        ("POST", "/accounts", {"account_id": -1}, 400, "account_id must be an integer above 0"),
        ("GET", "/credentials?account_id=5", None, 404, "Account 5 has no active API key"),
        ("GET", "/credentials?account_id=x", None, 400, "account_id must be an integer, got 'x'"),
        ("GET", "/balance?account_id=5", None, 404, "Unknown account 5"),
        ("POST", "/balance", {"add": 1.5}, 400, "Check add"),
        ("POST", "/balance", {"add": 10**13}, 400, "add must be an integer of at most"),
        ("POST", "/balance?add=5", {}, 400, "Unknown query parameter 'add'"),
        ("PUT", "/balance", {}, 405, "The method PUT is not allowed here"),
        ("GET", "/nothing", None, 404, "Nothing is at this path; the base path is /sandbox"),
        ("GET", "//clock", None, 404, "Nothing is at '/sandbox//clock'"),
    ],
)
def test_request__refused(  # noqa: PLR0917 - a record of the table
    sandbox: Sandbox, method: str, path: str, document: Any, status: int, words: str
) -> None:
    """What is invalid is refused in words."""
    answer = use(sandbox, method, path, document)
    assert answer.status == status
    assert words in answer.json["message"]


def test_accounts(client: Client, sandbox: Sandbox) -> None:
    """Accounts are listed and added; their credentials are only shown when asked for."""
    client.buy()
    client.text()
    added = use(sandbox, "POST", "/accounts", {"account_id": 777, "company_name": "Other Inc"})
    assert added.status == 201
    listed = get(sandbox, "/accounts")
    first, second = sorted(listed["accounts"], key=lambda account: account["account_id"])[::-1]
    assert (
        second
        == added.json["account"]
        == {
            "account_id": 777,
            "company_name": "Other Inc",
            "balance": 1_000_000,
            "numbers": 0,
            "messages": 0,
        }
    )
    assert (first["balance"], first["numbers"], first["messages"]) == (994_940, 1, 1)
    assert (listed["total"], listed["base_url"]) == (2, sandbox.url)
    assert "MTK" not in json.dumps(listed)

    found = get(sandbox, "/credentials?account_id=777")
    assert found["base_url"] == sandbox.url
    account = sandbox.add_account(777)
    assert (found["api_key"], found["api_secret"]) == (account.api_key, account.api_secret)
    own = get(sandbox, "/credentials")
    assert (own["account_id"], own["api_key"]) == (12345, sandbox.api_key)
    assert sandbox.add_account(888).account_id == 888
    assert get(sandbox, "/accounts?limit=1&offset=1")["total"] == 3


def test_balance(sandbox: Sandbox) -> None:
    """A balance is topped up, also by a negative amount."""
    assert get(sandbox, "/balance") == {"account_id": 12345, "balance": 1_000_000}
    topped = use(sandbox, "POST", "/balance", {"add": 100_000})
    assert (topped.status, topped.json["balance"]) == (200, 1_100_000)
    sandbox.add_account(777)
    document = {"add": -1_000_000, "account_id": 777}
    assert use(sandbox, "POST", "/balance", document).json == {"account_id": 777, "balance": 0}
    assert (sandbox.top_up(5), sandbox.top_up(0, 777), sandbox.balance) == (1_100_005, 0, 1_100_005)
    with pytest.raises(ValueError, match="unknown account 5"):
        sandbox.top_up(1, 5)


def test_faults(sandbox: Sandbox) -> None:
    """The faults are listed with their parameters; each can be added with its defaults."""
    faults = get(sandbox, "/faults")["faults"]
    assert [each["fault"] for each in faults] == list(FAULTS)
    for each in faults:
        required = {
            parameter["name"]: {"location": "http://localhost/"}.get(parameter["name"], 1)
            for parameter in each["parameters"]
            if parameter["required"]
        }
        rule = use(sandbox, "POST", "/chaos", {"fault": each["fault"], **required})
        assert rule.status == 201, each
        for parameter in each["parameters"]:
            assert parameter["expected"]
            if not parameter["required"]:
                assert rule.json[parameter["name"]] == parameter["default"]


def test_clock_and_reset(client: Client, sandbox: Sandbox) -> None:
    """The clock is shown, and a reset restores it with everything else."""
    client.buy()
    before = get(sandbox, "/clock")
    sandbox.advance(3600)
    after = get(sandbox, "/clock")
    assert (before["advanced"], after["advanced"]) == (0, 3600)
    assert before["now"] < after["now"]
    assert use(sandbox, "POST", "/reset").status == 204
    assert get(sandbox, "/clock")["advanced"] == 0
    assert get(sandbox, "/numbers")["total"] == 0
    assert sandbox.requests == []
    assert client.call("GET", "numbers/count.json").json == {"count": 0}
