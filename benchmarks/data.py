"""What the local server answers: rows as the service gives them, and the targets they stand at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

ACCOUNT = 12345
API_KEY = "BENCHMARK1"
API_SECRET = "not-a-secret-but-forty-characters-long-0"  # noqa: S105 - invented
BASE = "/api/v1.0"
MESSAGES = f"/accounts/{ACCOUNT}/messages"
BODY = "Your table is ready, and we keep it for a quarter of an hour"
FROM_NUMBER = "+15152012345"
TO_NUMBER = "+15154469790"
LENGTHS = (10, 100, 1_000, 10_000)  # rows of the lists that can be asked for

TWILIO_ACCOUNT = "AC" + "0" * 32
TWILIO_MESSAGE = "SM" + "1" * 32
STRIPE_CUSTOMER = "cus_1"

#: Under which key a list of each noun comes.
ROOTS = {"message": "messages", "number": "phone_numbers"}


def message(id_: int = 1) -> dict[str, Any]:
    """Return a message of 22 fields, the keys sorted as the service has them."""
    return {
        "account_id": ACCOUNT,
        "body": BODY,
        "bulk_id": None,
        "connector_id": None,
        "date_created": "2020-07-02T10:11:12-04:00",
        "date_modified": "2020-07-02T10:11:24-04:00",
        "dest_country": "US",
        "direction": "outbound-api",
        "encoding": "gsm0338",
        "error_code": None,
        "error_message": None,
        "from_number": FROM_NUMBER,
        "id": id_,
        "master_account_id": ACCOUNT,
        "message_type": "local_sms",
        "num_media": 0,
        "num_segments": 1,
        "price": 75,
        "price_currency": "USD",
        "sent": "2020-07-02T10:11:13-04:00",
        "status": "delivered",
        "to_number": TO_NUMBER,
    }


def number(id_: int = 1) -> dict[str, Any]:
    """Return a phone number of the account, with tags."""
    return {
        "account_id": ACCOUNT,
        "acquired_from": "provider",
        "active": True,
        "address_requirements": "none",
        "capabilities": {"mms": True, "sms": True, "voice": True},
        "city": "ALTOONA",
        "connector_id": None,
        "date_created": "2020-11-25T21:27:45",
        "date_modified": "2020-11-25T21:27:45",
        "id": id_,
        "incoming_text_fallback_method": "POST",
        "incoming_text_fallback_url": None,
        "incoming_text_method": "POST",
        "incoming_text_url": "https://example.com/texts",
        "lata": None,
        "master_account_id": ACCOUNT,
        "name": "(515) 201-2345",
        "phone_number": FROM_NUMBER,
        "phone_number_type": "local",
        "rate_center": "DES MOINES",
        "region": "IA",
        "status_text_method": "POST",
        "status_text_url": "https://example.com/statuses",
        "tags": {"branch": "west", "season": "summer", "team": "kitchen"},
        "voice_forwarding_number": None,
    }


ROWS = {"message": message, "number": number}


def list_text(noun: str, length: int) -> bytes:
    """Return the JSON of a list of rows under its root."""
    rows = [ROWS[noun](place + 1) for place in range(length)]
    return encode({ROOTS[noun]: rows})


def encode(answer: Any) -> bytes:
    """Return the compact JSON of an answer."""
    return json.dumps(answer, separators=(",", ":")).encode("ascii")


def answers() -> Iterator[tuple[tuple[bytes, bytes], bytes]]:
    """Yield method and target, and the JSON that is answered there."""
    one = encode({"message": message()})
    yield (b"GET", (BASE + MESSAGES + "/1.json").encode()), one
    yield (b"POST", (BASE + MESSAGES + ".json").encode()), one
    newest = f"{BASE}{MESSAGES}.json?order=id%20desc&limit=150&page=1"
    yield (b"GET", newest.encode()), encode({"messages": []})
    for length in LENGTHS:
        target = f"{BASE}{MESSAGES}.json?limit={length}"
        yield (b"GET", target.encode()), list_text("message", length)
    yield from foreign_answers()


def foreign_answers() -> Iterator[tuple[tuple[bytes, bytes], bytes]]:
    """Yield what the SDKs of other services ask for, in rows as large as a message."""
    place = f"/2010-04-01/Accounts/{TWILIO_ACCOUNT}/Messages"
    text = encode({**message(), "sid": TWILIO_MESSAGE, "to": TO_NUMBER, "from": FROM_NUMBER})
    yield (b"GET", f"{place}/{TWILIO_MESSAGE}.json".encode()), text
    yield (b"POST", (place + ".json").encode()), text
    customer = encode({**message(), "id": STRIPE_CUSTOMER, "object": "customer"})
    yield (b"GET", b"/v1/customers/" + STRIPE_CUSTOMER.encode()), customer
    yield (b"POST", b"/v1/customers"), customer
