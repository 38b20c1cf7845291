"""The Python SDK for the Vivial Connect SMS and MMS service.

Set ``api_key``, ``api_secret`` and ``api_account_id`` on ``Resource``, or the environment variables
of the same meaning, and call:

    >>> from vivialconnect import Message, Resource
    >>> Resource.api_account_id = 12345
    >>> Message.count() > 0
    True

Only names may live here: what they are stands in ``vivialconnect.resources`` and
``vivialconnect.common``. Each is imported when it is first asked for, and what signs and sends, and
with it ``requests`` and ``dateutil``, at the first call.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vivialconnect.common import modules_of, no_fork
from vivialconnect.version import VERSION

if TYPE_CHECKING:
    from vivialconnect.common.downloads import Download
    from vivialconnect.common.error import (
        BadRequest,
        ClientError,
        ConnectionError,  # noqa: A004 - the documented name
        ForbiddenAccess,
        MethodNotAllowed,
        RateLimit,
        Redirection,
        RequestorError,
        ResourceConflict,
        ResourceError,
        ResourceInvalid,
        ResourceNotFound,
        ServerError,
        Timeout,
        UnauthorizedAccess,
        VivialConnectError,
    )
    from vivialconnect.common.phone_numbers import (
        InvalidPhoneNumber,
        normalize_phone_number,
        validate_phone_number,
    )
    from vivialconnect.common.requestor import Requestor
    from vivialconnect.common.scopes import configured
    from vivialconnect.common.util import Util
    from vivialconnect.resources._readonly import ReadOnly
    from vivialconnect.resources._sendable import Sendable
    from vivialconnect.resources.account import Account
    from vivialconnect.resources.connector import Connector
    from vivialconnect.resources.connector.elements import ConnectorCallback, ConnectorNumber
    from vivialconnect.resources.contact import Contact
    from vivialconnect.resources.credential import Credential
    from vivialconnect.resources.log import Log
    from vivialconnect.resources.message import Message
    from vivialconnect.resources.message.attachment import Attachment
    from vivialconnect.resources.message.bulk import Bulk
    from vivialconnect.resources.number import LocalNumber, Number
    from vivialconnect.resources.number.lookup import NumberInfo
    from vivialconnect.resources.resource import Countable, Resource, ResourceList, ResourceMeta
    from vivialconnect.resources.transaction import Transaction
    from vivialconnect.resources.user import User

__version__ = VERSION

#: In which modules the names stand.
_PLACES = {
    "common.downloads": ("Download",),
    "common.error": (
        "BadRequest", "ClientError", "ConnectionError", "ForbiddenAccess", "MethodNotAllowed",
        "RateLimit", "Redirection", "RequestorError", "ResourceConflict", "ResourceError",
        "ResourceInvalid", "ResourceNotFound", "ServerError", "Timeout", "UnauthorizedAccess",
        "VivialConnectError",
    ),
    "common.phone_numbers": (
        "InvalidPhoneNumber", "normalize_phone_number", "validate_phone_number",
    ),
    "common.requestor": ("Requestor",),
    "common.scopes": ("configured",),
    "common.util": ("Util",),
    "resources.account": ("Account",),
    "resources.message.attachment": ("Attachment",),
    "resources.message.bulk": ("Bulk",),
    "resources.connector": ("Connector",),
    "resources.connector.elements": ("ConnectorCallback", "ConnectorNumber"),
    "resources.contact": ("Contact",),
    "resources.credential": ("Credential",),
    "resources.log": ("Log",),
    "resources.message": ("Message",),
    "resources.number": ("LocalNumber", "Number"),
    "resources.number.lookup": ("NumberInfo",),
    "resources._readonly": ("ReadOnly",),
    "resources.resource": ("Countable", "Resource", "ResourceList", "ResourceMeta"),
    "resources._sendable": ("Sendable",),
    "resources.transaction": ("Transaction",),
    "resources.user": ("User",),
}  # fmt: skip

__all__ = (
    "Account", "Attachment", "BadRequest", "Bulk", "ClientError", "ConnectionError", "Connector",
    "ConnectorCallback", "ConnectorNumber", "Contact", "Countable", "Credential", "Download",
    "ForbiddenAccess", "InvalidPhoneNumber", "LocalNumber", "Log", "Message", "MethodNotAllowed",
    "Number", "NumberInfo", "RateLimit", "ReadOnly", "Redirection", "Requestor", "RequestorError",
    "Resource", "ResourceConflict", "ResourceError", "ResourceInvalid", "ResourceList",
    "ResourceMeta", "ResourceNotFound", "Sendable", "ServerError", "Timeout", "Transaction",
    "UnauthorizedAccess", "User", "Util", "VivialConnectError", "__version__", "configured",
    "normalize_phone_number", "validate_phone_number",
)  # fmt: skip

_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}
_find_module = modules_of(__name__)


def __getattr__(name: str) -> Any:
    if name not in _PLACE_OF:
        return _find_module(name)
    with no_fork:
        module = import_module("{}.{}".format(__name__, _PLACE_OF[name]))
    return globals().setdefault(name, getattr(module, name))


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
