"""What must hold whatever a caller, a subclass or an odd answer does to the library."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.scripted_server import ScriptedServer, answer, configure, use
from vivialconnect import Attachment, Bulk, Message, Number, Requestor, Resource, ResourceError
from vivialconnect import Timeout as CallTimeout

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox


def test_find__id_by_keyword(vivialconnect_sandbox: Sandbox) -> None:
    """An id as a keyword would be a query that the service ignores, so it is refused."""
    with pytest.raises(ValueError, match=r"Message\.find\('8'\)"):
        Message.find(id="8")

    assert list(vivialconnect_sandbox.requests) == []


@pytest.mark.parametrize("id_", [None, "", "..", "a\nb"])
def test_attachment__id_that_cannot_be(id_: Any, vivialconnect_sandbox: Sandbox) -> None:
    """One attachment needs an id; none does not mean all of them."""
    with pytest.raises(ValueError, match="id"):
        Message(1).attachment(id_)

    assert list(vivialconnect_sandbox.requests) == []


def test_attachments__id_with_a_slash() -> None:
    """The id of the message stays one segment of the path of its attachments."""
    with ScriptedServer(answer({"attachments": [{"id": 2}]})) as server:
        use(server)
        found = Message("1/attachments/2").attachments()
        found[0].destroy()

    below = "/messages/1%2Fattachments%2F2/attachments"
    assert [request.target.partition(below)[2] for request in server.requests] == [
        ".json",
        "/2.json",
    ]


def test_attachments__settings_of_the_message() -> None:
    """A message of another account has its attachments there."""

    class BranchMessage(Message):
        api_account_id = 777

    with ScriptedServer(
        answer({"attachments": []}), answer({"count": 0}), answer({"attachment": {"id": 3}})
    ) as server:
        use(server)
        message = BranchMessage(1)
        assert message.attachments() == []
        assert message.attachments_count() == 0
        assert isinstance(message.attachment(3), Attachment)

    assert all("/accounts/777/" in request.target for request in server.requests)
    assert len(server.requests) == 3


@pytest.mark.parametrize("id_", [None, [1], True, ""])
def test_send__answer_without_a_usable_id(id_: Any) -> None:
    """A row is not taken over from an answer that leaves it without an id."""
    with ScriptedServer(answer({"message": {"id": id_}})) as server:
        use(server)
        with pytest.raises(ResourceError) as caught:
            Message({"body": "x"}).send()

    assert caught.value.outcome == "accepted"


def test_buy__that_failed() -> None:
    """A number that could not be bought again keeps its id, which was not sent."""
    number = Number({"id": 5, "phone_number": "+19132597591"})
    with ScriptedServer(answer({"message": "no"}, status=400)) as server:
        use(server)
        with pytest.raises(Exception, match="400"):
            number.buy()

    assert number.id == 5
    assert b'"id"' not in server.requests[0].body


def test_timeout__before_anything_was_sent() -> None:
    """A deadline that passes before the connection is made means that nothing was sent."""
    configure("http://127.0.0.1:9", request_timeout=1e-9)
    with pytest.raises(CallTimeout) as caught:
        Message({"body": "x"}).send()

    assert caught.value.outcome == "not sent"


def test_find_each__rows_without_id() -> None:
    """Rows that nothing tells apart are all given."""

    class Event(Resource):
        """A noun whose rows have no id."""

    pages = [answer({"events": [{"name": "x"}] * size}) for size in (3, 3, 1)]
    with ScriptedServer(*pages) as server:
        use(server)
        assert len(list(Event.find_each(page_size=3))) == 7


def test_find_each__service_that_ignores_the_page() -> None:
    """The same page again and again is an error, not a walk without end."""
    with ScriptedServer(answer({"messages": [{"id": 1}]})) as server:
        use(server)
        with pytest.raises(ResourceError, match="ignores 'page'"):
            list(Message.find_each(page_size=1))


def test_requestor__pickle_without_the_password_of_the_url() -> None:
    """Neither the secret nor a password in the base URL travels."""
    requestor = Requestor("key", "hidden-secret", "https://me:hidden-word@localhost/api", 7)
    pickled = pickle.dumps(requestor)

    assert b"hidden" not in pickled
    assert pickle.loads(pickled).api_account_id == 7


def test_class_body__default_of_a_field() -> None:
    """A plain value in a class body is what a row has until it has its own."""

    class Gadget(Resource):
        colour = "red"

    gadget = Gadget({"size": 1})
    assert gadget.colour == "red"
    gadget.colour = "blue"
    assert (gadget.colour, gadget.attributes["colour"]) == ("blue", "blue")
    assert Gadget({"colour": "green"}).colour == "green"


@pytest.mark.parametrize("data", [{1: 2}, {None: 1}, {b"body": 1}])
def test_constructor__names_that_are_no_text(data: dict[Any, Any]) -> None:
    """The field names are texts."""
    with pytest.raises(ValueError, match="field names"):
        Message(data)


def test_bulk__has_no_calls_of_its_own() -> None:
    """A bulk send is data; what can be asked of it is asked of Message."""
    assert not hasattr(Bulk, "find")
    assert not hasattr(Bulk, "save")


def test_base_url__that_goes_up() -> None:
    """A base URL is taken as it is written, and so cannot hold dots for a path."""
    Resource.api_key, Resource.api_secret, Resource.api_account_id = "key", "secret", 1
    Resource.api_base_url = "http://127.0.0.1:9/api/../v1"
    with pytest.raises(ValueError, match="in its path"):
        Message.find()


def test_create__no_mapping(vivialconnect_sandbox: Sandbox) -> None:
    """What is created is described by its fields; an id alone describes nothing."""
    with pytest.raises(ValueError, match="mapping of fields"):
        Message.create("hi")  # type: ignore[arg-type] # the case

    assert list(vivialconnect_sandbox.requests) == []
