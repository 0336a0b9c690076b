"""Writes over HTTP: looked for before every repeat, and never sent again once they are there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from concord.errors import SystemUnavailable
from concord.systems.http.client import Client, Unanswered
from concord.systems.http.once import UNREACHED, Failing, Once
from concord.systems.http.patience import Patience

LOST = Unanswered("no answer in time")


class Target:
    """Answers what it is told to, and keeps the order of what it was asked."""

    def __init__(self, *answers: Exception | str, done_after: int = 99) -> None:
        self.answers, self.done_after = iter(answers), done_after
        self.asked: list[str] = []

    def send(self) -> str:
        self.asked.append("send")
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def look(self) -> str | None:
        self.asked.append("look")
        return "found" if self.asked.count("send") >= self.done_after else None


@pytest.fixture
def once() -> Iterator[Once[str]]:
    with Client("crm", "http://127.0.0.1:1", Patience(tries=3), sleep=lambda _: None) as client:
        yield Once(client)


def test_an_answer_ends_it(once: Once[str]) -> None:
    target = Target("made")
    assert once.write(target.send, target.look) == "made"
    assert target.asked == ["send"]


def test_a_write_that_was_done_is_found_and_not_sent_again(once: Once[str]) -> None:
    target = Target(LOST, done_after=1)
    assert once.write(target.send, target.look) == "found"
    assert target.asked == ["send", "look"]


def test_a_write_that_is_not_there_is_sent_again_after_a_look(once: Once[str]) -> None:
    target = Target(LOST, "made")
    assert once.write(target.send, target.look) == "made"
    assert target.asked == ["send", "look", "send"]


def test_tries_are_bounded_and_end_with_a_look(once: Once[str]) -> None:
    target = Target(LOST, LOST, LOST)
    with pytest.raises(Unanswered):
        once.write(target.send, target.look)
    assert target.asked == ["send", "look"] * 3


def test_a_service_that_answers_nobody_is_away(once: Once[str]) -> None:
    for _ in range(UNREACHED - 1):
        target = Target(LOST, LOST, LOST)
        with pytest.raises(Unanswered):
            once.write(target.send, target.look)
    target = Target(LOST, LOST, LOST)
    with pytest.raises(SystemUnavailable, match="no answer in time"):
        once.write(target.send, target.look)


def test_an_answer_in_between_shows_that_it_is_there(once: Once[str]) -> None:
    for _ in range(2 * UNREACHED):
        target = Target(LOST, LOST, LOST)
        with pytest.raises(Unanswered):
            once.write(target.send, target.look)
        fine = Target("made")
        once.write(fine.send, fine.look)


def test_records_on_which_the_service_itself_fails_stop_nobody_else(once: Once[str]) -> None:
    error = Unanswered("status 500", 500)
    for _ in range(2 * UNREACHED):
        target = Target(error, error, error)
        with pytest.raises(Failing, match="500"):
            once.write(target.send, target.look)


def test_a_record_is_not_given_up_while_a_try_of_it_may_still_arrive(once: Once[str]) -> None:
    error = Unanswered("status 500", 500)
    target = Target(LOST, error, error)
    with pytest.raises(Unanswered):
        once.write(target.send, target.look)
