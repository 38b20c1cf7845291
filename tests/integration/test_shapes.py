"""What comes back for a row that was made through the SDK, field by field, as it was recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

from vivialconnect import (
    Account,
    Connector,
    Contact,
    Log,
    Message,
    Number,
    Transaction,
    User,
    configured,
)
from vivialconnect.sandbox import Sandbox

RECIPIENT = "+15154469790"
SPAN = {"start_time": "20200101T000000Z", "end_time": "20990101T000000Z"}
CONTACT = {
    "first_name": "Ann",
    "last_name": "Bee",
    "email": "ann@example.com",
    "contact_type": "main",
}
VECTORS = Path(__file__).parent.parent / "vectors"
#: The recorded fields of every shape; ``?`` behind a name stands for "where there is one".
SHAPES: dict[str, Any] = json.loads((VECTORS / "shapes.json").read_text(encoding="utf-8"))
#: How each form of the recorded samples is told.
FORMS: dict[str, Callable[[Any], bool]] = {
    "int": lambda value: type(value) is int,
    "str": lambda value: type(value) is str,
    "bool": lambda value: type(value) is bool,
    "list": lambda value: type(value) is list,
    "dict": lambda value: type(value) is dict,
    "null": lambda value: value is None,
    "texts": lambda value: type(value) is dict and {*map(type, value.values())} <= {str},
    "bools": lambda value: type(value) is dict and {*map(type, value.values())} == {bool},
    "ints": lambda value: type(value) is dict and {*map(type, value.values())} == {int},
}
#: The same for texts of a form: moments with an offset, without one, and with parts of a second.
PATTERNS = {
    "moment": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d",
    "plain moment": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    "fine moment": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}",
    "HTTP date": r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d (GMT|[+-]\d{4})",
    "E.164": r"\+\d{7,15}",
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}",
    "key": r"MTK[A-Z0-9]{32}",
    "digits": r"\d+",
    "56 digits": r"\d{56}",
    "display name": r"\(\d{3}\) \d{3}-\d{4}",
    "key name": r"mms/[0-9a-f]{2}/[0-9a-f]{38}/.+",
}
FORMS.update(
    {
        form: lambda value, form=form: (
            type(value) is str and re.fullmatch(PATTERNS[form], value) is not None
        )
        for form in PATTERNS
    }
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Give, for each shape, an object that the sandbox answered about a row that was made."""
    with (
        Sandbox(allow_local_media=True) as sandbox,
        configured(
            api_key=sandbox.api_key,
            api_secret=sandbox.api_secret,
            api_account_id=sandbox.account_id,
            api_base_url=sandbox.url,
        ),
    ):
        yield make(tmp_path_factory.mktemp("media"))


def make(folder: Path) -> dict[str, Any]:
    """Make a row of everything, and return what the service says of each."""
    account = Account.find()[0]
    contact = Contact.create(CONTACT)
    user = User.create(
        {"username": "ann", "email": "a@example.com", "first_name": "Ann", "last_name": "Bee"}
    )
    credential = user.create_credential("scripts")
    on_sale = Number.available(area_code="913", limit=1)[0]
    number = Number({"phone_number": on_sale.phone_number, "tags": {"use": "demo"}})
    number.buy()
    connector = Connector.create(
        {
            "name": "desk",
            "callbacks": [{"message_type": "text", "event_type": "incoming", "url": "http://h/"}],
            "phone_numbers": [{"phone_number_id": number.id}],
        }
    )
    message = send(number.phone_number, picture(folder))
    bulk_id = Message(
        {"from_number": number.phone_number, "body": "a", "to_numbers": [RECIPIENT]}
    ).send_bulk()
    bought, sent = Transaction.find(transaction_type="number_purchase")[0], Transaction.find()[0]
    count = Log.get_aggregated_logs(**SPAN, aggregator_type="hours")["log_items"][0]
    return {
        "account": account.to_dict(),
        "attachment": message.attachments()[0].to_dict(),
        "balances": sent.balances,
        "billing status": Account.billing_status(),
        "bulk": Message.get(custom_path="bulk")["bulks"][0],
        "callback": connector.to_dict()["callbacks"][0],
        "connector": Connector.find(connector.id).to_dict(),
        "connector number": connector.to_dict()["phone_numbers"][0],
        "contact": Contact.find(contact.id).to_dict(),
        "credential": user.get_credentials(credential.id).to_dict(),
        "log aggregate": count,
        "log item": Log.find(**SPAN)[0].to_dict(),
        "message": Message.find(message.id).to_dict(),
        "message of a bulk send": Message.bulk_messages(bulk_id)[0].to_dict(),
        "number": Number.find(number.id).to_dict(),
        "number info": Number.lookup(RECIPIENT).to_dict(),
        "number on sale": on_sale.to_dict(),
        "role": user.roles[0],
        "service": account.services[0],
        "transaction of a message": Transaction.find(sent.id).to_dict(),
        "transaction of a number": bought.to_dict(),
        "user": User.find(user.id).to_dict(),
    }


def picture(folder: Path) -> str:
    """Return the URL of a small picture."""
    file = folder / "picture.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    return file.as_uri()


def send(sender: str, media: str) -> Message:
    """Send a message with a picture."""
    message = Message({"from_number": sender, "to_number": RECIPIENT, "body": "hi"})
    message.media_urls = [media]
    message.send()
    return message


def misfits(value: Any, shape: Any, place: str = "") -> Iterator[str]:
    """Yield where an object differs from its shape."""
    if isinstance(shape, dict):
        yield from misfit_fields(value, shape, place)
    elif isinstance(shape, list):
        for index, item in enumerate(value):
            yield from misfits(item, shape[0], f"{place}[{index}]")
    elif shape in SHAPES:
        yield from misfits(value, SHAPES[shape], place)
    elif not any(FORMS[form](value) for form in shape.split(" or ")):
        yield f"{place} should be {shape}, and is {value!r}"


def misfit_fields(value: Any, shape: dict[str, Any], place: str) -> Iterator[str]:
    """Yield which fields of an object lack, are too many, or differ from their shape."""
    known = {name.rstrip("?"): inner for name, inner in shape.items()}
    for name in sorted({name for name in shape if name in known} - set(value)):
        yield f"{place}.{name} is missing"
    for name in sorted(set(value) - set(known)):
        yield f"{place}.{name} was never recorded"
    for name in sorted(set(value) & set(known)):
        yield from misfits(value[name], known[name], f"{place}.{name}")


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_shape__as_recorded(made: dict[str, Any], name: str) -> None:
    """What was made has every field that was recorded, each of its type, and no other."""
    assert list(misfits(made[name], SHAPES[name], name)) == []


def test_shape__message_of_a_bulk_send(made: dict[str, Any]) -> None:
    """A message of a bulk send has the fields of every message, and names the bulk send."""
    message = made["message of a bulk send"]

    assert list(misfits(message, SHAPES["message"], "message")) == []
    assert message["bulk_id"] == made["bulk"]["bulk_id"]


def test_misfits__told() -> None:
    """Whatever differs is told, with its place."""
    shape = {"a": "int", "b": ["role"], "c?": "str or null"}
    told = list(misfits({"a": "1", "b": [{}], "c": None, "d": 1}, shape, "x"))

    assert told[:2] == ["x.d was never recorded", "x.a should be int, and is '1'"]
    assert len(told) == 2 + len(SHAPES["role"])
    assert list(misfits({"b": []}, shape, "x")) == ["x.a is missing"]
