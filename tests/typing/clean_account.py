"""Uses users, keys, contacts and transactions; every checker must find nothing to say."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from vivialconnect import Account, Contact, Credential, ResourceList, Transaction, User, configured


def rotate(user: User, old: Credential) -> str:
    """A credential that was made has a secret, and works as the settings do."""
    new = user.create_credential("rotated")
    with configured(api_key=new.api_key, api_secret=new.api_secret):
        Account.count()
    old.active = False
    old.save()
    return str(new.api_secret)


def read_credentials(user: User) -> list[str]:
    """With an id there is one, without there are many."""
    one: Credential = user.get_credentials(6)
    page: ResourceList[Credential] = user.get_credentials(limit=5)
    names = [credential.name or "" for credential in user.find_each_credential(10)]
    names += [one.api_key, *(credential.api_key for credential in page)]
    return names[: user.count_credentials()]


def register() -> str | None:
    """A registered user is a user."""
    user = User.register({"account_id": 7, "username": "u", "password": "p", "role": "User"})
    user.change_password("p", "q")
    return next((str(role["name"]) for role in user.roles), None)


def introduce() -> str:
    """A contact has fields like any other row."""
    contact = Contact.create({"first_name": "Ada"})
    contact.title = "Countess"
    contact.save()
    return contact.email + (contact.city or "")


def spent() -> int:
    """With an id there is one transaction, without a page, and a walk over all."""
    now = datetime.now(timezone.utc)
    one: Transaction = Transaction.find(7)
    posted: datetime | None = one.posted_at
    page = Transaction.find(start_time="2020", transaction_type=["sms_local_out"], limit=9)
    walk = Transaction.find_each(start_time=now - timedelta(days=1), end_time=posted)
    first = Transaction.find_first(transaction_type="mms_local_out")
    amounts = [row.cash_amount for row in (*page, *walk)]
    return sum(amounts) + (first.balances["cash_balance"] if first else 0)
