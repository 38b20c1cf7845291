"""The Python SDK for the Vivial Connect SMS and MMS service.

Set ``api_key``, ``api_secret`` and ``api_account_id`` on ``Resource``, or the environment variables
of the same meaning, and call:

    >>> from vivialconnect import Message, Resource
    >>> Resource.api_account_id = 12345
    >>> Message.count() > 0
    True

Only names may live here: what they are stands in ``vivialconnect.resources`` and
``vivialconnect.common``. What signs and sends, and with it ``requests`` and ``dateutil``, is
imported when it is first needed, and so are the nouns that few programs use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, List

from vivialconnect.common import loading
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
from vivialconnect.common.scopes import configured
from vivialconnect.common.util import Util
from vivialconnect.resources.account import Account
from vivialconnect.resources.attachment import Attachment, Download
from vivialconnect.resources.bulk import Bulk
from vivialconnect.resources.countable import Countable
from vivialconnect.resources.log import Log
from vivialconnect.resources.message import Message
from vivialconnect.resources.number import LocalNumber, Number
from vivialconnect.resources.readonly import ReadOnly
from vivialconnect.resources.resource import Resource, ResourceList, ResourceMeta
from vivialconnect.resources.sendable import Sendable
from vivialconnect.resources.user import User
from vivialconnect.version import VERSION

if TYPE_CHECKING:
    from vivialconnect.common.phone_numbers import NotE164, check_e164, suggest_e164
    from vivialconnect.common.requestor import Requestor
    from vivialconnect.resources.connector import Connector
    from vivialconnect.resources.connector_elements import ConnectorCallback, ConnectorNumber
    from vivialconnect.resources.contact import Contact
    from vivialconnect.resources.credential import Credential
    from vivialconnect.resources.number_info import NumberInfo
    from vivialconnect.resources.transaction import Transaction

__version__ = VERSION

__all__ = (
    "Account",
    "Attachment",
    "BadRequest",
    "Bulk",
    "ClientError",
    "ConnectionError",
    "Connector",
    "ConnectorCallback",
    "ConnectorNumber",
    "Contact",
    "Countable",
    "Credential",
    "Download",
    "ForbiddenAccess",
    "LocalNumber",
    "Log",
    "Message",
    "MethodNotAllowed",
    "NotE164",
    "Number",
    "NumberInfo",
    "RateLimit",
    "ReadOnly",
    "Redirection",
    "Requestor",
    "RequestorError",
    "Resource",
    "ResourceConflict",
    "ResourceError",
    "ResourceInvalid",
    "ResourceList",
    "ResourceMeta",
    "ResourceNotFound",
    "Sendable",
    "ServerError",
    "Timeout",
    "Transaction",
    "UnauthorizedAccess",
    "User",
    "Util",
    "VivialConnectError",
    "__version__",
    "check_e164",
    "configured",
    "suggest_e164",
)


#: Where the names stand that most programs do without: each is imported when it is asked for.
_LATER = {
    "Connector": "resources.connector",
    "ConnectorCallback": "resources.connector_elements",
    "ConnectorNumber": "resources.connector_elements",
    "Contact": "resources.contact",
    "Credential": "resources.credential",
    "NotE164": "common.phone_numbers",
    "NumberInfo": "resources.number_info",
    "Requestor": "common.requestor",
    "Transaction": "resources.transaction",
    "check_e164": "common.phone_numbers",
    "suggest_e164": "common.phone_numbers",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError("module {!r} has no attribute {!r}".format(__name__, name))
    with loading.lock:
        module = import_module("{}.{}".format(__name__, _LATER[name]))
    return globals().setdefault(name, getattr(module, name))


def __dir__() -> List[str]:
    return sorted({*globals(), *__all__})
