"""Rules: which requests trigger which fault, and how often."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from fnmatch import fnmatchcase
from typing import Any, Callable

from vivialconnect.sandbox.chaos.faults import FAULTS, NO_RESPONSE, is_integer, is_number
from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import HTTPError, Response
from vivialconnect.sandbox.service.clock import Clock

Proceed = Callable[[Request], Response]

UNAUTHORIZED = 401


@dataclass(eq=False)
class Rule:
    """A rule that decides which requests trigger a fault.

    :param id: the id of the rule.
    :param fault: the name of the fault.
    :param method: the method of the requests; ``None`` for all.
    :param path: a pattern for their path, as in ``fnmatch``; ``None`` for all.
    :param times: how many requests trigger the fault; ``None`` for all.
    :param percent: the percentage of matching requests that trigger it.
    :param skip: how many matching requests pass first.
    :param takes_effect: whether a request is carried out before the fault applies.
    :param parameters: the parameters of the fault.
    :param played: how many requests have triggered the fault.
    """

    id: int
    fault: str
    method: str | None
    path: str | None
    times: int | None
    percent: float
    skip: int
    takes_effect: bool
    parameters: Mapping[str, Any]
    played: int = 0
    _matched: int = field(default=0, repr=False)
    # Requests that have triggered the fault or are about to.
    _claimed: int = field(default=0, repr=False)

    def as_document(self) -> dict[str, Any]:
        """Return the rule as a JSON object; its parameters are top-level keys."""
        names = ("id", "fault", "method", "path", "times", "percent", "skip", "takes_effect")
        document = {name: getattr(self, name) for name in names}
        return {**document, **self.parameters, "played": self.played}

    def _matches(self, request: Request) -> bool:
        return self.method in {None, request.method} and (
            self.path is None or fnmatchcase(request.path, self.path)
        )

    def _fires(self, random_number: Callable[[], float]) -> bool:
        """Count a matching request, and return whether it triggers the fault."""
        self._matched += 1
        if self._matched <= self.skip or self._claimed == self.times:
            return False
        return random_number() * 100 < self.percent


class Chaos:
    """The fault injection of a sandbox. It is thread-safe.

    :param changed: called after each change of the rules or the counts.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._random = random.Random()  # noqa: S311 - not for security
        self._rules: list[Rule] = []
        self._played: dict[str, int] = {}
        self._last_id = 0

    def __repr__(self) -> str:
        return f"<Chaos {len(self.rules)} rules>"

    @property
    def rules(self) -> list[Rule]:
        """The rules in force, in order. Only the first rule that fires applies."""
        with self._lock:
            return list(self._rules)

    @property
    def played(self) -> dict[str, int]:
        """How many requests triggered each fault since the start or the last reset, by name."""
        with self._lock:
            return dict(self._played)

    def add(
        self,
        fault: str,
        /,
        *,
        method: str | None = None,
        path: str | None = None,
        times: int | None = None,
        percent: float = 100,
        skip: int = 0,
        takes_effect: bool | None = None,
        **parameters: Any,
    ) -> Rule:
        """Add a rule after the existing ones.

        If the fault takes effect first, a request with an invalid signature is refused with 401 and
        triggers no fault.

        :param fault: the name of the fault; the guide to the sandbox lists them.
        :param method: the method of the requests that trigger it; all by default.
        :param path: a pattern (``*``, ``?``, ``[]``) for their path as sent, without the query; all
            by default.
        :param times: how many requests trigger it before the rule ends; all by default.
        :param percent: the percentage of matching requests that trigger it, from 1 to 100.
        :param skip: how many matching requests pass first.
        :param takes_effect: whether a request is carried out before the fault applies; the default
            depends on the fault.
        :param parameters: the parameters of the fault.
        :returns: the rule.
        :raises ValueError: if a name or a value is invalid.
        """
        _check_fault(fault, takes_effect)
        _check_pattern(method, path)
        _check_numbers(times, percent, skip)
        values = FAULTS[fault].read(fault, parameters)
        effect = FAULTS[fault].takes_effect if takes_effect is None else takes_effect
        verb = None if method is None else method.upper()
        with self._lock:
            self._last_id += 1
            rule = Rule(self._last_id, fault, verb, path, times, percent, skip, effect, values)
            self._rules.append(rule)
        self._changed()
        return rule

    def remove(self, rule: Rule) -> None:
        """Remove a rule; ignored if it has ended.

        :param rule: the rule.
        """
        with self._lock:
            self._rules = [each for each in self._rules if each is not rule]
        self._changed()

    def clear(self) -> None:
        """Remove all rules, and keep the counts."""
        with self._lock:
            self._rules = []
        self._changed()

    def seed(self, number: int) -> None:
        """Seed the random choices of rules with a ``percent``, to make them reproducible.

        :param number: the seed.
        """
        with self._lock:
            self._random.seed(number)

    def reset(self) -> None:
        """Remove all rules and counts."""
        with self._lock:
            self._rules, self._played = [], {}

    def play(self, request: Request, proceed: Proceed, clock: Clock) -> Response:
        """Carry out a request, or apply the fault that it triggers.

        :meta private:
        :param request: the request; sets its ``fault``.
        :param proceed: carries the request out.
        :param clock: the clock that the fault ``clock_off`` shifts.
        :raises HTTPError: if the request is refused and triggers no fault.
        """
        rule = self._claim(request)
        if rule is None:
            return proceed(request)
        try:
            before = NO_RESPONSE
            if rule.takes_effect:
                before = _carry_out(rule, request, proceed, clock)
            response = FAULTS[rule.fault].spoil(before, request, rule.parameters)
        except BaseException:
            self._complete(rule, played=False)
            raise
        self._complete(rule, played=True)
        request.fault = rule.fault
        return response

    def _claim(self, request: Request) -> Rule | None:
        with self._lock:
            for rule in self._rules:
                if rule._matches(request) and rule._fires(self._random.random):
                    rule._claimed += 1
                    return rule
        return None

    def _complete(self, rule: Rule, *, played: bool) -> None:
        with self._lock:
            if not played:
                rule._claimed -= 1
                return
            rule.played += 1
            self._played[rule.fault] = self._played.get(rule.fault, 0) + 1
            if rule.played == rule.times and rule in self._rules:
                self._rules.remove(rule)
        self._changed()


def _carry_out(rule: Rule, request: Request, proceed: Proceed, clock: Clock) -> Response:
    if rule.fault != "clock_off":
        return _response_to(request, proceed, raised_status=UNAUTHORIZED)
    with clock.off(rule.parameters["seconds"]):
        response = _response_to(request, proceed)
        date = formatdate(clock.wall(), usegmt=True)
    return response._replace(headers={**response.headers, "Date": date})


def _response_to(
    request: Request, proceed: Proceed, *, raised_status: int | None = None
) -> Response:
    """Return the response, including error responses other than ``raised_status``."""
    try:
        return proceed(request)
    except HTTPError as error:
        if error.status == raised_status:
            raise
        return error.response()


# Rules sent over HTTP may have values of any type.


def _check_fault(fault: object, takes_effect: object) -> None:
    if not isinstance(fault, str) or fault not in FAULTS:
        raise ValueError("fault must be one of {}, got {!r}".format(", ".join(FAULTS), fault))
    if takes_effect is not None and not isinstance(takes_effect, bool):
        raise ValueError(f"takes_effect must be True, False or None, got {takes_effect!r}")
    if fault == "clock_off" and takes_effect is False:
        raise ValueError("takes_effect of clock_off must not be False")


def _check_pattern(method: object, path: object) -> None:
    if method is not None and not (isinstance(method, str) and method.isalpha()):
        raise ValueError(f"method must be an HTTP method such as POST, got {method!r}")
    if path is not None and not (isinstance(path, str) and path):
        raise ValueError(f'path must be a pattern such as "*/messages.json", got {path!r}')


def _check_numbers(times: object, percent: object, skip: object) -> None:
    if times is not None and not is_integer(times, 1):
        raise ValueError(f"times must be an integer above 0 or None, got {times!r}")
    if not is_number(percent, 1, 100):
        raise ValueError(f"percent must be a number from 1 to 100, got {percent!r}")
    if not is_integer(skip, 0):
        raise ValueError(f"skip must be an integer of at least 0, got {skip!r}")
