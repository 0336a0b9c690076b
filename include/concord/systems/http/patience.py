"""Patience: how long to wait for one answer, how often to ask, and how long to pause between."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime


@dataclass(frozen=True)
class Patience:
    """How an adapter treats a service that is slow, busy or away. Times are in seconds."""

    timeout: float = 30.0  # for one answer
    tries: int = 5  # of one request, the first one included
    pause: float = 0.5  # before the second try; doubles with each further one
    longest: float = 60.0  # pause, and the longest wait that a service may ask for

    def wait(self, tried: int, asked: float | None = None) -> float | None:
        """Seconds to pause after `tried` failed tries; None when it is time to give up.

        `asked` is what the service asked for: never less than that is waited. The pause is drawn
        from its upper half, so that clients that failed together do not come back together.
        """
        if tried >= self.tries or (asked is not None and asked > self.longest):
            return None
        pause = min(self.longest, self.pause * 2.0 ** (tried - 1)) * random.uniform(0.5, 1.0)
        return max(pause, asked or 0.0)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a reply asks to wait, from its Retry-After; None when it does not say.

    A date is compared with the reply's own Date: the service's clock may be far from ours.
    """
    said = headers.get("retry-after")
    if said is None:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        then = parsedate_to_datetime(said)
        now = parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (then - now).total_seconds())
    except (TypeError, ValueError):  # no date, or one without and one with a zone
        return None
