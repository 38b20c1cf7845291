"""Lists: the rows of a CSV file or an iterable of mappings, as the texts to send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from vivialconnect.campaigns.quiet_hours import load_time_zone, time_zones_of
from vivialconnect.campaigns.rows import InvalidList, Row, Source, check_storable, read_rows
from vivialconnect.campaigns.templates import Template
from vivialconnect.common.phone_numbers import normalize_phone_number, validate_phone_number

#: The most characters of a body that the service documents.
MAX_BODY = 1600
#: PostgreSQL limits the size of an index entry.
MAX_KEY = 255
_EXAMPLE_NUMBER = "+15154469790"


class PlannedText(NamedTuple):
    """A text of a list, ready to be planned."""

    #: The number of the row. The header of a CSV file is row 1. The first mapping is row 1.
    row: int
    #: What identifies the text in its campaign.
    key: str
    #: The sender; empty if a connector chooses it.
    from_number: str
    to_number: str
    body: str
    #: The time zones of the recipient, IANA names; empty if they are unknown.
    time_zones: tuple[str, ...]
    media_urls: tuple[str, ...]


class InvalidRow(NamedTuple):
    """A row that cannot be planned."""

    #: The number of the row. The header of a CSV file is row 1. The first mapping is row 1.
    row: int
    #: What is wrong, in one sentence.
    reason: str


def read_list(
    source: Source,
    *,
    to: str,
    body: str,
    from_numbers: Sequence[str],
    key: str | None = None,
    time_zone_column: str | None = None,
    region: str | None = None,
    media_urls: Sequence[str] = (),
) -> Iterator[PlannedText | InvalidRow]:
    """Read the texts of a list, one at a time.

    The time zones of a recipient are those of the row, else those of the phone number. Spaces
    around values are removed. Rows without any value are ignored.

    :param source: The path of a CSV file, or an iterable of mappings. The file must be UTF-8, with
        or without a byte order mark, and delimited by commas, semicolons or tabs.
    :param to: The column with the phone number of the recipient.
    :param body: The text, with columns as placeholders: ``Hi {first_name}``.
    :param from_numbers: The senders, in E.164 format. Empty if a connector chooses the sender.
    :param key: The column that identifies a text (default: made of the number and the body).
    :param time_zone_column: The column with the time zone of the recipient, an IANA name. It may be
        empty.
    :param region: Convert phone numbers to E.164 format, and take those without a country code for
        numbers of this country (``"US"``). This needs ``phonenumbers``. By default, phone numbers
        must be in E.164 format.
    :param media_urls: The URLs of the media of each text.
    :raises InvalidList: If an argument is invalid, or, while iterating, if the list cannot be read.

    Example:

        >>> from vivialconnect.campaigns.lists import read_list
        >>> rows = [{"phone": "+15154469790", "name": "Ann"}, {"phone": "5154469791", "name": ""}]
        >>> texts = read_list(rows, to="phone", body="Hi {name}", from_numbers=["+19132597591"])
        >>> next(texts).body
        'Hi Ann'
        >>> next(texts)
        InvalidRow(row=2, reason="column 'name' is empty.")
    """
    template = _check_arguments(body, from_numbers, region, media_urls)
    planner = _Planner(
        template, to, key, time_zone_column, tuple(from_numbers), region, tuple(media_urls)
    )
    columns = [to, *template.columns, key, time_zone_column]
    rows = read_rows(source, tuple(dict.fromkeys(name for name in columns if name is not None)))
    return map(planner.plan, rows)


def choose_sender(from_numbers: Sequence[str], to_number: str) -> str:
    """Return the sender of a recipient, which is always the same one.

    The order of the senders does not matter. If a sender is added, it takes over its share of the
    recipients, and the others keep their sender.

    :param from_numbers: The senders.
    :param to_number: The recipient.
    :returns: One of the senders; empty if there are none.

    Example:

        >>> from vivialconnect.campaigns.lists import choose_sender
        >>> choose_sender(["+19132597591", "+19132597592"], "+15154469790")
        '+19132597592'
    """
    if len(from_numbers) == 1:
        return from_numbers[0]
    return max(from_numbers, key=lambda number: _digest(number, to_number), default="")


def _digest(*texts: str) -> str:
    return blake2b("\n".join(texts).encode(), digest_size=8).hexdigest()


class _Planner(NamedTuple):
    """Makes the texts of rows."""

    template: Template
    to: str
    key: str | None
    time_zone_column: str | None
    from_numbers: tuple[str, ...]
    region: str | None
    media_urls: tuple[str, ...]

    def plan(self, row: Row) -> PlannedText | InvalidRow:
        if row.problem:
            return InvalidRow(row.number, row.problem)
        try:
            return self._plan(row)
        except ValueError as error:
            return InvalidRow(row.number, str(error))

    def _plan(self, row: Row) -> PlannedText:
        values = row.values
        for name, value in values.items():
            if not value and name != self.time_zone_column:
                raise ValueError(f"column {name!r} is empty.")
        to_number = self._to_number(values[self.to])
        body = self.template.render(values)
        if len(body) > MAX_BODY:
            raise ValueError(f"the text has {len(body):,} characters, more than {MAX_BODY:,}.")
        key = f"{to_number}-{_digest(body)}" if self.key is None else values[self.key]
        if len(key) > MAX_KEY:
            raise ValueError(f"the key has {len(key):,} characters, more than {MAX_KEY}.")
        sender = choose_sender(self.from_numbers, to_number)
        zones = self._time_zones(values, to_number)
        return PlannedText(row.number, key, sender, to_number, body, zones, self.media_urls)

    def _to_number(self, text: str) -> str:
        if self.region is None:
            return validate_phone_number(text)
        return normalize_phone_number(text, self.region)

    def _time_zones(self, values: Mapping[str, str], to_number: str) -> tuple[str, ...]:
        name = values[self.time_zone_column] if self.time_zone_column is not None else ""
        if not name:
            return time_zones_of(to_number)
        load_time_zone(name)
        return (name,)


def _check_arguments(
    body: str, from_numbers: Sequence[str], region: str | None, media_urls: Sequence[str]
) -> Template:
    """Return the template of the body.

    :raises InvalidList: If an argument is invalid.
    """
    for url in media_urls:
        if not url.startswith(("http://", "https://")):
            raise InvalidList(f"a media URL must start with https:// or http://, got {url!r}.")
    if not body.strip() and not media_urls:
        raise InvalidList("body must not be empty unless there are media.")
    try:
        for number in from_numbers:
            validate_phone_number(number)
        if region is not None:
            normalize_phone_number(_EXAMPLE_NUMBER, region)
        return Template(check_storable(body, "body"))
    except (ImportError, ValueError) as error:
        raise InvalidList(str(error)) from error
