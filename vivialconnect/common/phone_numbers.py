"""Phone numbers as people write them, and E.164, in which the service takes them: a check, a guess.

Nothing of the network or the service may live in here: whether a number exists, and whose it is, is
not known offline. No call of this package uses it; a number that you send is sent as it stands.
"""

from __future__ import annotations

import re
from string import ascii_uppercase
from typing import Any, Optional

#: In North America, area code and exchange begin with 2 to 9.
_NATIONAL = "[2-9][0-9]{2}[2-9][0-9]{6}"
#: No number may have over 15 digits, and with the country code the shortest in use have 7.
_E164 = re.compile(r"\+(?:1{}|[2-9][0-9]{{6,14}})".format(_NATIONAL))

# What comes before a number of another country: the plus, or what is dialled for it.
_AMERICAN = re.compile(r"(?:(?:\+|00|011)?1)?({})".format(_NATIONAL))
# What is dialled is a guess, for 011 is an area code elsewhere; a short rest makes that likelier.
_FOREIGN = re.compile(r"(?:\+(?=[0-9]{7,15}$)|(?:00|011)(?=[0-9]{9,15}$))([2-9][0-9]+)")
# Digits in groups may be a short number and an extension.
_WITHOUT_PLUS = re.compile("([2-9][0-9]{10,14})")

_VANITY = re.compile(r"(?:(?:\+|00|011)?1)?[2-9][0-9]{2,}[A-Z]{3,}")
_KEYPAD = str.maketrans(ascii_uppercase, "22233344455566677778889999")

_INVISIBLE = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SEPARATORS = re.compile(r"[\s./\-\xb7\u2010-\u2015\u2022\u2212]+")
# The zero of "+44 (0)20" is dialled within the country, instead of its code.
_BRACKETS = re.compile(r"(?<=[0-9])\(0\)|[()]")

LONGEST_SHOWN = 60  # characters of a text in an error


class NotE164(ValueError):
    """What :func:`check_e164` raises; its text is fit to be shown to whoever typed the number.

    :param message: What is wrong.
    :param suggestion: The number that was probably meant, if there is any telling.
    """

    def __init__(self, message: str, suggestion: Optional[str] = None) -> None:
        # Both are arguments of the exception, so that it pickles and copies.
        super().__init__(message, suggestion)
        #: The number that was probably meant, in E.164; ``None`` if there is no telling.
        self.suggestion = suggestion

    def __str__(self) -> str:
        return str(self.args[0])


def check_e164(phone_number: str) -> str:
    """Return a phone number as it is, if it is written in E.164.

    That is a plus and the digits of country code and number, 7 to 15 of them, and nothing else. In
    North America, after ``+1``, the number has ten digits, of which neither the first nor the
    fourth is 0 or 1. Whether there is such a number is not known here.

    :param phone_number: What should be a phone number.
    :returns: The same text.
    :raises NotE164: If it is not; a ``ValueError`` whose ``suggestion`` is that of
        :func:`suggest_e164`.

    >>> from vivialconnect import NotE164, check_e164
    >>> check_e164("+19132597591")
    '+19132597591'
    >>> try:
    ...     check_e164("+1 (913) 259-7591")
    ... except NotE164 as error:
    ...     print(error)
    '+1 (913) 259-7591' is not in E.164 format; did you mean '+19132597591'?

    .. versionadded:: 1.0
    """
    _require_text(phone_number)
    if _E164.fullmatch(phone_number):
        return phone_number
    wrong = "{:.{}} is not in E.164 format".format(repr(phone_number), LONGEST_SHOWN)
    suggestion = suggest_e164(phone_number)
    if suggestion is None:
        raise NotE164(
            wrong + ", like '+19132597591': a plus, the country code and the number, 7 to 15 "
            "digits and nothing else; after +1 ten digits, the first and fourth of them 2 to 9"
        )
    raise NotE164("{}; did you mean {!r}?".format(wrong, suggestion), suggestion)


def suggest_e164(phone_number: str) -> Optional[str]:
    """Return the number in E.164 that a text probably means.

    Digits of every script count; spaces, dashes, dots, slashes and brackets between them do not. A
    number that begins with ``+``, ``00`` or ``011`` has its country code, ten digits without one
    are a number of North America, and 11 to 15 in one piece lack their plus. Letters at the end of
    a number of North America are those of the keypad.

    :param phone_number: A phone number as somebody wrote it.
    :returns: What :func:`check_e164` accepts; ``None`` if there is no telling, as for too few or
        too many digits, an extension, or a number that is written as only its own country dials
        it. It is a guess: ask whoever wrote the number before you use it.
    :raises NotE164: If it is not a ``str``.

    >>> from vivialconnect import suggest_e164
    >>> suggest_e164("(913) 259-7591"), suggest_e164("0044 (0)20 7946 0958")
    ('+19132597591', '+442079460958')
    >>> suggest_e164("1-800-FLOWERS")
    '+18003569377'
    >>> suggest_e164("259-7591"), suggest_e164("(913) 259-7591 ext. 12")
    (None, None)

    .. versionadded:: 1.0
    """
    _require_text(phone_number)
    plain = _in_ascii(phone_number)
    dense = _BRACKETS.sub("", _SEPARATORS.sub("", plain))
    dialled = dense.translate(_KEYPAD) if _VANITY.fullmatch(dense) else dense
    american = _AMERICAN.fullmatch(dialled)
    if american:
        return "+1" + american.group(1)
    foreign = _FOREIGN.fullmatch(dense) or _WITHOUT_PLUS.fullmatch(plain)
    return "+" + foreign.group(1) if foreign else None


def _require_text(phone_number: Any) -> None:
    if not isinstance(phone_number, str):
        raise NotE164(
            "a phone number must be a text like '+19132597591', not {:.{}}".format(
                repr(phone_number), LONGEST_SHOWN
            )
        )


def _in_ascii(text: str) -> str:
    """Return a text with what it holds of digits, letters and signs in ASCII, and capitals."""
    from unicodedata import normalize  # noqa: PLC0415 - most programs never ask

    compatible = normalize("NFKC", _INVISIBLE.sub("", text)).strip()
    return "".join(
        str(int(character)) if character.isdecimal() else character for character in compatible
    ).upper()
