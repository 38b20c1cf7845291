"""What can go wrong with a campaign, apart from its requests."""

from __future__ import annotations

from collections.abc import Sequence


class CampaignError(Exception):
    """A campaign cannot do what was asked.

    Invalid arguments raise ``ValueError`` instead, before anything is read or sent.
    """


class InvalidRows(CampaignError):
    """A list has invalid rows, so nothing was planned.

    :param problems: The first invalid rows, each as ``"row 7: ..."``.
    :param count: The number of invalid rows.
    """

    def __init__(self, problems: Sequence[str], count: int) -> None:
        #: The first invalid rows, each as ``"row 7: ..."``.
        self.problems = tuple(problems)
        #: The number of invalid rows.
        self.count = count
        super().__init__(self.problems, count)

    def __str__(self) -> str:
        lines = [*self.problems]
        if self.count > len(lines):
            lines.append(f"and {self.count - len(lines):,} more")
        lines.append("Nothing was planned. Correct the rows, or skip them with skip_invalid.")
        return "\n".join(lines)


class JournalInUse(CampaignError):
    """Another run holds the journal."""
