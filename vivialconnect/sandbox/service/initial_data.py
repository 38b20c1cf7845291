"""What a fresh sandbox holds: an account, a user, numbers for sale. Only keys are random."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import insert, select_count, select_one

if TYPE_CHECKING:
    import sqlite3

#: What a fresh account has, in 1/100 cent: 100 dollars.
OPENING_BALANCE = 1_000_000

#: The number that the API documentation buys. It is the first of its area code.
DOCUMENTED_NUMBER = "+19132597591"

TOLL_FREE_CODES = ("800", "833", "844", "855", "866", "877", "888")
NUMBERS_PER_PLACE = 12
NUMBERS_PER_TOLL_FREE_CODE = 8


class Place(NamedTuple):
    """Where local numbers are.

    :param area_code: the first three digits.
    :param exchange: the next three.
    :param city: the city, in capitals as the service writes it.
    :param region: the state's two letters.
    :param rate_center: the rate center, in capitals.
    :param postal_codes: the ZIP codes that its numbers are spread over.
    """

    area_code: str
    exchange: str
    city: str
    region: str
    rate_center: str
    postal_codes: tuple[str, ...]


PLACES = (
    Place("913", "259", "KANSAS CITY", "KS", "KANSAS CITY", ("66101", "66102", "66104")),
    Place("913", "381", "OVERLAND PARK", "KS", "KANSAS CITY", ("66204", "66212")),
    Place("816", "221", "KANSAS CITY", "MO", "KANSAS CITY", ("64105", "64106")),
    Place("515", "446", "ALTOONA", "IA", "DES MOINES", ("50009",)),
    Place("515", "244", "DES MOINES", "IA", "DES MOINES", ("50309", "50314")),
    Place("212", "226", "NEW YORK", "NY", "NEW YORK", ("10012", "10013")),
    Place("718", "246", "BROOKLYN", "NY", "BROOKLYN", ("11201", "11217")),
    Place("415", "255", "SAN FRANCISCO", "CA", "SAN FRANCISCO", ("94102", "94103")),
    Place("213", "229", "LOS ANGELES", "CA", "LOS ANGELES", ("90012", "90013")),
    Place("312", "226", "CHICAGO", "IL", "CHICAGO", ("60607", "60608")),
    Place("512", "236", "AUSTIN", "TX", "AUSTIN", ("78701", "78702")),
    Place("713", "222", "HOUSTON", "TX", "HOUSTON", ("77002",)),
    Place("305", "250", "MIAMI", "FL", "MIAMI", ("33130", "33131")),
    Place("206", "223", "SEATTLE", "WA", "SEATTLE", ("98101", "98104")),
    Place("303", "226", "DENVER", "CO", "DENVER", ("80202", "80204")),
    Place("617", "227", "BOSTON", "MA", "BOSTON", ("02108", "02114")),
    Place("404", "221", "ATLANTA", "GA", "ATLANTA", ("30303", "30312")),
    Place("503", "221", "PORTLAND", "OR", "PORTLAND", ("97204", "97205")),
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
    """Make a key of the service's shape: ``MTK`` and 32 capital letters and digits."""
    alphabet = string.ascii_uppercase + string.digits
    return "MTK" + "".join(secrets.choice(alphabet) for _ in range(32))


def new_api_secret() -> str:
    """Make a secret of the service's shape: 48 letters and digits."""
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(48))


def national_name(phone_number: str) -> str:
    """Write a US number for people.

    >>> national_name("+19132597591")
    '(913) 259-7591'
    """
    digits = phone_number[-10:]
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def stock() -> Iterator[dict[str, Any]]:
    """Give the numbers for sale, as rows of ``available_numbers``."""
    for place in PLACES:
        lines = _line_numbers(place.area_code + place.exchange, NUMBERS_PER_PLACE)
        if place == PLACES[0]:
            lines.insert(0, DOCUMENTED_NUMBER[-4:])
        for index, line in enumerate(lines):
            phone_number = "+1" + place.area_code + place.exchange + line
            yield {
                "phone_number": phone_number,
                "name": national_name(phone_number),
                "phone_number_type": "local",
                "area_code": place.area_code,
                "city": place.city,
                "region": place.region,
                "rate_center": place.rate_center,
                "postal_code": place.postal_codes[index % len(place.postal_codes)],
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
    # A fixed stride through the four digits looks scattered and never repeats, for it is odd and
    # no multiple of five. None of them is the documented number, whose line is put first.
    start = int(prefix) % 10_000
    return [f"{(start + 1 + 3_137 * index) % 10_000:04d}" for index in range(count)]


def plant(connection: sqlite3.Connection, account_id: int, moment: float, company_name: str) -> int:
    """Put what is missing of a fresh state into the database.

    :param connection: a connection in a transaction.
    :param account_id: the account that there shall be.
    :param moment: the time, in seconds since 1970.
    :param company_name: the name of an account that is missing.
    :returns: the id of the account's first user.
    """
    now = timestamp(moment)
    dates = {"date_created": now, "date_modified": now}
    if not select_count(connection, "available_numbers", "1", ()):
        for row in stock():
            insert(connection, "available_numbers", row)
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
