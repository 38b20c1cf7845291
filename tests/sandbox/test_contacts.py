"""Contacts of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .client import Client

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

REQUIRED = {
    "first_name": "Ann", "last_name": "Lee", "email": "ann@example.com", "contact_type": "main",
}  # fmt: skip
FIELDS = {
    "id", "account_id", "active", "contact_type", "first_name", "last_name", "company_name",
    "title", "email", "work_phone", "mobile_phone", "fax", "address1", "address2", "address3",
    "city", "state", "postal_code", "country", "date_created", "date_modified",
}  # fmt: skip


def create(client: Client, **fields: Any) -> Any:
    """Create a contact and return it."""
    response = client.call("POST", "contacts.json", {"contact": {**REQUIRED, **fields}})
    assert (response.status, list(response.json)) == (201, ["contact"]), response
    return response.json["contact"]


def test_contact__life(client: Client) -> None:
    """A contact is created, read, changed and deleted; the account includes it meanwhile."""
    contact = create(client, city="Altoona")
    assert set(contact) == FIELDS
    assert (contact["account_id"], contact["active"], contact["fax"]) == (12345, True, None)
    assert contact["date_created"].endswith("+00:00")
    assert client.call("GET", "contacts/1.json").json == {"contact": contact}
    assert client.call("GET", "contacts.json").json == {"contacts": [contact]}
    changed = dict(contact, city=None, title="Dr", active=False, id=9, account_id=1)
    answer = client.call("PUT", "contacts/1.json", {"contact": changed}).json["contact"]
    assert answer == dict(
        contact, city=None, title="Dr", active=False, date_modified=answer["date_modified"]
    )
    account = client.call_path("GET", "/api/v1.0/accounts/12345.json").json["account"]
    assert account["contacts"] == [answer]
    deleted = client.call("DELETE", "contacts/1.json")
    assert (deleted.status, deleted.body) == (204, b"")
    for method in ("GET", "PUT", "DELETE"):
        gone = client.call(method, "contacts/1.json", {"contact": REQUIRED})
        assert (gone.status, gone.json) == (404, {"message": "Resource not found for id 1"})


def test_contact__repeated_keys(client: Client) -> None:
    """The last of repeated keys in a body counts."""
    create(client)
    raw = b'{"contact":{"title":"Dr","title":"Prof"}}'
    answer = client.call("PUT", "contacts/1.json", raw=raw).json["contact"]
    assert answer["title"] == "Prof"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, "abc"), ({"limit": "2"}, "ab"), ({"limit": "2", "page": "2"}, "c"),
        ({"order": "first_name desc"}, "cba"), ({"search": "B@EXAMPLE"}, "b"),
        ({"search": "nobody"}, ""),
    ],
)  # fmt: skip
def test_contact__lists(client: Client, query: dict[str, str], names: str) -> None:
    """Contacts are paged, ordered and searched; the count applies the search."""
    for name in "abc":
        create(client, first_name=name, email=name + "@example.com")
    records = client.call("GET", "contacts.json", **query).json["contacts"]
    assert "".join(record["first_name"] for record in records) == names
    searched = {key: value for key, value in query.items() if key == "search"}
    count = client.call("GET", "contacts/count.json", **searched).json
    assert count == {"count": len(names) if searched else 3}


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_contact__required(client: Client, name: str) -> None:
    """A required field must not be missing at first or emptied later."""
    without = {key: value for key, value in REQUIRED.items() if key != name}
    response = client.call("POST", "contacts.json", {"contact": without})
    assert (response.status, response.json) == (400, {"message": "Must specify " + name})
    contact = create(client)
    for value in ("", None, 7):
        refused = client.call("PUT", "contacts/1.json", {"contact": {name: value}})
        assert (refused.status, refused.json["message"].split()[0]) == (400, name)
    assert client.call("GET", "contacts/1.json").json["contact"] == contact


@pytest.mark.parametrize("fields", [{"fax": 7}, {"title": ["Dr"]}, {"active": 1}])
def test_contact__refused(client: Client, fields: dict[str, Any]) -> None:
    """A value of a wrong type is refused with 400, and no contact is created."""
    response = client.call("POST", "contacts.json", {"contact": {**REQUIRED, **fields}})
    assert response.status == 400
    assert client.call("GET", "contacts/count.json").json == {"count": 0}


def test_contact__of_another_account(client: Client, sandbox: Sandbox) -> None:
    """A contact belongs to its account only."""
    create(client)
    branch = sandbox.add_account(777)
    with Client(sandbox, account=branch) as other:
        assert other.call("GET", "contacts.json").json == {"contacts": []}
        assert other.call("GET", "contacts/1.json").status == 404
        account = other.call_path("GET", "/api/v1.0/accounts/777.json").json["account"]
        assert account["contacts"] == []
