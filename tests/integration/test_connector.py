"""Connectors, over real HTTP: what they are saved with, and their lists on the service."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract import ACCOUNT, ResourceContract
from vivialconnect import (
    BadRequest,
    Connector,
    ConnectorCallback,
    ConnectorNumber,
    Message,
    Number,
    ResourceList,
)

FIRST, SECOND, THIRD = "+19132597591", "+19132593260", "+19132596397"
IN, STATUS = "https://example.com/in", "https://example.com/status"
INCOMING = {"message_type": "text", "event_type": "incoming", "url": IN}
BELOW = ACCOUNT + "/connectors/1"
NUMBERS = BELOW + "/phone_numbers.json"
CALLBACKS = BELOW + "/callbacks.json"


class TestConnector(ResourceContract):
    """The contract of connectors, their lists as they are saved, and their lists' own calls."""

    noun = Connector
    collection = ACCOUNT + "/connectors"
    root = "connector"
    change = ("name", "Changed")

    def draft(self) -> dict[str, Any]:
        """Return a connector with a callback."""
        return {"name": "Reminders", "callbacks": [INCOMING]}

    def buy(self, *numbers: str) -> list[Number]:
        """Buy numbers."""
        return [Number.create({"phone_number": number}) for number in numbers]

    def sent(self) -> Any:
        """Return what the last request said of a connector."""
        body = json.loads(self.last().body)
        assert list(body) == [self.root]
        return body[self.root]

    # Saving

    def test_save__new_row_with_lists(self) -> None:
        """What was put into the lists is sent as what it means; the response replaces both."""
        first, second, _ = self.buy(FIRST, SECOND, THIRD)
        connector = Connector({"name": "Reminders", "phone_numbers": [first]})
        connector.phone_numbers += [{"phone_number_id": second.id}, THIRD]
        callback = ConnectorCallback(message_type="text", event_type="status")
        connector.callbacks.append(callback)
        callback.url = STATUS
        assert connector.save() is True

        self.assert_last("POST", self.collection + ".json")
        assert self.sent() == {
            "name": "Reminders",
            "phone_numbers": [
                {"phone_number": FIRST, "phone_number_id": 1},
                {"phone_number_id": 2},
                {"phone_number": THIRD},
            ],
            "callbacks": [{"message_type": "text", "event_type": "status", "url": STATUS}],
        }
        assert [number.phone_number for number in connector.phone_numbers] == [FIRST, SECOND, THIRD]
        assert {*map(type, connector.phone_numbers)} == {ConnectorNumber}
        assert type(connector.phone_numbers) is type(connector.callbacks) is list
        assert (connector.callbacks[0].method, connector.more_numbers) == ("POST", False)
        assert connector.callbacks[0].created_at is not None

    def test_save__empty_lists(self) -> None:
        """Empty lists of a new connector are not sent, and neither are lists that are unknown."""
        connector = Connector(name="Empty")
        connector.save()
        assert self.sent() == {"name": "Empty"}
        assert (connector.callbacks, connector.phone_numbers) == ([], [])

        Connector(connector.id, name="Other").save()
        assert self.sent() == {"id": connector.id, "name": "Other"}
        Connector(connector.id, callbacks=[]).save()
        assert self.sent() == {"id": connector.id, "callbacks": []}

    def test_save__changed_lists(self) -> None:
        """What was changed in the lists of a found connector is what is saved."""
        self.buy(FIRST, SECOND)
        Connector.create({**self.draft(), "phone_numbers": [FIRST]})
        for find in (lambda: Connector.find(1), lambda: Connector.find()[0]):
            connector = find()
            connector.callbacks[0].url += "/deeper"
            connector.phone_numbers[0] = SECOND
            connector.save()
            assert self.sent()["phone_numbers"] == [{"phone_number": SECOND}]

        found = Connector.find(1)
        assert found.callbacks[0].url == IN + "/deeper/deeper"
        assert [number.id for number in found.phone_numbers] == [2]
        found.callbacks.clear()
        found.save()
        assert self.sent()["callbacks"] == []
        assert Connector.find(1).callbacks == []

    def test_reload__replaces_the_lists(self) -> None:
        """After reloading, the lists are those of the service; earlier objects stay apart."""
        connector = Connector.create(self.draft())
        callback = connector.callbacks[0]
        callback.url = STATUS
        connector.reload()

        assert connector.callbacks[0] is not callback
        assert connector.callbacks[0].url == IN

    @pytest.mark.parametrize(
        ("field", "wrong", "words"),
        [
            (
                "callbacks",
                [{**INCOMING}, {"url": IN}],
                r"callbacks\[1\] must have message_type and",
            ),
            ("callbacks", [ConnectorCallback()], r"callbacks\[0\] must have"),
            (
                "phone_numbers",
                [{}],
                r"phone_numbers\[0\] must have phone_number or phone_number_id",
            ),
            ("phone_numbers", ["9132597591"], r"in E\.164 format"),
            ("phone_numbers", 5, "phone_numbers must be a list, got int"),
        ],
    )
    def test_save__invalid_lists(self, field: str, wrong: Any, words: str) -> None:
        """What the service could not recognize is refused before anything is sent."""
        connector = Connector.create(self.draft())
        setattr(connector, field, wrong)
        before = len(self.sandbox.requests)

        with pytest.raises(ValueError, match=words):
            connector.save()
        assert len(self.sandbox.requests) == before

    def test_save__number_of_another(self) -> None:
        """If the service refuses, the connector stays as it was."""
        self.buy(FIRST)
        Connector.create({"phone_numbers": [FIRST]})
        connector = Connector({"phone_numbers": [FIRST]})

        with pytest.raises(BadRequest, match="belongs to connector 1"):
            connector.save()
        assert connector.to_dict() == {"phone_numbers": [{"phone_number": FIRST}], "callbacks": []}

    def test_send__through_a_connector(self) -> None:
        """A message that names a connector is sent from a number of it."""
        self.buy(FIRST)
        connector = Connector.create({"phone_numbers": [FIRST]})
        message = Message({"to_number": THIRD, "body": "a", "connector_id": connector.id})
        message.send()

        assert (message.from_number, message.connector_id) == (FIRST, connector.id)
        assert Number.find(1).connector_id == connector.id

    # Numbers

    def test_numbers__added_replaced_removed(self) -> None:
        """Numbers are added, replaced and removed by calls of their own, and the row follows."""
        first, second, _ = self.buy(FIRST, SECOND, THIRD)
        connector = Connector.create({})
        connector.name = "not saved yet"

        connector.add_numbers([first, {"phone_number": SECOND}])
        self.assert_last("PUT", NUMBERS)
        assert self.sent() == {
            "phone_numbers": [
                {"phone_number": FIRST, "phone_number_id": 1},
                {"phone_number": SECOND},
            ]
        }
        assert [number.id for number in connector.phone_numbers] == [1, 2]
        kept = connector.phone_numbers[1]
        assert type(kept) is ConnectorNumber

        connector.replace_numbers((second, THIRD))
        self.assert_last("POST", NUMBERS)
        assert [number.id for number in connector.phone_numbers] == [2, 3]
        assert connector.phone_numbers[0] == kept

        connector.remove_numbers(THIRD)
        assert (self.last().method, self.last().path) == ("DELETE", "/api/v1.0" + NUMBERS)
        assert self.sent() == {"phone_numbers": [{"phone_number": THIRD}]}
        assert connector.phone_numbers == [kept]
        connector.replace_numbers([])
        assert (connector.phone_numbers, connector.name) == ([], "not saved yet")
        assert connector.date_modified == Connector.find(1).date_modified

    def test_numbers__read(self) -> None:
        """Numbers are found page by page, walked over and counted."""
        self.buy(FIRST, SECOND, THIRD)
        connector = Connector.create({"phone_numbers": [FIRST, SECOND, THIRD]})

        page = connector.find_numbers(page=2, limit=2)
        self.assert_last("GET", NUMBERS, "page=2&limit=2")
        assert type(page) is ResourceList
        assert page == [ConnectorNumber(phone_number_id=3)]
        assert (page.meta["count"], page.meta["previous"], page.meta["next"]) == (3, 1, None)
        assert len(connector.find_numbers()) == 3
        self.assert_last("GET", NUMBERS)
        assert len(list(connector.find_each_number(limit=2, page_size=1))) == 2
        assert connector.count_numbers() == 3
        self.assert_last("GET", BELOW + "/phone_numbers/count.json")

    def test_numbers__of_another_page(self) -> None:
        """A number that was found on a page can be put into the list of another connector."""
        self.buy(FIRST)
        connector = Connector.create({"phone_numbers": [FIRST]})
        found = connector.find_numbers()[0]
        connector.remove_numbers(found)
        other = Connector(name="Other")
        other.phone_numbers.append(found)
        assert other.phone_numbers[0] is found

        other.save()
        assert self.sent()["phone_numbers"] == [{"phone_number": FIRST, "phone_number_id": 1}]
        assert other.phone_numbers == [found]

    # Callbacks

    def test_callbacks__added_replaced_removed(self) -> None:
        """Callbacks are merged, replaced and removed by their types, and the row follows."""
        connector = Connector.create({})
        status = ConnectorCallback(message_type="text", event_type="status", url=STATUS)

        connector.add_callbacks([INCOMING, status])
        self.assert_last("PUT", CALLBACKS)
        assert self.sent() == {"callbacks": [INCOMING, status.to_dict()]}
        assert connector.count_callbacks() == 2
        self.assert_last("GET", BELOW + "/callbacks/count.json")
        connector.add_callbacks({**INCOMING, "url": STATUS})
        assert [callback.url for callback in connector.callbacks] == [STATUS, STATUS]

        connector.remove_callbacks(connector.callbacks[1])
        assert self.sent() == {"callbacks": [{"message_type": "text", "event_type": "status"}]}
        assert [callback.event_type for callback in connector.callbacks] == ["incoming"]
        connector.replace_callbacks(status)
        self.assert_last("POST", CALLBACKS)
        assert [callback.event_type for callback in connector.callbacks] == ["status"]
        assert connector.date_modified == Connector.find(1).date_modified

    def test_callbacks__read(self) -> None:
        """All callbacks come in one list; the connector's own list stays as it was."""
        connector = Connector.create(self.draft())
        found = connector.find_callbacks()

        self.assert_last("GET", CALLBACKS)
        assert [type(callback) for callback in found] == [ConnectorCallback]
        assert (found[0].url, found.meta) == (IN, {"date_modified": connector.date_modified})
        found[0].url = STATUS
        assert connector.callbacks[0].url == IN

    # Refusals

    def test_lists__refused_before_any_call(self) -> None:
        """Nothing to do, what is no number, and what names nothing are refused at once."""
        connector = Connector.create({})
        before = len(self.sandbox.requests)

        with pytest.raises(ValueError, match="no phone numbers given: pass at least one"):
            connector.add_numbers([])
        with pytest.raises(ValueError, match="no callbacks given"):
            connector.remove_callbacks(())
        with pytest.raises(ValueError, match=r"in E\.164 format"):
            connector.remove_numbers("9132597591")
        with pytest.raises(ValueError, match="phone_numbers must be a list, got 7"):
            connector.add_numbers(7)  # type: ignore[arg-type] # the case
        with pytest.raises(
            ValueError, match=r"callbacks\[0\] must have message_type and event_type"
        ):
            connector.add_callbacks({"url": IN})
        with pytest.raises(ValueError, match="has no id"):
            Connector().add_numbers(FIRST)
        with pytest.raises(ValueError, match="has no id"):
            Connector().find_each_number()
        with pytest.raises(ValueError, match="limit must be"):
            connector.find_each_number(-1)
        assert len(self.sandbox.requests) == before
