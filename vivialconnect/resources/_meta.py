"""The metaclass: settings as class properties that subclasses inherit."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Callable, Generic, Optional, TypeVar, Union

from vivialconnect.common import fork_lock, scopes, settings
from vivialconnect.common.exchange import Transport
from vivialconnect.common.requestor import Requestor
from vivialconnect.common.util import Util
from vivialconnect.common.values import is_empty
from vivialconnect.resources._spelling import nearest

ValueT = TypeVar("ValueT")

#: The class attribute with the settings that were assigned to the class.
SETTINGS_ATTRIBUTE = "_own_settings"
KEY_ATTRIBUTE = "_key"
DEFAULT_KEY = "id"


#: The settings of a request, and the transport.
REQUEST_SETTINGS = (*settings.NAMES, "transport")
SETTING_NAMES = frozenset((*REQUEST_SETTINGS, "plural", "singular", "primary_key"))
#: The names that the settings had within the classes of release 0.2.4.
OLD_NAMES = {
    "_verify_request": "api_verify_request",
    **{"_" + name: name for name in SETTING_NAMES},
}


class OwnSettings(dict[str, Any]):
    """The settings that were assigned to one class. Its ``repr`` shows no values."""

    def __repr__(self) -> str:
        return "OwnSettings({})".format(", ".join(self))


NO_SETTINGS: dict[str, Any] = {}


def own_settings(class_: type) -> dict[str, Any]:
    """Return the settings that were assigned to this class, not to its bases."""
    found: dict[str, Any] = class_.__dict__.get(SETTINGS_ATTRIBUTE, NO_SETTINGS)
    return found


def current_settings(class_: type) -> dict[str, Any]:
    """Return the settings from the active scopes, the class and its bases, in this order."""
    found = {
        name: value
        for base in reversed(class_.__mro__)
        for name, value in own_settings(base).items()
        if not is_empty(value) and name in REQUEST_SETTINGS
    }
    found.update(scopes.merge_scopes(scopes.active_scopes()))
    return found


class Setting(Generic[ValueT]):
    """A setting of a class. Subclasses inherit its value.

    Instances do not have this attribute, so a field may have the same name.
    """

    name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.__doc__ = settings.DOCUMENTATION.get(name, self.__doc__)

    def __get__(self, class_: type | None, metaclass: type | None = None) -> ValueT:
        # On the metaclass itself, the value is the descriptor with its docstring.
        found: ValueT = self if class_ is None else self.read(class_)  # type: ignore[assignment] # see above
        return found

    def __set__(self, class_: type, value: ValueT) -> None:
        self._change(class_, {self.name: settings.normalize(self.name, value)})

    def __delete__(self, class_: type) -> None:
        self._change(class_, {})

    def _change(self, class_: type, change: dict[str, Any]) -> None:
        # The dict is replaced, so that another thread reads either the old or the new settings.
        with fork_lock:
            kept = {
                name: value for name, value in own_settings(class_).items() if name != self.name
            }
            type.__setattr__(class_, SETTINGS_ATTRIBUTE, OwnSettings(kept, **change))

    def read(self, class_: type) -> Any:
        """Return the current value."""
        values = current_settings(class_)
        transport = values.pop("transport", None)
        if self.name == "transport":
            return transport
        return getattr(settings.resolve(values), self.name)


class NameSetting(Setting[str]):
    """A name that is assigned to the class or a base, or derived from the class name."""

    def __init__(self, documentation: str, derive: Callable[[Any], str]) -> None:
        self.__doc__ = documentation
        self.derive = derive

    def read(self, class_: type) -> str:
        """Return the assigned name, or else the derived name."""
        for base in class_.__mro__:
            found: str | None = own_settings(base).get(self.name)
            if found:
                return found
        return self.derive(class_)


class KeySetting(Setting[str]):
    """The primary key. A class attribute stores it, because every access to an id reads it."""

    def __init__(self, documentation: str) -> None:
        self.__doc__ = documentation

    def __set__(self, class_: type, value: str) -> None:
        if value:
            type.__setattr__(class_, KEY_ATTRIBUTE, value)
        else:  # an empty value restores the inherited key
            self.__delete__(class_)

    def __delete__(self, class_: type) -> None:
        if KEY_ATTRIBUTE in class_.__dict__:
            type.__delattr__(class_, KEY_ATTRIBUTE)

    def read(self, class_: type) -> str:
        """Return the assigned or inherited key."""
        key: str = getattr(class_, KEY_ATTRIBUTE, DEFAULT_KEY)
        return key


def reserved_names(class_: type) -> frozenset[str]:
    """Return the attribute names that are not fields: private names, methods and properties.

    A plain value in a class body is the default of a field. ``id`` is always the primary key.
    """
    return frozenset(
        name
        for base in class_.__mro__
        for name, value in base.__dict__.items()
        if name.startswith("_") or hasattr(value, "__get__")
    ) - {DEFAULT_KEY}


def field_names(class_: type) -> frozenset[str]:
    """Return the declared fields of a class and its bases: annotations without a value."""
    return frozenset(
        name
        for base in class_.__mro__
        for name in base.__dict__.get("__annotations__", {})  # noqa: RUF063 - without inherited annotations, up to 3.13
        if name not in base.__dict__ and not name.startswith("_")
    )


class ResourceMeta(type):
    """Configure the resource classes.

    Read and assign settings as attributes of any class, or in a class body. Settings are looked up
    at each request, on the class and then on its bases. A change takes effect at the next request.
    A setting of a subclass does not affect other classes. Unset and empty settings come from the
    environment. A scope of :func:`~vivialconnect.common.scopes.configured` overrides all settings.

    Example:

        >>> from vivialconnect import Message, Resource
        >>> Resource.request_timeout = 10
        >>> Message.request_timeout
        10
        >>> Message.plural, Message.singular, Message.primary_key
        ('messages', 'message', 'id')
    """

    api_key = Setting[Optional[str]]()
    api_secret = Setting[Optional[str]]()
    api_account_id = Setting[Union[int, str, None]]()
    api_base_url = Setting[Optional[str]]()
    api_verify_request = Setting[Union[bool, str]]()
    request_timeout = Setting[float]()
    max_retries = Setting[int]()
    transport = Setting[Optional[Transport]]()
    plural = NameSetting(
        "The plural name, used in paths and lists; by default that of the singular.",
        lambda class_: Util.pluralize(class_.singular),
    )
    singular = NameSetting(
        "The singular name, used in bodies; by default derived from the class name.",
        lambda class_: Util.underscore(class_.__name__),
    )
    primary_key = KeySetting("The field that identifies a resource; by default ``id``.")

    #: The attribute names that are not fields.
    _reserved_names: frozenset[str]
    #: The declared fields of the class and its bases.
    _field_names: frozenset[str]

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **keywords: Any
    ) -> ResourceMeta:
        """Create a class, and remove the settings from the class body."""
        namespace = {OLD_NAMES.get(key, key): value for key, value in namespace.items()}
        own = OwnSettings(
            {
                key: settings.normalize(key, value)
                for key, value in namespace.items()
                # A property with the name of a setting is a field of the objects.
                if key in SETTING_NAMES and not isinstance(value, property)
            }
        )
        body = {key: value for key, value in namespace.items() if key not in own}
        key = own.pop("primary_key", None)
        if key:
            body[KEY_ATTRIBUTE] = key
        class_ = super().__new__(cls, name, bases, {**body, SETTINGS_ATTRIBUTE: own}, **keywords)
        filters = getattr(class_, "_filters", None)
        if filters and class_.__doc__:
            # The last line, that of the closing quotes, has the indentation.
            filters = ", ".join(map("``{}``".format, sorted(filters)))
            indent = class_.__doc__.rpartition("\n")[2]
            class_.__doc__ += f"\n{indent}Filters of its lists: {filters}.\n"
        class_._reserved_names = reserved_names(class_)
        class_._field_names = field_names(class_)
        return class_

    if not TYPE_CHECKING:  # with this, a type checker would accept every attribute

        def __setattr__(cls, name: str, value: Any) -> None:
            """Set a class attribute, and warn about a misspelt setting."""
            name = OLD_NAMES.get(name, name)
            # The metaclass first: hasattr(cls, name) reads the setting, which may raise.
            known = name[:1] == "_" or name in cls._field_names or hasattr(type(cls), name)
            if not known and not hasattr(cls, name):
                end = "_" + name.lower()
                longer = (other for other in sorted(SETTING_NAMES) if other.endswith(end))
                guess = nearest(name, SETTING_NAMES, 0.7) or next(longer, None)
                if guess:
                    text = "there is no setting {!r}, so it changes nothing; did you mean {!r}?"
                    warnings.warn(text.format(name, guess), stacklevel=2)
            super().__setattr__(name, value)

    def __dir__(cls) -> list[str]:
        """List the public names, for ``help()`` and completion."""
        return [name for name in super().__dir__() if not name.startswith("_")]

    @property
    def request(cls) -> Requestor:
        """A Requestor with the current settings of this class."""
        values = current_settings(cls)
        transport = values.pop("transport", None)
        return Requestor.from_settings(settings.resolve(values), transport)
