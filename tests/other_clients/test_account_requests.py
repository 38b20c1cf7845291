"""Accounts, users and logs, with each of the clients."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .caller import Caller, each_of
from .profiles import COUNTING, PHP, PY, RUBY, SDKS, WHOLE_ROWS

if TYPE_CHECKING:
    from tests.sandbox.client import Client

ACCOUNT = "/accounts/12345.json"


def taken(caller: Caller, root: str, method: str, path: str, **more: Any) -> Any:
    """Request a whole path, and return what the client reads."""
    response = caller.call(method, path, **more)
    assert response.status == 200, (caller.profile.name, response)
    return caller.read(root, response.json)


@each_of(SDKS)
def test_account__by_each_sdk(caller: Caller, plain: Client) -> None:
    """The account is read and renamed, in a whole document or beside its id."""
    record = taken(caller, "account", "GET", ACCOUNT)
    start = record if caller.profile in WHOLE_ROWS else {"id": 12345}
    data = {**start, "company_name": "Caf\u00e9 / \u2615"}
    answer = taken(caller, "account", "PUT", ACCOUNT, data={"account": data})
    after = plain.call_path("GET", plain.base + ACCOUNT).json["account"]
    assert answer == after
    assert after == {
        **record, "company_name": "Caf\u00e9 / \u2615", "date_modified": after["date_modified"],
    }  # fmt: skip


@each_of([*PY, RUBY])
def test_accounts__listed_and_counted(caller: Caller, plain: Client) -> None:
    """The accounts are listed and counted; Ruby's count has a double slash, signed as it is."""
    records = taken(caller, "accounts", "GET", "/accounts.json", pairs=[("page", "1")])
    assert [record["id"] for record in records] == [12345]
    slash = "/" if caller.profile is RUBY else ""
    assert taken(caller, "count", "GET", slash + "/accounts/count.json") == 1


@each_of([*PY, PHP])
def test_status__by_each_that_asks(caller: Caller, plain: Client) -> None:
    """The account's status is read; PHP's path has a double slash, signed as it is."""
    slash = "/" if caller.profile is PHP else ""
    answer = caller.call("GET", slash + "/accounts/12345/status.json").json
    assert answer == plain.call("GET", "status.json").json
    assert caller.read("account", answer)["free_trial_purchased_count"] == 1


USER = {
    "username": "jos\u00e9", "email": "jose@example.com", "first_name": "Jos\u00e9",
    "last_name": "O/Neill", "timezone": "US/Eastern",
}  # fmt: skip


def add_user(plain: Client) -> dict[str, Any]:
    """Add a second user."""
    user: dict[str, Any] = plain.call("POST", "users.json", {"user": USER}).json["user"]
    return user


@each_of(SDKS)
def test_users__read_by_each_sdk(caller: Caller, plain: Client) -> None:
    """Users are listed in the requested order, and found by id."""
    added = add_user(plain)
    pairs = [("order", "id desc"), ("page", "1"), ("limit", "2")]
    records = caller.read("users", caller.own("GET", "users.json", pairs))
    assert [record["id"] for record in records] == [added["id"], added["id"] - 1]
    one = caller.read("user", caller.own("GET", "users/{id}.json".format(**added)))
    assert one == records[0] == added


@each_of(COUNTING)
def test_users__counted(caller: Caller, plain: Client) -> None:
    """Users are counted by the clients that count."""
    assert caller.read("count", caller.own("GET", "users/count.json")) == 1


@each_of([*PY, PHP])
def test_users__added(caller: Caller, plain: Client) -> None:
    """A user with names that are not ASCII is added."""
    added = caller.read("user", caller.own("POST", "users.json", data={"user": USER}, status=201))
    assert {name: added[name] for name in USER} == USER
    assert plain.call("GET", "users/{id}.json".format(**added)).json == {"user": added}


@each_of(WHOLE_ROWS)
def test_users__put_back_whole(caller: Caller, plain: Client) -> None:
    """A whole user is put back with its roles and dates; only the edited field changes."""
    record = add_user(plain)
    path = "users/{id}.json".format(**record)
    answer = caller.own("PUT", path, data={"user": {**record, "first_name": "\u65e5"}})
    after = plain.call("GET", path).json["user"]
    assert caller.read("user", answer) == after
    assert after == {**record, "first_name": "\u65e5", "date_modified": after["date_modified"]}


@each_of(SDKS)
def test_users__deleted_by_each_sdk(caller: Caller, plain: Client) -> None:
    """A user is deleted with 204."""
    record = add_user(plain)
    data = {"id": record["id"]} if caller.profile is RUBY else None
    path = "users/{id}.json".format(**record)
    assert caller.own("DELETE", path, data=data, status=204) is None
    assert plain.call("GET", path).status == 404
    assert plain.call("GET", "users/count.json").json == {"count": 1}


def span() -> list[tuple[str, str]]:
    """Return the times an hour ago and in an hour."""
    instants = [time.gmtime(time.time() + seconds) for seconds in (-3600, 3600)]
    start, end = (time.strftime("%Y%m%dT%H%M%SZ", instant) for instant in instants)
    return [("start_time", start), ("end_time", end)]


def filtered(caller: Caller, log_type: str) -> list[tuple[str, str]]:
    """Return logs of one type; Ruby has another name for it."""
    return [*span(), ("logtype" if caller.profile is RUBY else "log_type", log_type)]


@each_of(SDKS)
def test_logs__by_each_sdk(caller: Caller, plain: Client) -> None:
    """Logs of a type are paginated; the key of a page leads to the next."""
    for number in ("+12122262227", "+12122265364"):
        plain.buy(number)
    seen, pairs = [], [*filtered(caller, "number.purchased"), ("limit", "2")]
    answer = caller.own("GET", "logs.json", pairs)
    while True:
        assert list(answer) == ["last_key", "log_items"]
        seen += answer["log_items"]
        if not answer["last_key"]:
            break
        answer = caller.own("GET", "logs.json", [*pairs, ("start_key", answer["last_key"])])
    assert [(record["item_id"], record["log_type"]) for record in seen] == [
        (item, "number.purchased") for item in "123"
    ]
    assert all(record["operator_id"].isdigit() for record in seen)
    query = [*span(), ("item_id", "2"), ("operator_id", seen[0]["operator_id"])]
    assert caller.own("GET", "logs.json", query)["log_items"] == seen[1:2]


@each_of(SDKS)
def test_aggregated_logs__by_each_sdk(caller: Caller, plain: Client) -> None:
    """Counts of logs per period add up to the number of logs."""
    plain.buy("+12122262227")
    pairs = [*filtered(caller, "number.purchased"), ("aggregator_type", "years")]
    answer = caller.own("GET", "logs/aggregate.json", pairs)
    assert list(answer) == ["last_key", "log_items"]
    assert sum(record["log_count"] for record in answer["log_items"]) == 2
    assert {record["log_type"] for record in answer["log_items"]} == {"number.purchased"}
