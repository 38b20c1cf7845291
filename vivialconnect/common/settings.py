"""The settings as one immutable value, where they come from, and what is refused.

A call takes one :class:`Settings` and uses it for all of its attempts. A scope beats the class that
is called (see :class:`~vivialconnect.resources.resource.ResourceMeta`), and what stands empty there
comes from the environment. Never from a file, so that no directory can change who pays.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, Callable
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit, urlunsplit

from vivialconnect.common.redaction import Secret

DEFAULT_BASE_URL = "https://api.vivialconnect.net/api/v1.0"

#: The settings, in the order in which :class:`Settings` takes them.
NAMES = (
    "api_key", "api_secret", "api_account_id", "api_base_url", "api_verify_request",
    "request_timeout", "max_retries",
)  # fmt: skip
#: Where each is looked up that is given nowhere.
ENVIRONMENT = {
    "api_key": "VIVIALCONNECT_API_KEY",
    "api_secret": "VIVIALCONNECT_API_SECRET",
    "api_account_id": "VIVIALCONNECT_ACCOUNT_ID",
    "api_base_url": "VIVIALCONNECT_BASE_URL",
}
#: What signs only together.
PAIR = ("api_key", "api_secret")


class Settings:
    """What one call needs to know; never changed once it is made. Its ``repr`` shows no secret.

    :param api_key: The key that names the caller.
    :param api_secret: The secret that the calls are signed with.
    :param api_account_id: The account that the paths are under.
    :param api_base_url: Where the service is.
    :param api_verify_request: Whether TLS certificates are checked, or the path of a CA bundle to
        check them with.
    :param request_timeout: Seconds that a whole call may take.
    :param max_retries: How often a call may be repeated that failed in a way that allows it.

    >>> Settings(api_key="MTK1", api_secret="hidden")
    Settings(api_key='MTK1', api_base_url='https://api.vivialconnect.net/api/v1.0')
    """

    # Slots, because some tools print the dict of an instance, and the URL may hold a password.
    __slots__ = NAMES

    def __init__(  # noqa: PLR0917 - the settings that there are
        self,
        api_key: str | None = None,
        api_secret: str | None = None,
        api_account_id: int | str | None = None,
        api_base_url: str = DEFAULT_BASE_URL,
        api_verify_request: bool | str = True,  # noqa: FBT001, FBT002 - as documented
        request_timeout: float = 30,
        max_retries: int = 2,
    ) -> None:
        self.api_key = api_key
        self.api_secret = api_secret
        self.api_account_id = api_account_id
        self.api_base_url = api_base_url
        self.api_verify_request = api_verify_request
        self.request_timeout = request_timeout
        self.max_retries = max_retries

    def changed(self, **changes: Any) -> Settings:
        """Return the same settings but for some."""
        return Settings(**{**{name: getattr(self, name) for name in NAMES}, **changes})

    def __repr__(self) -> str:
        return "Settings(api_key={!r}, api_base_url={!r})".format(
            self.api_key, without_credentials(self.api_base_url)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # No secret travels, and no password of the URL.
        base_url = without_credentials(self.api_base_url)
        told = self.changed(api_secret=None, api_base_url=base_url)
        return Settings, tuple(getattr(told, name) for name in NAMES)

    def __copy__(self) -> Settings:
        return self

    def __deepcopy__(self, memo: Any) -> Settings:
        return self


def effective(values: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that a call would use, complete or not.

    :param values: What a class or a Requestor was given, by setting; absent and empty values
        are unset.
    :param environment: Instead of ``os.environ``.
    """
    environ = os.environ if environment is None else environment
    given = {name: value for name, value in values.items() if value is not None and value != ""}
    # Both from one source: half a pair from here and half from there signs for nobody.
    paired = "api_key" in given or "api_secret" in given
    for name, variable in ENVIRONMENT.items():
        if name not in given and not (paired and name in PAIR):
            found = environ.get(variable)
            if found:
                given[name] = found
    return Settings(**{name: guarded(name, plain_text(value)) for name, value in given.items()})


def plain_text(value: Any) -> Any:
    """Return the text that a value is, where its own class would print another; else the value."""
    return str.__str__(value) if isinstance(value, str) else value


def guarded(name: str, value: Any) -> Any:
    """Return the value of a setting, the secret as one that no ``repr`` shows."""
    return Secret(str.__str__(value)) if name == "api_secret" and isinstance(value, str) else value


def checked(settings: Settings) -> Settings:
    """Return the settings, fit for a call.

    :raises ValueError: If one is missing or cannot be used, naming it and what to set.
    """
    if settings.api_key is None or settings.api_secret is None:
        raise missing(settings, *PAIR)
    for name, check in _CHECKS.items():
        check(getattr(settings, name))
    return settings.changed(api_base_url=_checked_base_url(settings.api_base_url))


def check_one(name: str, value: Any) -> None:
    """Refuse a value that no call could use.

    :param name: The setting.
    :param value: What somebody wants it to be.
    :raises ValueError: If it is empty or cannot be used.
    """
    if value is None or value == "":
        raise ValueError("{} is empty; leave it out to have it looked up".format(name))
    check = _CHECKS.get(name)
    if check is not None:
        check(value)


def missing(settings: Settings, *names: str) -> ValueError:
    """Return the error for settings that stand nowhere, naming all of them, and where to set them.

    :param settings: The settings.
    :param names: What the call needs of them.
    """
    absent = [name for name in names if getattr(settings, name) is None]
    many = len(absent) > 1
    words = "{} {} not set: assign {}, or set the environment variable{} {}".format(
        _enumerated(absent),
        "are" if many else "is",
        _enumerated(["Resource." + name for name in absent]),
        "s" if many else "",
        _enumerated([ENVIRONMENT[name] for name in absent]),
    )
    # Then the other half may well be set, but in the place that does not count.
    here = [name for name in PAIR if getattr(settings, name) is not None]
    if len(here) == 1:
        words += "; {} is set, and both are taken from one place: set both there".format(here[0])
    return ValueError(words)


def _enumerated(words: list[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def without_credentials(url: str) -> str:
    """Return a URL without user and password.

    >>> without_credentials("https://me:secret@localhost:8443/api")
    'https://localhost:8443/api'
    """
    try:
        scheme, netloc, path, query, fragment = urlsplit(str(url))
    except ValueError:  # a repr must not fail, and what is no URL may still hold a password
        return "(no URL)"
    return urlunsplit((scheme, netloc.rpartition("@")[2], path, query, fragment))


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str) or not _is_printable_ascii(value):
        # The value is not shown, for it may be the secret.
        label = name.partition("_")[2]
        words = "{} must be the {} as one line of printable ASCII text; this one {}"
        fault = "has a line break or another character that no {} has".format(label)
        if not isinstance(value, str):
            fault = "is of the type {}".format(type(value).__name__)
        raise ValueError(words.format(name, label, fault))


def _is_printable_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _check_timeout(seconds: Any) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise ValueError("request_timeout must be a number of seconds, not {!r}".format(seconds))
    if not 0 < seconds < float("inf"):
        raise ValueError("request_timeout must be above 0 and finite, not {!r}".format(seconds))


def _check_retries(count: Any) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise ValueError(
            "max_retries must be a whole number, 0 for no repetition, not {!r}".format(count)
        )


def _check_verification(verify: Any) -> None:
    if not isinstance(verify, (bool, str, os.PathLike)):
        raise ValueError(
            "api_verify_request must be True, False or the path of a CA bundle, not {!r}".format(
                verify
            )
        )


def _checked_base_url(url: Any) -> str:
    refusal = "api_base_url must be an absolute http or https URL like " + DEFAULT_BASE_URL
    if not isinstance(url, str) or not _is_printable_ascii(url) or " " in url:
        raise ValueError(refusal)
    return _normal_base_url(url, refusal)


@lru_cache(maxsize=64)  # parsed once, and not at every call
def _normal_base_url(url: str, refusal: str) -> str:
    try:
        scheme, netloc, path, query, fragment = urlsplit(without_credentials(url))
        port = urlsplit(url).port
    except ValueError as error:
        raise ValueError(refusal) from error
    host = netloc.partition(":")[0]
    if scheme not in ("http", "https") or not host or port == 0 or query or fragment:
        raise ValueError(refusal)
    if any(segment in (".", "..") for segment in unquote(path).split("/")):
        raise ValueError(refusal + ", without dots for a path")
    path = quote(unquote_to_bytes(path), safe="/-._~").rstrip("/")
    return "{}://{}{}".format(scheme, netloc.lower(), path)


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "api_key": partial(_check_text, "api_key"),
    "api_secret": partial(_check_text, "api_secret"),
    "api_base_url": _checked_base_url,
    "api_verify_request": _check_verification,
    "request_timeout": _check_timeout,
    "max_retries": _check_retries,
}
