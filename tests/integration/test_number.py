"""Numbers, over real HTTP."""

from __future__ import annotations

import json
import re
from typing import Any, Callable

import pytest

from tests.contract import ACCOUNT, ResourceContract
from vivialconnect import BadRequest, LocalNumber, Number, ResourceNotFound

AVAILABLE = ACCOUNT + "/numbers/available"


class TestNumber(ResourceContract):
    """The contract of numbers, and how they are bought."""

    noun = Number
    collection = ACCOUNT + "/numbers"
    root = "phone_number"
    change = ("name", "Changed")

    def draft(self) -> dict[str, Any]:
        """Return the number that the API documentation buys."""
        return {"phone_number": "+19132597591", "phone_number_type": "local"}

    def test_available__default(self) -> None:
        """Local numbers of the US are meant, unless another kind is."""
        found = Number.available(area_code="913", limit=2)

        assert [number.id for number in found] == [None, None]
        assert found[0].phone_number == "+19132597591"
        self.assert_last("GET", AVAILABLE + "/US/local.json", "area_code=913&limit=2")

    def test_available__kind_and_options(self) -> None:
        """Country and type are segments, options and keywords one query without what is empty."""
        Number.available(
            {"country_code": "us", "number_type": "TOLLFREE", "contains": "", "page": None}, limit=3
        )

        self.assert_last("GET", AVAILABLE + "/US/tollfree.json", "limit=3")

    def test_available__combination_is_for_the_service_to_judge(self) -> None:
        """What may be combined the service decides, so everything given is sent."""
        with pytest.raises(BadRequest, match="in_region and area_code"):
            Number.available(area_code="913", in_region="KS")

        self.assert_last("GET", AVAILABLE + "/US/local.json", "area_code=913&in_region=KS")

    def test_available__what_may_be_new(self) -> None:
        """A parameter that is like none of those that there are is sent."""
        Number.available(area_code="913", colour="red")

        self.assert_last("GET", AVAILABLE + "/US/local.json", "area_code=913&colour=red")

    def test_available__toll_free(self) -> None:
        """Toll-free numbers are nowhere, and are bought as any other."""
        found = Number.available(number_type="tollfree", limit=2)

        self.assert_last("GET", AVAILABLE + "/US/tollfree.json", "limit=2")
        assert [(number.phone_number_type, number.city) for number in found] == [
            ("tollfree", None),
            ("tollfree", None),
        ]
        assert found[0].buy() is True
        assert Number.find(found[0].id).phone_number_type == "tollfree"

    def test_available__type_given_twice(self) -> None:
        """The type may stand in the options or be a keyword, and not both."""
        with pytest.raises(ValueError, match="number_type"):
            Number.available({"number_type": "local"}, number_type="tollfree")

        assert self.sandbox.requests == []

    @pytest.mark.parametrize(
        ("contains", "sent", "digits"),
        [
            ("446", "446", "446"),
            ("2??75", "2%3F%3F75", "2[0-9][0-9]75"),
            ("9132*91", "9132%2A91", "9132[0-9]*91"),
            ("FLY", "FLY", "359"),
            ("cab", "cab", "222"),
        ],
    )
    def test_available__pattern(self, contains: str, sent: str, digits: str) -> None:
        """A pattern may hold digits, words, and signs for one digit and for any run of them."""
        found = Number.available(contains=contains, limit=150)

        self.assert_last("GET", AVAILABLE + "/US/local.json", "limit=150&contains=" + sent)
        assert [each.name for each in found if not re.search(digits, each.phone_number[2:])] == []
        everything = [*Number.available(limit=150), *Number.available(limit=150, page=2)]
        assert len(found) == sum(
            bool(re.search(digits, each.phone_number[2:])) for each in everything
        )
        assert len(found) > 0

    def test_available__pattern_of_toll_free_numbers(self) -> None:
        """Patterns narrow toll-free numbers as well."""
        found = Number.available(number_type="tollfree", contains="8??446")

        assert found != []
        assert {number.phone_number[2] for number in found} == {"8"}

    def test_available__refused(self) -> None:
        """What the service does not take is its error."""
        with pytest.raises(BadRequest):
            Number.available(limit="many", area_code="913")

    def test_buy__found_number(self) -> None:
        """A number that was found is bought as it is, and is then the account's."""
        number = Number.available(area_code="515", limit=1)[0]

        assert number.buy() is True
        assert number.id is not None
        assert Number.find(number.id).phone_number == number.phone_number

    def test_buy__always_creates(self) -> None:
        """An id that the row has is not sent, for buying creates."""
        number = Number({**self.draft(), "id": 77})
        number.buy()

        self.assert_last("POST", self.collection + ".json")
        assert json.loads(self.last().body) == {"phone_number": self.draft()}

    def test_buy_local__type(self) -> None:
        """A number is bought as a local one."""
        number = Number({"phone_number": "+19132597591"})

        assert number.buy_local() is True
        self.assert_last("POST", self.collection + ".json")
        assert json.loads(self.last().body) == {"phone_number": self.draft()}

    def test_destroy__release(self) -> None:
        """A number that is released is the account's no more, and is on sale again."""
        number = Number.create(self.draft())
        assert Number.available(contains="9132597591") == []
        number.destroy()

        self.assert_last("DELETE", self.element(number))
        assert Number.count() == 0
        assert [each.phone_number for each in Number.available(contains="9132597591")] == [
            number.phone_number
        ]
        assert Number.create(self.draft()).id != number.id


class TestLocalNumber(ResourceContract):
    """The contract of local numbers, which have a collection of their own."""

    noun = LocalNumber
    collection = ACCOUNT + "/numbers/local"
    root = "phone_number"
    change = ("name", "Changed")

    def draft(self) -> dict[str, Any]:
        """Return what buys a local number there."""
        return {"phone_number": "+19132597591"}

    def prepare(self) -> None:
        """Let the account have a toll-free number, which is not to be seen there."""
        Number.available(number_type="tollfree", limit=1)[0].buy()

    def test_find__local_alone(self) -> None:
        """Only local numbers are found, walked and counted."""
        local = self.existing()
        (toll_free,) = [number for number in Number.find() if number.id != local.id]

        assert LocalNumber.find() == list(LocalNumber.find_each()) == [local]
        assert (LocalNumber.count(), Number.count()) == (1, 2)
        with pytest.raises(ResourceNotFound):
            LocalNumber.find(toll_free.id)

    def test_find__filters(self) -> None:
        """The list and the count are narrowed as those of all numbers."""
        local = self.existing()

        assert LocalNumber.find(name=local.name, contains="913*91") == [local]
        self.assert_last(
            "GET",
            self.collection + ".json",
            "name={}&contains=913%2A91".format("%28913%29%20259-7591"),
        )
        assert LocalNumber.count(contains="0000000") == 0
        self.assert_last("GET", self.collection + "/count.json", "contains=0000000")

    def test_row__is_the_same_number(self) -> None:
        """What is bought, changed and released there is the number that Number has."""
        local = self.existing()
        number = Number.find(local.id)
        assert (number.phone_number, number.phone_number_type) == (local.phone_number, "local")
        local.name = "Front desk"
        local.save()
        number.reload()
        assert number.name == "Front desk"
        local.destroy()

        with pytest.raises(ResourceNotFound):
            number.reload()

    def test_available__is_that_of_all(self) -> None:
        """What is on sale is asked for where all numbers are, and bought among the local ones."""
        number = LocalNumber.available(area_code="913", limit=1)[0]
        self.assert_last("GET", AVAILABLE + "/US/local.json", "area_code=913&limit=1")
        assert number.buy() is True

        self.assert_last("POST", self.collection + ".json")
        assert LocalNumber.find() == [number]

    def test_tags__are_those_of_all(self) -> None:
        """The tags of a local number stand where those of every number do."""
        local = self.existing()

        assert local.replace_tags({"table": "4"}) == {"table": "4"}
        self.assert_last("PUT", f"{ACCOUNT}/numbers/{local.id}/tags.json")
        assert Number.tagged_numbers({"table": "4"})[0].id == local.id

    def test_lookup__is_that_of_all(self) -> None:
        """A lookup is asked for where all numbers are."""
        assert LocalNumber.lookup("+15154469790").phone_number == "+15154469790"
        self.assert_last("GET", ACCOUNT + "/numbers/lookup.json", "phone_number=%2B15154469790")

    @pytest.mark.parametrize(
        "call",
        [LocalNumber.tagged_numbers, LocalNumber.find_each_tagged_number],
        ids=lambda c: c.__name__,
    )
    def test_tagged_numbers__not_among_local_ones(self, call: Callable[..., Any]) -> None:
        """The service does not look for tags among local numbers alone, and the error says so."""
        before = len(self.sandbox.requests)
        with pytest.raises(NotImplementedError, match=r"use Number\.tagged_numbers"):
            call({"table": "4"})

        assert len(self.sandbox.requests) == before
