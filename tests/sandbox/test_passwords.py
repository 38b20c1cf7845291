"""Passwords of users, and registration."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox import FIRST_PASSWORD, Sandbox

from .client import Client

if TYPE_CHECKING:
    from pathlib import Path

REGISTERED = {
    "account_id": 12345, "first_name": "Ann", "last_name": "Lee", "email": "ann@example.com",
    "username": "ann", "password": "correct horse", "role": "User",
}  # fmt: skip


def change(client: Client, old: Any, new: Any, user: int = 1) -> Any:
    """Change a password and return the response."""
    document = {"user": {"_password": old, "password": new}}
    return client.call("PUT", f"users/{user}/profile/password.json", document)


def test_password__changed(client: Client) -> None:
    """Changing a password needs the old one, which a new sandbox documents."""
    first = change(client, FIRST_PASSWORD, "correct horse")
    assert (first.status, first.body) == (200, b"{}")
    wrong = change(client, FIRST_PASSWORD, "battery staple")
    assert (wrong.status, wrong.json) == (400, {"message": "_password is not the user's password"})
    assert change(client, "correct horse", "battery staple").status == 200


def test_password__of_a_new_user(client: Client) -> None:
    """A user has the given password or the first password; no response shows it."""
    for fields in ({"password": "correct horse"}, {}):
        response = client.call("POST", "users.json", {"user": {"username": "ann", **fields}})
        assert response.status == 201
        assert b"password" not in response.body
    assert change(client, "correct horse", "battery staple", user=2).status == 200
    assert change(client, "correct horse", "battery staple", user=3).status == 400
    assert change(client, FIRST_PASSWORD, "battery staple", user=3).status == 200


@pytest.mark.parametrize("password", ["7 chars", "", 12345678])
def test_password__too_short(client: Client, password: Any) -> None:
    """A password of fewer than eight characters is refused, both new and changed."""
    message = {"message": "password must be a string of at least 8 characters"}
    answers = [
        change(client, FIRST_PASSWORD, password),
        client.call("POST", "users.json", {"user": {"username": "ann", "password": password}}),
    ]
    assert [(answer.status, answer.json) for answer in answers] == [(400, message)] * 2
    assert client.call("GET", "users/count.json").json == {"count": 1}
    assert change(client, FIRST_PASSWORD, "8 chars!").status == 200


@pytest.mark.parametrize("user", [{"password": "correct horse"}, {"_password": FIRST_PASSWORD}])
def test_password__one_of_two(client: Client, user: dict[str, str]) -> None:
    """Both the old and the new password are required."""
    response = client.call("PUT", "users/1/profile/password.json", {"user": user})
    assert (response.status, "password" in response.json["message"]) == (400, True)


def test_password__unknown_user(client: Client) -> None:
    """An unknown user has no password to change."""
    assert change(client, FIRST_PASSWORD, "correct horse", user=7).status == 404


def test_password__stored_as_a_hash(tmp_path: Path) -> None:
    """Passwords are salted and hashed in the database, and deleted with their user."""
    file = tmp_path / "sandbox.db"
    with Sandbox(database=str(file)) as sandbox, Client(sandbox) as client:
        for name in ("ann", "bob", "eve"):
            user = {"username": name, "password": "correct horse"}
            client.call("POST", "users.json", {"user": user})
        client.call("DELETE", "users/4.json")
    assert b"correct horse" not in file.read_bytes()
    connection = sqlite3.connect(file)
    records = connection.execute("SELECT user_id, salt, hash FROM passwords").fetchall()
    connection.close()
    assert [record[0] for record in records] == [2, 3]
    assert len({part for record in records for part in record[1:]}) == 4


def test_register__user(client: Client) -> None:
    """A registered user has a password, is not verified, and belongs to the account."""
    response = client.call("POST", "users/register.json", {"user": REGISTERED})
    assert response.status == 201
    user = response.json["user"]
    assert (user["username"], user["account_id"], user["verified"]) == ("ann", 12345, False)
    assert user["roles"][0]["name"] == "User"
    assert client.call("GET", "users/2.json").json == {"user": user}
    assert change(client, "correct horse", "battery staple", user=2).status == 200
    without = {key: value for key, value in REGISTERED.items() if key != "account_id"}
    assert client.call("POST", "users/register.json", {"user": without}).status == 201


@pytest.mark.parametrize("name", ["first_name", "last_name", "email", "username", "password"])
def test_register__required(client: Client, name: str) -> None:
    """Registration needs names, an email address and a password."""
    response = client.call("POST", "users/register.json", {"user": dict(REGISTERED, **{name: ""})})
    assert (response.status, response.json) == (400, {"message": "Must specify " + name})


def test_register__other_account(client: Client) -> None:
    """Registration in another account, or without an account, is refused."""
    other = client.call("POST", "users/register.json", {"user": dict(REGISTERED, account_id=777)})
    assert other.status == 403
    path = "/api/v1.0/registration/register.json"
    nowhere = client.call_path("POST", path, {"user": REGISTERED})
    assert (nowhere.status, "withdrawn" in nowhere.json["message"]) == (404, True)
    assert client.call("GET", "users/register.json").status == 404
