"""Side by side: the writes of one call, as many at a time as a service allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

Given = TypeVar("Given")
Done = TypeVar("Done")


def side_by_side(do: Callable[[Given], Done], given: Sequence[Given], at_once: int) -> list[Done]:
    """`do` for each, at most `at_once` at a time; what each gave, in order.

    None of them may depend on another one. `do` says of one write that it failed by what it gives;
    when it raises, nothing further is begun, what was begun is waited for, and then it is raised:
    the caller knows of none of these writes whether it was done.
    """
    stop = Event()

    def one(item: Given) -> Done | None:
        if stop.is_set():
            return None
        try:
            return do(item)
        except BaseException:
            stop.set()
            raise

    with ThreadPoolExecutor(at_once, thread_name_prefix="write") as pool:
        running = [pool.submit(one, item) for item in given]
    raised = [e for f in running if (e := f.exception()) is not None]
    if raised:
        raise raised[0]
    return [f.result() for f in running]  # type: ignore[misc]  # None only after something raised
