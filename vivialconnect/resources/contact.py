"""The people that the service speaks to about an account."""

from __future__ import annotations

from typing import ClassVar

from vivialconnect.resources.resource import Countable


class Contact(Countable):
    """A person to speak to about the account.

    ================= ==========================================================================
    id                The contact's id (int).
    date_created      When it was made, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     When it was last changed (str); as a datetime: ``modified_at``.
    account_id        The account (int).
    active            Whether the contact is in use (bool).
    contact_type      What the person is there for, ``"main"`` (str).
    first_name        The first name (str).
    last_name         The last name (str).
    email             The address (str).
    company_name      Where the person works (str).
    title             As what (str).
    work_phone        The number at work (str).
    mobile_phone      The number of the mobile phone (str).
    fax               The number of the fax (str).
    address1          The address, line by line: also ``address2``, ``address3`` (str).
    city              The city (str).
    state             The state (str).
    postal_code       The postal code (str).
    country           The country (str).
    ================= ==========================================================================

    A new one needs ``first_name``, ``last_name``, ``email`` and ``contact_type``; the service says
    so where one is missing. ``account.contacts`` has the same people as plain dicts.

    Example:

        >>> from vivialconnect import Contact
        >>> contact = Contact.create(
        ...     {
        ...         "first_name": "Ada",
        ...         "last_name": "Byron",
        ...         "email": "ada@example.com",
        ...         "contact_type": "main",
        ...     }
        ... )
        >>> contact.title = "Countess"
        >>> contact.save()
        True

    .. versionadded:: 1.0
    """

    singular = "contact"
    plural = "contacts"

    _shown: ClassVar[tuple[str, ...]] = ("contact_type", "first_name", "last_name", "email")

    date_created: str
    date_modified: str
    account_id: int
    active: bool
    contact_type: str
    first_name: str
    last_name: str
    email: str
    company_name: str | None
    title: str | None
    work_phone: str | None
    mobile_phone: str | None
    fax: str | None
    address1: str | None
    address2: str | None
    address3: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
