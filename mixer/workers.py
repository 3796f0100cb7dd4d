"""Two stems at a time: tasks in threads, their results in the order of the tasks.

One rule: torch keeps to one thread inside, so the bits of a result never depend on the number of
cores, and on a busy machine no core spins in wait for another (ten times slower, as measured).
"""

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

_WORKERS = 2  # each holds about 400 MB for three minutes

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextlib.contextmanager
def one_torch_thread() -> Iterator[None]:
    """Keep torch to one thread for a while."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def two_at_a_time(
    task: Callable[[Item], Result], items: Iterable[Item], then: Callable[[int, Result], None]
) -> None:
    """Do task(item) for every item, and then(place, result) in order in the caller's thread.

    At most one result waits unseen. An error or an interruption starts no further task, and waits
    for those that run.
    """
    waiting: deque[Future[Result]] = deque()
    seen = 0
    with one_torch_thread(), ThreadPoolExecutor(_WORKERS) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(task, item))
                if len(waiting) > _WORKERS:
                    then(seen, waiting.popleft().result())
                    seen += 1
            for place, future in enumerate(waiting, seen):
                then(place, future.result())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
