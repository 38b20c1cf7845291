"""Looking a number up: what is asked, and what comes of each form of the answer."""

from __future__ import annotations

import pickle
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract import ACCOUNT, BASE
from tests.integration.scripted_server import ScriptedServer, answer, use
from vivialconnect import Number, NumberInfo, ResourceError

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

#: As the service wrote it in 2017 and in 2020.
OF_2017 = {
    "carrier": {
        "capabilities": {"sms_fteu": True, "location_data": False},
        "country": "US",
        "name": "AT&T",
    },
    "date_created": "2017-11-15T18:40:01-05:00",
    "date_modified": "2017-11-15T18:40:01-05:00",
    "device": {"error": None, "model": "APL iPhone6"},
    "phone_number": "13022136859",
}
OF_2020 = {
    "carrier": {"country": "US", "name": "Verizon"},
    "device": {"error": "15012- Device lookup is not supported by this carrier.", "model": None},
    "phone_number": " 15152073167",
}


def looked_up(said: Any, phone_number: str = "+13022136859") -> NumberInfo:
    """Look a number up at a server that says this."""
    with ScriptedServer(answer(said)) as server:
        use(server)
        return Number.lookup(phone_number)


def test_lookup__sandbox(vivialconnect_sandbox: Sandbox) -> None:
    """A number is sent with its plus encoded, and what is known of it comes as a row."""
    info = Number.lookup("+15154469790")
    request = vivialconnect_sandbox.requests[-1]

    assert (request.method, request.path) == ("GET", BASE + ACCOUNT + "/numbers/lookup.json")
    assert request.query == "phone_number=%2B15154469790"
    assert type(info) is NumberInfo
    assert info.phone_number == info.id == "+15154469790"
    assert {"name", "country"} <= set(info.carrier)
    assert {"model", "error"} <= set(info.device)


def test_lookup__sent_as_it_is() -> None:
    """What is asked for is sent as it was given, whatever it is."""
    with ScriptedServer(answer({"number_info": OF_2017})) as server:
        use(server)
        Number.lookup(" 1 (302) 213-6859")

    assert [request.target for request in server.requests] == [
        BASE + ACCOUNT + "/numbers/lookup.json?phone_number=%201%20%28302%29%20213-6859"
    ]


@pytest.mark.parametrize("said", ["13022136859", " 13022136859", "+13022136859"])
def test_lookup__number_with_its_plus(said: str) -> None:
    """The number is given in E.164, also where the answer has a space for the plus, or neither."""
    info = looked_up({"number_info": {**OF_2017, "phone_number": said}})

    assert info.phone_number == "+13022136859"


def test_lookup__what_is_no_number_stays() -> None:
    """Where the answer does not have digits, it is left as it is."""
    assert looked_up({"number_info": {"phone_number": " +1 302"}}).phone_number == " +1 302"


def test_lookup__answer_of_2017() -> None:
    """Carrier and device are dicts, and dates are there as texts and as datetimes."""
    info = looked_up({"number_info": OF_2017})

    assert info.carrier["capabilities"] == {"sms_fteu": True, "location_data": False}
    assert info.device == {"error": None, "model": "APL iPhone6"}
    assert info.created_at == datetime(2017, 11, 15, 23, 40, 1, tzinfo=timezone.utc)
    assert info.modified_at == info.created_at


def test_lookup__answer_of_2020() -> None:
    """Where the answer has no dates, the row has none either."""
    info = looked_up({"number_info": OF_2020})

    assert info.created_at is None
    with pytest.raises(AttributeError, match="the service did not send this field"):
        info.date_created  # noqa: B018 - the case
    assert repr(info) == (
        "<NumberInfo +15152073167 carrier={'country': 'US', 'name': 'Verizon'} "
        "device={'error': '15012- Device lookup is not supported by this ...>"
    )


def test_lookup__row_is_like_others() -> None:
    """What was looked up twice is equal, and pickles."""
    info = looked_up({"number_info": OF_2017})

    assert info == looked_up({"number_info": OF_2017})
    assert pickle.loads(pickle.dumps(info)) == info
    assert info != looked_up({"number_info": OF_2020})


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {},
        {"number_info": None},
        {"number_info": {}},
        {"number_info": {"phone_number": 1}},
    ],
)
def test_lookup__no_number_info(said: dict[str, Any]) -> None:
    """An answer that says nothing about a number is an error that tells what came."""
    with pytest.raises(
        ResourceError, match="expected a number_info with a phone_number in the response"
    ):
        looked_up(said)


@pytest.mark.parametrize("wrong", [None, "", "  ", 13022136859, b"+13022136859"])
def test_lookup__refused(wrong: Any) -> None:
    """What is no text, or empty, is refused before anything is sent."""
    with ScriptedServer(answer({"number_info": OF_2017})) as server:
        use(server)
        with pytest.raises(ValueError, match="phone_number must be a string like"):
            Number.lookup(wrong)

    assert server.requests == []
