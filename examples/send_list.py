"""Send every text of a list once, also if it is killed and started again: send_list.py FROM FILE.

FILE is CSV in UTF-8: in each row a number and a text. If a row is invalid, nothing is sent. How far
each is stands in FILE.sqlite3, on the disk before its call is made. A text that was begun and not
ended is looked up before it is sent again.

Credentials come from VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_SECRET, VIVIALCONNECT_ACCOUNT_ID.
"""

from __future__ import annotations

import csv
import sqlite3
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

from vivialconnect import BadRequest, Message, VivialConnectError

LOOKS, PAUSE = 3, 1  # how often a text is looked up, and seconds between
COLUMNS = 2  # a number and a text
EARLIER = timedelta(minutes=5)  # in case this machine's clock is ahead of the service's


def read(file: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the numbers and texts of a file."""
    texts: list[tuple[str, ...]] = []
    for row in csv.reader(file, strict=True):
        if row and (len(row) != COLUMNS or "\0" in "".join(row)):
            raise ValueError(f"each row must have a number and a text, got {row}")
        if row:
            texts.append((*row,))
    return texts


def look_up(message: Message, began: str) -> Message | None:
    """Return what the service has of a text that was begun; None if it shows nothing."""
    for look in range(LOOKS):
        if look:
            time.sleep(PAUSE)
        found = message.find_sent(since=began)
        if found is not None:
            return found
    return None


def send(message: Message, began: str) -> Message | None:
    """Send a text, and look it up where its answer is lost."""
    try:
        message.send()
    except VivialConnectError as error:
        if error.outcome not in ("unknown", "accepted"):
            raise  # it was not sent
        return look_up(message, began)
    return message


if not sys.argv[2:]:
    sys.exit(__doc__)
from_number, path = sys.argv[1], Path(sys.argv[2])
try:
    with path.open(encoding="utf-8-sig", newline="") as file:  # spreadsheets begin it with a mark
        texts = read(file)
except (OSError, ValueError, csv.Error) as error:
    sys.exit(f"Nothing was sent: {path}: {error}")
find = "SELECT began, id FROM texts WHERE to_number = ? AND body = ?"
end = "UPDATE texts SET id = ? WHERE to_number = ? AND body = ?"
missing = 0

# Each statement is on the disk when it returns.
with closing(sqlite3.connect(f"{path}.sqlite3", isolation_level=None)) as journal:
    journal.execute("CREATE TABLE IF NOT EXISTS texts (to_number, body, began, id)")
    for text in texts:
        began, id_ = journal.execute(find, text).fetchone() or (None, None)
        if id_ is not None:
            continue
        message = Message({"from_number": from_number, "to_number": text[0], "body": text[1]})
        sent = None
        try:
            if began is None:
                began = (datetime.now(timezone.utc) - EARLIER).isoformat()
                journal.execute("INSERT INTO texts VALUES (?, ?, ?, NULL)", (*text, began))
            else:
                sent = look_up(message, began)
            if sent is None:
                sent = send(message, began)
        except BadRequest as error:  # the others may do
            print(f"Not sent to {text[0]}: {error}")
        except VivialConnectError as error:
            sys.exit(f"Stopped at {text[0]}; start it again later: {error}")
        if sent is None:
            missing += 1
        else:
            journal.execute(end, (sent.id, *text))
            print("Message", sent.id, "to", text[0])

if missing:
    sys.exit(f"{missing} texts have no message; correct what was refused and start again")
