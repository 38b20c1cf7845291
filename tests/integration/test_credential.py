"""Credentials of users, over real HTTP."""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest

from tests.contract import ACCOUNT, BASE, ResourceContract
from tests.integration.scripted_server import ScriptedServer, answer, use
from vivialconnect import (
    Account,
    Credential,
    ResourceError,
    ResourceList,
    UnauthorizedAccess,
    User,
    VivialConnectError,
    configured,
)
from vivialconnect.common import retries

PLACE = BASE + ACCOUNT + "/users/7/profile/credentials"
KEY = {"id": 6, "user_id": 7, "name": "reports", "active": True, "api_key": "MTK6"}


class TestCredential(ResourceContract):
    """The contract of credentials, which stand below their user and have a root of its own."""

    noun = Credential
    collection = ACCOUNT + "/users/1/profile/credentials"
    change = ("name", "Changed")

    def path(self) -> str | None:
        """Return the prefix of the user."""
        return "users/1/profile"

    def existing(self) -> Credential:
        """Return a credential that was found, not made."""
        return User(1).get_credentials(User(1).create_credential("first").id)

    def draft(self) -> dict[str, Any]:
        """Return a new credential."""
        return {"name": "first"}

    def test_create__posted(self) -> None:
        """A new credential is posted below its user, in the user's root, and has its secret."""
        row = Credential({"name": "first", "api_key": "mine"}, {"path": self.path()})
        row.save()

        self.assert_last("POST", self.collection + ".json")
        assert json.loads(self.last().body) == {"user": {"credential": {"name": "first"}}}
        assert (row.user_id, row.name, row.active) == (1, "first", True)
        assert row.api_key != "mine"
        assert len(row.api_secret) > 20

    def test_save__known_row(self) -> None:
        """Name and state are put in the user's root and nothing else, and the answer counts."""
        row = self.existing()
        row.name, row.active, row.api_key = "Changed", False, "mine"

        assert row.save() is True
        self.assert_last("PUT", self.element(row))
        sent = {"name": "Changed", "active": False}
        assert json.loads(self.last().body) == {"user": {"credential": sent}}
        assert row.api_key != "mine"
        found = Credential.find(row.id, self.path())
        assert (found.name, found.active) == ("Changed", False)

    @pytest.mark.parametrize("name", [None, "reports"])
    def test_create_credential__named(self, name: str | None) -> None:
        """A user's new credential has the name that it was given, and is found again."""
        row = User(1).create_credential(name)

        self.assert_last("POST", self.collection + ".json")
        sent = {} if name is None else {"name": name}
        assert json.loads(self.last().body) == {"user": {"credential": sent}}
        assert type(row) is Credential
        assert row.name == name
        assert User(1).get_credentials(row.id) == row
        self.assert_last("GET", self.element(row))

    def test_get_credentials__all(self) -> None:
        """The list of a user is a page of the user's, and its rows can be called with."""
        row = self.existing()
        found = User(1).get_credentials(order="id desc", limit=1)

        assert type(found) is ResourceList
        assert found == [row]
        self.assert_last("GET", self.collection + ".json", "order=id%20desc&limit=1")
        found[0].destroy()
        self.assert_last("DELETE", self.element(row))

    def test_find_each_credential__pages(self) -> None:
        """The walk goes over pages, each asked for when it is needed."""
        for _ in range(3):
            self.existing()
        rows = User(1).get_credentials()
        walk = User(1).find_each_credential(page_size=2)

        before = len(self.sandbox.requests)
        assert next(walk) == rows[0]
        assert len(self.sandbox.requests) == before + 1
        assert list(walk) == rows[1:]
        assert list(User(1).find_each_credential(1, 1)) == rows[:1]
        self.assert_last("GET", self.collection + ".json", "page=1&limit=1")

    def test_count_credentials__as_the_service_says(self) -> None:
        """The count is that of the user's credentials."""
        before = User(1).count_credentials()
        self.existing()

        assert User(1).count_credentials() == before + 1
        self.assert_last("GET", self.collection + "/count.json")

    def test_secret__signs(self) -> None:
        """What was made signs calls, until it is switched off."""
        row = User(1).create_credential()
        own = configured(api_key=row.api_key, api_secret=row.api_secret, api_account_id=12345)
        with own:
            assert Account.count() == 1
        assert self.last().headers["Authorization"].startswith(f"HMAC {row.api_key}:")

        row.active = False
        row.save()
        with own, pytest.raises(UnauthorizedAccess):
            Account.count()

    def test_destroy__key(self) -> None:
        """A credential that was destroyed signs nothing any more."""
        row = User(1).create_credential()
        row.destroy()
        with (
            configured(api_key=row.api_key, api_secret=row.api_secret),
            pytest.raises(UnauthorizedAccess),
        ):
            Account.count()
        assert self.last().status == 401


# Whose row it is, and what cannot be


@pytest.mark.parametrize(
    "body",
    [
        {"user": {"id": 7}},
        {"user": {"id": 7, "credential": None}},
        {"user": {"id": 7, "credential": {"name": "reports"}}},
        {"user": [KEY]},
        [KEY],
    ],
    ids=json.dumps,
)
def test_answer__without_a_credential(body: Any) -> None:
    """An answer that holds no credential is told apart; the user's id is never taken for one."""
    with ScriptedServer(answer(body)) as server:
        use(server)
        with pytest.raises(ResourceError, match="expected one credential") as caught:
            User(7).create_credential()

    assert caught.value.outcome == ("accepted" if isinstance(body, dict) else "unknown")
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", [{"user": {"id": 7}}, {"user": {"id": 7, "credentials": 1}}, []])
def test_answer__without_a_list(body: Any) -> None:
    """An answer that holds no list of credentials is told apart."""
    with ScriptedServer(answer(body)) as server:
        use(server)
        with pytest.raises(ResourceError, match="list of objects under 'credentials'"):
            User(7).get_credentials()

    assert server.requests[0].target == PLACE + ".json"


def test_create_credential__lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential is asked for once, whatever becomes of the answer."""
    monkeypatch.setattr(retries, "INITIAL_BACKOFF", 0.0005)
    with ScriptedServer(answer({"message": "busy"}, 503)) as server:
        use(server, max_retries=2)
        with pytest.raises(VivialConnectError) as caught:
            User(7).create_credential()

    assert len(server.requests) == 1
    assert caught.value.outcome == "unknown"


@pytest.mark.parametrize(
    "call",
    [
        lambda: User({}).create_credential(),
        lambda: User({}).get_credentials(),
        lambda: User({}).get_credentials(6),
        lambda: User({}).find_each_credential(),
        lambda: User({}).count_credentials(),
        lambda: User(7).get_credentials(".."),
        lambda: User(7).get_credentials(""),
        lambda: User(7).find_each_credential(page_size=151),
    ],
)
def test_credentials__of_what_cannot_be(call: Callable[[], Any]) -> None:
    """A user without id has no credentials, and what is no id or page is refused: unsent."""
    with ScriptedServer(answer({})) as server:
        use(server)
        with pytest.raises(ValueError, match=r"no id|must not be empty|page_size"):
            call()

    assert server.requests == []


def test_credentials__in_the_scope_of_the_user() -> None:
    """What a user gives calls as the user's row does, also when the scope has ended."""
    with ScriptedServer(answer({"user": {"credentials": [KEY], "id": 7}}), answer(b"", 204)) as one:
        use(one)
        with configured(api_key="other", api_secret="other", api_account_id=9):
            user = User(7)
        (credential,) = user.find_each_credential()
        credential.destroy()

    assert [request.target.partition("?")[0] for request in one.requests] == [
        "/api/v1.0/accounts/9/users/7/profile/credentials.json",
        "/api/v1.0/accounts/9/users/7/profile/credentials/6.json",
    ]
