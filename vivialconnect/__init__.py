"""The Python SDK for the Vivial Connect SMS and MMS API.

Set ``api_key``, ``api_secret`` and ``api_account_id`` on ``Resource``, or the environment variables
``VIVIALCONNECT_API_KEY``, ``VIVIALCONNECT_API_SECRET`` and ``VIVIALCONNECT_ACCOUNT_ID``:

    >>> from vivialconnect import Message, Resource
    >>> Resource.api_account_id = 12345
    >>> Message.count() > 0
    True

Each name is imported on first use. ``requests`` and ``dateutil`` are imported with the first
request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vivialconnect.common import import_with_fork_guard, submodule_getter
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
    from vivialconnect.resources.resource import Resource, ResourceList, ResourceMeta
    from vivialconnect.resources.transaction import Transaction
    from vivialconnect.resources.user import User

__version__ = VERSION

#: The public names, by the module that defines them.
_NAMES = {
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
    "resources.resource": ("Resource", "ResourceList", "ResourceMeta"),
    "resources.transaction": ("Transaction",),
    "resources.user": ("User",),
}  # fmt: skip

__all__ = (
    "Account", "Attachment", "BadRequest", "Bulk", "ClientError", "ConnectionError", "Connector",
    "ConnectorCallback", "ConnectorNumber", "Contact", "Credential", "Download", "ForbiddenAccess",
    "InvalidPhoneNumber", "LocalNumber", "Log", "Message", "MethodNotAllowed", "Number",
    "NumberInfo", "RateLimit", "Redirection", "Requestor", "RequestorError", "Resource",
    "ResourceConflict", "ResourceError", "ResourceInvalid", "ResourceList", "ResourceMeta",
    "ResourceNotFound", "ServerError", "Timeout", "Transaction", "UnauthorizedAccess", "User",
    "Util", "VivialConnectError", "__version__", "configured", "normalize_phone_number",
    "validate_phone_number",
)  # fmt: skip

_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}
_get_submodule = submodule_getter(__name__)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        return _get_submodule(name)
    module = import_with_fork_guard(f"{__name__}.{_MODULE_OF[name]}")
    return globals().setdefault(name, getattr(module, name))


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
