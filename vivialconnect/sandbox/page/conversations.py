"""Conversations: the messages between a number of an account and another number."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from vivialconnect.sandbox.http.response import Response, json_response
from vivialconnect.sandbox.page.context import Call, Context, Document, PageRoute
from vivialconnect.sandbox.page.conversation_index import Conversation, conversation_of, position_of
from vivialconnect.sandbox.page.messages import find_messages, get_media
from vivialconnect.sandbox.page.parameters import (
    DEFAULT_LIMIT,
    Window,
    read_id,
    read_options,
    read_query,
    unknown,
)
from vivialconnect.sandbox.service.store import select_all, select_one

ID = re.compile(r"([0-9]{1,18})-([0-9]{7,15})-([0-9]{7,15})", re.ASCII)

#: The newest message that matches, of each conversation.
_MATCHES = """
SELECT account_id,
    CASE direction WHEN 'inbound' THEN to_number ELSE from_number END AS own,
    CASE direction WHEN 'inbound' THEN from_number ELSE to_number END AS other,
    max(id) AS newest
FROM messages
WHERE (instr(lower(body), lower(:text)) OR instr(from_number, :text) OR instr(to_number, :text))
    AND :account_id IN (account_id, 0)
GROUP BY account_id, own, other ORDER BY newest DESC
"""


def list_conversations(
    context: Context,
    *,
    search: str | None = None,
    account_id: int | None = None,
    offset: int = 0,
    limit: int = DEFAULT_LIMIT,
) -> Document:
    """Return conversations, the newest first; see the guide to the JSON API.

    :raises ValueError: if ``offset`` or ``limit`` is invalid.
    """
    window = Window.checked(offset, limit)
    _refresh(context)
    if search:
        matches = _search(context, search, account_id)
        total = len(matches)
        shown = [
            (Conversation(account, own, other), newest)
            for account, own, other, newest in matches[offset : offset + limit]
        ]
    else:
        shown, total = context.index.newest_first(account_id, offset, limit)
    documents = context.store.transaction(lambda connection: _render(context, connection, shown))
    return {**window.of(total), "conversations": documents}


def _refresh(context: Context) -> None:
    context.application.apply_due_changes()
    context.index.update(context.store)


def _search(context: Context, text: str, account_id: int | None) -> list[tuple[int, str, str, int]]:
    """Return the conversations that match, each with the id of its newest match."""

    def read(connection: sqlite3.Connection) -> list[tuple[int, str, str, int]]:
        cursor = connection.cursor()
        cursor.row_factory = None
        return cursor.execute(_MATCHES, {"text": text, "account_id": account_id or 0}).fetchall()

    return context.store.read(read)


def _render(
    context: Context, connection: sqlite3.Connection, shown: Sequence[tuple[Conversation, int]]
) -> list[Document]:
    messages = find_messages(connection, [message_id for _, message_id in shown])
    return [
        dict(_summary(context, connection, conversation), last=messages.get(message_id))
        for conversation, message_id in shown
    ]


def _summary(
    context: Context, connection: sqlite3.Connection, conversation: Conversation
) -> Document:
    statement = "SELECT 1 FROM opt_outs WHERE account_id = ? AND number = ? AND sender = ?"
    return {
        "id": conversation.id,
        **conversation._asdict(),
        "messages": context.index.count(conversation),
        "opted_out": select_one(connection, statement, conversation) is not None,
    }


def get_conversation(
    context: Context,
    conversation_id: str,
    *,
    offset: int | None = None,
    around: int | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Document | None:
    """Return a conversation and some of its messages, the oldest first.

    :returns: the conversation; ``None`` if it is unknown.
    :raises ValueError: if an argument is invalid.
    """
    Window.checked(offset or 0, limit)
    _refresh(context)
    match = ID.fullmatch(conversation_id)
    if match is None:
        return None
    account_id, number, other = match.groups()
    conversation = Conversation(int(account_id), "+" + number, "+" + other)
    ids = context.index.message_ids(conversation)
    if not ids:
        return None
    if around is not None:
        offset = max(position_of(ids, around) - limit // 2, 0)
    elif offset is None:
        offset = max(len(ids) - limit, 0)
    shown = list(ids[offset : offset + limit])

    def read(connection: sqlite3.Connection) -> Document:
        messages = find_messages(connection, [*shown, ids[-1]])
        summary = dict(_summary(context, connection, conversation), last=messages.get(ids[-1]))
        found = [messages[each] for each in shown if each in messages]
        return {"conversation": summary, "messages": found}

    return {**Window(offset, limit).of(len(ids)), **context.store.transaction(read)}


def get_message(context: Context, message_id: int) -> Document | None:
    """Return a message, and its offset in its conversation.

    :returns: the message; ``None`` if it is unknown.
    """
    _refresh(context)
    statement = "SELECT account_id, direction, from_number, to_number FROM messages WHERE id = ?"

    def read(connection: sqlite3.Connection) -> Document | None:
        for ends in select_all(connection, statement, (message_id,)):
            ids = context.index.message_ids(conversation_of(**ends))
            message = find_messages(connection, [message_id])[message_id]
            return {"message": message, "offset": position_of(ids, message_id)}
        return None

    return context.store.transaction(read)


def handle_list(call: Call) -> Response:
    """Handle ``GET conversations``."""
    options = read_options(call, "search", numbers=("account_id",))
    return json_response(list_conversations(call.context, **options))


def handle_conversation(call: Call) -> Response:
    """Handle ``GET conversations/{id}``."""
    options = read_options(call, numbers=("around",))
    document = get_conversation(call.context, call.segments["id"], **options)
    if document is None:
        raise unknown("conversation", call.segments["id"])
    return json_response(document)


def handle_message(call: Call) -> Response:
    """Handle ``GET messages/{id}``."""
    read_query(call)
    document = get_message(call.context, read_id(call))
    if document is None:
        raise unknown("message", call.segments["id"])
    return json_response(document)


ROUTES = [
    PageRoute("GET", "/conversations", handle_list),
    PageRoute("GET", "/conversations/{id}", handle_conversation),
    PageRoute("GET", "/messages/{id}", handle_message),
    PageRoute("GET", "/media/{id}", get_media),
]
