"""Faults on purpose: rules that say which calls meet which fault, and how often. No sockets.

It stands in the way of every call, between the network and the service, and it counts what it did.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Callable, Optional

from vivialconnect.sandbox.chaos.faults import FAULTS, NOTHING, is_number, is_whole
from vivialconnect.sandbox.http.exchange import Refusal

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Answer, Request
    from vivialconnect.sandbox.service.clock import Clock

    Proceed = Callable[[Request], Answer]

UNAUTHORIZED = 401


@dataclass(eq=False)
class Rule:
    """Which calls meet which fault.

    :param id: the rule's number.
    :param fault: the fault's name.
    :param method: the method of the calls; ``None`` for every one.
    :param path: a pattern for their path, as of ``fnmatch``; ``None`` for every one.
    :param times: how many calls meet the fault; ``None`` for no end.
    :param percent: the share of the matching calls that meet it.
    :param skip: how many matching calls pass first.
    :param takes_effect: whether a call is carried out before it meets the fault.
    :param parameters: the fault's parameters.
    :param played: how often this rule played its fault.
    """

    id: int
    fault: str
    method: Optional[str]
    path: Optional[str]
    times: Optional[int]
    percent: float
    skip: int
    takes_effect: bool
    parameters: Mapping[str, Any]
    played: int = 0
    _seen: int = field(default=0, repr=False)
    # Those that were played, and those that are just being.
    _claimed: int = field(default=0, repr=False)

    def as_document(self) -> dict[str, Any]:
        """Give the rule as it is told over HTTP, its parameters among the rest."""
        names = ("id", "fault", "method", "path", "times", "percent", "skip", "takes_effect")
        document = {name: getattr(self, name) for name in names}
        return {**document, **self.parameters, "played": self.played}

    def _matches(self, request: Request) -> bool:
        return self.method in {None, request.method} and (
            self.path is None or fnmatchcase(request.path, self.path)
        )

    def _fires(self, draw: Callable[[], float]) -> bool:
        """Count a call that matches, and tell whether it meets the fault."""
        self._seen += 1
        if self._seen <= self.skip or self._claimed == self.times:
            return False
        return draw() * 100 < self.percent


class Chaos:
    """The faults of a sandbox. It may be used from many threads."""

    def __init__(self) -> None:
        """Begin without rules."""
        self._guard = threading.Lock()
        self._random = random.Random()  # noqa: S311 - which calls fail is no secret
        self._rules: list[Rule] = []
        self._played: dict[str, int] = {}
        self._last_id = 0

    def __repr__(self) -> str:
        """Tell how much there is of it."""
        return f"<Chaos {len(self.rules)} rules>"

    @property
    def rules(self) -> list[Rule]:
        """The rules in force, in their order: the first that matches a call and fires, plays."""
        with self._guard:
            return list(self._rules)

    @property
    def played(self) -> dict[str, int]:
        """How often each fault was played since the sandbox was made or reset, by its name."""
        with self._guard:
            return dict(self._played)

    def add(
        self,
        fault: str,
        /,
        *,
        method: Optional[str] = None,
        path: Optional[str] = None,
        times: Optional[int] = None,
        percent: float = 100,
        skip: int = 0,
        takes_effect: Optional[bool] = None,
        **parameters: Any,
    ) -> Rule:
        """Put a rule in force, after those that there are.

        A call that is carried out first, and whose signature is wrong, is refused with 401 and
        meets no fault.

        :param fault: the fault's name; the page on the sandbox lists them.
        :param method: the method of the calls that meet it; all by default.
        :param path: a pattern (``*``, ``?``, ``[]``) for their path as it is on the wire, without
            the query; all by default.
        :param times: how many calls meet it, after which the rule ends; without end by default.
        :param percent: the share of the matching calls that meet it, from 1 to 100.
        :param skip: how many matching calls pass first.
        :param takes_effect: whether the call is carried out before it meets the fault; each fault
            has its own default.
        :param parameters: what the fault itself takes.
        :returns: the rule.
        :raises ValueError: if a name or a value cannot be; it says what can.
        """
        _check_fault(fault, takes_effect)
        _check_calls(method, path)
        _check_numbers(times, percent, skip)
        values = FAULTS[fault].read(fault, parameters)
        effect = FAULTS[fault].takes_effect if takes_effect is None else takes_effect
        verb = None if method is None else method.upper()
        with self._guard:
            self._last_id += 1
            rule = Rule(self._last_id, fault, verb, path, times, percent, skip, effect, values)
            self._rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        """Put a rule out of force; one that is not in force is left as it is.

        :param rule: the rule.
        """
        with self._guard:
            self._rules = [each for each in self._rules if each is not rule]

    def clear(self) -> None:
        """Put every rule out of force; what was played stays counted."""
        with self._guard:
            self._rules = []

    def seed(self, number: int) -> None:
        """Fix which calls the rules with a ``percent`` pick, for tests that must repeat.

        :param number: whatever number; the same gives the same picks.
        """
        with self._guard:
            self._random.seed(number)

    def reset(self) -> None:
        """Put every rule out of force, and forget what was played."""
        with self._guard:
            self._rules, self._played = [], {}

    def play(self, request: Request, proceed: Proceed, clock: Clock) -> Answer:
        """Let a call pass, or meet its fault.

        :meta private:
        :param request: the request; its ``fault`` is set.
        :param proceed: carries the call out.
        :param clock: the sandbox's clock, for the fault that puts it off.
        :returns: what is sent, and how.
        :raises Refusal: if the call is refused and meets no fault.
        """
        rule = self._claim(request)
        if rule is None:
            return proceed(request)
        try:
            before = _carry_out(rule, request, proceed, clock) if rule.takes_effect else NOTHING
            answer = FAULTS[rule.fault].spoil(before, request, rule.parameters)
        except BaseException:  # whatever it was, the rule has a call more to go
            self._settle(rule, played=False)
            raise
        self._settle(rule, played=True)
        request.fault = rule.fault
        return answer

    def _claim(self, request: Request) -> Optional[Rule]:
        with self._guard:
            for rule in self._rules:
                if rule._matches(request) and rule._fires(self._random.random):
                    rule._claimed += 1
                    return rule
        return None

    def _settle(self, rule: Rule, *, played: bool) -> None:
        with self._guard:
            if not played:
                rule._claimed -= 1
                return
            rule.played += 1
            self._played[rule.fault] = self._played.get(rule.fault, 0) + 1
            if rule.played == rule.times and rule in self._rules:
                self._rules.remove(rule)


def _carry_out(rule: Rule, request: Request, proceed: Proceed, clock: Clock) -> Answer:
    if rule.fault != "clock_off":
        return _answer_of(request, proceed, but=UNAUTHORIZED)
    with clock.off(rule.parameters["seconds"]):
        answer = _answer_of(request, proceed)
        date = formatdate(clock.wall(), usegmt=True)
    return replace(answer, headers={**answer.headers, "Date": date})


def _answer_of(request: Request, proceed: Proceed, *, but: Optional[int] = None) -> Answer:
    """Carry a call out, and give also a refusal as an answer, but for one status."""
    try:
        return proceed(request)
    except Refusal as refusal:
        if refusal.status == but:
            raise
        return refusal.answer()


# A wrong value may be of a wrong type too: those that come over HTTP have passed no checker.


def _check_fault(fault: object, takes_effect: object) -> None:
    if not isinstance(fault, str) or fault not in FAULTS:
        raise ValueError("There is no fault {!r}; there are {}".format(fault, ", ".join(FAULTS)))
    if takes_effect is not None and not isinstance(takes_effect, bool):
        raise ValueError(f"takes_effect must be True, False or None, not {takes_effect!r}")
    if fault == "clock_off" and takes_effect is False:
        raise ValueError("takes_effect of clock_off cannot be False: its calls are carried out")


def _check_calls(method: object, path: object) -> None:
    if method is not None and not (isinstance(method, str) and method.isalpha()):
        raise ValueError(f"method must be a method of HTTP, like POST, not {method!r}")
    if path is not None and not (isinstance(path, str) and path):
        raise ValueError(f'path must be a pattern, like "*/messages.json", not {path!r}')


def _check_numbers(times: object, percent: object, skip: object) -> None:
    if times is not None and not is_whole(times, 1):
        raise ValueError(f"times must be a whole number above 0, or None, not {times!r}")
    if not is_number(percent, 1, 100):
        raise ValueError(f"percent must be a number from 1 to 100, not {percent!r}")
    if not is_whole(skip, 0):
        raise ValueError(f"skip must be a whole number, 0 or more, not {skip!r}")
