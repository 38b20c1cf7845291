"""Looking up what a call of unknown outcome has left, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from tests.integration.lost import RECIPIENT, SENDER, Service, new_message
from tests.integration.scripted_server import ScriptedServer, answer, say_and_hang_up, use
from tests.integration.tenants import THOROUGH
from vivialconnect import (
    ConnectionError,  # noqa: A004 - the documented name
    Message,
    Number,
    Resource,
    ResourceError,
    ServerError,
    VivialConnectError,
)

#: How many messages are lost in a run of distinct ones, and of ones that are alike.
DISTINCT, ALIKE = (1000, 100) if THOROUGH else (20, 5)
PAGE = "order=id%20desc&limit=150&page={}"
SEARCH = "order=id%20desc&search=%2B15154469790&limit=150&page=1"


@pytest.fixture
def service() -> Iterator[Service]:
    """Give a service whose clock is this machine's."""
    with Service() as running:
        yield running


def test_find_sent__taken(service: Service) -> None:
    """What the service has taken is found, as an object of its own that has an id."""
    message = service.lose()
    before = dict(message.attributes)
    found = message.find_sent()

    assert type(found) is Message
    assert found.id is not None
    assert (found.body, found.to_number, found.from_number) == ("hello", RECIPIENT, SENDER)
    assert (message.id, dict(message.attributes)) == (None, before)
    found.reload()
    assert service.posts == 1
    assert service.lookups == [PAGE.format(1), ""]


def test_find_sent__not_taken(service: Service) -> None:
    """What the service has not is None, however often one looks, until it has it."""
    message = service.lose(fault="close")
    seen = [message.find_sent(), message.find_sent()]
    service.lose()
    seen.append(message.find_sent())

    assert seen[:2] == [None, None]
    assert seen[2] is not None


@pytest.mark.parametrize("other", [{"to_number": "+15154469791"}, {"body": "hello!"}])
def test_find_sent__others(other: Any, service: Service) -> None:
    """A message to somebody else, or of another text, is not the one."""
    message = service.lose(fault="close")
    new_message(**other).send()
    service.receive(1)

    assert message.find_sent() is None


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("drop_answer", "unknown"),
        ("truncated_body", "unknown"),
        ("internal_server_error", "unknown"),
        ("malformed_json", "accepted"),
        ("wrong_json_type", "unknown"),
    ],
)
def test_error__names_the_look_up(fault: str, outcome: str, service: Service) -> None:
    """Whatever may have taken effect says how to look it up, and can be."""
    message = new_message()
    failure = service.fail(message.send, fault)
    found = message.find_sent()

    assert failure.outcome == outcome
    assert "Call find_sent() to look it up" in str(failure)
    assert (found is None) == (fault == "internal_server_error")


def test_error__of_a_call_that_had_no_effect(service: Service) -> None:
    """Where the outcome is known there is nothing to look up, and nothing speaks of it."""
    message = new_message(body="")
    with pytest.raises(VivialConnectError) as caught:
        message.send()
    with pytest.raises(ValueError, match="sent no request with an unknown outcome: pass since="):
        message.find_sent()

    assert caught.value.outcome == "refused"
    assert "find_sent" not in str(caught.value)
    assert service.lookups == []


def test_find_sent__alike(service: Service) -> None:
    """Two that are alike cannot be told from each other, and both are named."""
    first, second = service.lose(), service.lose()
    for message in (first, second):
        with pytest.raises(ResourceError, match=r"2 objects match \(ids ") as caught:
            message.find_sent()
    ids = [found.id for found in Message.find(order="id desc")]
    assert "(ids {}, {}):".format(*ids) in str(caught.value)


def test_find_sent__alike_from_before(service: Service) -> None:
    """One that is alike, but was there a while before the call, may be another."""
    service.ahead = -30
    new_message().send()
    service.ahead = 0
    message = service.lose(fault="close")
    # It is 30 seconds plus the time between the two calls; from 60 seconds on the object is not
    # looked at.
    with pytest.raises(ResourceError, match=r"matches, but was created [345]\d seconds before"):
        message.find_sent()


def test_find_sent__alike_from_long_before(service: Service) -> None:
    """One that is alike, but older than a minute before the call, is another."""
    service.ahead = -65
    new_message().send()
    service.ahead = 0
    lost, taken = service.lose(fault="close"), service.lose(body="other")

    assert lost.find_sent() is None
    assert taken.find_sent() is not None


@pytest.mark.parametrize("minutes", [-12, -4, 4, 12])
def test_find_sent__clock_of_the_service(minutes: int) -> None:
    """The minute before the call is one of the service's clock, however far off that is."""
    with Service(ahead=60 * minutes) as service:
        service.ahead -= 65
        new_message("before").send()
        service.ahead += 65
        missing, taken = service.lose("before", "close"), service.lose("just now")

        assert missing.find_sent() is None
        found = taken.find_sent()
        assert found is not None
        assert found.created_at is not None
        off = found.created_at - datetime.now(timezone.utc)
        assert abs(off.total_seconds() - 60 * minutes) < 30


def test_find_sent__more_than_a_page(service: Service) -> None:
    """The look-up goes on to further pages, newest first, as long as these are of the time."""
    message = service.lose()
    service.receive(160)
    found = message.find_sent()

    assert found is not None
    # The search finds what came from the recipient too: more than a page, which decides nothing.
    assert service.lookups == [PAGE.format(1), SEARCH, PAGE.format(1), PAGE.format(2)]


def test_find_sent__ends_at_the_edge(service: Service) -> None:
    """The look-up asks for no page that can only have what is older."""
    service.ahead = -65
    service.receive(310)
    service.ahead = 0
    lost, taken = service.lose("lost", "close"), service.lose("taken")

    assert lost.find_sent() is None
    assert taken.find_sent() is not None
    assert service.lookups == [PAGE.format(1)] * 2


def test_find_sent__row_that_is_known(service: Service) -> None:
    """An object that has an id is known to the service, so there is nothing to look up."""
    message = new_message()
    message.send()
    for since in (None, "2020-01-01"):
        with pytest.raises(ValueError, match=r"has the id \d+, so its outcome is known"):
            message.find_sent(since)
    with pytest.raises(ValueError, match="has the id 5"):
        Number(5).find_sent()

    assert service.lookups == []


def test_find_sent__sent_again(service: Service) -> None:
    """An object that was lost, and sent again with success, has nothing unknown any more."""
    message = service.lose(fault="close")
    assert message.find_sent() is None
    message.send()
    with pytest.raises(ValueError, match="so its outcome is known"):
        message.find_sent()

    assert Message.count() == 1


def test_find_sent__that_fails(service: Service) -> None:
    """A look-up that fails says so as any call does, and can be made again."""
    message = service.lose()
    Resource.max_retries = 0
    service.sandbox.chaos.add("bad_gateway", method="GET", times=1)
    with pytest.raises(ServerError):
        message.find_sent()

    assert message.find_sent() is not None


def test_find_sent__media_alone(service: Service) -> None:
    """A message that is media alone is found by its empty text."""
    message = Message({"from_number": SENDER, "to_number": RECIPIENT})
    message.media_urls = "https://example.com/cat.png"
    service.fail(message.send, "drop_answer")
    found = message.find_sent()

    assert found is not None
    assert (found.body, found.num_media) == ("", 1)


def test_find_sent__connector() -> None:
    """With a connector, which picks the sender, the connector is what tells, as in the service."""
    common = {"to_number": RECIPIENT, "body": "hello", "date_created": "2999-01-01T00:00:00"}
    rows = [
        {"id": 3, "connector_id": 8, "from_number": SENDER, **common},
        {"id": 2, "connector_id": 7, "from_number": "+19132597592", **common},
        {"id": 1, "connector_id": None, "from_number": SENDER, **common},
    ]
    with ScriptedServer(say_and_hang_up(b""), answer({"messages": rows})) as server:
        use(server)
        message = new_message(connector_id=7)
        with pytest.raises(ConnectionError):
            message.send()
        found = message.find_sent()

    assert found is not None
    assert found.id == 2
    assert server.requests[1].target.endswith("/messages.json?" + PAGE.format(1))


@pytest.mark.parametrize("date", [None, "soon"])
def test_find_sent__service_that_tells_no_time(date: Any) -> None:
    """Objects without a date may be of any time; responses without one leave our clock to go by."""
    rows = [{"id": 1, "from_number": SENDER, "to_number": RECIPIENT, "body": "hello"}]
    headers = {} if date is None else {"Date": date}
    listed = answer({"messages": rows}, headers=headers)
    with ScriptedServer(say_and_hang_up(b""), listed) as server:
        use(server)
        message = new_message()
        with pytest.raises(ConnectionError):
            message.send()
        found = message.find_sent()

    assert found is not None
    assert found.id == 1


class TestNumber:
    """The same for numbers that may have been bought."""

    def test_buy__taken(self, service: Service) -> None:
        """A number is found by its digits."""
        number = Number.available(area_code="515", limit=1)[0]
        failure = service.fail(number.buy, "drop_answer")
        found = number.find_sent()

        assert "Call find_sent() to look it up" in str(failure)
        assert type(found) is Number
        assert (found.phone_number, found.id) == (number.phone_number, 2)

    def test_buy__not_taken(self, service: Service) -> None:
        """A number that was not bought is not found, and can be bought."""
        number = Number.available(area_code="515", limit=1)[0]
        service.fail(number.buy, "reset")
        assert number.find_sent() is None
        number.buy()

        assert Number.count() == 2

    def test_buy__any_of_an_area(self, service: Service) -> None:
        """What was bought by its area code has no digits to look for."""
        number = Number({"area_code": "515"})
        service.fail(number.buy, "drop_answer")
        with pytest.raises(ValueError, match="bought with phone_number"):
            number.find_sent()

        assert service.lookups == []


class TestMany:
    """What a service that takes everything and responses nothing leaves behind."""

    def test_lost__distinct(self, service: Service) -> None:
        """Each is posted once, is told as unknown, and is found again."""
        rows = [new_message(f"number {number}") for number in range(DISTINCT)]
        failures = [service.fail(row.send, "drop_answer") for row in rows]
        assert service.posts == DISTINCT
        assert Message.count() == DISTINCT
        found = [row.find_sent() for row in rows]

        assert [failure.outcome for failure in failures] == ["unknown"] * DISTINCT
        assert [row and row.body for row in found] == [row.body for row in rows]
        assert len({row and row.id for row in found}) == DISTINCT
        assert Message.count() == DISTINCT

    def test_lost__alike(self, service: Service) -> None:
        """Of those that are alike none can be told from the others."""
        rows = [service.lose() for _ in range(ALIKE)]
        for row in rows:
            with pytest.raises(ResourceError, match=f"{ALIKE} objects match"):
                row.find_sent()

        assert (service.posts, Message.count()) == (ALIKE, ALIKE)
