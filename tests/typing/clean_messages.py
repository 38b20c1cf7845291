"""Uses what messages and numbers can do beside being sent and bought; nothing is to be said."""

from __future__ import annotations

from collections.abc import Iterator

from vivialconnect import (
    Attachment,
    Bulk,
    InvalidPhoneNumber,
    LocalNumber,
    Message,
    Number,
    NumberInfo,
    ResourceList,
    normalize_phone_number,
    validate_phone_number,
)


def settle(message: Message) -> bool:
    """A wait ends with a status, a redaction with True."""
    status: str = message.wait_until(["sent", "delivered"], timeout=30)
    return status == "delivered" and message.redact()


class Text(Message):
    """A subclass takes the fields of its base."""


def name_fields(number: Number) -> Message:
    """Fields go by name, beside a mapping or alone, and what comes of it is typed."""
    draft = Message({"to_number": "+15154469790"}, body="Hi")
    copied: Text = Text.create(to_number=draft.to_number, id=None, media_urls=["https://x.com"])
    copied.body = Message("7", price=None).body
    draft.from_number = number.phone_number
    return Message.create(draft.to_dict(), from_number=number.phone_number)


def count(text: str) -> list[str]:
    """What forces UCS-2 is told with its place."""
    counted = Message.segments(text)
    left: int = counted.units_left
    return [character for _, character in counted.non_gsm] if left else []


def walk_bulks() -> Iterator[Message]:
    """Bulk sends and their messages are typed, in pages and in walks."""
    page: ResourceList[Bulk] = Message.bulks(page=2, limit=10)
    for bulk in [*page, *Message.find_each_bulk()]:
        yield from Message.find_each_bulk_message(bulk.bulk_id, limit=5)
    yield from Message.bulk_messages("1", page=1)


def walk_attachments(message: Message) -> list[Attachment]:
    """So are attachments."""
    return list(message.find_each_attachment(limit=5))


def tag(number: Number) -> dict[str, str]:
    """Tags are read, replaced and removed."""
    found: ResourceList[Number] = Number.tagged_numbers({"use": "demo"}, notcontains=[("a", "b")])
    for each in Number.find_each_tagged_number({"use": "demo"}):
        found.append(each)
    number.replace_tags({"use": "demo"})
    number.remove_tag("use")
    return number.reload_tags()


def look_up(text: str) -> str | None:
    """A number is converted or validated, and looked up."""
    try:
        number = normalize_phone_number(text, region="GB")
    except InvalidPhoneNumber:
        number = validate_phone_number(text)
    info: NumberInfo = Number.lookup(number)
    return info.phone_number


def buy() -> int:
    """Numbers on sale are of the class that was asked."""
    for number in Number.available(number_type="tollfree", contains="TAXI", limit=1):
        number.buy()
    return LocalNumber.count() + len(LocalNumber.find(contains="9*"))


def plain(message: Message) -> str:
    """A row is data, and JSON."""
    data = message.to_dict()
    return message.to_json() if data else ""
