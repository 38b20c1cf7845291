"""The settings of a request: sources, defaults and validation.

The settings of a request are resolved once, for all of its attempts. Their sources are, in this
order, the active scopes (:mod:`vivialconnect.common.scopes`), the class and its bases, and the
environment. Files are not a source, so the current directory cannot change the account.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Callable, NamedTuple
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit, urlunsplit

from vivialconnect.common.redaction import Secret
from vivialconnect.common.values import is_empty, plain, shorten

DEFAULT_BASE_URL = "https://api.vivialconnect.net/api/v1.0"

#: The environment variables of the settings.
ENVIRONMENT = {
    "api_key": "VIVIALCONNECT_API_KEY",
    "api_secret": "VIVIALCONNECT_API_SECRET",
    "api_account_id": "VIVIALCONNECT_ACCOUNT_ID",
    "api_base_url": "VIVIALCONNECT_BASE_URL",
}
#: The credentials. Both come from the same source.
CREDENTIALS = ("api_key", "api_secret")


class Settings(NamedTuple):
    """The settings of a request. ``repr`` and pickle contain no secret.

    >>> Settings(api_key="MTK1", api_secret="hidden")
    Settings(api_key='MTK1', api_base_url='https://api.vivialconnect.net/api/v1.0')
    """

    api_key: str | None = None
    api_secret: str | None = None
    api_account_id: int | str | None = None
    api_base_url: str = DEFAULT_BASE_URL
    api_verify_request: bool | str = True
    request_timeout: float = 30
    max_retries: int = 2

    def __repr__(self) -> str:
        base_url = without_credentials(self.api_base_url)
        return f"Settings(api_key={self.api_key!r}, api_base_url={base_url!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        base_url = without_credentials(self.api_base_url)
        return Settings, tuple(self._replace(api_secret=None, api_base_url=base_url))

    def __copy__(self) -> Settings:
        return self

    def __deepcopy__(self, memo: Any) -> Settings:
        return self


#: The names of the settings.
NAMES = Settings._fields
#: The docstrings of the class properties.
DOCUMENTATION = {
    "api_key": "The API key; by default ``VIVIALCONNECT_API_KEY``.",
    "api_secret": "The API secret; by default ``VIVIALCONNECT_API_SECRET``.",
    "api_account_id": "The account of the requests; by default ``VIVIALCONNECT_ACCOUNT_ID``.",
    "api_base_url": (
        "The base URL of the service; by default ``VIVIALCONNECT_BASE_URL``, or "
        "``https://api.vivialconnect.net/api/v1.0``."
    ),
    "api_verify_request": (
        "Whether TLS certificates are verified, or the path of a CA bundle; default ``True``."
    ),
    "request_timeout": "The timeout of a whole request with its retries, in seconds; default 30.",
    "transport": "The transport that replaces ``requests``: an object with a ``send()`` method.",
    "max_retries": "How many times a request is retried if that is safe; default 2, 0 for never.",
}


def resolve(values: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Return the given settings, completed from the environment and the defaults.

    Credentials may still be missing: :func:`validate` checks that.

    :param values: The settings of a class or a Requestor. ``None`` and ``""`` are unset.
    :param environ: The environment; ``os.environ`` by default.
    """
    environ = os.environ if environ is None else environ
    given = {name: value for name, value in values.items() if not is_empty(value)}
    # An API key and a secret from different sources do not belong together.
    has_credentials = any(name in given for name in CREDENTIALS)
    for name, variable in ENVIRONMENT.items():
        if name not in given and not (has_credentials and name in CREDENTIALS):
            found = environ.get(variable)
            if found:
                given[name] = found
    return Settings(**{name: normalize(name, value) for name, value in given.items()})


def normalize(name: str, value: Any) -> Any:
    """Return a setting as a plain value, the secret as a text that no ``repr`` shows."""
    value = value if name == "transport" else plain(value, name)
    return Secret(value) if name == "api_secret" and isinstance(value, str) else value


def validate(settings: Settings) -> Settings:
    """Validate settings, and return them with a normalized base URL.

    :raises ValueError: If a setting is missing or invalid.
    """
    if settings.api_key is None or settings.api_secret is None:
        raise missing_error(settings, *CREDENTIALS)
    checked = {name: check(name, getattr(settings, name)) for name, check in _CHECKS.items()}
    return settings._replace(**checked)


def validate_one(name: str, value: Any) -> None:
    """Validate the value of one setting.

    :raises ValueError: If the value is empty or invalid.
    """
    if is_empty(value):
        raise ValueError(f"{name} must not be empty: omit it to keep the current value")
    if name in _CHECKS:
        _CHECKS[name](name, value)
    elif name == "transport":
        check_transport(name, value)


def missing_error(settings: Settings, *names: str) -> ValueError:
    """Return the error for missing settings.

    :param settings: The settings.
    :param names: The required settings.
    """
    absent = [name for name in names if getattr(settings, name) is None]
    message = "{} must be set: assign {}, or set {} in the environment".format(
        " and ".join(absent),
        " and ".join("Resource." + name for name in absent),
        " and ".join(ENVIRONMENT[name] for name in absent),
    )
    present = [name for name in CREDENTIALS if getattr(settings, name) is not None]
    if len(present) == 1:
        message += f"; {present[0]} is set, and both must come from the same source"
    return ValueError(message)


def without_credentials(url: str) -> str:
    """Return a URL without user and password.

    >>> without_credentials("https://me:secret@localhost:8443/api")
    'https://localhost:8443/api'
    """
    try:
        scheme, netloc, path, query, fragment = urlsplit(str(url))
    except ValueError:  # an invalid URL may still contain a password
        return "(invalid URL)"
    return urlunsplit((scheme, netloc.rpartition("@")[2], path, query, fragment))


def _check_text(name: str, value: Any) -> str:
    # The value is not shown: it may be the secret.
    expected = f"{name} must be one line of printable ASCII text"
    if not isinstance(value, str):
        raise ValueError(f"{expected}, got {type(value).__name__}")
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"{expected}, got a line break or another invalid character")
    return value


def _check_timeout(name: str, seconds: Any) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        shown = shorten(seconds)
        raise ValueError(f"{name} must be a number of seconds, got {shown}")
    if not 0 < seconds < float("inf"):
        raise ValueError(f"{name} must be greater than 0 and finite, got {seconds!r}")
    return seconds


def _check_retries(name: str, count: Any) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise ValueError(f"{name} must be an integer, 0 or more, got {count!r}")
    return count


def _check_verification(name: str, verify: Any) -> Any:
    if not isinstance(verify, (bool, str, os.PathLike)):
        raise ValueError(f"{name} must be True, False or the path of a CA bundle, got {verify!r}")
    return verify


def _check_base_url(name: str, url: Any) -> str:
    # The value is not shown: it may contain a password.
    expected = f"{name} must be an absolute http or https URL like {DEFAULT_BASE_URL}"
    if not isinstance(url, str) or not re.fullmatch("[!-~]*", url):  # printable ASCII, no spaces
        raise ValueError(expected)
    return _normalize_base_url(url, expected)


@lru_cache(maxsize=64)
def _normalize_base_url(url: str, expected: str) -> str:
    try:
        scheme, netloc, path, query, fragment = urlsplit(without_credentials(url))
        port = urlsplit(url).port
    except ValueError as error:
        raise ValueError(expected) from error
    host = netloc.partition(":")[0]
    if scheme not in ("http", "https") or not host or port == 0 or query or fragment:
        raise ValueError(expected)
    # Some releases of requests send two leading slashes as one, and the signature would not match.
    decoded = unquote(path).rstrip("/")
    if decoded.startswith("//") or {".", ".."}.intersection(decoded.split("/")):
        raise ValueError(expected + ", without '.', '..' or two leading slashes in its path")
    path = quote(unquote_to_bytes(path), safe="/-._~").rstrip("/")
    return f"{scheme}://{netloc.lower()}{path}"


def check_transport(name: str, transport: Any) -> None:
    """Validate a transport.

    :raises ValueError: If it has no ``send()`` method.
    """
    if not callable(getattr(transport, "send", None)):
        raise ValueError(f"{name} must be an object with a send() method, got {transport!r}")


#: Each returns the value in its normal form, or raises ``ValueError``.
_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "api_key": _check_text,
    "api_secret": _check_text,
    "api_base_url": _check_base_url,
    "api_verify_request": _check_verification,
    "request_timeout": _check_timeout,
    "max_retries": _check_retries,
}
