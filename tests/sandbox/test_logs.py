"""Logs: events, filters, key-based pagination, and counts per period."""

from __future__ import annotations

from typing import Any

import pytest

from vivialconnect.sandbox import Sandbox

from .client import Client

SPAN = {"start_time": "20200101T000000Z", "end_time": "20400101T000000Z"}
FIELDS = {
    "account_id", "account_id_item_id", "account_id_log_type", "account_id_operator_id",
    "description", "item_id", "item_type", "log_data", "log_id", "log_timestamp", "log_type",
    "operator_id", "operator_type", "origin",
}  # fmt: skip


def logs(client: Client, path: str = "logs.json", **query: object) -> Any:
    """Return logs of all times."""
    response = client.call("GET", path, **dict(SPAN, **query))
    assert response.status == 200, response
    assert response.body.startswith(b'{"last_key":')
    return response.json


def test_log__of_a_message(client: Client) -> None:
    """A message has a log for each status, with the message as it was then."""
    client.buy()
    client.text(body="Hi")
    items = logs(client)["log_items"]
    types = ["number.purchased", "message.queued", "message.sending", "message.delivered"]
    assert [item["log_type"] for item in items] == types
    queued = items[1]
    assert set(queued) == FIELDS
    assert len(queued["log_id"]) == 56
    assert len(str(queued["log_timestamp"])) == 20
    assert queued["account_id"] == "12345"
    assert queued["operator_id"].isdigit()
    assert queued["item_type"] == "msg_out_local_sms"
    assert queued["log_data"]["message"]["sent"] is not None
    assert (queued["log_data"]["text"], queued["log_data"]["receiver"]) == ("Hi", "+11234567890")
    assert items[0]["log_data"] == {"number": "+19132597591", "number_type": "local"}


def test_log__number_released(client: Client) -> None:
    """Releasing a number is logged."""
    client.buy()
    client.call("DELETE", "numbers/1.json")
    assert logs(client)["log_items"][-1]["log_type"] == "number.released"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"log_type": "message.queued"}, 3), ({"logtype": "message.queued"}, 3),
        ({"item_id": "2", "log_type": "message.sending"}, 1), ({"operator_id": "1"}, 1),
        ({"end_time": "2020-01-02T00:00:00Z"}, 0), ({"start_time": "2039-01-01T00:00:00Z"}, 0),
    ],
)  # fmt: skip
def test_log__filters(client: Client, query: dict[str, str], count: int) -> None:
    """Type, item, operator and times filter the logs."""
    client.buy()
    for _ in range(3):
        client.text()
    assert len(logs(client, **query)["log_items"]) == count


def test_log__pages(client: Client) -> None:
    """Following last_key returns each log once; at the end it is empty."""
    client.buy()
    for _ in range(5):
        client.text()
    whole = logs(client)
    assert whole["last_key"] == ""
    seen, key = [], ""
    while True:
        page = logs(client, limit=3, start_key=key)
        seen += page["log_items"]
        key = page["last_key"]
        if not key:
            break
        bytes.fromhex(key)
    assert seen == whole["log_items"]
    assert len(seen) == 16


@pytest.mark.parametrize("query", [{"aggregator_type": "hours"}, {}])
def test_aggregate__pages(client: Client, query: dict[str, str]) -> None:
    """Counts per type are paginated in the same way, and so are those of the whole time."""
    client.buy()
    client.text()
    whole = logs(client, "logs/aggregate.json", **query)
    first = logs(client, "logs/aggregate.json", limit=3, **query)
    rest = logs(client, "logs/aggregate.json", limit=3, start_key=first["last_key"], **query)
    assert first["log_items"] + rest["log_items"] == whole["log_items"]
    assert (bool(first["last_key"]), rest["last_key"]) == (True, "")


@pytest.mark.parametrize(
    ("aggregator", "digits"),
    [("minutes", 12), ("hours", 10), ("days", 8), ("months", 6), ("years", 4)],
)
def test_aggregate__buckets(aggregator: str, digits: int) -> None:
    """Each aggregator truncates the time to its period and counts the logs in it."""
    with Sandbox(delays=(0, 3600, 3600)) as sandbox, Client(sandbox) as client:
        client.buy()
        client.text()
        client.text()
        items = logs(client, "logs/aggregate.json", aggregator_type=aggregator)["log_items"]
        queued = [item for item in items if item["log_type"] == "message.queued"]
        assert sum(item["log_count"] for item in queued) == 2
        assert {len(str(item["log_timestamp"])) for item in items} == {digits}
        assert queued[0]["aggregate_key"] == aggregator
        assert queued[0]["account_id_log_type"] == "12345-message.queued"


def test_aggregate__totals(client: Client) -> None:
    """Without an aggregator, the counts cover the whole range."""
    client.buy()
    client.text()
    items = logs(client, "logs/aggregate.json", log_type="message.queued")["log_items"]
    assert [(item["aggregate_key"], item["log_count"]) for item in items] == [("totals", 1)]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("logs.json", {"start_time": ""}),
        ("logs.json", {"end_time": "tomorrow"}),
        ("logs.json", {"limit": "0"}),
        ("logs.json", {"start_key": "xyz"}),
        ("logs.json", {"start_key": b"{}".hex()}),
        ("logs.json", {"start_key": b"[]".hex()}),
        ("logs/aggregate.json", {"aggregator_type": "weeks"}),
        ("logs/aggregate.json", {"start_time": ""}),
    ],
)
def test_log__invalid_query(client: Client, path: str, query: dict[str, str]) -> None:
    """An invalid time, key or aggregator is refused with 400."""
    assert client.call("GET", path, **dict(SPAN, **query)).status == 400
