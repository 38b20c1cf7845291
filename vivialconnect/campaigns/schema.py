"""The tables of a journal. Every moment is an integer: microseconds since 1970, UTC.

============== ===================================================================================
campaigns      A campaign: its state, its account, how far the messages of the service were read
texts          A text, its state, and what came of it
senders        The next moment at which each sender may send
suppressions   The numbers that get no text of a campaign
workers        The processes that send, and until when each is believed to be alive
============== ===================================================================================
"""

from __future__ import annotations

#: The version of the tables, in ``PRAGMA user_version`` of SQLite.
VERSION = 1

#: ``{id}`` is a key that counts up, ``{bytes}`` the type of a digest.
TABLES = (
    """
    CREATE TABLE IF NOT EXISTS campaigns (
        id {id},
        name TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL,
        reason TEXT,
        account TEXT,
        connector_id BIGINT,
        senders TEXT NOT NULL,
        quiet TEXT,
        time_zone TEXT,
        planned BIGINT NOT NULL,
        duplicates BIGINT NOT NULL,
        invalid BIGINT NOT NULL,
        next BIGINT NOT NULL,
        seen BIGINT,
        looked BIGINT NOT NULL,
        look_due BIGINT NOT NULL,
        settle_due BIGINT NOT NULL,
        purged TEXT
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS texts (
        id {id},
        campaign BIGINT NOT NULL REFERENCES campaigns (id),
        "row" BIGINT NOT NULL,
        key TEXT NOT NULL,
        from_number TEXT NOT NULL,
        to_number TEXT NOT NULL,
        body TEXT NOT NULL,
        media_urls TEXT NOT NULL,
        time_zones TEXT NOT NULL,
        content {bytes} NOT NULL,
        state TEXT NOT NULL,
        due BIGINT NOT NULL,
        worker TEXT,
        began BIGINT,
        ended BIGINT,
        mark BIGINT,
        settles BIGINT,
        message_id BIGINT,
        error_code TEXT,
        error TEXT
    )
    """,
    "CREATE TABLE IF NOT EXISTS senders (number TEXT PRIMARY KEY, next BIGINT NOT NULL)",
    """
    CREATE TABLE IF NOT EXISTS suppressions (
        campaign BIGINT NOT NULL REFERENCES campaigns (id),
        number TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (campaign, number)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS workers (
        id TEXT PRIMARY KEY,
        campaign BIGINT NOT NULL REFERENCES campaigns (id),
        expires BIGINT NOT NULL,
        place TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX IF NOT EXISTS texts_key ON texts (campaign, key)",
    "CREATE UNIQUE INDEX IF NOT EXISTS texts_content ON texts (content, campaign)",
    "CREATE INDEX IF NOT EXISTS texts_state ON texts (campaign, state)",
    """
    CREATE INDEX IF NOT EXISTS texts_todo ON texts (campaign, from_number, due, id)
    WHERE state = 'todo'
    """,
    """
    CREATE INDEX IF NOT EXISTS texts_message ON texts (message_id)
    WHERE message_id IS NOT NULL
    """,
)
