"""What is measured inside one process, without a server: ``inside.py MEASURE ROUNDS``.

It prints the samples as JSON. Of the client's own parts it uses the step from a parsed answer to
rows, which no public call has alone.
"""

from __future__ import annotations

import gc
import json
import sys
import time
import tracemalloc
from functools import partial
from statistics import median
from timeit import Timer
from typing import Any, Callable

import data
from vivialconnect import Message, Number

LEAST = 0.05  # seconds of a block
CLASSES: dict[str, Any] = {"message": Message, "number": Number}


def rows_of(noun: str, answer: Any) -> Any:
    """Return the rows that the client makes of a parsed answer."""
    return CLASSES[noun]._read_list(answer)


def seconds(call: Callable[[], Any], calls: int) -> float:
    """Return the processor's seconds that a number of calls take."""
    began = time.process_time()
    for _ in range(calls):
        call()
    return time.process_time() - began


def enough(call: Callable[[], Any], least: float = LEAST) -> int:
    """Return the number of calls that make a block long enough."""
    calls = 1
    while seconds(call, calls) < least:
        calls *= 2
    return calls


def check(noun: str, length: int) -> bytes:
    """Return the text of a list, when the rows that are made of it are those that it has."""
    text = data.list_text(noun, length)
    rows = rows_of(noun, json.loads(text))
    wanted = [data.ROWS[noun](place + 1) for place in range(length)]
    if [dict(row.attributes) for row in rows] != wanted or rows[-1].id != length:
        raise ValueError("the rows are not those of the answer")
    return text


def parsing(noun: str, rounds: int) -> list[float]:
    """Return ratios: parsing 1,000 and making rows of them, to parsing alone."""
    text = check(noun, 1000)

    def parse() -> Any:
        return json.loads(text)

    def parse_to_rows() -> Any:
        return rows_of(noun, json.loads(text))

    calls = enough(parse)
    return [seconds(parse_to_rows, calls) / seconds(parse, calls) for _ in range(rounds)]


def held(make: Callable[[], Any]) -> int:
    """Return the bytes that what is made holds."""
    gc.collect()
    tracemalloc.start()
    made = make()
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del made
    return size


def size(noun: str, rounds: int) -> list[float]:  # noqa: ARG001 - the same each time
    """Return the ratio of the bytes of 1,000 rows to those of the same as raw dicts."""
    text = check(noun, 1000)
    rows = held(lambda: rows_of(noun, json.loads(text)))
    return [rows / held(lambda: json.loads(text))]


class Plain:
    """What the reading of a field is compared with: the attribute of an ordinary object."""

    def __init__(self) -> None:
        self.__dict__.update(data.message())


def reading_by(rows: list[Any], fields: list[str], rounds: int) -> list[float]:
    """Return samples of the nanoseconds that it takes to read a field, in many rows in turn."""
    if [getattr(rows[0], field) for field in fields] != [data.message()[field] for field in fields]:
        raise ValueError("the fields are not those of the row")
    laps = 20
    clock = time.process_time_ns
    statement = "for row in rows: " + "; ".join("row." + field for field in fields)
    read = Timer(statement, timer=clock, globals={"rows": rows})
    empty = Timer("for row in rows: pass", timer=clock, globals={"rows": rows})
    reads = laps * len(rows) * len(fields)
    return [(read.timeit(laps) - empty.timeit(laps)) / reads for _ in range(rounds)]


def some_rows() -> list[Any]:
    """Return 1,000 messages."""
    return list(rows_of("message", json.loads(data.list_text("message", 1000))))


def reading(field: str, rounds: int) -> list[float]:
    """Return the nanoseconds that it takes to read the id of a row, or its other fields."""
    others = [name for name in data.message() if name != "id"]
    return reading_by(some_rows(), ["id"] if field == "id" else others, rounds)


def reading_plain(_field: str, rounds: int) -> list[float]:
    """Return the nanoseconds that it takes to read the attributes of an ordinary object."""
    return reading_by([Plain() for _ in range(1000)], list(data.message()), rounds)


def dearest(noun: str, rounds: int, make: Callable[[bytes], Any]) -> list[float]:
    """Return the ratio of the dearest row to the cheapest, in lists of 10 to 10,000."""
    calls = [partial(make, check(noun, length)) for length in data.LENGTHS]
    times = [enough(call) for call in calls]
    samples: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for place, call in enumerate(calls):
            rows = times[place] * data.LENGTHS[place]
            samples[place].append(seconds(call, times[place]) / rows)
    costs = [median(sample) for sample in samples]
    return [max(costs) / min(costs)]


def scaling(noun: str, rounds: int) -> list[float]:
    """Return how much dearer a row is in one list than in another of another length."""
    return dearest(noun, rounds, lambda text: rows_of(noun, json.loads(text)))


def scaling_plain(noun: str, rounds: int) -> list[float]:
    """Return the same of a dict that is parsed and not made a row."""
    return dearest(noun, rounds, json.loads)


MEASURES: dict[str, Callable[[str, int], list[float]]] = {
    "parsing": parsing,
    "size": size,
    "reading": reading,
    "reading plain": reading_plain,
    "scaling": scaling,
    "scaling plain": scaling_plain,
}

if __name__ == "__main__":
    measured, wanted_noun, wanted_rounds = sys.argv[1:]
    print(json.dumps(MEASURES[measured](wanted_noun, int(wanted_rounds))))
