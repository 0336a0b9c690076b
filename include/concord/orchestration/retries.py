"""Which failures are tried again, and when: the one place that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import RetryDecision, RetryPolicy

from concord.errors import ConcordError, Transient
from concord.orchestration.failures import Stopped

if TYPE_CHECKING:
    from airflow.sdk import Context

    from concord.model.spec import Lane


class RetryByKind(RetryPolicy):
    """Try again what passes by itself; fail at once what a person has to see to.

    `Transient` errors (a system or the hub is away, a lease was lost) and errors that we do not
    know (a deadlock, a broken pipe) are tried again after `first`, twice that, and so on up to
    `longest`. Any other error of ours is final: wrong configuration, refused credentials, a
    stopped entity, books that do not balance.
    """

    def __init__(self, first: timedelta, longest: timedelta) -> None:
        self.first, self.longest = first, longest

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,
        max_tries: int,
        context: Context | None = None,
    ) -> RetryDecision:
        """What Airflow is to do after the failed try `try_number` (the first is 1)."""
        error = exception.error if isinstance(exception, Stopped) else exception
        kind = type(error).__name__
        if isinstance(error, ConcordError) and not isinstance(error, Transient):
            return RetryDecision.fail(f"{kind}: trying again does not help")
        if try_number > max_tries:
            return RetryDecision.retry(reason=f"{kind}: that was the last try")
        delay = self.delay(try_number)
        return RetryDecision.retry(delay, f"{kind}: again in {delay.total_seconds():.0f} s")

    def delay(self, try_number: int) -> timedelta:
        """How long to wait after the failed try `try_number`."""
        doubled: timedelta = self.first * 2 ** min(try_number - 1, 16)
        return min(doubled, self.longest)


@dataclass(frozen=True)
class Patience:
    """How often and how long a lane tries again."""

    retries: int
    first: timedelta
    longest: timedelta

    @classmethod
    def of(cls, lane: Lane) -> Patience:
        """A lane that is due in minutes gives up within its deadline, a slow one waits longer."""
        if lane.deadline_minutes <= 15:
            return cls(3, timedelta(seconds=5), timedelta(seconds=30))
        return cls(6, timedelta(seconds=15), timedelta(minutes=10))

    def task_arguments(self) -> dict[str, Any]:
        """The arguments for Airflow's tasks.

        The plain delays hold where no policy is asked, as after a killed process.
        """
        return {
            "retries": self.retries,
            "retry_delay": self.first,
            "retry_exponential_backoff": 2.0,
            "max_retry_delay": self.longest,
            "retry_policy": RetryByKind(self.first, self.longest),
        }
