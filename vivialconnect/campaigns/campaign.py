"""The campaign: what a user calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Union

from vivialconnect.campaigns import controls, moving, planning, reports, runs
from vivialconnect.campaigns.estimate import Estimate, Price, estimate_texts
from vivialconnect.campaigns.journal import Journal
from vivialconnect.campaigns.options import Options, check_options, check_quiet
from vivialconnect.campaigns.results import Planned, Progress, RunReport, Status, TextReport
from vivialconnect.campaigns.rows import Source
from vivialconnect.campaigns.stores import open_store
from vivialconnect.common.times import Moment, to_datetime

DEFAULT_NAME = "default"
Quiet = Union[tuple[str, str], None]


class Campaign:
    """A list of texts, each of which is sent once.

    :meth:`open` returns a campaign. A campaign can be closed, or used as a context manager.

    Example:

        >>> from vivialconnect.campaigns import Campaign
        >>> rows = [{"phone": "+15154469790", "name": "Ann"}]
        >>> with Campaign.open("doctest.sqlite3") as campaign:  # doctest: +SKIP
        ...     campaign.plan(rows, from_number="+19132597591", to="phone", body="Hi {name}")
        ...     campaign.run()
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @classmethod
    def open(cls, journal: str | os.PathLike[str], *, name: str = DEFAULT_NAME) -> Campaign:
        """Return a campaign of a journal. Neither needs to exist before the first :meth:`plan`.

        :param journal: The path of an SQLite file, or the URL of a PostgreSQL database
            (``postgresql://user@host/database``), which needs ``vivialconnect[postgresql]``.
        :param name: The name of the campaign. A journal can hold several campaigns.
        :raises ValueError: If an argument is empty.
        :raises ImportError: If ``psycopg`` is required and not installed.
        :raises CampaignError: If SQLite is older than 3.35.
        """
        if not name:
            raise ValueError("name must not be empty")
        return cls(Journal(open_store(os.fspath(journal)), name))

    def __enter__(self) -> Campaign:  # noqa: PYI034 - Python 3.9 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the journal."""
        self._journal.store.close()

    def plan(  # noqa: PLR0913 - each is a keyword with a default
        self,
        source: Source,
        *,
        to: str,
        body: str = "",
        from_number: str | Sequence[str] | None = None,
        connector_id: int | None = None,
        key: str | None = None,
        time_zone_column: str | None = None,
        region: str | None = None,
        media_urls: Sequence[str] = (),
        quiet: Quiet = None,
        time_zone: str | None = None,
        skip_invalid: bool = False,
        on_planned: Callable[[Any], object] | None = None,
    ) -> Planned:
        """Add the texts of a list. If a row is invalid, nothing is added.

        Planning the same list again adds only what is new. Bodies do not change after this.

        :param source: The path of a CSV file in UTF-8, or an iterable of mappings.
        :param to: The column of the recipient.
        :param body: The text, with columns as placeholders: ``Hi {first_name}``.
        :param from_number: The sender, or several. Each recipient always gets the same one.
        :param connector_id: The connector that chooses the sender, instead of ``from_number``.
        :param key: The column that identifies a text; by default the number and the body do.
        :param time_zone_column: The column of the recipient's time zone, an IANA name.
        :param region: The country of numbers without a country code; needs ``phonenumbers``.
        :param media_urls: The URLs of the media to send with each text.
        :param quiet: The quiet hours that :meth:`run` will keep, ``("21:00", "09:00")``. A row
            whose time zone is unknown is invalid then.
        :param time_zone: The time zone of recipients whose own is unknown, an IANA name.
        :param skip_invalid: Whether to ignore invalid rows, and plan the others.
        :param on_planned: Called in the transaction of the plan, with its connection to the
            database, before it is committed.
        :returns: The counts.
        :raises InvalidRows: If rows are invalid. The error lists the first twenty.
        :raises InvalidList: If the list cannot be read, or the body or the sender is invalid.
        :raises ValueError: If another argument is invalid.
        :raises JournalInUse: If a run holds the journal. This is for SQLite only.
        """
        request = planning.PlanRequest(
            senders=planning.check_senders(from_number, connector_id),
            connector_id=connector_id,
            quiet=check_quiet(quiet, time_zone),
            time_zone=time_zone,
            skip_invalid=skip_invalid,
            on_planned=on_planned,
        )
        texts = planning.read(
            source,
            request,
            to=to,
            body=body,
            key=key,
            time_zone_column=time_zone_column,
            region=region,
            media_urls=media_urls,
        )
        return planning.plan(self._journal, texts, request)

    def estimate(self, *, price_per_segment: Price | None = None) -> Estimate:
        """Return what a run would send now. This makes no request.

        :param price_per_segment: The price of one segment, for ``cost``.
        :raises CampaignError: If the campaign does not exist.
        """
        status = self.status()
        suppressed, bodies = reports.unsent(self._journal)
        return estimate_texts(
            bodies,
            suppressed=suppressed,
            duplicates=status.duplicates,
            invalid=status.invalid,
            price_per_segment=price_per_segment,
        )

    def run(  # noqa: PLR0913 - each is a keyword with a default
        self,
        *,
        rate: float = 10,
        per_sender: float = 1,
        threads: int = 8,
        quiet: Quiet = None,
        time_zone: str | None = None,
        send_before: Moment | None = None,
        settle: float = 1200,
        on_unseen: str = "ask",
        lease: float = 60,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> RunReport:
        """Send texts until nothing is left to do, through quiet hours too.

        Ctrl-C ends the texts that are being sent, then raises ``KeyboardInterrupt``. A second
        Ctrl-C raises it at once. After that, and after a crash, call ``run()`` again: it finds out
        what was sent.

        :param rate: The maximum number of texts a second.
        :param per_sender: The maximum number of texts a second of each sender.
        :param threads: The number of texts to send at the same time.
        :param quiet: The quiet hours in the recipient's time zone, ``("21:00", "09:00")``; by
            default those of the plan.
        :param time_zone: The time zone of recipients whose own is unknown, an IANA name; by default
            that of the plan.
        :param send_before: Texts expire at this time, instead of being sent later.
        :param settle: After this many seconds, the service lists every text that it accepted.
        :param on_unseen: What to do with a text that may have been sent and that is not listed
            after ``settle``. ``"ask"`` keeps it open for :meth:`resolve`, ``"resend"`` sends it
            again.
        :param lease: How many seconds a worker may be silent before others take over its texts.
        :param on_progress: Called about once a second.
        :raises ValueError: If an argument is invalid, a setting is missing, or the campaign
            belongs to another account.
        :raises CampaignError: If the campaign does not exist.
        :raises JournalInUse: If another run holds the journal. This is for SQLite only: several
            runs may use a PostgreSQL journal.
        :raises RequestorError: If the service cannot be reached at the start.
        """
        return self.work(
            rate=rate,
            per_sender=per_sender,
            threads=threads,
            quiet=quiet,
            time_zone=time_zone,
            send_before=send_before,
            settle=settle,
            on_unseen=on_unseen,
            lease=lease,
            on_progress=on_progress,
        )

    def work(  # noqa: PLR0913 - each is a keyword with a default
        self,
        *,
        seconds: float | None = None,
        rate: float = 10,
        per_sender: float = 1,
        threads: int = 8,
        quiet: Quiet = None,
        time_zone: str | None = None,
        send_before: Moment | None = None,
        settle: float = 1200,
        on_unseen: str = "ask",
        lease: float = 60,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> RunReport:
        """Send texts for some seconds, or until nothing is left to do, as :meth:`run` does.

        :param seconds: How long; by default until nothing is left.
        """
        options = Options(
            rate=rate,
            per_sender=per_sender,
            threads=threads,
            quiet=check_quiet(quiet, time_zone),
            time_zone=time_zone,
            send_before=None if send_before is None else to_datetime(send_before, "send_before"),
            settle=settle,
            on_unseen=on_unseen,
            lease=lease,
            seconds=seconds,
        )
        return runs.run(self._journal, check_options(options), on_progress)

    def status(self) -> Status:
        """Return the state and the counts.

        :raises CampaignError: If the campaign does not exist.
        """
        return reports.status(self._journal)

    def report(self, *, delivery: bool = False) -> Iterator[TextReport]:
        """Iterate over the texts in the order of the list.

        :param delivery: Whether to request the status that each sent message has now.
        :raises CampaignError: If the campaign does not exist.
        """
        return reports.report(self._journal, delivery=delivery)

    def pause(self) -> None:
        """Pause the campaign. Runs end within two seconds.

        :raises CampaignError: If it does not exist, or is cancelled.
        """
        controls.pause(self._journal)

    def resume(self) -> None:
        """Allow the campaign to run again, after :meth:`pause` or after a 401 or 403.

        :raises CampaignError: If it does not exist, or is cancelled.
        """
        controls.resume(self._journal)

    def cancel(self) -> None:
        """Cancel every text that is not begun. This cannot be undone.

        :raises CampaignError: If the campaign does not exist.
        """
        controls.cancel(self._journal)

    def suppress(self, numbers: str | Iterable[str]) -> int:
        """Send no text to these numbers, and return how many were added.

        :param numbers: Phone numbers in E.164 format.
        :raises InvalidPhoneNumber: If a number is invalid.
        :raises CampaignError: If the campaign does not exist.
        """
        return controls.suppress(self._journal, [numbers] if isinstance(numbers, str) else numbers)

    def resolve(self, key: str, decision: str, *, message_id: int | None = None) -> None:
        """Decide about an open text.

        :param key: The key of the text.
        :param decision: ``"sent"`` if the recipient has it, ``"resend"`` to send it again,
            ``"skip"`` to cancel it.
        :param message_id: The id of its message, if it was sent.
        :raises ValueError: If the decision is invalid.
        :raises CampaignError: If there is no open text with this key.
        """
        controls.resolve(self._journal, key, decision, message_id)

    def move(self, journal: str | os.PathLike[str]) -> None:
        """Move the campaign to another journal, and cancel it in this one.

        :param journal: The journal, as for :meth:`open`. It is created if there is none.
        :raises CampaignError: If the campaign does not exist, is cancelled or purged, or the new
            journal has a campaign of this name.
        :raises JournalInUse: If a run uses this journal.
        """
        with Campaign.open(journal, name=self._journal.name) as target:
            moving.move(self._journal, target._journal)

    def purge(self) -> None:
        """Delete the numbers and bodies of a finished or cancelled campaign. The counts remain.

        :raises CampaignError: If the campaign is not finished or cancelled.
        """
        controls.purge(self._journal)
