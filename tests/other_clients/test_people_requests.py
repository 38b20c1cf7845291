"""Contacts, passwords, credentials and transactions, with each client that has them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.sandbox.client import Client
from vivialconnect.sandbox import FIRST_PASSWORD

from .caller import Caller, each_of
from .profiles import JAVA, NET, PY_MASTER, RUBY

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

CONTACT = {
    "first_name": "Jos\u00e9", "last_name": "O/Neill", "email": "jose@example.com",
    "contact_type": "main", "city": "\u65e5\u672c",
}  # fmt: skip


class Key(NamedTuple):
    """The credentials of a client."""

    api_key: str
    api_secret: str
    account_id: int


def add_contact(plain: Client) -> dict[str, Any]:
    """Add the first contact."""
    record: dict[str, Any] = plain.call("POST", "contacts.json", {"contact": CONTACT}).json[
        "contact"
    ]
    return record


@each_of([JAVA, RUBY])
def test_contacts__added_and_read(caller: Caller, plain: Client) -> None:
    """A contact is added, listed, counted and found."""
    answer = caller.own("POST", "contacts.json", data={"contact": CONTACT}, status=201)
    added = caller.read("contact", answer)
    assert {name: added[name] for name in CONTACT} == CONTACT
    pairs = [("page", "1"), ("limit", "5")]
    records = caller.read("contacts", caller.own("GET", "contacts.json", pairs))
    assert records == plain.call("GET", "contacts.json").json["contacts"] == [added]
    assert caller.read("count", caller.own("GET", "contacts/count.json")) == 1
    one = caller.own("GET", "contacts/{id}.json".format(**added))
    assert caller.read("contact", one) == added


@each_of([JAVA, RUBY])
def test_contacts__changed_and_deleted(caller: Caller, plain: Client) -> None:
    """A contact changes by a whole body, or one with repeated keys, of which the last counts."""
    record = add_contact(plain)
    path = "contacts/{id}.json".format(**record)
    twice = (*record.items(), ("title", "Dr"), ("first_name", "Jane"))
    data = twice if caller.profile is JAVA else {**record, "first_name": "Jane", "title": "Dr"}
    answer = caller.own("PUT", path, data={"contact": data})
    if caller.profile is JAVA:
        assert caller.sandbox.requests[-1].body.count(b'"first_name"') == 2
    after = plain.call("GET", path).json["contact"]
    assert caller.read("contact", answer) == after
    expected = {"first_name": "Jane", "title": "Dr", "date_modified": after["date_modified"]}
    assert after == {**record, **expected}
    data = {"id": record["id"]} if caller.profile is RUBY else None
    assert caller.own("DELETE", path, data=data, status=204) is None
    assert plain.call("GET", "contacts/count.json").json == {"count": 0}


@each_of([RUBY, NET])
def test_password__changed(caller: Caller, plain: Client) -> None:
    """Changing the password needs the old one, and the response is an empty object."""
    passwords = [FIRST_PASSWORD, "caf\u00e9/\u2615 42", "another one"]
    for old, new in zip(passwords, passwords[1:]):
        data = {"user": {"_password": old, "password": new}}
        assert caller.own("PUT", "users/1/profile/password.json", data=data) == {}
    again = {"user": {"_password": FIRST_PASSWORD, "password": "another one"}}
    assert plain.call("PUT", "users/1/profile/password.json", again).status == 400
    again["user"]["_password"] = "another one"
    assert plain.call("PUT", "users/1/profile/password.json", again).status == 200


@each_of([PY_MASTER, JAVA])
def test_credentials__made_read_and_ended(caller: Caller, plain: Client, sandbox: Sandbox) -> None:
    """A new key can sign until it is inactive; its secret is shown once."""
    place = "users/1/profile/credentials"
    data = {"user": {"credential": {"name": "Caf\u00e9"}}}
    user = caller.read("user", caller.own("POST", place + ".json", data=data, status=201))
    made = user["credential"]
    key = Key(made["api_key"], made.pop("api_secret"), sandbox.account_id)
    path = "{}/{id}".format(place, **made)
    with Client(sandbox, account=key) as second:
        assert second.call("GET", "users.json").status == 200
        records = caller.read("user", caller.own("GET", place + ".json"))["credentials"]
        assert records[1:] == [made]
        assert caller.read("count", caller.own("GET", place + "/count.json")) == 2
        one = caller.read("user", caller.own("GET", path + ".json"))
        assert one == {"id": 1, "credential": made}
        data = {"user": {"credential": {"name": None, "active": False}}}
        changed = caller.read("user", caller.own("PUT", path + ".json", data=data))["credential"]
        assert (changed["name"], changed["active"]) == (None, False)
        assert second.call("GET", "users.json").status == 401
    assert caller.own("DELETE", path + ".json", status=204) is None
    missing = "Resource not found for credential id {id}".format(**made)
    assert caller.own("GET", path + ".json", status=404) == {"message": missing}
    assert plain.call("GET", place + "/count.json").json == {"count": 1}


#: The requested types, in the forms of the clients.
TYPES: dict[str, list[tuple[str, str]]] = {
    JAVA.name: [("include_types[]", "sms_local_out")],
    PY_MASTER.name: [
        ("include_types[][]", "sms_local_out"),
        ("include_types[][]", "mms_local_out"),
    ],
}


@each_of([PY_MASTER, JAVA])
def test_transactions__by_each_that_has_them(caller: Caller, plain: Client) -> None:
    """Transactions of the requested types are listed with their number, the newest first."""
    plain.text()
    plain.text(media_urls=["https://example.com/a.png"])
    for style in ("%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ"):
        start, end = (
            time.strftime(style, time.gmtime(time.time() + seconds)) for seconds in (-3600, 3600)
        )
        pairs = [("start_time", start), ("end_time", end), ("page", "1"), ("limit", "10")]
        answer = caller.own("GET", "transactions.json", pairs)
        assert list(answer) == ["count", "transactions"]
        types = [record["transaction_type"] for record in answer["transactions"]]
        assert types == ["mms_local_out", "sms_local_out", "number_purchase"]
        wanted = [value for _, value in TYPES[caller.profile.name]]
        answer = caller.own("GET", "transactions.json", [*pairs, *TYPES[caller.profile.name]])
        types = [record["transaction_type"] for record in answer["transactions"]]
        assert (sorted(types), answer["count"]) == (sorted(wanted), len(wanted))


@each_of([PY_MASTER])
def test_transaction__read(caller: Caller, plain: Client) -> None:
    """A transaction is found by its id; an unknown id is a 400."""
    record = plain.call("GET", "transactions.json").json["transactions"][0]
    one = caller.own("GET", "transactions/{id}.json".format(**record))
    assert caller.read("transaction", one) == record
    assert list(caller.own("GET", "transactions/77.json", status=400)) == ["message"]
