"""Which failures are followed by another attempt, and what is told of all attempts."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.plays import (
    LOST,
    MOMENT,
    OK,
    PATH,
    REFUSED,
    Play,
    Step,
    broken,
    call,
    failure_of,
    requestor_of,
    status,
)
from vivialconnect import (
    ClientError,
    ConnectionError,  # noqa: A004 - the documented name
    Message,
    RequestorError,
    Resource,
    ResourceError,
    ResourceNotFound,
    Timeout,
    User,
    configured,
)
from vivialconnect.common import error

CREDENTIALS: Any = {"api_key": "MTK1", "api_secret": "hidden", "api_account_id": 12345}
METHODS = ("GET", "HEAD", "PUT", "DELETE", "POST")
IDEMPOTENT = ("GET", "HEAD", "PUT", "DELETE")
#: Statuses that say all there is to say.
FINAL = (301, 302, 304, 307, 400, 401, 403, 404, 408, 409, 418, 422, 425, 500, 501, 505, 511, 599)

#: Each failure, and the methods that are repeated after it.
TABLE: dict[str, tuple[Step, tuple[str, ...]]] = {
    "refused": (REFUSED, METHODS),
    "refused in time": (broken(error.NOT_SENT, Timeout), METHODS),
    "refused for good": (broken(error.NOT_SENT, permanent=True), ()),
    "lost": (LOST, IDEMPOTENT),
    "lost in time": (broken(error.UNKNOWN, Timeout), IDEMPOTENT),
    "lost for good": (broken(error.UNKNOWN, permanent=True), ()),
    "429": (status(429), METHODS),
    "502": (status(502), IDEMPOTENT),
    "503": (status(503), IDEMPOTENT),
    "504": (status(504), IDEMPOTENT),
    **{str(code): (status(code), ()) for code in FINAL},
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", TABLE)
def test_repetition__of_each_method_after_each_failure(name: str, method: str) -> None:
    """A call is repeated where that can do no harm, twice and no more, and else never."""
    step, repeated = TABLE[name]
    play = Play(step)
    caught = failure_of(play, method)
    attempts = 3 if method in repeated else 1

    assert [request.method for request in play.sent] == [method] * attempts
    assert len(play.waits) == attempts - 1
    assert caught.attempts == attempts


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", [name for name, (_, repeated) in TABLE.items() if repeated])
def test_repetition__that_succeeds(name: str, method: str) -> None:
    """Whatever is repeated and then goes well is a success."""
    step, repeated = TABLE[name]
    play = Play(step, status(200, b'{"x": 1}'))
    if method in repeated:
        assert call(play, method) == (None if method == "HEAD" else {"x": 1})
    else:
        failure_of(play, method)

    assert len(play.sent) == (2 if method in repeated else 1)


@pytest.mark.parametrize("name", ["lost", "lost in time", "502", "503", "504"])
def test_retry__password_change(name: str) -> None:
    """A password change that may have been received is not retried: it would need the new one."""
    play = Play(TABLE[name][0])
    with configured(transport=play, **CREDENTIALS), pytest.raises(RequestorError):
        User(7).change_password("old", "new")

    assert len(play.sent) == 1


def test_retry__password_change_that_was_not_sent() -> None:
    """A password change without effect is retried."""
    play = Play(status(429, retry_after="0"), OK)
    with configured(transport=play, **CREDENTIALS):
        User(7).change_password("old", "new")

    assert len(play.sent) == 2


@pytest.mark.parametrize("name", ["502", "503", "504", "lost"])
def test_post__that_may_have_happened(name: str) -> None:
    """A POST that may have taken effect is sent once, and its outcome is unknown."""
    play = Play(TABLE[name][0])
    caught = failure_of(play, "POST", max_retries=9)

    assert len(play.sent) == 1
    assert caught.outcome == "unknown"
    assert "may have taken effect: check before you send it again" in str(caught)


@pytest.mark.parametrize("first", [REFUSED, status(429)], ids=["refused", "429"])
def test_post__lost_at_a_later_attempt(first: Step) -> None:
    """A POST that was repeated, and then lost, is not repeated any more."""
    play = Play(first, LOST, OK)
    caught = failure_of(play, "POST", max_retries=9)

    assert len(play.sent) == 2
    assert (caught.attempts, caught.outcome) == (2, "unknown")


@pytest.mark.parametrize("most", [0, 1, 2, 5])
def test_max_retries__how_many(most: int) -> None:
    """So many attempts may follow the first, 0 for none."""
    play = Play(LOST)
    caught = failure_of(play, "GET", max_retries=most)

    assert len(play.sent) == caught.attempts == most + 1
    assert (f", {most + 1} attempts)" in str(caught)) == (most > 0)


@pytest.mark.parametrize("bad", [-1, True, False, 1.0, "2", [2], float("nan")])
def test_max_retries__that_is_no_count(bad: Any) -> None:
    """What is no count of repetitions is refused before anything is sent, wherever it is set."""
    play = Play(OK)
    with pytest.raises(ValueError, match="max_retries must be an integer"):
        call(play, "GET", max_retries=bad)
    with pytest.raises(ValueError, match="max_retries must be an integer"):
        configured(max_retries=bad)
    Resource.api_key, Resource.api_secret, Resource.api_account_id = "key", "secret", 1
    Resource.max_retries = bad
    with pytest.raises(ValueError, match="max_retries must be an integer"):
        Message.find()

    assert play.sent == []


def test_max_retries__where_it_is_set() -> None:
    """It is 2 unless it is set, on a class, in a scope that beats the class, or for a Requestor."""
    assert (Resource.max_retries, Message.max_retries) == (2, 2)
    Message.max_retries = 0
    with configured(max_retries=7):
        assert (Resource.max_retries, Message.max_retries) == (7, 7)
        assert Message.request._settings.max_retries == 7

    assert (Resource.max_retries, Message.max_retries) == (2, 0)
    assert requestor_of(Play(OK), max_retries=None)._settings.max_retries == 2


def test_attempts__each_signed_afresh() -> None:
    """Each attempt has the date of its own moment, and a signature that is right for it."""
    seconds = iter(range(100))
    play = Play(LOST, status(503), OK)
    requestor = requestor_of(play, clock=lambda: MOMENT + timedelta(seconds=next(seconds)))
    requestor.put(PATH, {"name": "x"})

    assert play.sent[0] == play.sent[1] == play.sent[2]
    assert len({signed["Date"] for signed in play.signed}) == 3
    assert len({signed["Authorization"] for signed in play.signed}) == 3
    for request, signed in zip(play.sent, play.signed):
        expected, _ = requestor.sign(
            request.method,
            signed["X-Auth-Date"],
            request.url,
            {**request.headers, **signed},
            request.body,
        )
        assert signed["Authorization"] == "HMAC MTK1:" + expected


@pytest.mark.parametrize(
    ("steps", "method", "expected"),
    [
        ((LOST, REFUSED), "PUT", "unknown"),
        ((LOST, REFUSED), "DELETE", "unknown"),
        ((status(503), REFUSED), "PUT", "unknown"),
        ((status(503), status(400)), "PUT", "unknown"),
        ((LOST, status(404)), "PUT", "unknown"),
        ((LOST, status(429)), "PUT", "unknown"),
        ((LOST, status(403)), "DELETE", "unknown"),
        ((REFUSED, LOST), "PUT", "unknown"),
        ((REFUSED, LOST), "POST", "unknown"),
        ((REFUSED, REFUSED), "PUT", "not sent"),
        ((REFUSED, REFUSED), "POST", "not sent"),
        ((status(429), REFUSED), "POST", "not sent"),
        ((REFUSED, status(429)), "POST", "refused"),
        ((status(429), status(422)), "POST", "refused"),
        ((LOST, REFUSED), "GET", "not sent"),
        ((LOST, status(404)), "GET", "refused"),
        ((LOST, status(404)), "HEAD", "refused"),
    ],
)
def test_outcome__of_all_attempts(steps: tuple[Step, ...], method: str, expected: str) -> None:
    """The outcome is that of the call, of which one attempt may have taken effect unseen."""
    caught = failure_of(Play(*steps), method, max_retries=1)

    assert caught.outcome == expected
    assert caught.attempts == 2


def test_outcome__of_an_answer_that_cannot_be_read() -> None:
    """A later response that cannot be read, and is not recognisably the service's, tells of all."""
    play = Play(status(503), status(200, b"<html>"))
    with pytest.raises(ResourceError) as caught:
        call(play, "PUT")

    assert (caught.value.outcome, caught.value.attempts) == ("unknown", 2)


@pytest.mark.parametrize(
    "before",
    [(LOST,), (status(502),), (LOST, status(429)), (LOST, REFUSED), (REFUSED, status(504))],
    ids=["lost", "502", "lost, 429", "lost, refused", "refused, 504"],
)
def test_delete__gone_after_an_attempt_that_may_have_arrived(before: tuple[Step, ...]) -> None:
    """What is gone at a later attempt was deleted by an earlier one, and that is a success."""
    play = Play(*before, status(404, b'{"message": "no such row"}'))

    assert call(play, "DELETE") is None
    assert len(play.sent) == len(before) + 1


@pytest.mark.parametrize(
    "before",
    [(), (REFUSED,), (status(429),), (REFUSED, status(429))],
    ids=["first", "refused", "429", "refused, 429"],
)
def test_delete__gone_before_any_attempt_arrived(before: tuple[Step, ...]) -> None:
    """What is gone although no attempt can have deleted it was never there."""
    caught = failure_of(Play(*before, status(404)), "DELETE")

    assert isinstance(caught, ResourceNotFound)
    assert (caught.outcome, caught.attempts) == ("refused", len(before) + 1)


def test_settings__one_snapshot_for_all_attempts() -> None:
    """A call goes on with the settings that it began with."""
    Resource.api_key, Resource.api_secret = "MTK1", "hidden"
    play = Play(LOST, OK)

    def meddle(seconds: float) -> None:
        Resource.api_key, Resource.api_base_url = "MTK2", "https://elsewhere.example"
        play.waits.append(seconds)

    requestor = Resource.request
    requestor._transport, requestor._sleep = play, meddle
    requestor.get(PATH)

    assert play.sent[0] == play.sent[1]
    assert [signed["Authorization"][:9] for signed in play.signed] == ["HMAC MTK1"] * 2


def test_log__one_line_for_each_repetition(caplog: pytest.LogCaptureFixture) -> None:
    """At INFO each repetition is one line: the call, what happened, the wait, the attempt."""
    words = b'{"message": "private words"}'
    play = Play(status(503, words), LOST, broken(error.NOT_SENT, Timeout), OK)
    requestor = requestor_of(play, max_retries=3)
    with caplog.at_level(logging.INFO, logger="vivialconnect"):
        requestor.put(PATH, {"body": "private text"}, query={"to": "+15154469790"})

    name = "PUT /api/v1.0" + PATH
    assert caplog.messages == [
        "{} failed with {}, retry in {:.2f} s: attempt {}".format(name, *line)
        for line in zip(("503", "ConnectionError", "Timeout"), play.waits, (2, 3, 4))
    ]
    assert {record.levelname for record in caplog.records} == {"INFO"}
    assert {record.name for record in caplog.records} == {"vivialconnect"}
    for secret in ("hidden", "private", "HMAC", "5154469790", "MTK1"):
        assert secret not in caplog.text


@pytest.mark.parametrize(("step", "most"), [(LOST, 0), (status(400), 2), (OK, 2)])
def test_log__nothing_repeated(step: Step, most: int, caplog: pytest.LogCaptureFixture) -> None:
    """What is not repeated leaves no line at INFO."""
    outcome: RequestorError | None = None
    with caplog.at_level(logging.INFO, logger="vivialconnect"):
        try:
            call(Play(step), "GET", max_retries=most)
        except (ConnectionError, ClientError) as failure:
            outcome = failure

    assert (outcome is None) == (step is OK)
    assert caplog.messages == []
