"""Uses the library as an application would; every checker must find nothing to say."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from vivialconnect import Account, Download, Log, Message, Number, Resource, ResourceList, User
from vivialconnect.common.error import RateLimit, RequestorError

if TYPE_CHECKING:
    from pathlib import Path

Resource.api_key = "key"
Resource.api_secret = "secret"
Resource.api_account_id = 12345
Message.request_timeout = 2.5


def read_one(number: int) -> str:
    """A found row is of its class, and its fields are typed."""
    message = Message.find(number)
    moment: datetime | None = message.sent_at
    return message.body if moment else message.status


def read_many() -> ResourceList[User]:
    """A page is a list of rows."""
    users = User.find(order="id desc", limit=5)
    names = [user.first_name or "" for user in users]
    first = User.find_first(search="a")
    if first is not None:
        names.append(first.username)
    return users


def send(text: str) -> bool:
    """Errors carry what a program decides by."""
    message = Message()
    message.to_number = "+15154469790"
    message.from_number = "+19132597591"
    message.media_urls = ["https://example.com/picture.png"]
    message.body = text
    try:
        return message.send()
    except RateLimit as error:
        return (error.retry_after or 0.0) > 1
    except RequestorError as error:
        return error.outcome == "unknown"


def share(so_far: int, total: int | None) -> float:
    """Progress may be in a total that nobody knows."""
    return so_far / (total or so_far)


def save_pictures(message: Message, folder: Path) -> list[str]:
    """A medium goes to a path, a folder or a stream, and what came of it is typed."""
    saved: list[Download] = [each.download(folder) for each in message.attachments()]
    with (folder / "all.bin").open("ab") as stream:
        for each in message.attachments():
            size: int = each.download(stream, progress=share).size
            assert size == len(each.read())
    return [each.path for each in saved if each.path is not None]


def count_everything() -> int:
    """Counts are numbers, logs are walked."""
    now = datetime.now(timezone.utc)
    logs = sum(1 for log in Log.find_each(start_time=now, end_time=now) if log.log_type)
    numbers = Number.available({"area_code": "913"}, limit=3)
    status = Account.billing_status()
    return Message.count() + Number.count() + logs + len(numbers) + len(status)


class Gadget(Resource):
    """A noun of one's own, with fields and settings."""

    plural = "gadgets"
    size: int


def gadget_size() -> int:
    """The fields of one's own are typed like ours, and may be given by name."""
    made: Gadget = Gadget.create(size=5, any_other="x")
    return Gadget.find(1).size + made.size
