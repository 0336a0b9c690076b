"""Once: a write over HTTP that has one effect or none, whatever becomes of its replies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from concord.systems.http.client import Client, Unanswered

Done = TypeVar("Done")
UNREACHED = 3  # writes in a row that nobody answered: then the service is away, not the record bad
ON_THE_ROAD = frozenset({None, 408, 425, 502, 503, 504})  # no word from the service itself


class Failing(Exception):
    """The service answered every try with an error of its own, and did nothing."""


@dataclass
class Once(Generic[Done]):
    """Writes of one call, each sent under a key that the service keeps, unique, with the effect.

    The key makes a repeat harmless even when the first sending arrives after it.
    """

    client: Client
    unanswered: int = 0  # writes in a row

    def write(self, send: Callable[[], Done], look: Callable[[], Done | None]) -> Done:
        """Send, and look before every repeat whether it was done: `look` gives None if not so far.

        Raises:
            Unanswered: no answer in all tries, and the key is not there. It may still arrive.
            Failing: it is this write that the service cannot do; the others may go on.
            SystemUnavailable: it cannot be reached, or has left several writes unanswered.
        """
        tried, on_the_road = 0, False
        while True:
            tried += 1
            try:
                done: Done | None = send()
            except Unanswered as e:
                on_the_road |= e.status in ON_THE_ROAD
                seconds = self.client.patience.wait(tried)
                self.client.rest(seconds or 0.0)
                done = look()
                if done is None and seconds is None:
                    raise self._give_up(e, on_the_road=on_the_road) from None
            if done is not None:
                self.unanswered = 0
                return done

    def _give_up(self, error: Unanswered, *, on_the_road: bool) -> Exception:
        """`on_the_road`: one of the tries may not have arrived yet."""
        if not on_the_road:
            self.unanswered = 0
            return Failing(str(error))
        self.unanswered += 1
        if self.unanswered >= UNREACHED:
            return self.client.unavailable(f"{self.unanswered} writes in a row: {error}")
        return error
