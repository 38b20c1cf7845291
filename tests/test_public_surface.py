"""The package against its published documentation, name by name. No calls are made here.

``vectors/documented-names.json`` holds the facts of the documentation: where a name is, what kind
it is, its parameters in order with their defaults, and the fields of each noun.
"""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

import vivialconnect

DOCUMENTED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors" / "documented-names.json").read_text(encoding="utf-8")
)
CLASSES = tuple(DOCUMENTED)
MEMBERS = tuple(
    (name, member) for name, facts in DOCUMENTED.items() for member in facts.get("members", ())
)
FIELDS = tuple(
    (name, field) for name, facts in DOCUMENTED.items() for field in facts.get("fields", ())
)

#: Beside the documented names: what release 0.2.4 also had and scripts use, with its parameters.
ALSO_KEPT = {
    ("Account", "count"): ["opts=None", "**"],
    ("User", "count"): ["opts=None", "**"],
    ("Message", "count"): ["opts=None", "**"],
    ("Number", "count"): ["opts=None", "**"],
    ("Resource", "get"): ["id_=None", "path=None", "custom_path=''", "**"],
    ("Resource", "post"): ["id_=None", "path=None", "custom_path=''", "params=None", "**"],
    ("Requestor", "get"): ["url", "params=None"],
    ("Requestor", "head"): ["url", "params=None"],
    ("Requestor", "post"): ["url", "params=None"],
    ("Requestor", "put"): ["url", "params=None"],
    ("Requestor", "delete"): ["url", "params=None"],
    ("Requestor", "sign"): ["method", "iso8601_timestamp", "abs_url", "headers", "data"],
}
REQUESTOR_PARAMETERS = [
    "api_key=None",
    "api_secret=None",
    "api_base_url=None",
    "api_account_id=None",
    "request_timeout=None",
    "verify_request=True",
]


def find_class(name: str) -> Any:
    """Return a documented class from the module that the documentation names."""
    return getattr(importlib.import_module(DOCUMENTED[name]["module"]), name)


def kind_of(owner: type, name: str) -> str:
    """Return what the documentation would call a member of a class."""
    member = inspect.getattr_static(owner, name)
    if isinstance(member, classmethod):
        return "classmethod"
    if isinstance(member, staticmethod):
        return "staticmethod"
    if inspect.isfunction(member):
        return "method"
    # The id of a row is one without ``__set__``, which a row's own data comes before.
    return "property" if hasattr(member, "__get__") else type(member).__name__


def describe_documented(facts: list[dict[str, Any]]) -> list[str]:
    """Write documented parameters in one form: ``name``, ``name=default`` or ``**name``."""
    return [
        "{name}={default!r}".format(**fact) if "default" in fact else fact["name"] for fact in facts
    ]


def describe_parameters(function: Any, *, bound: bool) -> tuple[list[str], list[str]]:
    """Return the parameters of a callable in that form: those by position, and those by keyword.

    :param bound: Whether the first one, ``self``, is given already.
    """
    parameters = list(inspect.signature(function).parameters.values())[0 if bound else 1 :]
    by_position, by_keyword = [], []
    for parameter in parameters:
        text = parameter.name
        if parameter.default is not parameter.empty:
            text += f"={parameter.default!r}"
        if parameter.kind is parameter.KEYWORD_ONLY:
            by_keyword.append(text)
        elif parameter.kind is parameter.VAR_KEYWORD:
            by_position.append("**" + text)
        elif parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            by_position.append(text)
        else:
            by_position.append(f"{text} as {parameter.kind.description}")
    return by_position, by_keyword


def documented_form(by_position: list[str], documented: list[str]) -> list[str]:
    """Return parameters as their documentation has them, if whoever goes by it gets what it says.

    Without ``**fields``, for those are by keyword; and what may be left out now as still needed.
    """
    kept = [parameter for parameter in by_position if parameter != "**fields"]
    return [
        name if text == f"{name}=None" else text for text, name in zip_longest(kept, documented)
    ]


def optional(parameters: list[str]) -> bool:
    """Tell whether a call may leave all of these parameters out."""
    return all("=" in parameter for parameter in parameters)


def test_facts__are_whole() -> None:
    """The facts hold 9 classes, 14 errors, and the 37 members that are documented for them."""
    kinds = [facts["kind"] for facts in DOCUMENTED.values()]
    assert (kinds.count("class"), kinds.count("exception")) == (9, 14)
    assert len(MEMBERS) == 37
    assert {
        name: len(facts["members"]) for name, facts in DOCUMENTED.items() if "members" in facts
    } == {
        "Account": 1,
        "Message": 7,
        "Number": 3,
        "Log": 1,
        "Resource": 8,
        "ResourceMeta": 9,
        "Util": 8,
    }


@pytest.mark.parametrize("name", CLASSES)
def test_class__stands_in_its_documented_module(name: str) -> None:
    """A documented class is found in its module, bears its name, and has a docstring of its own."""
    found = find_class(name)
    assert isinstance(found, type)
    assert found.__name__ == name
    assert (vars(found).get("__doc__") or "").strip()


@pytest.mark.parametrize("name", CLASSES)
def test_class__facade_gives_the_same(name: str) -> None:
    """The façade exports every documented class, and it is the one of the module."""
    assert getattr(vivialconnect, name) is find_class(name)
    assert name in vivialconnect.__all__


@pytest.mark.parametrize("name", [name for name in CLASSES if "parameters" in DOCUMENTED[name]])
def test_constructor__takes_the_documented_parameters(name: str) -> None:
    """A constructor's parameters are the documented ones; further ones are by keyword alone."""
    by_position, by_keyword = describe_parameters(find_class(name), bound=True)
    documented = describe_documented(DOCUMENTED[name]["parameters"])
    assert documented_form(by_position, documented) == documented
    assert optional(by_keyword)


@pytest.mark.parametrize("name", [name for name in CLASSES if "base" in DOCUMENTED[name]])
def test_class__has_its_documented_base(name: str) -> None:
    """A noun is a Resource, and an error stands where the tree of errors has it."""
    base = DOCUMENTED[name]["base"]
    assert issubclass(find_class(name), Exception if base == "Exception" else find_class(base))


def test_errors__stand_under_no_other_documented_one() -> None:
    """No documented error is caught by catching one that is not drawn above it."""
    errors = [name for name in CLASSES if DOCUMENTED[name]["kind"] == "exception"]

    def above(name: str) -> set[str]:
        base = DOCUMENTED[name]["base"]
        return set() if base == "Exception" else {base} | above(base)

    for name in errors:
        caught_by = {
            other
            for other in errors
            if other != name and issubclass(find_class(name), find_class(other))
        }
        assert caught_by == above(name), name


@pytest.mark.parametrize(("name", "member"), MEMBERS)
def test_member__is_of_its_documented_kind(name: str, member: str) -> None:
    """A member is the class method, method, static method or property that is documented."""
    assert kind_of(find_class(name), member) == DOCUMENTED[name]["members"][member]["kind"]


@pytest.mark.parametrize(
    ("name", "member"),
    [pair for pair in MEMBERS if "parameters" in DOCUMENTED[pair[0]]["members"][pair[1]]],
)
def test_member__takes_the_documented_parameters(name: str, member: str) -> None:
    """A member's parameters are the documented ones; further ones are optional, by keyword."""
    facts = DOCUMENTED[name]["members"][member]
    function = getattr(find_class(name), member)
    by_position, by_keyword = describe_parameters(function, bound=facts["kind"] != "method")
    documented = describe_documented(facts["parameters"])
    assert documented_form(by_position, documented) == documented
    assert optional(by_keyword)


@pytest.mark.parametrize(("name", "member"), [*MEMBERS, *ALSO_KEPT])
def test_member__has_a_docstring(name: str, member: str) -> None:
    """A member says what it does in a docstring that is not taken over from Python's own."""
    documented = inspect.getattr_static(getattr(vivialconnect, name), member).__doc__
    assert documented is not None
    assert documented.strip()
    assert documented not in {object.__doc__, property.__doc__, type.__doc__}


@pytest.mark.parametrize(("name", "member"), ALSO_KEPT)
def test_member__is_kept_from_the_last_release(name: str, member: str) -> None:
    """What scripts use beside the documentation takes the same parameters by position."""
    owner = getattr(vivialconnect, name)
    bound = kind_of(owner, member) == "classmethod"
    by_position, by_keyword = describe_parameters(getattr(owner, member), bound=bound)
    shown = ["**" if text.startswith("**") else text for text in by_position]
    expected = ALSO_KEPT[name, member]
    # ``data`` may have been given a default since.
    assert [text.replace("data=None", "data") for text in shown] == expected
    assert optional(by_keyword)


def test_requestor__takes_the_parameters_of_the_last_release() -> None:
    """A Requestor is made with the same six parameters; further ones are by keyword alone."""
    by_position, by_keyword = describe_parameters(vivialconnect.Requestor, bound=True)
    assert by_position == REQUESTOR_PARAMETERS
    assert optional(by_keyword)


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_field__is_declared(name: str, field: str) -> None:
    """Every documented field is declared on its class, and named in the table of its docstring."""
    owner = find_class(name)
    if field == "id":
        assert kind_of(owner, "id") == "property"
    else:
        assert field in owner.__annotations__
    assert field in (owner.__doc__ or "")


@pytest.mark.parametrize("parameter", DOCUMENTED["Log"]["query"])
def test_log__names_its_query_parameters(parameter: str) -> None:
    """The docstring of ``Log.find`` names each query parameter that the documentation lists."""
    assert parameter in (vivialconnect.Log.find.__doc__ or "")


def test_facade__names_are_sorted_and_real() -> None:
    """The façade's ``__all__`` is sorted, without doubles, and every name in it can be had."""
    names = list(vivialconnect.__all__)
    assert names == sorted(set(names))
    for name in names:
        assert getattr(vivialconnect, name) is not None


def test_facade__star_import_gives_all_names() -> None:
    """A star import brings exactly the names of ``__all__``."""
    namespace: dict[str, Any] = {}
    exec("from vivialconnect import *", namespace)  # noqa: S102 - the statement is the subject
    namespace.pop("__builtins__")
    assert set(namespace) == set(vivialconnect.__all__)


@pytest.mark.parametrize("name", vivialconnect.__all__)
def test_facade__public_members_have_docstrings(name: str) -> None:
    """Every public function of an exported class of ours has a docstring."""
    exported = getattr(vivialconnect, name)
    if not isinstance(exported, type):
        assert name == "__version__" or (exported.__doc__ or "").strip()
        return
    undocumented = [
        member
        for member, value in vars(exported).items()
        if not member.startswith("_")
        and (inspect.isfunction(value) or isinstance(value, (classmethod, staticmethod, property)))
        and not (value.__doc__ or "").strip()
    ]
    assert undocumented == []


def test_facade__name_that_is_not_there() -> None:
    """A name that the package does not have is an AttributeError that says so."""
    with pytest.raises(AttributeError, match="no attribute 'Mesage'"):
        vivialconnect.Mesage  # noqa: B018 - the case


def test_message__module_gives_the_attachment_too() -> None:
    """The module of the messages gives the class of their attachments, and nothing it lacks."""
    module = importlib.import_module("vivialconnect.resources.message")

    assert module.Attachment is vivialconnect.Attachment
    with pytest.raises(AttributeError, match="message' has no attribute 'Attachement'"):
        module.Attachement  # noqa: B018 - the case


def what_prints(program: str) -> str:
    """Run a program in a fresh interpreter, and return what it prints."""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_facade__modules_are_there() -> None:
    """After importing the package alone, its modules are there by their whole names."""
    program = (
        "import vivialconnect\n"
        "print(vivialconnect.common.error.RequestorError.__name__)\n"
        "print(vivialconnect.resources.number.Number.__name__)\n"
        "print(hasattr(vivialconnect.common, 'errors'), hasattr(vivialconnect.resources, '_x'))"
    )
    said = what_prints(program)

    assert said.split() == ["RequestorError", "Number", "False", "False"]


def test_facade__module_that_lacks_another() -> None:
    """A module that cannot be imported says what it lacks; it does not pass for none."""
    program = (
        "import sys, vivialconnect\n"
        "sys.modules['pytest'] = None\n"
        "try:\n    vivialconnect.pytest_plugin\n"
        "except ModuleNotFoundError as error:\n    print(error.name)"
    )
    said = what_prints(program)

    assert said == "pytest\n"


def test_facade__threads_that_import_at_once() -> None:
    """Names that are asked for, and modules that are imported, do not wait for each other."""
    program = (
        "import threading, vivialconnect\n"
        "together = threading.Barrier(8)\n"
        "def ask():\n"
        "    together.wait()\n"
        "    vivialconnect.Message, vivialconnect.Connector, vivialconnect.Requestor\n"
        "def load():\n"
        "    together.wait()\n"
        "    import vivialconnect.resources.message, vivialconnect.common.requestor\n"
        "threads = [threading.Thread(target=each) for each in (ask, load) * 4]\n"
        "for each in threads: each.start()\n"
        "for each in threads: each.join()\n"
        "print('done')"
    )
    for _ in range(3):
        assert what_prints(program) == "done\n"


def test_facade__requests_is_loaded_when_it_is_needed() -> None:
    """Importing the resources imports neither requests nor dateutil; dir() lists all names."""
    program = (
        "import sys, vivialconnect; from vivialconnect import Message, Resource;"
        "print([name for name in ('requests', 'urllib3', 'dateutil')"
        " if name in sys.modules], set(vivialconnect.__all__) - set(dir(vivialconnect)))"
    )
    said = what_prints(program)

    assert said.split("\n")[0] == "[] set()"
