"""Accounts and their free trial status."""

from __future__ import annotations

from typing import Any, ClassVar

from vivialconnect.common import paths
from vivialconnect.common.exchange import Call
from vivialconnect.common.requestor import Requestor
from vivialconnect.resources._lists import unexpected_response
from vivialconnect.resources.resource import Resource
from vivialconnect.resources.transaction import Transaction

__all__ = ("Account", "Transaction")


class Account(Resource):
    """An account. All other resources belong to an account.

    ================= ==========================================================================
    id                Id of the account (int).
    date_created      Creation time, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     Time of the last change (str); as a datetime: ``modified_at``.
    account_id        Parent account; ``None`` for a primary account (int).
    company_name      The name that users see (str).
    active            Whether the account can be used (bool).
    contacts          The contacts of the account (list of dict); see :class:`.Contact`.
    services          The services of the account (list of dict).
    ================= ==========================================================================

    The service no longer supports subaccounts. ``find()`` lists one account, and ``create()`` and
    ``destroy()`` fail.

    Example:

        >>> from vivialconnect import Account
        >>> Account.find(12345).company_name
        'Sandbox Inc'
    """

    singular = "account"
    plural = "accounts"

    _filters: ClassVar = ("limit", "order", "page", "search")
    _repr_fields: ClassVar[tuple[str, ...]] = ("company_name",)

    date_created: str
    date_modified: str
    account_id: int | None
    company_name: str
    active: bool
    contacts: list[dict[str, Any]]
    services: list[dict[str, Any]]

    @classmethod
    def billing_status(cls, account_id: int | str | None = None) -> dict[str, Any]:
        """Return the free trial status.

        :param account_id: The id of the account; ``None`` for the configured one.
        :returns: id, free_trial, free_trial_max_numbers and free_trial_purchased_count.
        :raises ValueError: If no account is given or configured.

        Example:

            >>> from vivialconnect import Account
            >>> Account.billing_status()["free_trial"]
            False
        """
        requestor = cls.request
        if account_id is None:
            account = super()._account_path(requestor)
        else:
            account = paths.account_path(account_id, "account_id")
        path = paths.collection_path(account, "status")
        return requestor.perform(Call("GET", path), _read_status)

    @classmethod
    def _account_path(cls, requestor: Requestor) -> str:  # noqa: ARG003 - of the base
        return ""  # the path of accounts has no account prefix


def _read_status(parsed: Any) -> dict[str, Any]:
    only = next(iter(parsed.values())) if isinstance(parsed, dict) and len(parsed) == 1 else parsed
    status = only if isinstance(only, dict) else parsed
    if not isinstance(status, dict):
        raise unexpected_response("a billing status", parsed)
    return status
