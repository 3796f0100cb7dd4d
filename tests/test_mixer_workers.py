"""Two at a time: order, few results waiting, and an end that leaves nothing running."""

import threading
import time

import pytest
import torch

from mixer.workers import one_torch_thread, two_at_a_time


def test_results_come_in_the_order_of_the_tasks_and_few_wait() -> None:
    started: list[int] = []

    def task(number: int) -> int:
        started.append(number)
        time.sleep(0.02 if number % 2 else 0.001)
        return number

    seen = []
    for result in two_at_a_time(task, range(12)):
        seen.append(result)
        time.sleep(0.01)
        assert len(started) <= len(seen) + 3
    assert seen == list(range(12))


def test_an_error_in_whoever_takes_the_results_stops_the_rest() -> None:
    started: list[int] = []

    def task(number: int) -> int:
        started.append(number)
        return number

    with pytest.raises(KeyboardInterrupt):
        for result in two_at_a_time(task, range(100)):
            if result == 3:
                raise KeyboardInterrupt
    threads = threading.active_count()
    assert max(started) <= 7
    time.sleep(0.05)
    assert max(started) <= 7 and threading.active_count() <= threads


def test_an_error_in_a_task_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        list(two_at_a_time(lambda number: 1 // number, [2, 1, 0, 3]))


def test_torch_keeps_to_one_thread_inside_and_has_its_own_afterwards() -> None:
    threads = torch.get_num_threads()
    with one_torch_thread():
        assert torch.get_num_threads() == 1
        assert list(two_at_a_time(lambda _: torch.get_num_threads(), range(3))) == [1, 1, 1]
    assert torch.get_num_threads() == threads
