"""Pages that are asked for: all of the desk's, and an answer counts only when it is the page."""

from __future__ import annotations

import httpx
import pytest
from starlette.routing import compile_path

from concord.bench.page_list import PAGES, Asked
from concord.bench.pages import LOOKED_UP, shows
from concord.bench.results import Taken
from concord.desk.routes import ROUTES

ELSEWHERE = {
    "/static/{name}", "/{path:path}",  # no pages
}  # fmt: skip


class Any(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return (
            "018f0000-0000-7000-8000-000000000000" if name in ("customer", "big", "order") else "1"
        )


def test_every_page_of_the_desk_is_asked_for() -> None:
    shown = [r.path for r in ROUTES if r.method == "GET" and r.path not in ELSEWHERE]
    patterns = {path: compile_path(path)[0] for path in shown}
    asked = [page.path.partition("?")[0].format_map(Any()) for page in PAGES]
    found = {next(p for p, pattern in patterns.items() if pattern.match(a)) for a in asked}
    assert found == set(shown)
    assert len({page.name for page in PAGES}) == len(PAGES)


def test_every_name_in_a_path_is_looked_up() -> None:
    given = dict.fromkeys((*LOOKED_UP, "n", "ten"), "1")
    for page in PAGES:
        page.path.format(**given)
        for text in page.shows:
            text.format(**given)


PAGE = Asked("some", "/", rows=2)
ROWS = "<tr data-row><tr data-row> <td>G&amp;B 7</td>"


@pytest.mark.parametrize(
    ("status", "kind", "text", "right"),
    [
        (200, "text/html; charset=utf-8", ROWS, True),
        (200, "text/html", ROWS.replace("data-row", "", 1), False),
        (200, "text/html", ROWS.replace("7", "8"), False),
        (503, "text/html", ROWS, False),
        (200, "text/plain", ROWS, False),
    ],
)
def test_an_answer_counts_when_it_is_the_page_with_its_rows(
    status: int, kind: str, text: str, right: bool
) -> None:
    answer = httpx.Response(status, headers={"content-type": kind}, text=text)
    answer.headers["content-type"] = kind
    assert shows(PAGE, answer, ["G&B 7"]) is right


def test_of_twenty_askings_one_may_be_slower() -> None:
    assert Taken([0.1] * 19 + [9.0], True).p95 == 0.1
    assert Taken([0.1] * 18 + [9.0] * 2, True).p95 == 9.0
    assert Taken([0.2], True).p95 == 0.2
