"""The process of one contestant: ``worker.py NAME ORIGIN [BUNDLE]``.

Each line of standard input is an order as JSON, each line of standard output what came of it: the
processor's and the clock's seconds, and the view of what the last call returned.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import tracemalloc
from typing import Any, Callable

from contestants import CONTESTANTS


def repeat(call: Callable[[], Any], calls: int) -> Any:
    """Make a number of calls, and return what the last one returned."""
    answer = None
    for _ in range(calls):
        answer = call()
    return answer


def in_threads(call: Callable[[], Any], calls: int, threads: int) -> list[Any]:
    """Make the calls in so many threads, and return the last answer of each."""
    answers: list[Any] = []
    share = calls // threads
    started = [
        threading.Thread(target=lambda: answers.append(repeat(call, share))) for _ in range(threads)
    ]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    if len(answers) != threads:
        raise RuntimeError("a thread has failed")
    return answers


def measure(contestant: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Make the calls of an order, and return what they took."""
    operation, calls, threads = order["operation"], order["calls"], order.get("threads", 1)
    method = getattr(contestant, operation)
    arguments = order.get("arguments", ())
    prepare = getattr(contestant, "prepare_" + operation, None)
    if prepare is not None:
        prepare(calls)
    call = (lambda: method(*arguments)) if arguments else method
    clock, processor = time.perf_counter(), time.process_time()
    answers = [repeat(call, calls)] if threads == 1 else in_threads(call, calls, threads)
    took = {"cpu": time.process_time() - processor, "wall": time.perf_counter() - clock}
    views = [contestant.view(answer) for answer in answers]
    if any(view != views[0] for view in views):
        raise ValueError("the threads got different answers")
    return {**took, "view": views[0]}


def measure_peak(contestant: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Make one call, and return the most memory that was in use during it."""
    method = getattr(contestant, order["operation"])
    tracemalloc.start()
    answer = method(*order["arguments"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {"peak": peak, "view": contestant.view(answer)}


def main(name: str, origin: str, bundle: str = "") -> None:
    """Take orders until standard input ends."""
    contestant = CONTESTANTS[name](origin, bundle or None)
    for line in sys.stdin:
        order = json.loads(line)
        took = (measure_peak if order.get("peak") else measure)(contestant, order)
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
