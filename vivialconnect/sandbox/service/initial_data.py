"""The initial data of a sandbox: an account, a user, and numbers for sale."""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
from collections.abc import Iterator
from typing import Any, NamedTuple

from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import insert, select_count, select_one

#: The balance of a new account, in 1/100 cent: 100 dollars.
OPENING_BALANCE = 1_000_000

#: The number that the API documentation buys, the first of its area code.
DOCUMENTED_NUMBER = "+19132597591"

TOLL_FREE_CODES = ("800", "833", "844", "855", "866", "877", "888")
NUMBERS_PER_EXCHANGE = 12
NUMBERS_PER_TOLL_FREE_CODE = 8


class Exchange(NamedTuple):
    """A telephone exchange, and where its numbers are.

    :param area_code: the first three digits of its numbers.
    :param prefix: the next three digits.
    :param city: the city, in capital letters.
    :param region: the two letters of the state.
    :param rate_center: the rate center, in capital letters.
    :param postal_codes: the ZIP codes of its numbers, in turn.
    """

    area_code: str
    prefix: str
    city: str
    region: str
    rate_center: str
    postal_codes: tuple[str, ...]


EXCHANGES = (
    Exchange("913", "259", "KANSAS CITY", "KS", "KANSAS CITY", ("66101", "66102", "66104")),
    Exchange("913", "381", "OVERLAND PARK", "KS", "KANSAS CITY", ("66204", "66212")),
    Exchange("816", "221", "KANSAS CITY", "MO", "KANSAS CITY", ("64105", "64106")),
    Exchange("515", "446", "ALTOONA", "IA", "DES MOINES", ("50009",)),
    Exchange("515", "244", "DES MOINES", "IA", "DES MOINES", ("50309", "50314")),
    Exchange("212", "226", "NEW YORK", "NY", "NEW YORK", ("10012", "10013")),
    Exchange("718", "246", "BROOKLYN", "NY", "BROOKLYN", ("11201", "11217")),
    Exchange("415", "255", "SAN FRANCISCO", "CA", "SAN FRANCISCO", ("94102", "94103")),
    Exchange("213", "229", "LOS ANGELES", "CA", "LOS ANGELES", ("90012", "90013")),
    Exchange("312", "226", "CHICAGO", "IL", "CHICAGO", ("60607", "60608")),
    Exchange("512", "236", "AUSTIN", "TX", "AUSTIN", ("78701", "78702")),
    Exchange("713", "222", "HOUSTON", "TX", "HOUSTON", ("77002",)),
    Exchange("305", "250", "MIAMI", "FL", "MIAMI", ("33130", "33131")),
    Exchange("206", "223", "SEATTLE", "WA", "SEATTLE", ("98101", "98104")),
    Exchange("303", "226", "DENVER", "CO", "DENVER", ("80202", "80204")),
    Exchange("617", "227", "BOSTON", "MA", "BOSTON", ("02108", "02114")),
    Exchange("404", "221", "ATLANTA", "GA", "ATLANTA", ("30303", "30312")),
    Exchange("503", "221", "PORTLAND", "OR", "PORTLAND", ("97204", "97205")),
)

ROLES: dict[str, dict[str, Any]] = {
    name: {
        "id": number,
        "name": name,
        "description": description,
        "role_type": role_type,
        "active": True,
        "date_created": "2016-01-01T00:00:00",
        "date_modified": "2016-01-01T00:00:00",
    }
    for number, name, description, role_type in (
        (1, "System", "System", "system"),
        (2, "SiteAdministrator", "Site administrator", "system"),
        (3, "AccountAdministrator", "Account administrator", "client"),
        (4, "User", "User", "client"),
    )
}


def new_api_key() -> str:
    """Return a random API key: ``MTK`` and 32 capital letters and digits."""
    alphabet = string.ascii_uppercase + string.digits
    return "MTK" + "".join(secrets.choice(alphabet) for _ in range(32))


def new_api_secret() -> str:
    """Return a random API secret: 48 letters and digits."""
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(48))


def national_name(phone_number: str) -> str:
    """Format a US number for people.

    >>> national_name("+19132597591")
    '(913) 259-7591'
    """
    digits = phone_number[-10:]
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def numbers_for_sale() -> Iterator[dict[str, Any]]:
    """Yield the numbers for sale, as records of ``available_numbers``."""
    for exchange in EXCHANGES:
        lines = _line_numbers(exchange.area_code + exchange.prefix, NUMBERS_PER_EXCHANGE)
        if exchange == EXCHANGES[0]:
            lines.insert(0, DOCUMENTED_NUMBER[-4:])
        for index, line in enumerate(lines):
            phone_number = "+1" + exchange.area_code + exchange.prefix + line
            yield {
                "phone_number": phone_number,
                "name": national_name(phone_number),
                "phone_number_type": "local",
                "area_code": exchange.area_code,
                "city": exchange.city,
                "region": exchange.region,
                "rate_center": exchange.rate_center,
                "postal_code": exchange.postal_codes[index % len(exchange.postal_codes)],
            }
    for code in TOLL_FREE_CODES:
        for line in _line_numbers(code + "446", NUMBERS_PER_TOLL_FREE_CODE):
            phone_number = "+1" + code + "446" + line
            yield {
                "phone_number": phone_number,
                "name": national_name(phone_number),
                "phone_number_type": "tollfree",
                "area_code": code,
                "city": None,
                "region": None,
                "rate_center": None,
                "postal_code": None,
            }


def _line_numbers(prefix: str, count: int) -> list[str]:
    # The stride has no common factor with 10,000, so no number repeats. None of them is
    # DOCUMENTED_NUMBER.
    start = int(prefix) % 10_000
    return [f"{(start + 1 + 3_137 * index) % 10_000:04d}" for index in range(count)]


def ensure(
    connection: sqlite3.Connection, account_id: int, moment: float, company_name: str
) -> int:
    """Create the initial data that the database does not have.

    :param connection: a connection in a transaction.
    :param account_id: the account's id.
    :param moment: now, in seconds since 1970.
    :param company_name: the name of a new account.
    :returns: the id of the account's first user.
    """
    now = timestamp(moment)
    dates = {"date_created": now, "date_modified": now}
    if not select_count(connection, "available_numbers", "1", ()):
        for record in numbers_for_sale():
            insert(connection, "available_numbers", record)
    if not select_count(connection, "accounts", "id = ?", (account_id,)):
        account = {"id": account_id, "company_name": company_name, "balance": OPENING_BALANCE}
        insert(connection, "accounts", dict(account, **dates))
    user = select_one(
        connection, "SELECT id FROM users WHERE account_id = ? ORDER BY id", (account_id,)
    )
    if user is not None:
        return int(user["id"])
    first = {
        "account_id": account_id,
        "username": f"sandbox{account_id}",
        "email": f"sandbox{account_id}@example.com",
        "first_name": "Sandy",
        "last_name": "Box",
        "verified": 1,
        "roles": json.dumps([ROLES["AccountAdministrator"]]),
    }
    return insert(connection, "users", dict(first, **dates))
