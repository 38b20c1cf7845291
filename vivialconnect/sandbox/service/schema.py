"""The SQLite schema of the sandbox's database.

There may be many messages, logs and transactions, so they are stored compactly: times are integers,
and values that can be derived from other columns are computed when they are read. ``position``
counts the records of an account from 1 without gaps, so that a page is found without reading those
before it. Its index is the last of its table, because SQLite prefers the last one if it cannot tell
which is best.
"""

from __future__ import annotations

import zlib

SCHEMA = """
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER, company_name TEXT,
    active INTEGER NOT NULL DEFAULT 1, balance INTEGER NOT NULL,
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL,
    active INTEGER NOT NULL DEFAULT 1, contact_type TEXT NOT NULL, first_name TEXT NOT NULL,
    last_name TEXT NOT NULL, email TEXT NOT NULL, company_name TEXT, title TEXT, work_phone TEXT,
    mobile_phone TEXT, fax TEXT, address1 TEXT, address2 TEXT, address3 TEXT, city TEXT, state TEXT,
    postal_code TEXT, country TEXT, date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, username TEXT, email TEXT,
    first_name TEXT, last_name TEXT, timezone TEXT NOT NULL DEFAULT 'UTC', mfa_method TEXT,
    active INTEGER NOT NULL DEFAULT 1, verified INTEGER NOT NULL DEFAULT 0, roles TEXT NOT NULL,
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE TABLE passwords (
    user_id INTEGER PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE credentials (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, user_id INTEGER NOT NULL,
    name TEXT, active INTEGER NOT NULL DEFAULT 1, api_key TEXT NOT NULL UNIQUE,
    api_secret TEXT NOT NULL, date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, position INTEGER NOT NULL,
    message_type TEXT NOT NULL, direction TEXT NOT NULL, from_number TEXT,
    to_number TEXT NOT NULL, body TEXT NOT NULL,
    status TEXT NOT NULL, sent INTEGER, num_media INTEGER NOT NULL, num_segments INTEGER NOT NULL,
    price INTEGER, price_currency TEXT, error_code INTEGER, error_message TEXT,
    connector_id INTEGER, bulk_id TEXT, dest_country TEXT, encoding TEXT NOT NULL,
    accepted REAL NOT NULL, due REAL, date_created INTEGER NOT NULL,
    date_modified INTEGER NOT NULL);
CREATE INDEX messages_due ON messages (due) WHERE due IS NOT NULL;
CREATE INDEX messages_recipient ON messages (account_id, to_number);
CREATE INDEX messages_created ON messages (account_id, date_created);
CREATE INDEX messages_bulk ON messages (bulk_id) WHERE bulk_id IS NOT NULL;
CREATE UNIQUE INDEX messages_position ON messages (account_id, position);
CREATE TABLE bulks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, bulk_id TEXT NOT NULL UNIQUE,
    total_messages INTEGER NOT NULL, processed INTEGER NOT NULL, errors INTEGER NOT NULL,
    date_created TEXT NOT NULL);
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, message_id INTEGER NOT NULL,
    content_type TEXT NOT NULL, size INTEGER NOT NULL, file_name TEXT NOT NULL,
    key_name TEXT NOT NULL, media BLOB NOT NULL,
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE INDEX attachments_message ON attachments (message_id);
CREATE TABLE available_numbers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, phone_number TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    phone_number_type TEXT NOT NULL, area_code TEXT NOT NULL, city TEXT, region TEXT,
    rate_center TEXT, lata TEXT, postal_code TEXT, sold INTEGER NOT NULL DEFAULT 0);
CREATE TABLE numbers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, name TEXT NOT NULL,
    phone_number TEXT NOT NULL UNIQUE, phone_number_type TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1, city TEXT, region TEXT, rate_center TEXT, lata TEXT,
    incoming_text_url TEXT, incoming_text_method TEXT, incoming_text_fallback_url TEXT,
    incoming_text_fallback_method TEXT, status_text_url TEXT, status_text_method TEXT,
    voice_forwarding_number TEXT, connector_id INTEGER, tags TEXT NOT NULL DEFAULT '{}',
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE INDEX numbers_connector ON numbers (connector_id);
CREATE INDEX numbers_watched ON numbers (id) WHERE status_text_url != '';
CREATE TABLE connectors (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, name TEXT,
    active INTEGER NOT NULL DEFAULT 1, callbacks TEXT NOT NULL DEFAULT '[]',
    turn INTEGER NOT NULL DEFAULT 0, date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE INDEX connectors_watched ON connectors (id) WHERE instr(callbacks, '"status"');
CREATE TABLE logs (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, log_type TEXT NOT NULL,
    item_id INTEGER NOT NULL, log_timestamp INTEGER NOT NULL, operator_id INTEGER, details TEXT);
CREATE INDEX logs_time ON logs (account_id, log_timestamp);
CREATE INDEX logs_type ON logs (account_id, log_type, log_timestamp);
CREATE INDEX logs_item ON logs (item_id);
CREATE INDEX logs_operator ON logs (operator_id) WHERE operator_id IS NOT NULL;
CREATE TABLE transactions (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, position INTEGER NOT NULL,
    transaction_type TEXT NOT NULL, cash_amount INTEGER NOT NULL, cash_balance INTEGER NOT NULL,
    post_time INTEGER NOT NULL, message_id INTEGER, data TEXT);
CREATE INDEX transactions_time ON transactions (account_id, post_time);
CREATE UNIQUE INDEX transactions_position ON transactions (account_id, position);
CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL, item_type TEXT NOT NULL, targets TEXT NOT NULL,
    document TEXT NOT NULL, replay_of INTEGER);
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, webhook_id INTEGER NOT NULL, account_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL, item_type TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL,
    document TEXT NOT NULL, started REAL NOT NULL, seconds REAL NOT NULL, status INTEGER,
    response BLOB, problem TEXT, replay_of INTEGER);
CREATE INDEX attempts_message ON attempts (message_id);
CREATE TABLE opt_outs (
    account_id INTEGER NOT NULL, number TEXT NOT NULL, sender TEXT NOT NULL,
    PRIMARY KEY (account_id, number, sender)) WITHOUT ROWID;
"""

#: The ``user_version`` of a database with this schema.
SCHEMA_VERSION = zlib.crc32(SCHEMA.encode()) & 0x7FFFFFFF
#: The statements that create the schema.
STATEMENTS = (*SCHEMA.split(";"), f"PRAGMA user_version = {SCHEMA_VERSION}")

TABLES = (
    "accounts", "contacts", "users", "passwords", "credentials", "messages", "bulks", "attachments",
    "available_numbers", "numbers", "connectors", "logs", "transactions", "webhooks",
    "attempts", "opt_outs",
)  # fmt: skip
