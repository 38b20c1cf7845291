"""Driven calls about messages, attachments, bulk sends and logs, and ids that cannot be."""

# ruff: noqa: D103 - the name of a call says which one it is.

from __future__ import annotations

from datetime import datetime
from typing import Any

from driven import KEPT, call, caught

from vivialconnect import Log, Message
from vivialconnect.common import error
from vivialconnect.resources.message import Attachment

RECIPIENT = "+15154469790"
START, END = "20200101T000000Z", "20990101T000000Z"


# Messages


@call
def message_sent() -> Any:
    message = Message()
    message.from_number = "+19132597591"
    message.to_number = RECIPIENT
    message.body = "Grüße, 你好 \U0001f44b"
    message.send()
    return [message.id, message.status, message.body, message.is_new()]


@call
def message_sent_with_media() -> Any:
    message = Message(
        {
            "from_number": "+19132597591",
            "to_number": RECIPIENT,
            "body": "picture",
            "media_urls": ["https://example.com/cat.png"],
        }
    )
    message.send()
    return [message.id, message.num_media]


@call
def message_without_id_sent() -> Any:
    message = Message({"id": None, "from_number": "+19132597591", "to_number": RECIPIENT})
    message.body = "third"
    message.send()
    return message.id


@call
def messages() -> Any:
    return [
        [message.id, message.to_number, message.from_number, message.body, message.status]
        for message in Message.find(order="id desc")
    ]


@call
def message_by_id() -> Any:
    message = Message.find(1)
    return [message.id, message.status, message.message_type, message.direction]


@call
def message_count() -> Any:
    return Message.count()


@call
def message_first() -> Any:
    return Message.find_first(order="id desc").id


@call
def message_reloaded() -> Any:
    message = Message({"id": 1, "status": "stale"})
    message.reload()
    return message.status


@call
def message_redacted() -> Any:
    message = Message.find(3)
    message.body = ""
    return [message.save(), message.body]


@call
def attachments() -> Any:
    found = Message.find(2).attachments()
    return [[each.id, each.message_id, each.content_type, each.file_name] for each in found]


@call
def attachments_of_a_page() -> Any:
    return [each.id for each in Message.find(2).attachments(limit=1)]


@call
def attachment() -> Any:
    found = Message.find(2).attachment(1)
    return [found.id, found.content_type, found.size > 0]


@call
def attachments_count() -> Any:
    return Message.find(2).attachments_count()


@call
def attachments_by_path() -> Any:
    return [each.id for each in Attachment.find(path="/messages/2")]


@call
def attachment_by_path() -> Any:
    return Attachment.find(1, path="/messages/2").file_name


@call
def bulk_sent() -> Any:
    message = Message()
    message.from_number = "+19132597591"
    message.body = "to both"
    message.to_numbers = ["+15154469791", "+15154469792"]
    KEPT["bulk"] = message.send_bulk()
    return isinstance(KEPT["bulk"], str)


@call
def bulk_sent_without_numbers() -> Any:
    message = Message({"from_number": "+19132597591", "body": "to nobody"})
    try:
        message.send_bulk()
    except ValueError:
        return "ValueError"
    return "no error"


@call
def bulk_sent_to_an_empty_list() -> Any:
    message = Message({"from_number": "+19132597591", "body": "to nobody", "to_numbers": []})
    try:
        message.send_bulk()
    except ValueError:
        return "ValueError"
    return "no error"


@call
def bulks() -> Any:
    return [
        [bulk.bulk_id == KEPT["bulk"], bulk.total_messages, bulk.errors] for bulk in Message.bulks()
    ]


@call
def bulk_dates() -> Any:
    return [
        isinstance(bulk.date_created, datetime) and bulk.date_created.tzinfo is None
        for bulk in Message.bulks()
    ]


@call
def bulk_messages() -> Any:
    found = Message.bulk_messages(KEPT["bulk"])
    return [[message.to_number, message.body] for message in found]


# Logs


@call
def logs() -> Any:
    return sorted({log.log_type for log in Log.find(start_time=START, end_time=END)})


@call
def log_first() -> Any:
    return Log.find_first(start_time=START, end_time=END).log_type


@call
def logs_between_datetimes() -> Any:
    Log.find(start_time=datetime(2020, 1, 1), end_time=datetime(2099, 1, 1))  # noqa: DTZ001 - naive on purpose
    return "found"


@call
def aggregated_logs() -> Any:
    found = Log.get_aggregated_logs(START, END)
    items = found["log_items"]
    return [found["last_key"], sorted({item["log_type"] for item in items})]


@call
def aggregated_logs_of_a_type() -> Any:
    found = Log.get_aggregated_logs(
        start_time=START,
        end_time=END,
        aggregator_type="years",
        optional_query_parameters={"log_type": "number.purchased"},
    )
    return [[item["log_type"], item["log_count"]] for item in found["log_items"]]


# Ids that cannot be


@call
def message_of_unknown_id() -> Any:
    return caught(error.ResourceNotFound, lambda: Message.find(99999))


@call
def message_of_id_zero() -> Any:
    return caught(error.ResourceNotFound, lambda: Message.find(0))


@call
def message_of_empty_id() -> Any:
    try:
        Message.find("")
    except ValueError:
        return ["ValueError"]
    return "no error"


@call
def message_of_id_with_slash() -> Any:
    return caught(error.ResourceNotFound, lambda: Message.find("a/b"))
