"""Phone numbers and the E.164 format.

Requests never use these functions: the SDK sends every phone number exactly as it was given.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any
from unicodedata import normalize

from vivialconnect.common.values import plain, shorten

#: Numbers of North America (+1) have ten digits, and area code and exchange begin with 2 to 9.
#: In other countries, the shortest numbers in use have 7 digits with the country code.
_E164 = re.compile(r"\+(?:1[2-9][0-9]{2}[2-9][0-9]{6}|[2-9][0-9]{6,14})")

#: A number with one decimal mark (515446979.0, .5) or with an exponent (1.5E10).
_FRACTION = re.compile(
    r"(?:\D*\d+\s*|\W*)[.,\u066b]\s*\d+\D*|.*\d\s*e\s*[+-]?\d.*", re.IGNORECASE | re.DOTALL
)


class InvalidPhoneNumber(ValueError):
    """Raised if a string is not a valid phone number. The message shows the string."""


def validate_phone_number(text: str) -> str:
    """Return a phone number unchanged if it is in E.164 format.

    E.164 is a plus sign, the country code and the number: 7 to 15 digits without spaces or
    punctuation. Numbers of North America have ten digits after ``+1``, and the first and the fourth
    of them are 2 to 9. The number may still be unassigned.

    :param text: A phone number.
    :returns: The same phone number, as a ``str``.
    :raises InvalidPhoneNumber: If the number is not in E.164 format, or not a ``str``.

    Example:

        >>> from vivialconnect import InvalidPhoneNumber, validate_phone_number
        >>> validate_phone_number("+15154469790")
        '+15154469790'
        >>> try:
        ...     validate_phone_number("5154469790")
        ... except InvalidPhoneNumber as error:
        ...     print(error)
        phone number must be in E.164 format (+15154469790), got '5154469790'.

    .. versionadded:: 1.0
    """
    number = _to_str(text)
    if not _E164.fullmatch(number):
        raise _invalid("must be in E.164 format (+15154469790)", number)
    return number


def normalize_phone_number(text: str, region: str = "US") -> str:
    """Convert a phone number as people write it to E.164 format.

    This needs the ``phonenumbers`` package: ``pip install 'vivialconnect[phonenumbers]'``. Numbers
    with an extension are invalid because E.164 has no extensions. Decimal fractions
    (``515446979.0``, ``1.5154469790E10``) are invalid because digits may be lost.

    :param text: A phone number, with or without its country code.
    :param region: The country of numbers that have no country code: two capital letters, ISO 3166.
    :returns: The phone number in E.164 format.
    :raises InvalidPhoneNumber: If the phone number is invalid, or not a ``str``.
    :raises ValueError: If the region is unknown.
    :raises ImportError: If ``phonenumbers`` is not installed.

    Example:

        >>> from vivialconnect import normalize_phone_number
        >>> normalize_phone_number("(515) 446-9790")
        '+15154469790'
        >>> normalize_phone_number("020 7946 0958", region="GB")
        '+442079460958'

    .. versionadded:: 1.0
    """
    try:
        import phonenumbers  # noqa: PLC0415 - an optional dependency
    except ImportError as error:
        message = "phonenumbers is not installed: pip install 'vivialconnect[phonenumbers]'"
        raise ImportError(message, name="phonenumbers") from error
    if region not in phonenumbers.SUPPORTED_REGIONS:
        rule = "region must be a two-letter country code ('US'), got {}."
        raise ValueError(rule.format(shorten(region)))
    written = _to_str(text)
    if _FRACTION.fullmatch(normalize("NFKC", written)):
        advice = " Read and store phone numbers as strings."
        raise _invalid("must not be a decimal fraction", written, advice)
    try:
        parsed = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        parsed = phonenumbers.PhoneNumber()
    if parsed.extension:
        raise _invalid("must not have an extension", written, " Remove the extension.")
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    # Some countries' numbers may have more digits than E.164 allows.
    if not phonenumbers.is_valid_number(parsed) or not _E164.fullmatch(number):
        rule = f"must be valid in {region} or have its country code (+15154469790)"
        raise _invalid(rule, written)
    return number


def _to_str(text: Any) -> str:
    with suppress(ValueError):
        number = plain(text, "phone number")
        if isinstance(number, str):
            return number
    raise _invalid("must be a str ('+15154469790')", text)


def _invalid(rule: str, value: Any, advice: str = "") -> InvalidPhoneNumber:
    return InvalidPhoneNumber(f"phone number {rule}, got {shorten(value)}.{advice}")
