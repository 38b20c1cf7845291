"""What annotations and docstrings tell at run time: typing.get_type_hints() and help()."""

from __future__ import annotations

import importlib
import inspect
import pydoc
import re
import sys
import typing
from collections.abc import Iterator
from types import FunctionType
from typing import Any, Callable

import pytest

import vivialconnect
from vivialconnect import Connector, Message, Number, Resource, User

#: The modules of the documentation whose functions are public.
MODULES = (
    "common.error", "common.retries", "common.scopes", "common.segments", "common.util",
    "resources.account", "resources.log", "resources.message", "resources.number",
    "resources.resource", "resources.user",
)  # fmt: skip
#: The classes whose constructors know their fields.
TYPED: list[type[Resource]] = [Connector, Message, Number, User]


def callables_of(owner: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Give the functions behind the public members of a class, a metaclass, or a module."""
    for name in {*dir(owner), "__init__"}:
        member = inspect.getattr_static(owner, name, None)
        for function in (getattr(member, "__func__", member), getattr(member, "fget", None)):
            ours = getattr(function, "__module__", "") or ""
            is_ours = isinstance(function, FunctionType) and ours.startswith("vivialconnect")
            if is_ours and (name == "__init__" or not name.startswith("_")):
                yield f"{owner.__name__}.{name}", function


def public_callables() -> dict[str, Callable[..., Any]]:
    """Return every public function, method, class method and getter, by its name."""
    owners: list[Any] = [importlib.import_module("vivialconnect." + name) for name in MODULES]
    found: dict[str, Callable[..., Any]] = {}
    for name in vivialconnect.__all__:
        value = getattr(vivialconnect, name)
        if isinstance(value, type):
            owners.append(value)
        elif isinstance(value, FunctionType):
            found[name] = value
    for owner in owners:
        found.update(callables_of(owner))
    return found


CALLABLES = public_callables() if sys.version_info >= (3, 11) else {}


def test_hints__of_many_callables() -> None:
    """The test below is about all of them, on every Python that has typing.Unpack."""
    assert sys.version_info < (3, 11) or len(CALLABLES) > 250


@pytest.mark.parametrize("name", sorted(CALLABLES))
def test_hints__are_found(name: str) -> None:
    """Every annotation of a public callable can be evaluated."""
    assert isinstance(typing.get_type_hints(CALLABLES[name]), dict)


@pytest.mark.parametrize("class_", TYPED if sys.version_info >= (3, 11) else [])
def test_fields__of_constructor_and_class(class_: type[Resource]) -> None:
    """The fields that a constructor takes are those that the class declares, of the same types."""
    unpacked = typing.get_type_hints(class_.__init__)["fields"]
    (fields,) = typing.get_args(unpacked)
    given = typing.get_type_hints(fields)
    hints = typing.get_type_hints(class_)
    declared = {name: hints[name] for name in class_._field_names}

    assert given.pop("id") == typing.Optional[typing.Union[int, str]]
    assert given == declared


def test_help__begins_with_the_class() -> None:
    """help(Message) begins with the text of the class, is short, and shows no private name."""
    lines = pydoc.render_doc(Message, renderer=pydoc.plaintext).splitlines()
    names = [re.match(r" \|  (\w+)(\(|$)", line) for line in lines]
    shown = [name.group(1) for name in names if name]

    assert "A text message, inbound or outbound" in "".join(lines[:10])
    assert len(lines) < 300
    assert [name for name in shown if name.startswith("_")] == []
    assert {"send", "find", "save", "wait_until", "sent_at"} <= set(shown)
