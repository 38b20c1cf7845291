"""The tasks, run without a worker, with the package's sandbox."""

import pytest

import tasks
from vivialconnect import BadRequest, Message, Number, RateLimit

RECIPIENT = "+15154469790"
tasks.app.conf.task_always_eager = True  # Tasks run at once, and retries do not wait.


@pytest.fixture(autouse=True)
def sandbox(vivialconnect_sandbox):
    Number(phone_number=tasks.SENDER).buy()
    return vivialconnect_sandbox


def send():
    return tasks.send.delay(RECIPIENT, "Your table is ready")


def statuses(sandbox):
    return [
        request.status for request in sandbox.requests if request.path.endswith("/messages.json")
    ]


def test_send():
    assert send().successful()
    assert [message.body for message in Message.find()] == ["Your table is ready"]


def test_send__rate_limit(sandbox):
    sandbox.chaos.add("too_many_requests", retry_after=120, times=2)

    assert send().successful()
    assert statuses(sandbox) == [429, 429, 200]


def test_send__too_many_retries(sandbox):
    sandbox.chaos.add("too_many_requests", retry_after=120)
    result = send()

    assert isinstance(result.result, RateLimit)
    assert statuses(sandbox) == [429] * 6


def test_send__refused(sandbox):
    result = tasks.send.delay("5154469790", "Your table is ready")

    assert isinstance(result.result, BadRequest)
    assert statuses(sandbox) == [400]


def test_send__response_is_lost(sandbox):
    sandbox.chaos.add("drop_answer", method="POST", times=1)

    assert send().successful()
    assert [request.method for request in sandbox.requests[-2:]] == ["POST", "GET"]
    assert Message.count() == 1


def test_send__response_is_incomplete(sandbox):
    sandbox.chaos.add("malformed_json", method="POST", times=1)

    assert send().successful()
    assert sandbox.requests[-1].method == "POST"
    assert Message.count() == 1


def test_find_sent__not_found(sandbox):
    result = tasks.find_sent.delay(RECIPIENT, "Your table is ready", "2026-01-01T00:00:00Z")

    assert isinstance(result.result, LookupError)
    assert statuses(sandbox) == [200] * 4
    assert Message.count() == 0


def test_find_sent__service_is_down(sandbox):
    Message.create(from_number=tasks.SENDER, to_number=RECIPIENT, body="Hi")
    sandbox.chaos.add("internal_server_error", method="GET", times=2)
    result = tasks.find_sent.delay(RECIPIENT, "Hi", "2026-01-01T00:00:00Z")

    assert result.get() == 1
