"""Accounts, over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract import ResourceContract
from vivialconnect import Account, ForbiddenAccess

if TYPE_CHECKING:
    from vivialconnect.resources.resource import Resource


class TestAccount(ResourceContract):
    """The contract of accounts, which stand beside the configured account and not below it."""

    noun = Account
    collection = "/accounts"
    root = "account"
    change = ("company_name", "Changed Inc")
    refused = frozenset(("create", "destroy"))

    def draft(self) -> dict[str, Any]:
        """Return a new account, which the service does not take."""
        return {"company_name": "New Inc"}

    def existing(self) -> Resource:
        """Return the account that there is."""
        return Account.find(self.sandbox.account_id)

    def test_find__unknown_id(self) -> None:
        """An account that is not the caller's is forbidden, whether it is there or not."""
        with pytest.raises(ForbiddenAccess, match="api_account_id"):
            Account.find(987654)

        self.assert_last("GET", "/accounts/987654.json")

    def test_billing_status__configured_account(self) -> None:
        """Without an argument the configured account is meant."""
        status = Account.billing_status()

        assert status["id"] == self.sandbox.account_id
        assert set(status) == {
            "id",
            "free_trial",
            "free_trial_max_numbers",
            "free_trial_purchased_count",
        }
        self.assert_last("GET", "/accounts/12345/status.json")

    @pytest.mark.parametrize("account_id", [12345, "12345"])
    def test_billing_status__given_account(self, account_id: Any) -> None:
        """The account may be given as a number or as text."""
        assert Account.billing_status(account_id)["free_trial"] is False
        self.assert_last("GET", "/accounts/12345/status.json")
