"""Phone numbers: which texts are in E.164 format, and which are converted to it."""

from __future__ import annotations

import copy
import enum
import pickle
import string
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Callable

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect import InvalidPhoneNumber, normalize_phone_number, validate_phone_number

DOCUMENTED = "+15154469790"
#: The digits of three scripts, from 0 to 9.
SCRIPTS = (
    string.digits,
    "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19",
    "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669",
)
#: Every way to write a number that the library knows, such as "(515) 446-9790".
STYLES = (
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.RFC3966,
)
KINDS = (
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.TOLL_FREE,
)

DIGITS = st.sampled_from(string.digits)
REGIONS = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))
#: Decimal marks: ASCII, full width, Arabic.
MARKS = st.sampled_from([".", ",", "\uff0e", "\uff0c", "\u066b"])


def examples() -> Iterator[tuple[str, Any]]:
    """Yield a region and a valid number of it, for each region and kind of number."""
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in KINDS:
            number = phonenumbers.example_number_for_type(region, kind)
            if number is not None:
                yield region, number


class Lazy:
    """A text that is only made when it is used, as Django's gettext_lazy makes it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __str__(self) -> str:
        return str(self._make())

    def casefold(self) -> str:
        """Stand for all of the methods of str that such a text has."""
        return str(self).casefold()


class LazyObject:
    """A proxy that claims to be of the class of its object, as Django's SimpleLazyObject does."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    @property  # type: ignore[misc] # the case
    def __class__(self) -> type:
        return type(self._make())

    def __str__(self) -> str:
        return str(self._make())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._make(), name)


class Choice(str, enum.Enum):
    """A member of an enumeration whose own text is not its value."""

    NUMBER = DOCUMENTED


@pytest.mark.parametrize(
    "number", [DOCUMENTED, "+442079460958", "+6834000", "+390612345678", "+" + "9" * 15]
)
def test_validate__e164(number: str) -> None:
    """A number in E.164 format is returned unchanged."""
    assert validate_phone_number(number) is number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "none",
        "5154469790",
        "15154469790",
        "+1 (515) 446-9790",
        "+15154469790\n",
        " +15154469790",
        "++15154469790",
        "+1515446979",
        "+151544697901",
        "+10154469790",
        "+15151469790",
        "+0442079460958",
        "+999999",
        "+" + "9" * 16,
        "+1515446979.0",
        "1.5154469790E10",
        "\uff0b15154469790",
        "+\uff11\uff15\uff11\uff15\uff14\uff14\uff16\uff19\uff17\uff19\uff10",
        "+15154469790\x00",
        "+15154469790\ud83d",
    ],
)
def test_validate__other_formats(text: str) -> None:
    """A text in any other format is refused, and the error shows it and suggests nothing."""
    with pytest.raises(InvalidPhoneNumber) as caught:
        validate_phone_number(text)

    assert str(caught.value) == (
        f"phone number must be in E.164 format (+15154469790), got {text!r}."
    )


@given(
    st.one_of(
        st.text(),
        st.text("+0123456789 -().x"),
        st.from_regex(r"\A\+[0-9]{1,17}\n?\Z"),
        st.from_regex(r"\A\+1[0-9]{9,11}\Z"),
    )
)
def test_validate__agrees_with_the_rule(text: str) -> None:
    """A plus and 7 to 15 digits without a leading zero are valid; +1 has its own length."""
    digits = text[1:]
    plain = text[:1] == "+" and set(digits) <= set(string.digits) and 7 <= len(digits) <= 15
    american = len(digits) == 11 and digits[1:2] > "1" and digits[4:5] > "1"
    if plain and digits[0] != "0" and (digits[0] != "1" or american):
        assert validate_phone_number(text) == text
    else:
        with pytest.raises(InvalidPhoneNumber):
            validate_phone_number(text)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (DOCUMENTED, DOCUMENTED),
        ("+1 (515) 446-9790", DOCUMENTED),
        ("(515) 446-9790", DOCUMENTED),
        ("515.446.9790", DOCUMENTED),
        ("(515) 446.9790", DOCUMENTED),
        ("5154469790", DOCUMENTED),
        ("5154469790.", DOCUMENTED),
        ("1-515-446-9790", DOCUMENTED),
        (" 15154469790\n", DOCUMENTED),
        ("011 1 515 446 9790", DOCUMENTED),
        ("tel:+1-515-446-9790", DOCUMENTED),
        ("\u202a+1\u00a0515\u2011446\u20139790\u202c", DOCUMENTED),
        ("\uff0b\uff11\uff08\uff15\uff11\uff15\uff09446\u22129790", DOCUMENTED),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("011 44 20 7946 0958", "+442079460958"),
        ("1-800-FLOWERS", "+18003569377"),
    ],
)
def test_normalize__as_people_write(written: str, number: str) -> None:
    """Numbers as people in the US write them become E.164."""
    assert normalize_phone_number(written) == number


@pytest.mark.parametrize(
    ("region", "written", "number"),
    [
        ("GB", "020 7946 0958", "+442079460958"),
        ("GB", "0044 20 7946 0958", "+442079460958"),
        ("GB", "+1 515 446 9790", DOCUMENTED),
        ("IT", "06 1234 5678", "+390612345678"),
        ("KW", "2222 1234", "+96522221234"),
    ],
)
def test_normalize__region(region: str, written: str, number: str) -> None:
    """Numbers without a country code are numbers of the region."""
    assert normalize_phone_number(written, region=region) == number


@pytest.mark.parametrize("style", STYLES)
def test_normalize__every_region_and_style(style: int) -> None:
    """Numbers of every country, in every style, become E.164 that the validation accepts."""
    for region, example in examples():
        number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        written = phonenumbers.format_number(example, style)
        assert normalize_phone_number(written, region) == number
        assert validate_phone_number(number) == number


@given(st.sampled_from(SCRIPTS), st.sampled_from(sorted(examples(), key=str)))
def test_normalize__scripts(script: str, example: tuple[str, Any]) -> None:
    """Digits of other scripts become ASCII digits."""
    region, parsed = example
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    written = number.translate(str.maketrans(string.digits, script))
    assert normalize_phone_number(written, region) == number


@given(st.one_of(st.text(), st.text("+0123456789 -().,xe"), st.text(DIGITS, min_size=7)), REGIONS)
def test_normalize__valid_or_refused(text: str, region: str) -> None:
    """Any text gives E.164 that stays as it is when it is normalized again, or is refused."""
    try:
        number = normalize_phone_number(text, region)
    except InvalidPhoneNumber:
        return
    assert validate_phone_number(number) == number == normalize_phone_number(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "none",
        "nan",
        "446-9790",
        "515-446-979",
        "+1 515 446 97901",
        "+1 015 446 9790",
        "020 7946 0958",
        "0044 20 7946 0958",
        "+9991234567",
        "9" * 16,
        "9" * 300,
        "15,154,469,790",
        "515-446-9790 or 816-221-4107",
        "1-800-FLOWERSHOP",
    ],
)
def test_normalize__invalid(text: str) -> None:
    """A text that is not a valid number is refused, and the error says how to write it."""
    with pytest.raises(InvalidPhoneNumber, match="valid in US or have its country code") as caught:
        normalize_phone_number(text)
    assert repr(text)[:57] in str(caught.value)


@pytest.mark.parametrize("extension", [" x12", " ext. 12", "#12", ",12", ";ext=12"])
def test_normalize__extension(extension: str) -> None:
    """A number with an extension is refused because E.164 would lose the extension."""
    with pytest.raises(InvalidPhoneNumber, match=r"extension.*Remove the extension\."):
        normalize_phone_number("515-446-9790" + extension)


@pytest.mark.parametrize(
    "text",
    [
        "515446979.0",
        " 515446979.0\n",
        "'515446979.0'",
        "515446979,0",
        "515446979\uff0e0",
        "515446979\u066b0",
        "+4930123456.0",
        "515.4469790",
        ".5154469790",
        "1.5154469790E10",
        "1.515446979e+10",
        "+1.5154469790E10",
        "\uff11.5154469790\uff2510",
        "515446979e1",
        "5.15446979E9",
    ],
)
def test_normalize__fraction(text: str) -> None:
    """A decimal fraction and an exponent are refused, and the error names the remedy."""
    with pytest.raises(InvalidPhoneNumber, match=r"decimal fraction.*Read and store") as caught:
        normalize_phone_number(text)
    assert repr(text) in str(caught.value)


@given(
    st.sampled_from(["", "+", "0", " ", "'"]),
    st.text(DIGITS, max_size=12),
    MARKS,
    st.text(DIGITS, min_size=1, max_size=12),
    REGIONS,
)
def test_normalize__fraction_in_any_region(
    prefix: str, whole: str, mark: str, fraction: str, region: str
) -> None:
    """The digits of a fraction never become digits of a number, whatever the country."""
    with pytest.raises(InvalidPhoneNumber, match="must not be a decimal fraction"):
        normalize_phone_number(prefix + whole + mark + fraction, region)


@given(st.floats(), st.sampled_from([str, "{:e}".format, "{:G}".format, "{:.2f}".format]), REGIONS)
def test_normalize__floats(value: float, write: Callable[[float], str], region: str) -> None:
    """A float that was written as a text never becomes a number unless it shows plain digits."""
    text = write(value)
    if not text.lstrip("-").isdecimal():
        with pytest.raises(InvalidPhoneNumber):
            normalize_phone_number(text, region)


@pytest.mark.parametrize("region", ["us", "XX", "USA", "", "001", None, 1])
def test_normalize__unknown_region(region: Any) -> None:
    """An unknown region is a ValueError that shows it, and does not pass for an invalid number."""
    with pytest.raises(ValueError, match="region must be a two-letter country code") as caught:
        normalize_phone_number(DOCUMENTED, region)
    assert not isinstance(caught.value, InvalidPhoneNumber)
    assert repr(region) in str(caught.value)


def test_normalize__without_phonenumbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the error says what to install."""
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(ImportError, match=r"pip install 'vivialconnect\[phonenumbers\]'") as caught:
        normalize_phone_number(DOCUMENTED)
    assert caught.value.name == "phonenumbers"
    assert validate_phone_number(DOCUMENTED) == DOCUMENTED


def test_validate__imports_no_phonenumbers() -> None:
    """Validating a number does not import the optional package."""
    program = (
        "import sys\n"
        "from vivialconnect import normalize_phone_number, validate_phone_number\n"
        "validate_phone_number('+15154469790')\n"
        "print('phonenumbers' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert said.stdout.split() == [b"False"]


@pytest.mark.parametrize("function", [validate_phone_number, normalize_phone_number])
@pytest.mark.parametrize("lazy", [Lazy, LazyObject])
def test_lazy_text__is_a_text(function: Callable[[Any], str], lazy: Callable[..., Any]) -> None:
    """A lazy text is read when it is used, and gives a str or the same errors as a str."""
    number = function(lazy(lambda: DOCUMENTED))
    assert (type(number), number) == (str, DOCUMENTED)
    with pytest.raises(InvalidPhoneNumber, match=r"got '515446979\.0'"):
        function(lazy(lambda: "515446979.0"))


@pytest.mark.parametrize("function", [validate_phone_number, normalize_phone_number])
def test_enumeration__is_its_value(function: Callable[[Any], str]) -> None:
    """A member of a str enumeration is taken as its value."""
    number = function(Choice.NUMBER)
    assert (type(number), number) == (str, DOCUMENTED)


@pytest.mark.parametrize("function", [validate_phone_number, normalize_phone_number])
@pytest.mark.parametrize(
    "value", [None, True, 15154469790, 515446979.0, b"+15154469790", ["+15154469790"]]
)
def test_other_types__refused(function: Callable[[Any], str], value: object) -> None:
    """A value of another type is refused and shown."""
    with pytest.raises(InvalidPhoneNumber) as caught:
        function(value)
    assert str(caught.value) == (f"phone number must be a str ('+15154469790'), got {value!r}.")


@pytest.mark.parametrize("function", [validate_phone_number, normalize_phone_number])
@pytest.mark.parametrize(
    "value", ["Z" * 10_000, "515\n" * 10_000, "1.5E" + "1" * 10_000, ["Z" * 10_000]]
)
def test_error__long_value_is_shortened(function: Callable[[Any], str], value: object) -> None:
    """An error shows at most 60 characters of a value, in one line."""
    with pytest.raises(InvalidPhoneNumber) as caught:
        function(value)

    shown = str(caught.value).partition(", got ")[2].partition("....")[0] + "..."
    assert len(shown) == 60
    assert repr(value).startswith(shown[:-3])
    assert "\n" not in str(caught.value)


def test_error__pickles_and_copies() -> None:
    """The error is a ValueError that keeps its message when it is pickled or copied."""
    with pytest.raises(ValueError, match=r"E\.164") as caught:
        validate_phone_number("5154469790")

    for twin in (
        pickle.loads(pickle.dumps(caught.value)),
        copy.copy(caught.value),
        copy.deepcopy(caught.value),
    ):
        assert (type(twin), str(twin)) == (InvalidPhoneNumber, str(caught.value))
