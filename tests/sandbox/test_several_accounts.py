"""Several accounts in one sandbox."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox import Sandbox, SandboxAccount

from .client import Client

if TYPE_CHECKING:
    from pathlib import Path


def test_add_account__new_and_given_credentials(sandbox: Sandbox) -> None:
    """Key and secret are new or given; the repr has no secret."""
    made = sandbox.add_account(777)
    assert made.account_id == 777
    assert re.fullmatch(r"MTK[A-Z0-9]{32}", made.api_key)
    assert re.fullmatch(r"[A-Za-z0-9]{48}", made.api_secret)
    assert repr(made) == f"SandboxAccount(account_id=777, api_key={made.api_key!r})"
    given = sandbox.add_account(778, api_key="MTKMINE", api_secret="mine")
    assert given == SandboxAccount(778, "MTKMINE", "mine")
    with pytest.raises(AttributeError):
        given.api_key = "x"  # type: ignore[misc] # the case


def test_accounts__apart(sandbox: Sandbox, client: Client) -> None:
    """Each account has its own company, user, numbers, messages and balance."""
    branch = sandbox.add_account(777, company_name="Branch Ltd")
    client.buy()
    client.text(body="mine")
    with Client(sandbox, account=branch) as other:
        account = other.call_path("GET", "/api/v1.0/accounts/777.json").json["account"]
        assert account["company_name"] == "Branch Ltd"
        assert [user["username"] for user in other.call("GET", "users.json").json["users"]] == [
            "sandbox777"
        ]
        assert other.call("GET", "numbers/count.json").json == {"count": 0}
        bought = other.call("GET", "numbers/available/US/local.json", limit=1).json
        number = other.buy(bought["phone_numbers"][0]["phone_number"])
        made = other.text(from_number=number["phone_number"])
        assert (number["account_id"], made["account_id"]) == (777, 777)
        assert other.call("GET", "messages/count.json").json == {"count": 1}
        assert other.call("GET", "messages/1.json").status == 404
        assert other.call_path("GET", "/api/v1.0/accounts/12345/messages.json").status == 403
    assert client.call_path("GET", "/api/v1.0/accounts/777/messages.json").status == 403
    assert client.call("GET", "messages/count.json").json == {"count": 1}
    assert sandbox.requests[-2].status == 403


def test_add_account__existing(sandbox: Sandbox) -> None:
    """An existing account is returned unchanged; another account's key is refused."""
    first = sandbox.add_account(777, company_name="First")
    assert sandbox.add_account(777, company_name="Second") == first
    own = SandboxAccount(12345, sandbox.api_key, sandbox.api_secret)
    assert sandbox.add_account(12345) == own
    with pytest.raises(ValueError, match="another account"):
        sandbox.add_account(778, api_key=first.api_key)


def test_account__after_a_reset(sandbox: Sandbox) -> None:
    """A reset removes the added accounts."""
    branch = sandbox.add_account(777)
    sandbox.reset()
    with Client(sandbox, account=branch) as other:
        assert other.call("GET", "messages.json").status == 401


def test_account__kept_in_the_database(tmp_path: Path) -> None:
    """An account of an earlier run is there again, with its key."""
    file = str(tmp_path / "sandbox.db")
    with Sandbox(database=file) as first:
        branch = first.add_account(777)
    with Sandbox(database=file) as second:
        assert second.add_account(777) == branch


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"account_id": 0}, "account_id"),
        ({"account_id": 7, "api_key": "a b"}, "api_key"),
        ({"account_id": 7, "api_secret": ""}, "api_secret"),
    ],
)
def test_account__refused(sandbox: Sandbox, arguments: dict[str, Any], word: str) -> None:
    """An invalid argument is refused."""
    with pytest.raises(ValueError, match=word):
        sandbox.add_account(**arguments)


def test_account__stopped_sandbox() -> None:
    """Adding an account needs a running sandbox."""
    with pytest.raises(RuntimeError, match="not running"):
        Sandbox().add_account(777)
