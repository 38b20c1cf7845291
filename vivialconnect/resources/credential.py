"""The keys that a user's calls are signed with, and the secret that is shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from vivialconnect.common.redaction import Secret
from vivialconnect.common.util import encode_body
from vivialconnect.resources.resource import Countable

if TYPE_CHECKING:
    from typing import TypeVar

    from vivialconnect.resources._lists import ResourceList

    CredentialT = TypeVar("CredentialT", bound="Credential")


#: What may be written of a credential; everything else is the service's.
WRITTEN = ("name", "active")


class Credential(Countable):
    """An API key of a user. :meth:`.User.create_credential` makes one.

    ================= ==========================================================================
    id                The credential's id (int).
    date_created      When it was made, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     When it was last changed (str); as a datetime: ``modified_at``.
    user_id           The user (int).
    name              What it is called; ``None`` for nothing (str).
    active            Whether it may sign calls (bool).
    api_key           The key (str).
    api_secret        The secret, in the row that made it and nowhere else (str).
    ================= ==========================================================================

    Credentials stand below their user: ask :meth:`.User.get_credentials` for them, or give the
    path. ``save()`` sends ``name`` and ``active`` and nothing else.

    The service shows the secret once, to the call that makes the credential. That row keeps it when
    it is saved, reloaded or copied; in a credential that was found, ``api_secret`` raises
    ``AttributeError``. It stands in no ``repr``, in none of the row's data, and in no pickle. The
    text itself is represented and pickled as stars, so hand on ``str(credential.api_secret)``.

        >>> from vivialconnect import Credential, User
        >>> user = User.find_first()
        >>> credential = user.create_credential("reports")
        >>> credential.active = False
        >>> credential.save()
        True
        >>> path = "users/{}/profile".format(user.id)
        >>> Credential.find(credential.id, path).name
        'reports'

    .. versionadded:: 1.0
    """

    __slots__ = ("_shown_once",)

    singular = "credential"
    plural = "credentials"

    _below: ClassVar[str] = "users/7/profile"
    _shown: ClassVar[tuple[str, ...]] = ("name", "active", "api_key")

    if TYPE_CHECKING:
        #: The key and its secret. In a tuple, whose text shows the secret as stars.
        _shown_once: tuple[Any, Secret]

    date_created: str
    date_modified: str
    user_id: int
    name: str | None
    active: bool
    api_key: str

    @property
    def api_secret(self) -> str:
        """The secret, in the row that made it.

        :raises AttributeError: If the credential was found, or is another one by now.
        """
        key, secret = self._shown_once
        if key != vars(self).get("api_key"):
            raise AttributeError("the secret belongs to another key")
        return secret

    if not TYPE_CHECKING:  # as in the base

        def __getattr__(self, name: str) -> Any:
            if name == "api_secret":
                raise AttributeError(
                    "this Credential has no 'api_secret': the service shows it once, in the answer "
                    "of create_credential(); where it is lost, make a new credential"
                )
            return super().__getattr__(name)

    def _load(self, data: dict[str, Any]) -> None:
        secret = data.pop("api_secret", None)
        if secret and isinstance(secret, str):
            self._shown_once = data.get("api_key"), Secret(secret)
        super()._load(data)

    def _twin(self: CredentialT) -> CredentialT:
        twin = super()._twin()
        if hasattr(self, "_shown_once"):
            twin._shown_once = self._shown_once
        return twin

    def _body(self, data: dict[str, Any]) -> bytes:
        return self._written({name: data[name] for name in WRITTEN if name in data})

    @staticmethod
    def _written(data: dict[str, Any]) -> bytes:
        """Return the body that says what a credential shall be."""
        return encode_body({"user": {"credential": data}})

    # The answers have a root of their user's, and in it the user's id.

    @classmethod
    def _fields(cls, answer: Any) -> dict[str, Any]:
        return super()._fields(_within_user(answer))

    @classmethod
    def _rows(cls: type[CredentialT], answer: Any, prefix: str) -> ResourceList[CredentialT]:
        return super()._rows(_within_user(answer), prefix)


def _within_user(answer: Any) -> Any:
    user = answer.get("user") if isinstance(answer, dict) else None
    if not isinstance(user, dict):
        return answer
    return {name: value for name, value in user.items() if name != "id"}
