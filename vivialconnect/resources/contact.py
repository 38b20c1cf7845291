"""Contacts: the people whom the service contacts about an account."""

from __future__ import annotations

from typing import ClassVar

from vivialconnect.resources.resource import Resource


class Contact(Resource):
    """A person whom the service contacts about the account.

    ================= ==========================================================================
    id                Id of the contact (int).
    date_created      Creation time, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     Time of the last change (str); as a datetime: ``modified_at``.
    account_id        Id of the account (int).
    active            Whether the contact is in use (bool).
    contact_type      Role of the contact, ``"main"`` (str).
    first_name        First name (str).
    last_name         Last name (str).
    email             Email address (str).
    company_name      Company (str).
    title             Job title (str).
    work_phone        Phone number at work (str).
    mobile_phone      Mobile phone number (str).
    fax               Fax number (str).
    address1          First line of the address; also ``address2``, ``address3`` (str).
    city              City (str).
    state             State (str).
    postal_code       Postal code (str).
    country           Country (str).
    ================= ==========================================================================

    A new contact requires ``first_name``, ``last_name``, ``email`` and ``contact_type``.
    ``account.contacts`` contains the same contacts as dicts.

    Example:

        >>> from vivialconnect import Contact
        >>> contact = Contact.create(
        ...     first_name="Ada", last_name="Byron", email="ada@example.com", contact_type="main"
        ... )
        >>> contact.title = "Countess"
        >>> contact.save()
        True

    .. versionadded:: 1.0
    """

    singular = "contact"
    plural = "contacts"

    _filters: ClassVar = ("limit", "order", "page", "search")
    _repr_fields: ClassVar[tuple[str, ...]] = ("contact_type", "first_name", "last_name", "email")

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
