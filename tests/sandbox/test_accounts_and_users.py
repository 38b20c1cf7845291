"""Accounts, their status, and users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

    from .client import Client

BASE = "/api/v1.0"
ACCOUNT_FIELDS = {
    "id", "account_id", "company_name", "active", "contacts", "services", "date_created",
    "date_modified",
}  # fmt: skip
USER_FIELDS = {
    "id", "account_id", "active", "verified", "username", "email", "first_name", "last_name",
    "timezone", "mfa_method", "roles", "date_created", "date_modified",
}  # fmt: skip


def test_account__read(client: Client) -> None:
    """The account is in the list, in the count, and found by a search for its name."""
    account = client.call_path("GET", BASE + "/accounts/12345.json").json["account"]
    assert set(account) == ACCOUNT_FIELDS
    assert client.call_path("GET", BASE + "/accounts.json").json == {"accounts": [account]}
    assert client.call_path("GET", BASE + "//accounts/count.json").json == {"count": 1}
    assert client.call_path("GET", BASE + "/accounts.json", search="x y").json == {"accounts": []}


def test_account__changed(client: Client) -> None:
    """Only the company's name can change."""
    path = BASE + "/accounts/12345.json"
    record = client.call_path("GET", path).json["account"]
    changed = dict(record, company_name="Shop", active=False, id=1)
    answer = client.call_path("PUT", path, {"account": changed}).json["account"]
    assert (answer["company_name"], answer["active"], answer["id"]) == ("Shop", True, 12345)
    for name in ("", None, 7):
        assert client.call_path("PUT", path, {"account": {"company_name": name}}).status == 400
    assert client.call_path("PUT", path, {"account": {}}).json["account"]["company_name"] == "Shop"


def test_account__status(client: Client) -> None:
    """The status counts the numbers of the account."""
    client.buy()
    assert client.call("GET", "status.json").json == {
        "free_trial": False, "free_trial_max_numbers": 1, "free_trial_purchased_count": 1,
        "id": 12345,
    }  # fmt: skip


def test_account__removed_meanwhile(client: Client, sandbox: Sandbox) -> None:
    """An account that is missing in the database is a 404."""
    assert sandbox._store
    sandbox._store.transaction(lambda connection: connection.execute("DELETE FROM accounts"))
    assert client.call_path("GET", BASE + "/accounts/12345.json").status == 404
    assert sandbox.balance == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/accounts.json", 405),
        ("DELETE", "/accounts/12345.json", 405),
        ("GET", "/accounts/54321.json", 403),
        ("GET", "/accounts/x.json", 404),
        ("GET", "/accounts", 404),
        ("GET", "/nothing.json", 404),
        ("GET", "", 404),
    ],
)
def test_path__unknown(client: Client, method: str, path: str, status: int) -> None:
    """An unknown path is 404, an unknown method 405, the path of another account 403."""
    response = client.call_path(method, BASE + path)
    assert (response.status, list(response.json)) == (status, ["message"])


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("POST", "/accounts.json", 405, "GET"),
        ("DELETE", "//accounts/12345.json", 405, "GET, PUT"),
        ("GET", "/accounts/12345/subaccounts.json", 404, None),
        ("GET", "/accounts/12345/configurations.json", 404, None),
        ("POST", "/accounts/12345/configurations.json", 404, None),
        ("PUT", "/accounts/12345/configurations/7.json", 404, None),
        ("GET", "/accounts/12345/configurations/count.json", 404, None),
    ],
)
def test_path__removed(
    client: Client, method: str, path: str, status: int, allowed: str | None
) -> None:
    """A removed endpoint responds like an unknown one, and its message says so."""
    response = client.call_path(method, BASE + path)
    assert (response.status, response.headers.get("Allow")) == (status, allowed)
    assert response.json["message"].endswith("withdrawn by the service in 2017")


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/accounts.json"), ("POST", "/accounts/12345.json"), ("GET", "/subaccounts.json")],
)
def test_path__never_existed(client: Client, method: str, path: str) -> None:
    """The message of an endpoint that never existed does not say that it was removed."""
    assert b"withdrawn" not in client.call_path(method, BASE + path).body


def test_user__life(client: Client) -> None:
    """A user is created, read, changed and deleted."""
    document = {"username": "ann", "email": "ann@example.com", "first_name": "Ann"}
    created = client.call("POST", "users.json", {"user": document})
    assert created.status == 201
    user = created.json["user"]
    assert set(user) == USER_FIELDS
    assert (user["id"], user["username"], user["roles"][0]["name"]) == (2, "ann", "User")
    assert client.call("GET", "users/count.json").json == {"count": 2}
    changed = dict(user, last_name="Lee", active=False, id=9, verified=True)
    answer = client.call("PUT", "users/2.json", {"user": changed}).json["user"]
    assert (answer["last_name"], answer["active"], answer["verified"]) == ("Lee", False, False)
    assert client.call("GET", "users/2.json").json == {"user": answer}
    assert client.call("DELETE", "users/2.json").status == 204
    assert client.call("GET", "users/2.json").json == {"message": "Resource not found for id 2"}


def test_user__role(client: Client) -> None:
    """A user's role can be given by its name."""
    document = {"username": "bob", "role": "AccountAdministrator"}
    user = client.call("POST", "users.json", {"user": document}).json["user"]
    assert user["roles"][0]["id"] == 3


@pytest.mark.parametrize(
    "document", [{"role": "King"}, {"role": ["User"]}, {"first_name": "x" * 129}, {"email": 7}]
)
def test_user__refused(client: Client, document: dict[str, Any]) -> None:
    """An unknown role, or a name that is too long, is refused with 400."""
    assert client.call("POST", "users.json", {"user": document}).status == 400


def test_user__first(client: Client) -> None:
    """A new sandbox has one user, an administrator."""
    (user,) = client.call("GET", "users.json", search="SANDY", order="id desc").json["users"]
    assert user["roles"][0]["name"] == "AccountAdministrator"
    assert client.call("GET", "users.json", search="nobody").json == {"users": []}
