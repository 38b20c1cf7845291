"""Credentials: the API keys and API secrets of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from vivialconnect.common.redaction import Secret
from vivialconnect.common.util import encode_body
from vivialconnect.resources._lists import ResourceList
from vivialconnect.resources.resource import Resource

CredentialT = TypeVar("CredentialT", bound="Credential")

#: The fields that ``save()`` sends.
WRITABLE = ("name", "active")


class Credential(Resource):
    """An API key of a user. :meth:`.User.create_credential` creates one.

    ================= ==========================================================================
    id                Id of the credential (int).
    date_created      Creation time, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     Time of the last change (str); as a datetime: ``modified_at``.
    user_id           Id of the user (int).
    name              Its name (str or ``None``).
    active            Whether it can sign requests (bool).
    api_key           The API key (str).
    api_secret        The API secret, only in a credential that was just created (str).
    ================= ==========================================================================

    Find credentials with :meth:`.User.get_credentials`, or pass the path of the user. ``save()``
    sends only ``name`` and ``active``.

    The service sends the secret once, in the response that creates the credential. The object
    keeps the secret if it is saved, reloaded or copied. ``repr``, the fields and a pickle of the
    object do not contain the secret. The secret itself is masked in ``repr`` and pickles: store
    ``str(credential.api_secret)``. For other credentials, ``api_secret`` raises ``AttributeError``.

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

    __slots__ = ("_new_secret",)

    singular = "credential"
    plural = "credentials"

    _parent_example: ClassVar[str] = "users/7/profile"
    _other_roots: ClassVar[tuple[str, ...]] = ("user",)
    _shows_secret: ClassVar[bool] = True
    _filters: ClassVar = ("limit", "order", "page", "search")
    _repr_fields: ClassVar[tuple[str, ...]] = ("name", "active", "api_key")

    #: The API key and its secret, which ``repr`` masks.
    _new_secret: tuple[Any, Secret]

    date_created: str
    date_modified: str
    user_id: int
    name: str | None
    active: bool
    api_key: str

    @property
    def api_secret(self) -> str:
        """The API secret of a credential that was just created.

        :raises AttributeError: If the credential was found, or its API key has changed.
        """
        key, secret = self._new_secret
        if key != vars(self).get("api_key"):
            raise AttributeError("the API secret belongs to another API key")
        return secret

    if not TYPE_CHECKING:  # as in the base

        def __getattr__(self, name: str) -> Any:
            if name == "api_secret":
                raise AttributeError(
                    "this Credential has no 'api_secret': the service sends it once, in the "
                    "response to create_credential(). If it is lost, create another credential"
                )
            return super().__getattr__(name)

    def _load(self, data: dict[str, Any]) -> None:
        secret = data.pop("api_secret", None)
        if secret and isinstance(secret, str):
            self._new_secret = data.get("api_key"), Secret(secret)
        super()._load(data)

    def _empty_copy(self: CredentialT) -> CredentialT:
        copied = super()._empty_copy()
        if hasattr(self, "_new_secret"):
            copied._new_secret = self._new_secret
        return copied

    def _body(self, data: dict[str, Any]) -> bytes:
        return self._encode_body({name: data[name] for name in WRITABLE if name in data})

    @staticmethod
    def _encode_body(data: dict[str, Any]) -> bytes:
        """Return the request body that creates or changes a credential."""
        return encode_body({"user": {"credential": data}})

    # Responses contain the credentials in their user

    @classmethod
    def _read_data(cls, parsed: Any) -> dict[str, Any]:
        return super()._read_data(_unwrap_user(parsed))

    @classmethod
    def _read_list(
        cls: type[CredentialT], parsed: Any, prefix: str = ""
    ) -> ResourceList[CredentialT]:
        return super()._read_list(_unwrap_user(parsed), prefix)


def _unwrap_user(parsed: Any) -> Any:
    user = parsed.get("user") if isinstance(parsed, dict) else None
    if not isinstance(user, dict):
        return parsed
    return {name: value for name, value in user.items() if name != "id"}
