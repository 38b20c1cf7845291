"""Contacts, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract import ACCOUNT, ResourceContract
from vivialconnect import Account, BadRequest, Contact


class TestContact(ResourceContract):
    """The contract of contacts, and what is theirs alone."""

    noun = Contact
    collection = ACCOUNT + "/contacts"
    root = "contact"
    change = ("title", "Countess")

    def draft(self) -> dict[str, Any]:
        """Return a new contact."""
        return {
            "first_name": "Ada",
            "last_name": "Byron",
            "email": "ada@example.com",
            "contact_type": "main",
        }

    @pytest.mark.parametrize("name", ["first_name", "last_name", "email", "contact_type"])
    def test_create__without_what_it_needs(self, name: str) -> None:
        """What a contact needs is the service's to say."""
        draft = self.draft()
        del draft[name]
        with pytest.raises(BadRequest, match=name):
            Contact.create(draft)

        self.assert_last("POST", self.collection + ".json")

    def test_contacts__in_the_account(self) -> None:
        """The account has its contacts as plain dicts."""
        row = Contact.create(self.draft())
        (found,) = Account.find(12345).contacts

        assert type(found) is dict
        assert found == row.to_dict()
        self.assert_last("GET", "/accounts/12345.json")
