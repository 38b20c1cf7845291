"""How each kind of row is measured: contestants in turn, again and again, and their ratios."""

from __future__ import annotations

import zipfile
from statistics import median, quantiles
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import data
from processes import Bench
from signatures import check_signature

US = "vivialconnect"
MESSAGE_VIEW = [1, data.BODY]
#: What the services of others call their rows.
OTHER_IDS = {"twilio": data.TWILIO_MESSAGE, "stripe": data.STRIPE_CUSTOMER}
UNSIGNED = ("twilio", "stripe")
SEVEN = "from vivialconnect import Resource, Account, User, Message, Attachment, Number, Log"


class Pace(NamedTuple):
    """How long a run takes, and so how exact it is."""

    rounds: int
    #: Seconds of the processor that a contestant's block of calls takes.
    block: float


class Result(NamedTuple):
    """What was measured for one line of the table."""

    versus: str
    samples: List[float]
    note: str = ""

    @property
    def value(self) -> float:
        """The median of the samples."""
        return median(self.samples)

    @property
    def quartiles(self) -> Optional[Tuple[float, float]]:
        """The first and the third quartile; ``None`` of what was measured once."""
        if len(self.samples) < 2:  # noqa: PLR2004 - one has no spread
            return None
        first, _, third = quantiles(self.samples, n=4, method="inclusive")
        return first, third


def order_of(operation: str, calls: int, *arguments: Any, threads: int = 1) -> Dict[str, Any]:
    """Return the order for a contestant's process."""
    return {
        "operation": operation,
        "arguments": arguments,
        "calls": calls,
        "threads": threads,
    }


def expected_view(name: str, operation: str, arguments: Sequence[Any]) -> Any:
    """Return what the view of a right answer is."""
    if operation == "find_list":
        return [arguments[0], arguments[0], data.BODY]
    return [OTHER_IDS[name], data.BODY] if name in OTHER_IDS else MESSAGE_VIEW


def check(bench: Bench, name: str, way: str, order: Dict[str, Any]) -> None:
    """Make one call, and see that it is signed, and answered as it must be."""
    bench.counts()
    view = bench.worker(name, way).ask({**order, "calls": order["threads"]})["view"]
    counts = bench.counts()
    wanted = expected_view(name, order["operation"], order["arguments"])
    if view != wanted or counts["requests"] != order["threads"]:
        raise ValueError("{}: {!r} by {}".format(name, view, counts))
    if name not in UNSIGNED:
        check_signature(counts["last"].encode("latin-1"))


def calibrated(bench: Bench, name: str, way: str, order: Dict[str, Any], block: float) -> int:
    """Return the number of calls that make a block long enough."""
    calls = 1
    while True:
        spent = bench.worker(name, way).ask({**order, "calls": calls})["cpu"]
        if spent >= block / 2:
            return max(1, round(calls * block / spent))
        calls *= 2


def in_turn(
    bench: Bench, pace: Pace, names: Sequence[str], way: str, order: Dict[str, Any]
) -> Dict[str, List[Dict[str, Any]]]:
    """Let the contestants make their calls in turn, and return what each round took a call."""
    for name in names:
        if order["operation"] != "sign":
            check(bench, name, way, order)
    calls = {name: order["calls"] or calibrated(bench, name, way, order, pace.block)
             for name in names}  # fmt: skip
    taken: Dict[str, List[Dict[str, Any]]] = {name: [] for name in names}
    for _ in range(pace.rounds):
        for name in names:
            took = bench.worker(name, way).ask({**order, "calls": calls[name]})
            for kind in ("cpu", "wall"):
                took[kind] /= calls[name]
            taken[name].append(took)
    bench.dismiss()
    return taken


def processor(
    bench: Bench,
    pace: Pace,
    *,
    operation: str,
    others: Sequence[str],
    length: Optional[int] = None,
    way: str = "plain",
) -> List[Result]:
    """Return the ratios of our processor time a call to that of each other."""
    order = order_of(operation, 0, *([] if length is None else [length]))
    taken = in_turn(bench, pace, (US, *others), way, order)
    if operation == "sign":
        check_signing(taken)
    results = []
    for name in others:
        pairs = zip(taken[US], taken[name])
        samples = [ours["cpu"] / theirs["cpu"] for ours, theirs in pairs]
        both = (1e6 * median(took["cpu"] for took in taken[who]) for who in (US, name))
        results.append(Result(name, samples, "{:,.0f} / {:,.0f} µs".format(*both)))
    return results


def check_signing(taken: Dict[str, List[Dict[str, Any]]]) -> None:
    """See that the release gives the same kind of signature, and AWS its own."""
    for name, rounds in taken.items():
        view = rounds[0]["view"]
        right = view == "AWS4-HMAC-SHA256" if name.startswith("botocore") else len(view) == 64  # noqa: PLR2004 - hexadecimal digits of SHA-256
        if not right:
            raise ValueError("{} signed {!r}".format(name, view))


def throughput(
    bench: Bench, pace: Pace, threads: int, calls: int, others: Sequence[str]
) -> List[Result]:
    """Return the ratios of calls a second, where each answer takes its time."""
    order = order_of("find_one", threads * calls, threads=threads)
    taken = in_turn(bench, Pace(max(3, pace.rounds // 2), 0), (US, *others), "slow", order)
    results = []
    for name in others:
        pairs = zip(taken[US], taken[name])
        samples = [theirs["wall"] / ours["wall"] for ours, theirs in pairs]
        both = (1 / median(took["wall"] for took in taken[who]) for who in (US, name))
        results.append(Result(name, samples, "{:,.0f} / {:,.0f} calls/s".format(*both)))
    return results


def connections(bench: Bench, _pace: Pace, threads: int) -> List[Result]:
    """Return the number of connections that 1,000 calls open."""
    way = "plain" if threads == 1 else "slow"
    order = order_of("find_one", threads * (1000 // threads), threads=threads)
    bench.counts()
    took = bench.worker(US, way).ask(order)
    counts = bench.counts()
    bench.dismiss()
    if took["view"] != MESSAGE_VIEW or counts["requests"] != order["calls"]:
        raise ValueError(counts)
    return [Result("", [counts["connections"]], "{:,} requests".format(counts["requests"]))]


def server(bench: Bench, pace: Pace) -> List[Result]:
    """Return how many calls a second the server answers, to how many the fastest client makes."""
    names = ("a raw socket", "http.client", US)
    bench.counts()
    taken = in_turn(bench, pace, names, "plain", order_of("find_one", 0))
    rates = {name: 1 / median(took["wall"] for took in rounds) for name, rounds in taken.items()}
    pairs = zip(taken[names[0]], taken["http.client"])
    samples = [theirs["wall"] / raw["wall"] for raw, theirs in pairs]
    note = "{:,.0f} / {:,.0f} calls/s; {}: {:,.0f}".format(*(rates[name] for name in names[:2]),
                                                           US, rates[US])  # fmt: skip
    return [Result("http.client", samples, note)]


def inside(bench: Bench, pace: Pace, measure: str, noun: str, versus: str) -> List[Result]:
    """Return what is measured without a server."""
    return [Result(versus, bench.inside(measure, noun, pace.rounds))]


def reading(bench: Bench, pace: Pace) -> List[Result]:
    """Return the nanoseconds of reading a field, and those of a plain attribute beside them."""
    samples = bench.inside("reading", "message", pace.rounds)
    plain = median(bench.inside("reading plain", "message", pace.rounds))
    return [Result("", samples, "a plain attribute: {:.0f} ns".format(plain))]


def peak(bench: Bench, _pace: Pace, other: str, length: int) -> List[Result]:
    """Return the ratio of the most memory that finding a list takes."""
    order = order_of("find_list", 1, length)
    peaks = []
    for name in (US, other):
        check(bench, name, "plain", order)
        took = bench.worker(name, "plain").ask({**order, "peak": True})
        if took["view"] != expected_view(name, "find_list", [length]):
            raise ValueError(took)
        peaks.append(took["peak"])
    bench.dismiss()
    note = "{:.1f} / {:.1f} MB".format(*(size / 1e6 for size in peaks))
    return [Result(other, [peaks[0] / peaks[1]], note)]


def imports(bench: Bench, pace: Pace) -> List[Result]:
    """Return the ratio of importing the seven names to importing requests, in fresh processes."""
    programs = [["-c", "pass"], ["-c", SEVEN], ["-c", "import requests"]]
    rounds = fresh_rounds(bench, pace, programs)
    samples = [(ours - bare) / (theirs - bare) for bare, ours, theirs in rounds]
    note = "{:.0f} / {:.0f} ms, without {:.0f} ms of the interpreter".format(
        1e3 * median(ours - bare for bare, ours, _ in rounds),
        1e3 * median(theirs - bare for bare, _, theirs in rounds),
        1e3 * median(bare for bare, _, _ in rounds),
    )
    return [Result("import requests", samples, note)]


def cold(bench: Bench, pace: Pace) -> List[Result]:
    """Return the ratio of whole scripts, from their start to the first answer."""
    from processes import HERE  # noqa: PLC0415

    programs = [
        [str(HERE / "cold.py"), name, bench.origin("plain")] for name in (US, "requests.Session")
    ]
    rounds = fresh_rounds(bench, pace, programs)
    note = "{:.0f} / {:.0f} ms".format(*(1e3 * median(each) for each in zip(*rounds)))
    return [Result("requests.Session", [ours / theirs for ours, theirs in rounds], note)]


def fresh_rounds(bench: Bench, pace: Pace, programs: List[List[str]]) -> List[List[float]]:
    """Return the processor's seconds of each program, round by round, after one that compiles."""
    rounds = [
        [bench.fresh(program) for program in programs] for _ in range(1 + 2 * pace.rounds)
    ]
    return rounds[1:]


def wheel(bench: Bench, _pace: Pace) -> List[Result]:
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
