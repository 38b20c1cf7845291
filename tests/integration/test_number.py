"""Numbers, over real HTTP."""

from __future__ import annotations

import json
from typing import Any, Dict

import pytest

from tests.contract import ACCOUNT, ResourceContract
from vivialconnect import BadRequest, Number

AVAILABLE = ACCOUNT + "/numbers/available"


class TestNumber(ResourceContract):
    """The contract of numbers, and how they are bought."""

    noun = Number
    collection = ACCOUNT + "/numbers"
    root = "phone_number"
    change = ("name", "Changed")

    def draft(self) -> Dict[str, Any]:
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
