"""The metaclass: the settings as properties of the classes, looked up through their bases."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar, Union

from vivialconnect.common import no_fork, scopes, settings
from vivialconnect.common.requestor import Requestor
from vivialconnect.common.util import Util
from vivialconnect.resources._attributes import nearest

if TYPE_CHECKING:
    from typing import Generic

else:
    # Checkers alone ask what a setting is of; typing's own takes as long as all the rest here.
    class Generic:
        __class_getitem__ = classmethod(lambda cls, _: cls)


ValueT = TypeVar("ValueT")

#: Where a class keeps the settings of its own.
OWN = "_own_settings"
KEY = "_key"
DEFAULT_KEY = "id"


SETTING_NAMES = frozenset((*settings.NAMES, "plural", "singular", "primary_key"))


class OwnSettings(dict[str, Any]):
    """What was set on one class. Its ``repr`` names the settings and shows no value."""

    def __repr__(self) -> str:
        return "OwnSettings({})".format(", ".join(self))


NOTHING: dict[str, Any] = {}


def own_settings(class_: type) -> dict[str, Any]:
    """Return what was set on this very class."""
    found: dict[str, Any] = class_.__dict__.get(OWN, NOTHING)
    return found


def inherited_settings(class_: type) -> dict[str, Any]:
    """Return what was set on a class or its bases; the nearest counts, an empty one does not."""
    found: dict[str, Any] = {}
    for base in reversed(class_.__mro__):
        own = own_settings(base)
        found.update(
            {
                name: value
                for name, value in own.items()
                if value is not None and value != "" and name in settings.NAMES
            }
        )
    return found


def settings_of(class_: type) -> settings.Settings:
    """Return the settings that a call of this class would use now, complete or not."""
    given = inherited_settings(class_)
    given.update(scopes.merged_settings(scopes.active_scopes()))
    return settings.effective(given)


class Setting(Generic[ValueT]):
    """A setting of a class, read through its bases and written on the class that is named.

    An instance does not have it: there the name is free for data of the row.
    """

    def __init__(self, documentation: str) -> None:
        self.__doc__ = documentation
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, class_: type | None, metaclass: type | None = None) -> ValueT:
        # On the metaclass itself the setting stands for its own documentation.
        found: ValueT = self if class_ is None else self.read(class_)  # type: ignore[assignment] # the metaclass's own, see above
        return found

    def __set__(self, class_: type, value: ValueT) -> None:
        # Replaced as a whole, so that a thread that reads sees all of the old or all of the new.
        with no_fork:
            changed = OwnSettings(own_settings(class_))
            changed[self.name] = settings.guarded(self.name, value)
            type.__setattr__(class_, OWN, changed)

    def __delete__(self, class_: type) -> None:
        with no_fork:
            kept = OwnSettings(own_settings(class_))
            kept.pop(self.name, None)
            type.__setattr__(class_, OWN, kept)

    def read(self, class_: type) -> Any:
        """Return the value that a call would use."""
        return getattr(settings_of(class_), self.name)


class NameSetting(Setting[str]):
    """A name that was set on the class or a base, or else is worked out from the class's own."""

    def __init__(self, documentation: str, derive: Callable[[Any], str]) -> None:
        super().__init__(documentation)
        self.derive = derive

    def read(self, class_: type) -> str:
        """Return the nearest name that was set, or the derived one."""
        for base in class_.__mro__:
            found: str | None = own_settings(base).get(self.name)
            if found:
                return found
        return self.derive(class_)


class KeySetting(Setting[str]):
    """The primary key, kept as an attribute of the class: every look at a row's id needs it."""

    def __set__(self, class_: type, value: str) -> None:
        if value:
            type.__setattr__(class_, KEY, value)
            note_names(class_)
        else:  # an empty one gives way to that of the bases
            self.__delete__(class_)

    def __delete__(self, class_: type) -> None:
        if KEY in class_.__dict__:
            type.__delattr__(class_, KEY)
            note_names(class_)

    def read(self, class_: type) -> str:
        """Return the nearest key that was set."""
        key: str = getattr(class_, KEY, DEFAULT_KEY)
        return key


def note_names(class_: Any) -> None:
    """Note which names the attributes of a class's rows cannot have, because the class has them.

    A plain value in a class body is a default, and gives way to what the row has; so does ``id``,
    where that is the key.
    """
    names = set(own_names(class_)).union(*map(taken_names, class_.__bases__))
    names.discard(DEFAULT_KEY)
    if getattr(class_, KEY, DEFAULT_KEY) != DEFAULT_KEY:
        names.add(DEFAULT_KEY)
    class_._class_names = frozenset(names)
    for below in class_.__subclasses__():
        note_names(below)


def taken_names(class_: type) -> frozenset[str]:
    """Return the names that a class and its bases have taken; of a resource they are noted."""
    if isinstance(class_, ResourceMeta):
        return class_._class_names
    return frozenset(name for base in class_.__mro__ for name in own_names(base))


def own_names(class_: type) -> Iterator[str]:
    """Yield the names that a class itself has taken."""
    for name, value in class_.__dict__.items():
        if name.startswith("_") or hasattr(value, "__get__"):
            yield name


class ResourceMeta(type):
    """Configures the resource classes.

    Each property can be read and set on every class, and in a class body. It is looked up at each
    call, on the class and then its bases, so that a change counts at the next call, and a value of
    a subclass stays with it. What is unset or empty comes from the environment, and a scope of
    :func:`~vivialconnect.common.settings.configured` beats them all.

    Example:

        >>> from vivialconnect import Message, Resource
        >>> Resource.request_timeout = 10
        >>> Message.request_timeout
        10
        >>> Message.plural, Message.singular, Message.primary_key
        ('messages', 'message', 'id')
    """

    api_key = Setting[Optional[str]]("The API key; else ``VIVIALCONNECT_API_KEY``.")
    api_secret = Setting[Optional[str]]("The API secret; else ``VIVIALCONNECT_API_SECRET``.")
    api_account_id = Setting[Union[int, str, None]](
        "The account that calls are about; else ``VIVIALCONNECT_ACCOUNT_ID``."
    )
    api_base_url = Setting[Optional[str]](
        "Where the service is; else ``VIVIALCONNECT_BASE_URL``, else "
        "``https://api.vivialconnect.net/api/v1.0``."
    )
    api_verify_request = Setting[Union[bool, str]](
        "Whether TLS certificates are checked, or the path of a CA bundle; default ``True``."
    )
    request_timeout = Setting[float]("Seconds that a whole call may take; default 30.")
    max_retries = Setting[int](
        "How often a call may be repeated, where that can do no harm; default 2, 0 for never."
    )
    plural = NameSetting(
        "The plural name, as paths and lists have it; else that of the singular.",
        lambda class_: Util.pluralize(class_.singular),
    )
    singular = NameSetting(
        "The singular name, as bodies have it; else that of the class.",
        lambda class_: Util.underscore(class_.__name__),
    )
    primary_key = KeySetting("The field that tells one row from another; else ``id``.")

    #: The names that a row's attributes cannot have, because the class has them.
    _class_names: frozenset[str]
    #: The fields that the class and its bases declare.
    _field_names: frozenset[str]

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **keywords: Any
    ) -> ResourceMeta:
        """Make a class: take the settings out of its body, and note which names are taken."""
        own = OwnSettings(
            {
                key: settings.guarded(key, value)
                for key, value in namespace.items()
                # A property is none of the class, but says how the rows have data of that name.
                if key in SETTING_NAMES and not isinstance(value, property)
            }
        )
        body = {key: value for key, value in namespace.items() if key not in own}
        key = own.pop("primary_key", None)
        if key:
            body[KEY] = key
        made = super().__new__(cls, name, bases, {**body, OWN: own}, **keywords)
        note_names(made)
        made._field_names = frozenset(
            key
            for base in made.__mro__
            for key in base.__dict__.get("__annotations__", {})  # noqa: RUF063 - its own only, up to 3.13
            if key not in base.__dict__ and not key.startswith("_")
        )
        return made

    if not TYPE_CHECKING:  # a checker would then take every name for one that can be set

        def __setattr__(cls, name: str, value: Any) -> None:
            """Set an attribute of the class, and warn of a name that is nearly a setting's."""
            # The metaclass first: reading a setting fails where that of the environment is no good.
            known = name[:1] == "_" or name in cls._field_names or hasattr(type(cls), name)
            if not known and not hasattr(cls, name):
                end = "_" + name.lower()
                longer = (other for other in sorted(SETTING_NAMES) if other.endswith(end))
                near = nearest(name, SETTING_NAMES, 0.7) or next(longer, None)
                if near:
                    text = "there is no setting {!r}, so it changes nothing; did you mean {!r}?"
                    warnings.warn(text.format(name, near), stacklevel=2)
            super().__setattr__(name, value)

    @property
    def request(cls) -> Requestor:
        """A Requestor with the settings of this class as they are now."""
        return Requestor.from_settings(settings_of(cls))
