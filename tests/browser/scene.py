"""A scene for pictures: a restaurant texts with its guests, and not everything goes well."""

from __future__ import annotations

import http.client
import json
import urllib.request
from contextlib import suppress
from datetime import datetime, timezone
from email.utils import format_datetime
from urllib.parse import urlsplit

from tests.sandbox.receiver import Receiver
from vivialconnect import Message, Number, Requestor, VivialConnectError
from vivialconnect.sandbox import FAILS, Sandbox

from .steps import NUMBER, PHONE, png

GUESTS = (
    ("+15154469701", "Two for Saturday, 7 pm?", "Saturday at 7 is free. Shall we book it?"),
    ("+15154469702", "Running ten minutes late", "No problem, we keep your table."),
    ("+15154469703", "Is the terrace open?", "It is, from five o'clock on."),
    ("+15154469704", "STOP", None),
    ("+15154469705", "\u0634\u0643\u0631\u0627 \u062c\u0632\u064a\u0644\u0627", "You are welcome!"),
    ("+442079460123", "Do you have parking?", "Behind the house, for free."),
)


def play(sandbox: Sandbox, receiver: Receiver) -> int:
    """Play the scene, and return the id of the request whose signature was refused."""
    number = Number({"phone_number": NUMBER, "status_text_url": receiver.url + "/status"})
    number.buy()
    number.replace_tags({"team": "front of house"})
    Number({"area_code": "816"}).buy()
    for phone, said, reply in GUESTS:
        sandbox.receive(from_number=phone, to_number=NUMBER, body=said)
        if reply:
            send(reply, phone)
    send("Your order is on its way", FAILS)
    send("Hello Ana, your table for two is ready at 7 pm.")
    sandbox.receive(
        from_number=PHONE, to_number=NUMBER, body="On our way! Is it this one?", media=[png(96)]
    )
    send("Yes, the one by the window. See you soon!")
    refused = send_without_signing_the_query(sandbox)
    with suppress(VivialConnectError):
        Message.find(99)
    sandbox.chaos.add("drop_answer", method="POST", path="*/messages.json", percent=50, times=3)
    sandbox.chaos.add("too_many_requests", method="GET", retry_after=2, skip=1)
    Message.count()
    with suppress(VivialConnectError):
        Message.count()
    sandbox.wait_for_webhooks()
    return refused


def send(body: str, to_number: str = PHONE) -> None:
    """Send a message as a program does."""
    Message.create({"from_number": NUMBER, "to_number": to_number, "body": body})


def send_without_signing_the_query(sandbox: Sandbox) -> int:
    """Send a request of a client that forgets to sign the query, and return its id."""
    url = urlsplit(f"{sandbox.url}/accounts/{sandbox.account_id}/messages.json")
    now = datetime.now(timezone.utc)
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {"Date": format_datetime(now.replace(microsecond=0), usegmt=True), "Host": url.netloc}
    requestor = Requestor(sandbox.api_key, sandbox.api_secret)
    signature, names = requestor.sign("GET", moment, url.geturl(), headers)
    headers |= {
        "Accept": "application/json",
        "Authorization": f"HMAC {sandbox.api_key}:{signature}",
        "X-Auth-Date": moment,
        "X-Auth-SignedHeaders": names,
    }
    connection = http.client.HTTPConnection(url.netloc)
    connection.request("GET", url.path + "?limit=5", headers=headers)
    connection.getresponse().read()
    connection.close()
    with urllib.request.urlopen(sandbox.url.replace("/api/v1.0", "/sandbox/requests")) as response:
        return int(json.load(response)["requests"][0]["id"])
