"""Users of an account, with passwords and credentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, TypeVar, overload

from vivialconnect.common import paths
from vivialconnect.common.exchange import Call
from vivialconnect.common.redaction import Secret, SecretBytes
from vivialconnect.common.util import encode_body
from vivialconnect.common.values import plain
from vivialconnect.resources._attributes import validate_fields
from vivialconnect.resources._iteration import PageIterator
from vivialconnect.resources._lists import MAX_PAGE_SIZE, ResourceList, merge_query, read_count
from vivialconnect.resources._typing import CommonFields, Id, Unpack
from vivialconnect.resources.credential import Credential
from vivialconnect.resources.resource import Resource

UserT = TypeVar("UserT", bound="User")


class UserFields(CommonFields, total=False):
    """The fields of a user, for type checkers."""

    account_id: int
    username: str
    first_name: str | None
    last_name: str | None
    email: str
    active: bool
    verified: bool
    timezone: str | None
    mfa_method: str | None
    roles: list[dict[str, Any]]
    role: str


class User(Resource):
    """A user of the account.

    ================= ==========================================================================
    id                Id of the user (int).
    date_created      Creation time, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     Time of the last change (str); as a datetime: ``modified_at``.
    account_id        Id of the account (int).
    username          Login name, at most 128 characters (str).
    first_name        First name, at most 128 characters (str).
    last_name         Last name, at most 128 characters (str).
    email             Email address, at most 128 characters (str).
    active            Whether the user can log in (bool).
    verified          Whether the email address was confirmed (bool).
    timezone          Time zone, for example ``"US/Eastern"`` (str).
    mfa_method        Method of two-factor authentication; ``None`` if disabled (str).
    roles             Roles, each with id, name and description (list of dict).
    role              Write-only: role name of a new user (str).
    ================= ==========================================================================

    Example:

        >>> from vivialconnect import User
        >>> for user in User.find():
        ...     print(user.id, user.first_name, user.last_name)
        1 Sandy Box
    """

    singular = "user"
    plural = "users"

    _filters: ClassVar = ("limit", "order", "page", "search")
    _repr_fields: ClassVar[tuple[str, ...]] = ("username", "email")

    date_created: str
    date_modified: str
    account_id: int
    username: str
    first_name: str | None
    last_name: str | None
    email: str
    active: bool
    verified: bool
    timezone: str | None
    mfa_method: str | None
    roles: list[dict[str, Any]]
    role: str

    def __init__(
        self,
        attributes: Mapping[str, Any] | Id | None = None,
        prefix_options: Mapping[str, Any] | None = None,
        **fields: Unpack[UserFields],
    ) -> None:
        super().__init__(attributes, prefix_options, **fields)

    @classmethod
    def register(cls: type[UserT], attributes: Mapping[str, Any]) -> UserT:
        """Register a user. The service sends an email to confirm the address.

        This method is meant for subaccounts, which the service no longer supports.

        :param attributes: ``account_id`` (the account of the user), ``username``, ``password``,
            ``email``, ``first_name``, ``last_name`` and ``role`` (a role name).
        :returns: The user.
        :raises ValueError: If the attributes are not a mapping.
        :raises RequestorError: If the request fails. Check its ``outcome`` before you retry.

        .. versionadded:: 1.0
        """
        try:
            body = SecretBytes(encode_body({cls.singular: validate_fields(attributes)}))
        except ValueError as error:
            raise error.with_traceback(None) from None
        finally:
            del attributes  # contains the password, and some tools print local variables
        return cls._perform(Call("POST", "register", body=body), cls._read_object)

    def change_password(self, old: str, new: str) -> None:
        """Change the password of the user.

        The request is retried only if it had no effect: after a 429 or a failed connection.

        :param old: The current password.
        :param new: The new password.
        :raises ValueError: If a password is empty or not a string, or the user has no id.
        :raises RequestorError: If the request fails. If its ``outcome`` is ``"unknown"``, either
            password may be valid.

        Example:

            >>> from vivialconnect import User
            >>> User.find(1).change_password("sandbox-password", "battery-staple")

        .. versionadded:: 1.0
        """
        old, new = _to_password(old), _to_password(new)  # some tools print local variables
        if not old or not new:
            raise ValueError("old and new must be passwords: strings that are not empty")
        body = SecretBytes(encode_body({type(self).singular: {"_password": old, "password": new}}))
        self._perform_below(
            Call("PUT", "profile/password", body=body, retryable=False), lambda _: None
        )

    def create_credential(self, name: str | None = None) -> Credential:
        """Create an API key for the user. Store its ``api_secret``: it cannot be requested later.

        :param name: The name of the credential.
        :returns: The credential.
        :raises ValueError: If the user has no id.
        :raises RequestorError: If the request fails. If its ``outcome`` is ``"unknown"``, the
            credential may exist, but its secret is lost. Find the credential with
            :meth:`get_credentials` and destroy it.

        Example:

            >>> from vivialconnect import Account, User, configured
            >>> credential = User.find(1).create_credential("reports")
            >>> key, secret = credential.api_key, credential.api_secret
            >>> with configured(api_key=key, api_secret=secret, api_account_id=12345):
            ...     Account.count()
            1

        .. versionadded:: 1.0
        """
        body = Credential._encode_body({} if name is None else {"name": name})
        return self._perform_below(
            Call("POST", "profile/credentials", body=body, roots=("user",), secret=True),
            self._read_credential,
        )

    @overload
    def get_credentials(self, id_: None = None, **kwargs: Any) -> ResourceList[Credential]: ...

    @overload
    def get_credentials(self, id_: Id, **kwargs: Any) -> Credential: ...

    def get_credentials(
        self, id_: Id | None = None, **kwargs: Any
    ) -> Credential | ResourceList[Credential]:
        """Return one credential of the user by its id, or one page of credentials.

        :param id_: The id of the credential; ``None`` for a page.
        :param kwargs: The query, for example ``limit``.
        :raises ValueError: If the user has no id, or the id of the credential is invalid.
        :raises ResourceNotFound: If there is no credential with this id.

        .. versionadded:: 1.0
        """
        if id_ is None:
            return self._perform_below(
                Call("GET", "profile/credentials", Credential._checked_query(kwargs)),
                lambda parsed: Credential._read_list(parsed, self._path_inside() + "/profile"),
            )
        below = "profile/credentials/" + paths.quote_segment(id_)
        return self._perform_below(Call("GET", below, kwargs), self._read_credential)

    def find_each_credential(
        self, limit: int | None = None, page_size: int = MAX_PAGE_SIZE, **query: Any
    ) -> Iterator[Credential]:
        """Iterate over all credentials of the user; see :meth:`.Resource.find_each`.

        :param limit: The maximum number of credentials; ``None`` for no limit.
        :param page_size: The number of credentials per page, 1 to 150.
        :param query: As for :meth:`get_credentials`.
        :raises ValueError: At once, if an argument is invalid, or the user has no id.

        .. versionadded:: 1.0
        """
        self._require_id()
        return PageIterator(partial(self.get_credentials, None, **query), limit, page_size)

    def count_credentials(self, opts: Mapping[str, Any] | None = None, **kwargs: Any) -> int:
        """Return the number of credentials of the user.

        :param opts: The query, merged with the keywords.
        :param kwargs: The query.
        :raises ValueError: If the user has no id, or a parameter is given twice.

        .. versionadded:: 1.0
        """
        query = Credential._checked_query(merge_query(opts, kwargs))
        return self._perform_below(Call("GET", "profile/credentials/count", query), read_count)

    def _read_credential(self, parsed: Any) -> Credential:
        return Credential._read_object(parsed, self._path_inside() + "/profile")


def _to_password(value: Any) -> Secret:
    found = plain(value, "password")
    return Secret(found) if isinstance(found, str) else Secret()
