"""E.164: what is accepted, and what is suggested for numbers as people write them."""

from __future__ import annotations

import copy
import pickle
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect import NotE164, check_e164, suggest_e164

DOCUMENTED = "+19132597591"
#: The digits of three scripts, from 0 to 9.
SCRIPTS = (
    string.digits,
    "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19",
    "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669",
)
#: A few that people write, and a few that programs put in.
GAPS = ("", " ", "-", ".", "/", ")", " - ", "\u2013", "\u2011", "\xa0", "\u2009", "\u200e", "\n")

DIGITS = st.sampled_from(string.digits)
HIGH_DIGITS = st.sampled_from("23456789")
NATIONAL = st.builds(
    lambda area, exchange, rest: area + rest[:2] + exchange + rest[2:],
    HIGH_DIGITS,
    HIGH_DIGITS,
    st.text(DIGITS, min_size=8, max_size=8),
)
AMERICAN = NATIONAL.map(lambda digits: "1" + digits)
FOREIGN = st.builds(
    lambda first, rest: first + rest, HIGH_DIGITS, st.text(DIGITS, min_size=8, max_size=14)
)


@st.composite
def decorated(draw: st.DrawFn, digits: str) -> str:
    """Draw a way to write digits: in any script, with anything between them that does not count."""
    script = draw(st.sampled_from(SCRIPTS))
    gaps = draw(st.lists(st.sampled_from(GAPS), min_size=len(digits), max_size=len(digits)))
    return "".join(script[int(digit)] + gap for digit, gap in zip(digits, gaps))


@pytest.mark.parametrize(
    "number", [DOCUMENTED, "+442079460958", "+6834000", "+390612345678", "+" + "9" * 15]
)
def test_check__accepted(number: str) -> None:
    """What is in E.164 comes back as it is, and is what would be suggested for it."""
    assert check_e164(number) is number
    assert suggest_e164(number) == number


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("+1 (913) 259-7591", DOCUMENTED),
        ("(913) 259-7591", DOCUMENTED),
        ("913.259.7591", DOCUMENTED),
        ("9132597591", DOCUMENTED),
        ("1-913-259-7591", DOCUMENTED),
        ("19132597591", DOCUMENTED),
        (" 19132597591", DOCUMENTED),
        ("+19132597591\n", DOCUMENTED),
        ("(+1) 913 259 7591", DOCUMENTED),
        ("+1 (0) 913 259 7591", DOCUMENTED),
        ("001 913 259 7591", DOCUMENTED),
        ("011 1 913 259 7591", DOCUMENTED),
        ("\uff0b\uff11\uff08\uff19\uff11\uff13\uff09259\u22127591", DOCUMENTED),
        ("\u0661\u0669\u0661\u0663\u0662\u0665\u0669\u0667\u0665\u0669\u0661", DOCUMENTED),
        ("\u202a+1\u00a0913\u2011259\u20137591\u202c", DOCUMENTED),
        ("+44 20 7946 0958", "+442079460958"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+44 - (0) 20 7946 0958", "+442079460958"),
        ("0044 20 7946 0958", "+442079460958"),
        ("011 44 20 7946 0958", "+442079460958"),
        ("442079460958", "+442079460958"),
        ("0039 06 1234 5678", "+390612345678"),
        ("1-800-FLOWERS", "+18003569377"),
        ("+1 800 flowers", "+18003569377"),
        ("800-222-TIPS", "+18002228477"),
        ("\uff18\uff10\uff10\uff0d\uff26\uff2c\uff2f\uff37\uff25\uff32\uff33", "+18003569377"),
    ],
)
def test_suggest__what_was_meant(written: str, suggestion: str) -> None:
    """A number as people write it is recognised, and refused by the check with the suggestion."""
    assert suggest_e164(written) == suggestion
    with pytest.raises(NotE164) as caught:
        check_e164(written)
    assert caught.value.suggestion == suggestion


@pytest.mark.parametrize(
    "written",
    [
        "",
        "+",
        "none",
        "259-7591",
        "913-259-759",
        "+1 913 259 75911",
        "+1913259759",
        "+191325975911",
        "+10132597591",
        "+19131597591",
        "+1 013 259 7591",
        "+1 913 159 7591",
        "013-259-7591",
        "913-159-7591",
        "020 7946 0958",
        "011 234 5678",
        "+0044 20 7946 0958",
        "+" + "9" * 16,
        "+999999",
        "9" * 16,
        "+1 +913 259 7591",
        "913-259-7591 x12",
        "913-259-7591 ext. 12",
        "913-259-7591 extension",
        "913-259-7591 cell",
        "1-913-259-759 x",
        "913-259-7591#12",
        "913-259-7591,12",
        "913-259-7591;ext=12",
        "913-259-7591-12",
        "913-259-7591 or 816-221-4107",
        "FLOWERS",
        "1-800-FLOWER",
        "1-800-FLOWERSHOP",
        "1-800-\u0424\u041b\u041e\u0423\u0415\u0420\u0421",
        "+44 20 FLOWERS",
        "913-259-7591\x00",
        "913-259-7591\ud83d",
    ],
)
def test_suggest__no_telling(written: str) -> None:
    """Too few or too many digits, extensions, and what is dialled elsewhere give no suggestion."""
    assert suggest_e164(written) is None
    with pytest.raises(NotE164, match="7 to 15 digits") as caught:
        check_e164(written)
    assert caught.value.suggestion is None


@pytest.mark.parametrize("value", [None, 19132597591, b"+19132597591", ["+19132597591"]])
def test_check__not_a_text(value: object) -> None:
    """What is no text is refused, and shown; a suggestion is not made of it."""
    for function in (check_e164, suggest_e164):
        with pytest.raises(NotE164, match="must be a text like") as caught:
            function(value)  # type: ignore[operator] # the case
        assert caught.value.suggestion is None
        assert repr(value) in str(caught.value)


def test_check__long_text_is_shortened() -> None:
    """An error shows the beginning of a long text, and stays one line."""
    with pytest.raises(NotE164) as caught:
        check_e164("913\n" * 10_000)

    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


def test_error__is_a_value_error_that_travels() -> None:
    """The error says what was probably meant, and keeps it when it is pickled or copied."""
    with pytest.raises(ValueError, match=r"did you mean '\+19132597591'\?") as caught:
        check_e164("+1 (913) 259-7591")

    assert str(caught.value) == (
        "'+1 (913) 259-7591' is not in E.164 format; did you mean '+19132597591'?"
    )
    for twin in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert (type(twin), str(twin)) == (NotE164, str(caught.value))
        assert twin.suggestion == DOCUMENTED


@given(st.data(), AMERICAN, st.sampled_from(["+", "00", "011", ""]))
def test_suggest__north_american_number_however_written(
    data: st.DataObject, digits: str, prefix: str
) -> None:
    """A number of North America is recognised in every script, with every gap, after any prefix."""
    assert suggest_e164(prefix + data.draw(decorated(digits))) == "+" + digits


@given(st.data(), NATIONAL)
def test_suggest__ten_digits(data: st.DataObject, digits: str) -> None:
    """Ten digits without a country code are a number of North America."""
    assert suggest_e164(data.draw(decorated(digits))) == "+1" + digits


@given(st.data(), FOREIGN, st.sampled_from(["+", "00", "011"]))
def test_suggest__foreign_number_however_written(
    data: st.DataObject, digits: str, prefix: str
) -> None:
    """A number with its country code is recognised in every script, with every gap."""
    assert suggest_e164(prefix + data.draw(decorated(digits))) == "+" + digits


@given(
    NATIONAL, st.sampled_from(["x", " ext. ", "#", ",", ";ext=", " ", "-", " extension "]), DIGITS
)
def test_suggest__extension(digits: str, mark: str, extension: str) -> None:
    """A number with an extension is no number to be texted, and none is suggested."""
    for prefix in ("", "+1", "1-"):
        assert suggest_e164(prefix + digits + mark + extension) is None


@given(
    st.one_of(
        st.text(), st.text("+0123456789 -().x"), st.from_regex(r"\A\+[0-9]{1,17}\n?\Z"), AMERICAN
    )
)
def test_check__agrees_with_the_rule_and_the_suggestion(text: str) -> None:
    """Accepted is what the rule says, and what is suggested would be accepted."""
    digits = text[1:]
    plain = text[:1] == "+" and set(digits) <= set(string.digits) and 7 <= len(digits) <= 15
    american = len(digits) == 11 and digits[1:2] > "1" and digits[4:5] > "1"
    accepted = plain and digits[0] != "0" and (digits[0] != "1" or american)
    suggestion = suggest_e164(text)

    assert suggestion is None or check_e164(suggestion) == suggestion
    if accepted:
        assert check_e164(text) == text == suggestion
    else:
        with pytest.raises(NotE164) as caught:
            check_e164(text)
        assert caught.value.suggestion == suggestion
