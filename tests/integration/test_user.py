"""Users, over real HTTP."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Any, Callable

import pytest

import vivialconnect
from tests.contract import ACCOUNT, ResourceContract
from tests.integration.scripted_server import Script, ScriptedServer, answer, say_and_hang_up, use
from vivialconnect import BadRequest, ClientError, User, VivialConnectError, configured
from vivialconnect.common import retries

OLD = "sandbox-password"
NEW = "battery-staple"


class TestUser(ResourceContract):
    """The contract of users, and what is theirs alone."""

    noun = User
    collection = ACCOUNT + "/users"
    root = "user"
    change = ("first_name", "Changed")

    def draft(self) -> dict[str, Any]:
        """Return a new user."""
        return {"username": "new", "email": "new@example.com", "first_name": "N"}

    def test_roles__nested_change(self) -> None:
        """What is changed inside a nested list is sent."""
        user = User.find(1)
        user.roles[0]["name"] = "Changed"
        user.save()

        assert b'"name":"Changed"' in self.last().body

    def test_find_each__several_pages(self) -> None:
        """The walk goes over pages, each asked for when it is needed, and keeps its query."""
        for number in range(4):
            User.create({**self.draft(), "username": f"walk{number}"})
        before = len(self.sandbox.requests)
        names = [user.username for user in User.find_each(page_size=2, search="walk")]

        assert names == ["walk0", "walk1", "walk2", "walk3"]
        queries = [dict(request.pairs) for request in self.sandbox.requests[before:]]
        assert queries == [{"search": "walk", "page": page, "limit": "2"} for page in "123"]

    def test_post__raw(self) -> None:
        """A raw POST sends its body without a root of ours."""
        answer = User.post(params={"user": self.draft()}, notify=False)

        assert answer["user"]["username"] == "new"
        self.assert_last("POST", self.collection + ".json", "notify=false")

    def test_change_password__changed(self) -> None:
        """The new password takes the place of the old one, which is asked for."""
        user = User.find(1)

        user.change_password(OLD, NEW)
        self.assert_last("PUT", self.collection + "/1/profile/password.json")
        assert json.loads(self.last().body) == {"user": {"_password": OLD, "password": NEW}}
        with pytest.raises(ClientError):
            user.change_password(OLD, NEW)
        user.change_password(NEW, OLD)
        assert self.last().status == 200
        assert not {"password", "_password"} & set(user.attributes)

    @pytest.mark.parametrize("fault", ["service_unavailable", "drop_answer", "close"])
    def test_change_password__fault(self, fault: str) -> None:
        """It is sent once, whatever becomes of the answer."""
        user = User.find(1)
        self.sandbox.chaos.add(fault, method="PUT")
        before = len(self.sandbox.requests)
        with pytest.raises(VivialConnectError) as caught:
            user.change_password(OLD, NEW)

        assert len(self.sandbox.requests) == before + 1
        assert (caught.value.attempts, caught.value.outcome) == (1, "unknown")

    def test_register__posted(self) -> None:
        """A user of an account is registered with a password and a role by name."""
        draft = {**self.draft(), "account_id": 12345, "last_name": "W", "password": NEW}
        user = User.register({**draft, "role": "User"})

        self.assert_last("POST", self.collection + "/register.json")
        assert json.loads(self.last().body) == {"user": {**draft, "role": "User"}}
        assert type(user) is User
        assert [role["name"] for role in user.roles] == ["User"]
        assert "password" not in user.attributes
        user.first_name = "Changed"
        user.save()
        self.assert_last("PUT", self.element(user))

    def test_create__password_is_dropped(self) -> None:
        """A password is sent once and not kept, while other fields that the response lacks are."""
        with ScriptedServer(answer({"user": {"id": 7, "username": "new"}}, 201)) as server:
            use(server)
            user = User.create({**self.draft(), "password": NEW})

        assert json.loads(server.requests[0].body)["user"]["password"] == NEW
        assert dict(user.attributes) == {**self.draft(), "id": 7}

    def test_register__refused(self) -> None:
        """What cannot be registered is the service's to say; a list cannot be sent."""
        with pytest.raises(BadRequest):
            User.register({"role": "Emperor"})
        before = len(self.sandbox.requests)
        with pytest.raises(ValueError, match=r"must be a mapping .* got list") as caught:
            User.register([("password", NEW)])  # type: ignore[arg-type] # the case
        assert NEW not in str(caught.value)

        assert len(self.sandbox.requests) == before


@pytest.mark.parametrize(
    ("old", "new"), [("", NEW), (OLD, ""), (None, NEW), (OLD, b"battery"), (5, NEW)]
)
def test_change_password__what_is_none(old: Any, new: Any) -> None:
    """What is no password is refused without showing it, before any I/O."""
    with ScriptedServer(answer({})) as server:
        use(server)
        with pytest.raises(ValueError, match="strings that are not empty") as caught:
            User(7).change_password(old, new)

    assert server.requests == []
    assert told(caught.value) == []


@pytest.mark.parametrize(
    ("status", "ascii_alone", "slash"),
    [(302, True, "/"), (400, True, "\\/"), (400, False, "/"), (500, False, "\\/")],
)
def test_change_password__echoed(status: int, ascii_alone: bool, slash: str) -> None:
    """Where the service repeats what was sent, the error does not."""
    old, new = OLD, OLD + '/gr\u00fcn"house'
    told_back = {"message": f"not {old} but {new}", "sent": {"password": new}}
    body = json.dumps(told_back, ensure_ascii=ascii_alone).replace("/", slash)
    with ScriptedServer(answer(body.encode(), status)) as server:
        use(server, max_retries=0)
        with pytest.raises(VivialConnectError) as caught:
            User(7).change_password(old, new)

    failure: Any = caught.value
    shown = str(failure) + failure.http_body + str(failure.json_body)
    assert [text for text in (old, new, "gr\\u00fcn") if text in shown] == []
    assert "house" not in shown
    assert "not *** but ***" in shown


def test_change_password__of_nobody() -> None:
    """A user without id has no password to change."""
    with ScriptedServer(answer({})) as server:
        use(server)
        with pytest.raises(ValueError, match="this User has no id"):
            User({"username": "u"}).change_password(OLD, NEW)

    assert server.requests == []


def test_change_password__in_the_scope_of_the_user() -> None:
    """The user's own scope is called in, also when it has ended; 200 without a body is enough."""
    with ScriptedServer(answer()) as server:
        use(server)
        with configured(api_key="other", api_secret="other", api_account_id=9):
            user = User(7)
        user.change_password(OLD, NEW)

    (request,) = server.requests
    assert request.target == "/api/v1.0/accounts/9/users/7/profile/password.json"


def test_change_password__surely_without_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent again where the service has not taken it."""
    monkeypatch.setattr(retries, "INITIAL_BACKOFF", 0.0005)
    with ScriptedServer(answer({"message": "later"}, 429), answer({})) as server:
        use(server, max_retries=2)
        User(7).change_password(OLD, NEW)

    assert len(server.requests) == 2
    assert json.loads(server.requests[1].body)["user"]["password"] == NEW


def told(failure: BaseException) -> list[str]:
    """Return what a failure and the locals of our frames tell of a password."""
    ours = str(Path(vivialconnect.__file__).parent)
    views = [str(failure), repr(failure), str(vars(failure))]
    link: Any = failure
    while link is not None:
        stack = traceback.TracebackException.from_exception(link, capture_locals=True).stack
        views += [str(frame.locals) for frame in stack if frame.filename.startswith(ours)]
        link = link.__cause__ or link.__context__
    return [view for view in views if any(word in view for word in (OLD, NEW, "battery"))]


def change() -> None:
    """Change a password."""
    User(7).change_password(OLD, NEW)


def register() -> None:
    """Register a user."""
    User.register({"username": "new", "password": NEW})


@pytest.mark.parametrize(
    ("call", "script"),
    [
        *[(call, say_and_hang_up(b"")) for call in (change, register)],
        *[(call, answer({"message": "no"}, 400)) for call in (change, register)],
        *[(call, answer(b"<html>")) for call in (change, register)],
        *[(call, answer(f"<p>not {NEW}".encode())) for call in (change, register)],
        (register, answer({"user": {"username": NEW}})),
        (register, answer({"user": {"username": "new"}})),
    ],
)
def test_password__in_a_failure(call: Callable[[], None], script: Script) -> None:
    """Neither what is raised nor the locals of our frames show a password."""
    with ScriptedServer(script) as server:
        use(server)
        with pytest.raises(VivialConnectError) as caught:
            call()

    (request,) = server.requests
    assert NEW.encode() in request.body
    # Of the test's own frames nothing is asked.
    assert told(caught.value) == []


@pytest.mark.parametrize("verb", [User.register, User.create])
def test_password__that_cannot_be_sent(verb: Any) -> None:
    """A password that cannot be written in UTF-8 is refused without showing it."""
    with ScriptedServer(answer({})) as server:
        use(server)
        with pytest.raises(ValueError, match=r"user\.password: '\*\*\*'") as caught:
            verb({"password": NEW + "\udc80"})

    assert server.requests == []
    assert NEW not in str(caught.value)


def test_register__that_cannot_be_sent() -> None:
    """Where another field cannot be written in JSON, the password is in none of our frames."""
    with ScriptedServer(answer({})) as server:
        use(server)
        with pytest.raises(
            ValueError, match=r"user\.username: .* cannot be written in JSON"
        ) as caught:
            User.register({"password": NEW, "username": {1}})

    assert server.requests == []
    assert told(caught.value) == []
