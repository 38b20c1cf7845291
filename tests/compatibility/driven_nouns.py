"""Driven calls about settings, accounts, users and numbers."""

# ruff: noqa: D103 - the name of a call says which one it is.

from __future__ import annotations

import os
from typing import Any

from driven import KEPT, call

from vivialconnect import Account, Message, Number, Resource, User
from vivialconnect.resources.message import Attachment

# Settings


@call
def settings_written_and_read() -> Any:
    """Write the settings and read them back; each class has its names."""
    Resource.request_timeout = 20
    Resource.api_verify_request = True
    return [
        Resource.api_key == os.environ["SANDBOX_KEY"],
        Resource.api_secret == os.environ["SANDBOX_SECRET"],
        Message.api_account_id,
        Resource.api_base_url == os.environ["SANDBOX_URL"],
        Resource.api_verify_request,
        Resource.request_timeout,
        [Message.plural, Message.singular, Message.primary_key],
        [Number.plural, Number.singular],
        [Attachment.plural, Attachment.singular],
    ]


# Accounts


@call
def billing_status() -> Any:
    return Account.billing_status(12345)


@call
def billing_status_of_the_configured_account() -> Any:
    return Account.billing_status(account_id=None)


@call
def account_by_id() -> Any:
    KEPT["account"] = Account.find(12345)
    return [KEPT["account"].id, KEPT["account"].company_name, KEPT["account"].is_new()]


@call
def accounts() -> Any:
    return [account.id for account in Account.find()]


@call
def account_count() -> Any:
    return Account.count()


@call
def account_saved() -> Any:
    KEPT["account"].company_name = "Newtech SRL"
    return [KEPT["account"].save(), KEPT["account"].company_name]


@call
def account_reloaded() -> Any:
    stale = Account({"id": 12345, "company_name": "stale"})
    stale.reload()
    return stale.company_name


# Users


@call
def user_created() -> Any:
    KEPT["user"] = User.create(
        {
            "username": "ada",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "email": "ada@example.com",
        }
    )
    return [KEPT["user"].id, KEPT["user"].username, KEPT["user"].is_new()]


@call
def user_with_fields_from_constructor() -> Any:
    user = User({"username": "grace", "email": "grace@example.com"})
    before = [user.is_new(), user.id]
    return [before, user.save(), user.id, user.is_new()]


@call
def users() -> Any:
    return [[user.id, user.username, user.first_name] for user in User.find()]


@call
def users_of_a_page() -> Any:
    return [user.id for user in User.find(page=2, limit=1, order="id desc")]


@call
def user_by_id() -> Any:
    user = User.find(2)
    return [user.id, user.email, user.account_id]


@call
def user_count() -> Any:
    return User.count()


@call
def user_first() -> Any:
    return User.find_first(order="id desc").username


@call
def user_first_of_none() -> Any:
    return User.find_first(search="nobody is called this")


@call
def user_saved() -> Any:
    KEPT["user"].last_name = "King"
    return [KEPT["user"].save(), KEPT["user"].last_name]


@call
def user_reloaded() -> Any:
    stale = User({"id": 2, "last_name": "stale"})
    stale.reload()
    return stale.last_name


@call
def user_role_after_save() -> Any:
    user = User.find(2)
    user.save()
    return user.roles[0]["name"]


@call
def user_destroyed() -> Any:
    return User.find(3).destroy()


# Numbers


@call
def numbers_available() -> Any:
    found = Number.available(
        country_code="US",
        number_type="local",
        area_code="913",
        in_postal_code=None,
        in_region=None,
        limit=2,
    )
    return [[number.name, number.phone_number_type, number.phone_number] for number in found]


@call
def numbers_available_with_opts() -> Any:
    found = Number.available({"country_code": "US", "number_type": "tollfree", "limit": 1})
    return [number.phone_number_type for number in found]


@call
def number_bought() -> Any:
    number = Number()
    number.name = "(913) 259-7591"
    number.phone_number = "+19132597591"
    number.area_code = "913"
    number.phone_number_type = "local"
    number.buy()
    KEPT["number"] = number
    return [number.id, number.phone_number, number.is_new()]


@call
def number_bought_locally() -> Any:
    number = Number({"phone_number": "+12122260000", "name": "second"})
    number.phone_number = Number.available(area_code="212", limit=1)[0].phone_number
    number.buy_local()
    KEPT["local number"] = number
    return [number.id, number.phone_number_type]


@call
def number_bought_again() -> Any:
    known = Number.find(1)
    known.phone_number = Number.available(area_code="415", limit=1)[0].phone_number
    known.name = "third"
    known.buy()
    return known.id


@call
def numbers() -> Any:
    return [
        [number.id, number.name, number.phone_number_type, number.phone_number]
        for number in Number.find(limit=1)
    ]


@call
def number_by_id() -> Any:
    number = Number.find(1)
    return [number.phone_number, number.capabilities["sms"], number.city]


@call
def number_count() -> Any:
    return Number.count(name="second")


@call
def number_saved() -> Any:
    KEPT["number"].incoming_text_url = "https://example.com/texts"
    return [KEPT["number"].save(), KEPT["number"].incoming_text_url]


@call
def number_capabilities_after_save() -> Any:
    number = Number.find(1)
    number.save()
    return number.capabilities["sms"]


@call
def number_reloaded() -> Any:
    stale = Number({"id": 1, "incoming_text_url": "stale"})
    stale.reload()
    return stale.incoming_text_url


@call
def number_destroyed() -> Any:
    return KEPT["local number"].destroy()
