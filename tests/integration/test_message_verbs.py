"""What messages can do beside being sent: redacted, waited for, counted, walked over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Callable

import pytest

from tests.contract import ACCOUNT
from tests.integration.scripted_server import Peer, ScriptedServer, answer, use
from vivialconnect import Message, Number, Resource, ResourceError, Timeout
from vivialconnect.resources.message import polling
from vivialconnect.sandbox import Sandbox

FROM, TO = "+19132597591", "+15154469790"
#: Numbers of the sandbox to which sending ends in other ways.
FAILS, UNDELIVERED, STUCK = "+15555550191", "+15555550192", "+15555550193"
DELAYS = (2.0, 4.0, 12.0)


class Passing:
    """Time that passes for whoever sleeps, here and in the sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.now = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        """Tell the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.pauses.append(seconds)
        self.sandbox.advance(seconds)


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Passing]:
    """Give a service in which a message takes twelve seconds, and time that passes by sleeping."""
    with Sandbox(delays=DELAYS) as sandbox:
        sandbox.configure()
        Number({"phone_number": FROM}).buy()
        time = Passing(sandbox)
        monkeypatch.setattr(polling, "time", time)
        yield time


def sent(to_number: str = TO) -> Message:
    """Send a message."""
    message = Message({"from_number": FROM, "to_number": to_number, "body": "Your table is ready"})
    message.send()
    return message


def lookups(sandbox: Sandbox, message: Message) -> int:
    """Return how often a message was asked for."""
    path = f"{ACCOUNT}/messages/{message.id}.json"
    return sum(each.method == "GET" and each.path.endswith(path) for each in sandbox.requests)


def test_wait_until__delivered(passing: Passing) -> None:
    """The pauses grow up to five seconds, and the row is up to date when the wait is over."""
    message = sent()

    assert message.wait_until("delivered") == "delivered"
    assert message.status == "delivered"
    assert passing.pauses == [0.5, 1, 2, 4, 5]
    assert lookups(passing.sandbox, message) == 6


@pytest.mark.parametrize(
    ("to_number", "wanted", "expected"),
    [
        (TO, "queued", "queued"),
        (TO, ("sending", "queued"), "queued"),
        (TO, ["sent"], "delivered"),
        (FAILS, "delivered", "failed"),
        (UNDELIVERED, "delivered", "undelivered"),
    ],
)
def test_wait_until__over(passing: Passing, to_number: str, wanted: Any, expected: str) -> None:
    """The wait ends with the status, with one behind it, and where nothing can come any more."""
    assert passing.now == 0
    assert sent(to_number).wait_until(wanted) == expected


def test_wait_until__known_already(passing: Passing) -> None:
    """Where the row shows that there is nothing to wait for, nobody is asked."""
    message = sent()
    message.wait_until("delivered")
    before = lookups(passing.sandbox, message)

    assert message.wait_until("queued") == "delivered"
    assert lookups(passing.sandbox, message) == before


@pytest.mark.parametrize(("timeout", "looks"), [(0, 1), (0.5, 2), (10, 6)])
def test_wait_until__time_is_up(passing: Passing, timeout: float, looks: int) -> None:
    """When the time is up, after a last look, that is told; the row has what was seen."""
    message = sent(STUCK)
    with pytest.raises(Timeout, match=f"after {timeout:g} s, not yet") as caught:
        message.wait_until("delivered", timeout)

    assert message.status == ("sending" if timeout == 10 else "accepted")
    assert repr(message.status) in str(caught.value)
    assert passing.now == timeout
    assert lookups(passing.sandbox, message) == looks


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("arrived",), "accepted, delivered, failed"),
        (((),), "status must be"),
        ((None,), "status must be"),
        (([["sent"]],), "status must be"),
        (("sent", -1), "timeout"),
        (("sent", True), "timeout"),
        (("sent", "9"), "timeout"),
        (("sent", float("inf")), "timeout"),
        (("sent", 10**400), "timeout"),
        (("sent", float("nan")), "timeout"),
    ],
)
def test_wait_until__refused(passing: Passing, arguments: Any, words: str) -> None:
    """What cannot be waited for is refused before anything is asked."""
    message = sent()
    with pytest.raises(ValueError, match=words):
        message.wait_until(*arguments)

    assert lookups(passing.sandbox, message) == 0


@pytest.mark.parametrize("status", [None, 5, [], {}, "delayed"])
def test_wait_until__status_that_nobody_knows(status: Any) -> None:
    """A status that is none of the known ones is waited out, whatever it is."""
    with ScriptedServer(answer({"message": {"id": 7, "status": status}})) as server:
        use(server)
        with pytest.raises(Timeout, match="not yet 'sent'"):
            Message(7).wait_until("sent", 0)


def test_wait_until__look_that_hangs() -> None:
    """A look takes no longer than the wait may, or a second."""
    with ScriptedServer(Peer.stall) as server:
        use(server)
        message = Message({"id": 7, "status": "accepted"})
        with pytest.raises(Timeout):
            message.wait_until("delivered", 0)


@pytest.mark.parametrize(
    "act", [Message.redact, lambda row: row.wait_until("sent"), Message.find_each_attachment]
)
def test_verb__row_without_id(act: Callable[[Message], Any]) -> None:
    """A row that the service does not have is refused."""
    with pytest.raises(ValueError, match="has no id"):
        act(Message({"body": "a"}))


def test_redact__text_is_gone(vivialconnect_sandbox: Sandbox) -> None:
    """Only id and empty text are sent; the text is gone there and here, and nothing else is."""
    Number({"phone_number": FROM}).buy()
    message = sent()
    message.reload()
    before = message.to_dict()

    assert message.redact() is True
    request = vivialconnect_sandbox.requests[-1]
    assert (request.method, json.loads(request.body)) == (
        "PUT",
        {"message": {"id": message.id, "body": ""}},
    )
    after = Message.find(message.id).to_dict()
    assert message.to_dict() == after
    assert {**before, "body": "", "date_modified": after["date_modified"]} == after
    assert message.redact() is True


def test_redact__text_is_still_there() -> None:
    """An answer that still has the text is no redaction, and the error does not tell the text."""
    kept = {"message": {"id": 7, "body": "secret plans"}}
    with ScriptedServer(answer(kept)) as server:
        use(server)
        message = Message({"id": 7, "body": "secret plans"})
        with pytest.raises(ResourceError, match="message 7 still has its text") as caught:
            message.redact()
    assert "secret plans" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 204])
def test_redact__answer_that_says_nothing(status: int) -> None:
    """A success that says nothing is enough, as for every save; here the text is gone too."""
    with ScriptedServer(answer(b"", status)) as server:
        use(server)
        message = Message({"id": 7, "body": "a", "status": "sent"})
        assert message.redact() is True

    assert message.to_dict() == {"id": 7, "body": "", "status": "sent"}


def test_bulk__walked(vivialconnect_sandbox: Sandbox) -> None:
    """Bulk sends and their messages come by page, and in walks that give each once."""
    Number({"phone_number": FROM}).buy()
    ids = []
    for count in (1, 3, 2):
        bulk = Message({"from_number": FROM, "body": "a"})
        bulk.to_numbers = [f"+151544697{line:02d}" for line in range(count)]
        ids.append(bulk.send_bulk())

    created = Message.bulks()[0].created_at
    assert created is not None
    assert created.utcoffset() == timedelta(0)
    page = Message.bulks(page=2, limit=2)
    assert [each.bulk_id for each in page] == ids[2:]
    assert page.meta == {"count": 3, "next": None, "pages": 2, "previous": 1}
    assert [each.bulk_id for each in Message.find_each_bulk(page_size=2)] == ids
    assert [each.bulk_id for each in Message.find_each_bulk(1)] == ids[:1]
    walked = [each.to_number for each in Message.find_each_bulk_message(ids[1], page_size=2)]
    assert walked == ["+15154469700", "+15154469701", "+15154469702"]
    assert [each.to_number for each in Message.bulk_messages(ids[1], page=2, limit=2)] == walked[2:]
    queries = [each.query for each in vivialconnect_sandbox.requests[-4:]]
    assert queries == ["page=1&limit=150", "page=1&limit=2", "page=2&limit=2", "page=2&limit=2"]


def test_bulk__empty_id() -> None:
    """A bulk send without an id is refused at once, also by the walk."""
    with pytest.raises(ValueError, match="bulk_id"):
        Message.find_each_bulk_message("")


def test_send_bulk__lost() -> None:
    """Where the answer was lost, the error says where to look."""
    with ScriptedServer(answer(b"", 502)) as server:
        use(server)
        bulk = Message({"from_number": FROM, "body": "a", "to_numbers": [TO]})
        with pytest.raises(Exception, match=r"Call Message\.bulks\(\)") as caught:
            bulk.send_bulk()
    assert getattr(caught.value, "outcome", None) == "unknown"


def test_attachments__walked(vivialconnect_sandbox: Sandbox) -> None:
    """The attachments of a message come in a walk."""
    Number({"phone_number": FROM}).buy()
    message = Message({"from_number": FROM, "to_number": TO})
    message.media_urls = [f"https://example.com/{name}.png" for name in "abc"]
    message.send()

    walked = list(message.find_each_attachment(page_size=2))
    assert walked == message.attachments()
    assert len(walked) == 3
    assert "attachments.json" in vivialconnect_sandbox.requests[-2].path


SEGMENTS: dict[str, Any] = {"Zoë": ("ucs2", 1, 67, ((2, "ë"),)), "a" * 161: ("gsm0338", 2, 145, ())}


@pytest.mark.parametrize("text", SEGMENTS)
def test_segments__counted(text: str) -> None:
    """A text is counted offline."""
    counted = Message.segments(text)

    assert (counted.encoding, counted.segments, counted.units_left, counted.non_gsm) == SEGMENTS[
        text
    ]
    assert Resource.api_key is None
