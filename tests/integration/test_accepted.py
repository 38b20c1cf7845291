"""Which success of a POST is the service's: accepted, unknown, or the object."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from vivialconnect import (
    Connector,
    Message,
    Number,
    RateLimit,
    Requestor,
    Resource,
    ResourceError,
    User,
    VivialConnectError,
    configured,
)
from vivialconnect.sandbox import Sandbox
from vivialconnect.testing import FakeTransport, Request, Response

PAGE = b"<html>Please log in</html>"
THREADS = Path(__file__).parent.parent.parent / "docs" / "threads.rst"


class Service:
    """A service that gives each request the same response."""

    def __init__(self) -> None:
        self.response = Response(200, {}, b"")

    def respond(self, _: Request) -> Response:
        """Respond."""
        return self.response


@pytest.fixture
def service() -> Iterator[Service]:
    """Have a service of which the next response can be said."""
    service = Service()
    transport = FakeTransport(service.respond)
    with configured(api_key="K", api_secret="S", api_account_id=1, transport=transport):
        yield service


class Gadget(Resource):
    """A resource."""


POSTS: dict[str, tuple[Callable[[], Any], str]] = {
    "send": (lambda: Message({"body": "x"}).send(), "message"),
    "save": (lambda: Message({"body": "x"}).save(), "message"),
    "create": (lambda: Gadget.create(name="x"), "gadget"),
    "buy": (lambda: Number({"area_code": "515"}).buy(), "phone_number"),
    "buy_local": (lambda: Number({"area_code": "515"}).buy_local(), "number"),
    "send_bulk": (lambda: Message({"body": "x", "to_numbers": ["+1"]}).send_bulk(), "bulk_id"),
    "create_credential": (lambda: User(7).create_credential(), "user"),
    "register": (lambda: User.register({"username": "x"}), "user"),
    "replace_numbers": (lambda: Connector(7).replace_numbers(["+1515"]), "connector"),
}


def outcome(call: Callable[[], Any]) -> str | None:
    """Return the outcome of a call whose response is not what was asked for."""
    with pytest.raises(ResourceError) as caught:
        call()
    return caught.value.outcome


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("body", [b"", b" \r\n", PAGE, b"OK", b"null", b"[]", b"{}", b"7", b"{",
                                  b'{"status": "ok"}', b'{"messag', b'"message"', b'[{"message": {']
                         )  # fmt: skip
@pytest.mark.parametrize("name", POSTS)
def test_post__of_someone_else(name: str, body: bytes, status: int, service: Service) -> None:
    """Nothing, a page, and JSON of another kind leave the outcome open."""
    service.response = Response(status, {}, body)

    assert outcome(POSTS[name][0]) == "unknown"


@pytest.mark.parametrize("body", ['{"%s": {"id"', '{"%s":', ' \n{ "%s" : {"id": 7', '{"%s": {}}',
                                  '{"%s": null}', '{"count": 1, "%s": {}}'])  # fmt: skip
@pytest.mark.parametrize("name", POSTS)
def test_post__of_the_service(name: str, body: str, service: Service) -> None:
    """The expected root, whole or at the beginning, is the service's: the request was accepted."""
    call, root = POSTS[name]
    service.response = Response(201, {}, (body % root).encode())

    assert outcome(call) == "accepted"


def test_post__object_without_its_root(service: Service) -> None:
    """An object that has an id needs no root, and any root will do."""
    for body in (b'{"id": 7}', b'{"sms": {"id": 7}}', b'{"message": {"id": 7}}'):
        service.response = Response(200, {}, body)
        message = Message({"body": "x"})

        assert message.send()
        assert message.id == 7


def test_post__raw(service: Service) -> None:
    """A raw POST needs JSON as its response."""
    requestor = Requestor("K", "S", transport=FakeTransport(service.respond))
    for body in (b"", PAGE):
        service.response = Response(200, {}, body)
        assert outcome(lambda: requestor.post("/x.json", {})) == "unknown"
        assert outcome(lambda: Message.post(params={})) == "unknown"
    service.response = Response(200, {}, b"[]")
    assert requestor.post("/x.json", {}) == []


@pytest.mark.parametrize("status", [200, 204])
def test_put_and_delete__empty(status: int, service: Service) -> None:
    """For PUT and DELETE an empty success stays a success."""
    service.response = Response(status, {}, b"")
    message = Message({"id": 7, "body": "x"})

    assert message.save()
    assert message.redact()
    message.destroy()
    User(7).change_password("old", "new")


def test_put_and_delete__page(service: Service) -> None:
    """The page of someone else in response to them leaves it open as well."""
    service.response = Response(200, {}, PAGE)

    assert outcome(Message({"id": 7}).save) == "unknown"
    assert outcome(Message({"id": 7}).destroy) == "unknown"
    assert outcome(lambda: User(7).change_password("old", "new")) == "unknown"


class Retry(Exception):
    """What Celery's ``retry`` raises."""


class Task:
    """What the recipe uses of a task of Celery."""

    def __init__(self) -> None:
        self.request = self
        self.retries = 0
        self.delivery_info: dict[str, Any] = {}

    def retry(self, *, exc: BaseException, countdown: float) -> Retry:
        """Return what is raised to run the task again."""
        assert countdown > 0
        self.retries += 1
        return Retry(exc)

    def task(self, **_: Any) -> Any:
        """Return what decorates the function of a task."""
        return lambda function: function


@pytest.mark.parametrize("received", [True, False])
def test_recipe_for_celery__loses_nothing(received: bool) -> None:
    """The documented task sends a text once, whoever responded to the first attempt."""
    found = re.search(
        r"\n    @app\.task.*?(?=\n\n\S)", THREADS.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found is not None
    with Sandbox() as sandbox:
        scope = configured(
            api_key=sandbox.api_key,
            api_secret=sandbox.api_secret,
            api_account_id=sandbox.account_id,
            api_base_url=sandbox.url,
        )
        with scope:
            Number({"phone_number": "+19132597591"}).buy()
        if received:
            sandbox.chaos.add("wrong_json_type", method="POST", times=1, document=[])
        else:
            sandbox.chaos.add("close", method="POST", times=1)
        task = Task()
        names: dict[str, Any] = {
            "app": task,
            "scope_of": lambda _: scope,
            "Message": Message,
            "RateLimit": RateLimit,
            "VivialConnectError": VivialConnectError,
        }
        exec(dedent(found.group()), names)  # noqa: S102 - the documentation's
        fields = {"from_number": "+19132597591", "to_number": "+15154469790", "body": "Hi"}
        tried = (datetime.now(timezone.utc) - timedelta(minutes=1)).isoformat()
        with pytest.raises(Retry):
            names["remind"](task, 1, fields, tried)
        names["remind"](task, 1, fields, tried)
        with scope:
            assert [message.body for message in Message.find()] == ["Hi"]
