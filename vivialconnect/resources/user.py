"""Users of an account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, overload

from vivialconnect.common import paths
from vivialconnect.common.exchange import Call
from vivialconnect.common.redaction import Secret, SecretBytes
from vivialconnect.common.util import encode_body
from vivialconnect.resources._attributes import checked_fields
from vivialconnect.resources._lists import LARGEST_PAGE, read_count
from vivialconnect.resources.credential import Credential
from vivialconnect.resources.resource import Countable

if TYPE_CHECKING:
    from typing import TypeVar

    from vivialconnect.resources._lists import ResourceList
    from vivialconnect.resources._row import Id

    UserT = TypeVar("UserT", bound="User")


class User(Countable):
    """A user of the account.

    ================= ==========================================================================
    id                The user's id (int).
    date_created      When it was made, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     When it was last changed (str); as a datetime: ``modified_at``.
    account_id        The account that the user belongs to (int).
    username          The name to log in with, at most 128 characters (str).
    first_name        At most 128 characters (str).
    last_name         At most 128 characters (str).
    email             At most 128 characters (str).
    active            Whether the user may log in (bool).
    verified          Whether the address was confirmed (bool).
    timezone          For example ``"US/Eastern"`` (str).
    mfa_method        How a second factor is asked for; ``None`` for not at all (str).
    roles             What the user may do: objects with id, name, description (list of dict).
    role              Written only: the name of one role, for a user who is made (str).
    ================= ==========================================================================

    Example:

        >>> from vivialconnect import User
        >>> for user in User.find():
        ...     print(user.id, user.first_name, user.last_name)
        1 Sandy Box
    """

    singular = "user"
    plural = "users"

    _shown: ClassVar[tuple[str, ...]] = ("username", "email")

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

    @classmethod
    def register(cls: type[UserT], attributes: Mapping[str, Any]) -> UserT:
        """Register a user of an account by name and password; the service mails a link to confirm.

        It was made for subaccounts, which the service has withdrawn since.

        :param attributes: ``account_id`` (the user's account), ``username``, ``password``,
            ``email``, ``first_name``, ``last_name`` and ``role``, the name of one.
        :returns: The user.
        :raises ValueError: If they are no mapping, or a setting is missing.
        :raises RequestorError: If the call fails; see its ``outcome`` before you repeat it.
        :raises ResourceError: If the answer is no user.

        .. versionadded:: 1.0
        """
        try:
            body = SecretBytes(encode_body({cls.singular: checked_fields(attributes)}))
        except ValueError as error:
            raise error.with_traceback(None) from None
        finally:
            del attributes  # with the password, which no tool that prints locals shall show
        call = Call("POST", "register", body=body)
        return cls._make_call(call, lambda answer: cls._row(cls._fields(answer), ""))

    def change_password(self, old: str, new: str) -> None:
        """Change the password that the user logs in with.

        It is sent again only where it surely had no effect: after a 429, or where no connection was
        made. Once it has arrived, a second attempt would need the new password.

        :param old: The password as it is.
        :param new: What it shall be.
        :raises ValueError: If one of them is empty or no text, or the user has no id.
        :raises RequestorError: If the call fails. Where its ``outcome`` is ``"unknown"``, either
            password may be the one that counts.
        :raises ResourceError: If the answer is not JSON.

        Example:

            >>> from vivialconnect import User
            >>> User.find(1).change_password("sandbox-password", "battery-staple")

        .. versionadded:: 1.0
        """
        given = _is_text(old) and _is_text(new)
        old, new = Secret(old), Secret(new)  # so that no tool that prints locals shows them
        if not given:
            raise ValueError("old and new must be the two passwords, texts that are not empty")
        self._require_id("change the password of")
        body = SecretBytes(encode_body({type(self).singular: {"_password": old, "password": new}}))
        self._call_below(Call("PUT", "profile/password", body=body, retryable=False), lambda _: None)

    def create_credential(self, name: str | None = None) -> Credential:
        """Create an API key for the user. Its ``api_secret`` is shown here and never again.

        :param name: What to call it.
        :returns: The credential.
        :raises ValueError: If the user has no id.
        :raises RequestorError: If the call fails. Where its ``outcome`` is ``"unknown"``, there
            may be a key whose secret nobody knows: look with :meth:`get_credentials`, and destroy
            it.
        :raises ResourceError: If the answer is no credential.

        Example:

            >>> from vivialconnect import Account, User, configured
            >>> credential = User.find(1).create_credential("reports")
            >>> key, secret = credential.api_key, credential.api_secret
            >>> with configured(api_key=key, api_secret=secret, api_account_id=12345):
            ...     Account.count()
            1

        .. versionadded:: 1.0
        """
        body = Credential._written({} if name is None else {"name": name})
        return self._call_below(Call("POST", "profile/credentials", body=body, secret=True), self._credential)

    @overload
    def get_credentials(self, id_: None = None, **kwargs: Any) -> ResourceList[Credential]: ...

    @overload
    def get_credentials(self, id_: Id, **kwargs: Any) -> Credential: ...

    def get_credentials(
        self, id_: Id | None = None, **kwargs: Any
    ) -> Credential | ResourceList[Credential]:
        """Return one credential of the user by its id, or one page of them.

        :param id_: The id of the one credential; ``None`` for a page.
        :param kwargs: The query, for example ``limit``.
        :raises ValueError: If the user has no id, or the credential's cannot stand in a path.
        :raises RequestorError: If the call fails; ``ResourceNotFound`` if there is no such id.
        :raises ResourceError: If the answer is not what was asked for.

        .. versionadded:: 1.0
        """
        if id_ is None:
            return self._call_below(
                Call("GET", "profile/credentials", kwargs),
                lambda answer: Credential._rows(answer, self._inside() + "/profile"),
            )
        below = "profile/credentials/" + paths.quote_segment(id_)
        return self._call_below(Call("GET", below, kwargs), self._credential)

    def find_each_credential(
        self, limit: int | None = None, page_size: int = LARGEST_PAGE, **query: Any
    ) -> Iterator[Credential]:
        """Walk over all credentials of the user, page after page, each when it is needed.

        :param limit: How many in all; ``None`` for every one.
        :param page_size: How many to ask for at a time, 1 to 150.
        :param query: As for :meth:`get_credentials`.
        :raises ValueError: At once, if limit or page size cannot be, or the user has no id.
        :raises RequestorError: While walking, if a call fails.
        :raises ResourceError: While walking, if an answer is no list.

        .. versionadded:: 1.0
        """
        self._require_id("walk over the credentials of")
        return self._each(
            lambda **further: self.get_credentials(**{**query, **further}), limit, page_size
        )

    def count_credentials(self) -> int:
        """Return how many credentials the user has.

        :raises ValueError: If the user has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no count.

        .. versionadded:: 1.0
        """
        return self._call_below(Call("GET", "profile/credentials/count"), read_count)

    def _credential(self, answer: Any) -> Credential:
        return Credential._row(Credential._fields(answer), self._inside() + "/profile")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""
