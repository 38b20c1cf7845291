"""Accounts, and the state of their free trial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from vivialconnect.common import paths
from vivialconnect.common.exchange import Call
from vivialconnect.resources._lists import unreadable
from vivialconnect.resources.resource import Countable
from vivialconnect.resources.transaction import Transaction

if TYPE_CHECKING:
    from vivialconnect.common.requestor import Requestor


__all__ = ("Account", "Transaction")


class Account(Countable):
    """An account: what everything else belongs to.

    ================= ==========================================================================
    id                The account's id (int).
    date_created      When it was made, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     When it was last changed (str); as a datetime: ``modified_at``.
    account_id        The parent account; ``None`` if this one is primary (int).
    company_name      The name that users see (str).
    active            Whether the account may be used (bool).
    contacts          The people to speak to (list of dict); :class:`.Contact` changes them.
    services          What the account may do (list of dict).
    ================= ==========================================================================

    The service has withdrawn subaccounts: the list of them, and the calls that made and deleted
    accounts. So ``create()`` and ``destroy()`` end in an error of the service.

    Example:

        >>> from vivialconnect import Account
        >>> Account.find(12345).company_name
        'Sandbox Inc'
    """

    singular = "account"
    plural = "accounts"

    _shown: ClassVar[tuple[str, ...]] = ("company_name",)

    date_created: str
    date_modified: str
    account_id: int | None
    company_name: str
    active: bool
    contacts: list[dict[str, Any]]
    services: list[dict[str, Any]]

    @classmethod
    def billing_status(cls, account_id: int | str | None = None) -> dict[str, Any]:
        """Return the state of the free trial.

        :param account_id: The account; ``None`` for the configured one.
        :returns: id, free_trial, free_trial_max_numbers and free_trial_purchased_count.
        :raises ValueError: If no account is given or configured.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no object.

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
        # Accounts are the one noun that stands beside the account, not below it.
        return ""


def _read_status(answer: Any) -> dict[str, Any]:
    only = next(iter(answer.values())) if isinstance(answer, dict) and len(answer) == 1 else answer
    status = only if isinstance(only, dict) else answer
    if not isinstance(status, dict):
        raise unreadable("be a billing status", answer)
    return status
