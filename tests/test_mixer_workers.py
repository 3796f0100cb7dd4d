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

    seen: list[int] = []

    def then(place: int, result: int) -> None:
        assert place == result == len(seen)
        seen.append(result)
        time.sleep(0.01)
        assert len(started) <= len(seen) + 3

    two_at_a_time(task, range(12), then)
    assert seen == list(range(12))


def test_an_error_in_whoever_takes_the_results_stops_the_rest() -> None:
    started: list[int] = []

    def task(number: int) -> int:
        started.append(number)
        return number

    def then(place: int, _: int) -> None:
        if place == 3:
            raise KeyboardInterrupt

    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        two_at_a_time(task, range(100), then)
    assert max(started) <= 6 and threading.active_count() == threads


def test_an_error_in_a_task_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        two_at_a_time(lambda number: 1 // number, [2, 1, 0, 3], lambda _, __: None)


def test_torch_keeps_to_one_thread_inside_and_has_its_own_afterwards() -> None:
    threads, seen = torch.get_num_threads(), []
    with one_torch_thread():
        assert torch.get_num_threads() == 1
        two_at_a_time(lambda _: torch.get_num_threads(), range(3), lambda _, n: seen.append(n))
    assert seen == [1, 1, 1]
    assert torch.get_num_threads() == threads
