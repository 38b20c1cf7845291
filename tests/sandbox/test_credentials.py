"""Credentials: create, use, change, delete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox import Sandbox, SandboxAccount

from .client import Client

if TYPE_CHECKING:
    from pathlib import Path

PLACE = "users/1/profile/credentials"
FIELDS = {"id", "user_id", "name", "active", "api_key", "date_created", "date_modified"}


def document(**fields: Any) -> Any:
    """Return the body for a credential's fields."""
    return {"user": {"credential": fields}}


def make(client: Client, **fields: Any) -> Any:
    """Create a credential and return it with its secret."""
    response = client.call("POST", PLACE + ".json", document(**fields))
    assert (response.status, set(response.json["user"])) == (201, {"id", "credential"}), response
    return response.json["user"]["credential"]


def signing(sandbox: Sandbox, record: Any) -> Client:
    """Return a client that signs with a new credential."""
    return Client(sandbox, account=SandboxAccount(12345, record["api_key"], record["api_secret"]))


def test_credential__first(client: Client) -> None:
    """The sandbox's API key is a credential of its first user."""
    (record,) = client.call("GET", PLACE + ".json").json["user"]["credentials"]
    assert set(record) == FIELDS
    assert (record["name"], record["api_key"], record["active"]) == (
        "Auto-Generated Key",
        client.key,
        True,
    )


def test_credential__made(client: Client, sandbox: Sandbox) -> None:
    """A new credential can sign at once; only the first response has its secret."""
    made = make(client, name="Laptop", active=False, id=9, api_key="mine")
    assert set(made) == FIELDS | {"api_secret"}
    assert (made["id"], made["user_id"], made["name"], made["active"]) == (2, 1, "Laptop", True)
    assert re.fullmatch(r"MTK[A-Z0-9]{32}", made["api_key"])
    assert re.fullmatch(r"[A-Za-z0-9]{48}", made["api_secret"])
    with signing(sandbox, made) as other:
        answers = [
            other.call("GET", PLACE + ".json"),
            other.call("GET", PLACE + "/2.json"),
            other.call("PUT", PLACE + "/2.json", document(name="Phone")),
        ]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert not any(made["api_secret"].encode() in answer.body for answer in answers)


def test_credential__reads(client: Client) -> None:
    """Credentials are listed in pages for their user, read alone and counted."""
    made = make(client)
    del made["api_secret"]
    assert made["name"] is None
    one = client.call("GET", PLACE + "/2.json").json
    assert one == {"user": {"id": 1, "credential": made}}
    page = client.call("GET", PLACE + ".json", limit=1, page=2).json
    assert page == {"user": {"id": 1, "credentials": [made]}}
    assert client.call("GET", PLACE + "/count.json").json == {"count": 2}


def test_credential__changed(client: Client) -> None:
    """Name and active can change; other fields are ignored."""
    made = make(client, name="Laptop")
    changed = dict(made, name="Phone", active=False, id=9, api_key="mine", api_secret="mine")
    response = client.call("PUT", PLACE + "/2.json", document(**changed))
    answer = response.json["user"]["credential"]
    assert (answer["name"], answer["active"]) == ("Phone", False)
    assert (answer["id"], answer["api_key"], set(answer)) == (2, made["api_key"], FIELDS)
    nameless = client.call("PUT", PLACE + "/2.json", document(name=None)).json["user"]["credential"]
    assert (nameless["name"], nameless["active"]) == (None, False)


def test_credential__inactive(client: Client, sandbox: Sandbox) -> None:
    """An inactive credential cannot sign until it is active again."""
    made = make(client)
    with signing(sandbox, made) as other:
        for active, status in ((False, 401), (True, 200)):
            client.call("PUT", PLACE + "/2.json", document(active=active))
            assert other.call("GET", "users.json").status == status


def test_credential__deleted(client: Client, sandbox: Sandbox) -> None:
    """A deleted credential is not found and cannot sign."""
    made = make(client)
    deleted = client.call("DELETE", PLACE + "/2.json")
    assert (deleted.status, deleted.body) == (204, b"")
    assert client.call("GET", PLACE + "/count.json").json == {"count": 1}
    with signing(sandbox, made) as other:
        assert other.call("GET", "users.json").status == 401


def test_credential__ends_itself(client: Client, sandbox: Sandbox) -> None:
    """A request can delete the credential that signed it; a reset restores the first one."""
    assert client.call("DELETE", PLACE + "/1.json").status == 204
    assert client.call("GET", "users.json").status == 401
    sandbox.reset()
    assert client.call("GET", "users.json").status == 200


def test_credential__of_a_deleted_user(client: Client, sandbox: Sandbox) -> None:
    """The keys of a deleted user cannot sign."""
    client.call("POST", "users.json", {"user": {"username": "ann"}})
    response = client.call("POST", "users/2/profile/credentials.json", document())
    made = response.json["user"]["credential"]
    with signing(sandbox, made) as other:
        assert other.call("GET", "users.json").status == 200
        client.call("DELETE", "users/2.json")
        assert other.call("GET", "users.json").status == 401


def test_credential__inactive_at_a_restart(tmp_path: Path) -> None:
    """A restarted sandbox prefers an active key to an inactive one."""
    file = str(tmp_path / "sandbox.db")
    with Sandbox(database=file) as first, Client(first) as client:
        made = make(client)
        client.call("PUT", PLACE + "/1.json", document(active=False))
    with Sandbox(database=file) as second:
        assert (second.api_key, second.api_secret) == (made["api_key"], made["api_secret"])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("name", ["7", "x", "1" * 20])
def test_credential__missing(client: Client, method: str, name: str) -> None:
    """An unknown credential is a 404 with its own message."""
    response = client.call(method, f"{PLACE}/{name}.json", document(name="x"))
    message = "Resource not found for credential id " + name
    assert (response.status, response.json) == (404, {"message": message})


def test_credential__of_another_user(client: Client) -> None:
    """A credential is found only under its own user, and never under an unknown user."""
    client.call("POST", "users.json", {"user": {"username": "ann"}})
    other = client.call("GET", "users/2/profile/credentials/1.json")
    assert other.json == {"message": "Resource not found for credential id 1"}
    nobody = client.call("GET", "users/3/profile/credentials.json")
    assert (nobody.status, nobody.json) == (404, {"message": "Resource not found for id 3"})


@pytest.mark.parametrize(
    "body",
    [
        {}, {"user": {}}, {"user": {"credential": []}}, document(name=7), document(active=1),
        document(active=None),
    ],
)  # fmt: skip
def test_credential__refused(client: Client, body: Any) -> None:
    """A body of another shape, or a value of a wrong type, is refused with 400."""
    assert client.call("PUT", PLACE + "/1.json", body).status == 400
    assert client.call("POST", PLACE + ".json", body).status == 400
    assert client.call("GET", PLACE + "/count.json").json == {"count": 1}
