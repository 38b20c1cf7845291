"""The secret of a credential, which is shown once and stands in one place, over real HTTP."""

from __future__ import annotations

import copy
import inspect
import pickle
import traceback
from typing import Any, Callable

import pytest

from tests.contract import ACCOUNT, BASE
from tests.integration.scripted_server import ScriptedServer, answer, say_and_hang_up, use
from vivialconnect import Credential, Resource, ResourceError, User, VivialConnectError

PLACE = BASE + ACCOUNT + "/users/7/profile/credentials"
SECRET = "qZ8hidden7Yk"
KEY = {"id": 6, "user_id": 7, "name": "reports", "active": True, "api_key": "MTK6"}
MADE = {"user": {"credential": {**KEY, "api_secret": SECRET}, "id": 7}}


def made() -> Credential:
    """Return a credential that a service has just made."""
    with ScriptedServer(answer(MADE, 201)) as server:
        use(server)
        return User(7).create_credential("reports")


def test_secret__readable() -> None:
    """The secret is the text that the service has shown, and its type shows it as stars."""
    credential = made()

    assert credential.api_secret == SECRET
    assert str(credential.api_secret) == SECRET
    assert repr(credential.api_secret) == "'***'"
    assert "api_secret" in dir(credential)


def views(credential: Credential) -> dict[str, str]:
    """Return everything that a credential shows of itself, by the way it was looked at."""
    values = dict(inspect.getmembers(credential))
    others = {name: str(value) for name, value in values.items() if name != "api_secret"}
    return {
        "repr": repr(credential),
        "str": str(credential),
        "vars": str(vars(credential)),
        "attributes": str(dict(credential.attributes)),
        "to_dict": str(credential.to_dict()),
        "to_json": credential.to_json(),
        "notebook": credential._repr_html_(),
        "inspection": repr(values),
        **others,
        **{
            f"pickle {protocol}": pickle.dumps(credential, protocol).decode("latin-1")
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
        },
    }


def test_secret__stands_nowhere_else() -> None:
    """No view of the row has the secret in it: not its data, not its members, not its pickles."""
    told = views(made())

    assert [name for name, text in told.items() if SECRET in text] == []
    assert "MTK6" in told["vars"]
    assert "MTK6" in told["pickle 2"]


@pytest.mark.parametrize(
    ("script", "change"),
    [
        (answer({"user": {"credential": KEY, "id": 7}}), Credential.save),
        (answer(), Credential.save),
        (answer({"user": {"credential": {**KEY, "api_secret": None}}}), Credential.reload),
        (answer({"user": {"credential": {**KEY, "api_secret": ""}}}), Credential.reload),
    ],
    ids=["saved", "saved, no answer", "reloaded, null", "reloaded, empty"],
)
def test_secret__kept(script: Any, change: Callable[[Credential], Any]) -> None:
    """The row that made it keeps the secret when it is saved or reloaded, and never sends it."""
    credential = made()
    with ScriptedServer(script) as server:
        use(server)
        change(credential)

    assert credential.api_secret == SECRET
    (request,) = server.requests
    assert request.target == PLACE + "/6.json"
    assert SECRET.encode() not in request.body


def test_secret__in_a_failure() -> None:
    """A later call that fails shows it neither in what is raised nor in the locals of a frame."""
    credential = made()
    with ScriptedServer(answer({"message": "no"}, 400)) as server:
        use(server)
        with pytest.raises(VivialConnectError) as caught:
            credential.save()

    failure = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert len(failure.stack) > 3
    assert SECRET not in "".join(failure.format()) + str(vars(caught.value))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [b'{"user": {"credential": {"api_secret": "qZ8hidden7Yk"', {"user": {"api_secret": SECRET}}],
)
@pytest.mark.parametrize(
    "create",
    [
        lambda: User(7).create_credential("reports"),
        lambda: Credential({"name": "reports"}, {"path": "users/7/profile"}).save(),
    ],
    ids=["create_credential", "save"],
)
def test_secret__in_an_answer_that_cannot_be_read(body: Any, create: Callable[[], Any]) -> None:
    """The error of an answer that cannot be read holds nothing of it, also where one looks long."""
    with ScriptedServer(answer(body, 201)) as server:
        use(server)
        with pytest.raises(ResourceError) as caught:
            create()

    failure = caught.value
    assert (failure.outcome, failure.http_status, failure.http_body) == ("accepted", 201, None)
    told = "".join(traceback.format_exception(type(failure), failure, failure.__traceback__))
    assert SECRET not in told + repr(vars(failure))
    assert (failure.__cause__, failure.__context__) == (None, None)
    assert SECRET.encode() not in pickle.dumps(failure)


@pytest.mark.parametrize(
    "script",
    [
        answer(MADE, 500),
        answer({"user": {"credential": {"api_secret": SECRET}}}, 201),
        say_and_hang_up(
            b'HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{"api_secret": "' + SECRET.encode()
        ),
    ],
    ids=["server error", "without an id", "cut short"],
)
def test_secret__in_a_failure_to_make_one(script: Any) -> None:
    """Neither the error, nor what caused it, nor the locals of frames hold the secret that came."""
    with ScriptedServer(script) as server:
        use(server)
        with pytest.raises(VivialConnectError) as caught:
            User(7).create_credential("reports")

    link: Any = caught.value
    while link is not None:
        told = traceback.TracebackException.from_exception(link, capture_locals=True)
        frames = [frame for frame in told.stack if "vivialconnect" in frame.filename]
        assert SECRET not in str([frame.locals for frame in frames]) + str(vars(link)) + repr(link)
        link = link.__cause__ or link.__context__
    assert len(server.requests) == 1


def test_secret__in_the_response_to_a_raw_request() -> None:
    """The error of a raw request has the body, with the secret masked, even if it is cut short."""
    with ScriptedServer(answer(b'{"user": {"api_secret": "qZ8hidden7Yk', 201)) as server:
        use(server)
        with pytest.raises(ResourceError) as caught:
            Resource.request.post("/accounts/12345/users/7/profile/credentials.json")

    assert caught.value.http_body == '{"user": {"api_secret": "***"'


def test_secret__copied() -> None:
    """A copy in this process has the secret; one that was pickled has not."""
    credential = made()

    assert copy.copy(credential).api_secret == SECRET
    assert copy.deepcopy([credential])[0].api_secret == SECRET
    assert not hasattr(pickle.loads(pickle.dumps(credential)), "api_secret")
    assert pickle.loads(pickle.dumps(credential)) == credential


def test_secret__of_another_key() -> None:
    """A secret is given with its own key alone."""
    credential = made()
    other = {**KEY, "id": 8, "api_key": "MTK8"}
    credential.id = 8
    with ScriptedServer(answer({"user": {"credential": other, "id": 7}})) as server:
        use(server)
        credential.reload()

    assert server.requests[0].target == PLACE + "/8.json"
    assert not hasattr(credential, "api_secret")


def test_secret__of_a_found_credential() -> None:
    """Where it was not shown, asking for it says that it is shown once, and what to do."""
    with ScriptedServer(answer({"user": {"credential": KEY, "id": 7}})) as server:
        use(server)
        found = User(7).get_credentials(6)
    with pytest.raises(AttributeError, match=r"sends it once.*create another credential"):
        found.api_secret  # noqa: B018 - the case

    assert server.requests[0].target == PLACE + "/6.json"
    assert not hasattr(copy.copy(found), "api_secret")
    with pytest.raises(AttributeError, match="did you mean 'api_key'"):
        found.api_kay  # type: ignore[attr-defined] # noqa: B018 - the case


def test_secret__kept_by_the_caller() -> None:
    """A row may be given the secret that a caller has kept."""
    assert Credential({**KEY, "api_secret": SECRET}).api_secret == SECRET
    with pytest.raises(AttributeError):
        Credential(KEY).api_secret = SECRET  # type: ignore[misc] # the case
