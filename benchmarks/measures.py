"""What is measured for each kind of row."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from processes import HERE
from turns import US, Pace, Race, Result, medians, ratios

if TYPE_CHECKING:
    from processes import Bench

SEVEN = "from vivialconnect import Resource, Account, User, Message, Attachment, Number, Log"
CALLS_IN_A_THREAD = 40  # of 20 ms each
MICRO = 1e6


def processor(
    bench: Bench,
    pace: Pace,
    *,
    operation: str,
    others: Sequence[str],
    length: int | None = None,
    way: str = "plain",
) -> list[Result]:
    """Return the ratios of our processor time a call to that of each other."""
    arguments = () if length is None else (length,)
    taken = Race(bench, (US, *others), operation, arguments, way).checked_run(pace)
    return [_processor_result(taken, name) for name in others]


def _processor_result(taken: Any, name: str) -> Result:
    samples = ratios(taken, name, lambda ours, theirs: ours["cpu"] / theirs["cpu"])
    both = [MICRO * cpu for cpu in medians(taken, "cpu", US, name)]
    return Result(name, samples, "{:,.0f} / {:,.0f} µs".format(*both))


def signing(bench: Bench, pace: Pace, *, release: str, aws: str) -> list[Result]:
    """Return the ratios of signing alone: no call is made."""
    names = (US, release, aws)
    race = Race(bench, names, "sign")
    # Here all are at their first URL; later each is at its own.
    if race.order(US, 1)["view"] != race.order(release, 1)["view"]:
        raise ValueError("the same request was signed in two ways")
    if race.order(aws, 1)["view"] != "AWS4-HMAC-SHA256":
        raise ValueError("this is no signature of version 4")
    taken = race.run(pace.rounds, {name: race.calibrate(name, pace.block) for name in names})
    return [_processor_result(taken, name) for name in names[1:]]


def throughput(bench: Bench, pace: Pace, *, threads: int, others: Sequence[str]) -> list[Result]:
    """Return the ratios of calls a second, where each answer takes its time."""
    race = Race(bench, (US, *others), "find_one", way="slow", threads=threads)
    for name in race.names:
        race.check(name)
    each = CALLS_IN_A_THREAD if pace.block else 1
    taken = race.run((pace.rounds + 1) // 2, dict.fromkeys(race.names, threads * each))
    results = []
    for name in others:
        samples = ratios(taken, name, lambda ours, theirs: theirs["wall"] / ours["wall"])
        both = [1 / wall for wall in medians(taken, "wall", US, name)]
        results.append(Result(name, samples, "{:,.0f} / {:,.0f} calls/s".format(*both)))
    return results


def connections(bench: Bench, _pace: Pace, *, threads: int) -> list[Result]:
    """Return the number of connections that 1,000 calls open; in threads, all at once."""
    way = "plain" if threads == 1 else "slow"
    race = Race(bench, (US,), "find_one", way=way, threads=threads)
    bench.counts()
    race.order(US, threads * math.ceil(1000 / threads))
    counts = bench.counts()
    bench.dismiss()
    race.check(US)
    bench.dismiss()
    return [Result("", [counts["connections"]], "{:,} requests".format(counts["requests"]))]


def server(bench: Bench, pace: Pace) -> list[Result]:
    """Return how many times as fast as any client the server is, asked by a bare socket."""
    raw, fastest = "a raw socket", "http.client"
    taken = Race(bench, (raw, fastest, US), "find_one").checked_run(pace)
    samples = [theirs["wall"] / bare["wall"] for bare, theirs in zip(taken[raw], taken[fastest])]
    rates = [1 / wall for wall in medians(taken, "wall", raw, fastest, US)]
    note = "{:,.0f} / {:,.0f} calls/s; vivialconnect {:,.0f}".format(*rates)
    return [Result(fastest, samples, note)]


def inside(bench: Bench, pace: Pace, *, measure: str, noun: str, versus: str) -> list[Result]:
    """Return what is measured without a server."""
    return [Result(versus, bench.inside(measure, noun, pace.rounds))]


def reading(bench: Bench, pace: Pace, *, field: str) -> list[Result]:
    """Return the nanoseconds of reading a field, and those of a plain attribute beside them."""
    samples = bench.inside("reading", field, pace.rounds)
    plain = median(bench.inside("reading plain", field, pace.rounds))
    return [Result("", samples, "a plain attribute: {:.0f} ns".format(plain))]


def scaling(bench: Bench, pace: Pace, *, noun: str, versus: str) -> list[Result]:
    """Return how much the cost of a row depends on the length of the list."""
    samples = bench.inside("scaling", noun, pace.rounds)
    plain = bench.inside("scaling plain", noun, pace.rounds)
    return [Result(versus, samples, "json.loads alone: {:.2f}".format(*plain))]


def peak(bench: Bench, _pace: Pace, *, other: str, length: int) -> list[Result]:
    """Return the ratio of the most memory that finding a list takes."""
    race = Race(bench, (US, other), "find_list", (length,))
    for name in race.names:
        race.check(name)
    ours, theirs = (race.order(name, 1, peak=True)["peak"] for name in race.names)
    bench.dismiss()
    note = "{:.1f} / {:.1f} MB".format(ours / 1e6, theirs / 1e6)
    return [Result(other, [ours / theirs], note)]


def imports(bench: Bench, pace: Pace) -> list[Result]:
    """Return the ratio of importing the seven names to importing requests, in fresh processes."""
    programs = [["-c", "pass"], ["-c", SEVEN], ["-c", "import requests"]]
    rounds = [[seconds for seconds, _ in each] for each in _fresh_rounds(bench, pace, programs)]
    samples = [(ours - bare) / (theirs - bare) for bare, ours, theirs in rounds]
    note = "{:.0f} / {:.0f} ms, without {:.0f} ms of the interpreter".format(
        1e3 * median(ours - bare for bare, ours, _ in rounds),
        1e3 * median(theirs - bare for bare, _, theirs in rounds),
        1e3 * median(bare for bare, _, _ in rounds),
    )
    return [Result("import requests", samples, note)]


def cold(bench: Bench, pace: Pace, *, other: str) -> list[Result]:
    """Return the ratio of scripts from their start to the first answer."""
    script = str(HERE / "cold.py")
    programs = [[script, name, bench.origin("plain")] for name in (US, other)]
    samples, wholes, both = [], [], []
    for ours, theirs in _fresh_rounds(bench, pace, programs):
        wholes.append(ours[0] / theirs[0])
        (found, until), (found_too, until_too) = ours[1], theirs[1]
        if (found, found_too) != ("1", "1"):
            raise ValueError("found {} and {}, not 1".format(found, found_too))
        both.append((float(until), float(until_too)))
        samples.append(float(until) / float(until_too))
    note = "{:.0f} / {:.0f} ms; to the end of the process {:.2f}".format(
        *(1e3 * median(each) for each in zip(*both)), median(wholes)
    )
    return [Result(other, samples, note)]


def _fresh_rounds(
    bench: Bench, pace: Pace, programs: list[list[str]]
) -> list[list[tuple[float, list[str]]]]:
    """Return what each program took and said, round by round, after one that compiles."""
    rounds = [[bench.fresh(program) for program in programs] for _ in range(1 + 2 * pace.rounds)]
    return rounds[1:]


def wheel(bench: Bench, _pace: Pace) -> list[Result]:
    """Return the kilobytes of the wheel, without what is no program in the sandbox."""
    path = bench.wheel()
    with zipfile.ZipFile(str(path)) as archive:
        left_out = sum(
            entry.compress_size
            for entry in archive.infolist()
            if "/sandbox/" in entry.filename and not entry.filename.endswith(".py")
        )
    whole = path.stat().st_size
    return [Result("", [(whole - left_out) / 1000], "the whole: {:.0f} KB".format(whole / 1000))]
