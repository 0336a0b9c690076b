"""The desk over a company at work, asked without a web server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from concord.desk.routes import ROUTES
from concord.desk.serve import Sent, answer
from concord.desk.web import Answer, Reader
from tests.support.world import World

STEWARD, VIEWER = Reader("ann", may_decide=True), Reader("vic")
Open = Callable[..., Answer]


def opened_by(
    path: str, method: str, reader: Reader, language: str, form: Mapping[str, Any]
) -> Answer:
    """Find the route as the web server would, and ask it."""
    from starlette.routing import compile_path

    bare, _, query = path.partition("?")
    pairs = dict(pair.partition("=")[::2] for pair in query.split("&")) if query else {}
    for route in ROUTES:
        pattern, _, kinds = compile_path(route.path)
        match = pattern.match(bare)
        if match and route.method == method:
            assert route.right == "read" or reader.may_decide, "the door would not open"
            params = {k: str(kinds[k].convert(v)) for k, v in match.groupdict().items()}
            fields = {k: (v,) if isinstance(v, str) else tuple(v) for k, v in form.items()}
            sent = Sent("/concord", path, params, pairs, fields, {"concord_language": language})
            return answer(route, sent, reader)
    raise AssertionError(f"no route for {method} {path}")


@pytest.fixture(scope="module")
def office(traders: World) -> Iterator[World]:
    """A company with records in quarantine, a held change set and the hub's address set."""
    world = traders
    with pytest.MonkeyPatch.context() as env:
        env.setenv("CONCORD_HUB_URL", world.hub.url)
        for system, url in world.urls.items():
            env.setenv(f"CONCORD_{system.upper()}_URL", url)
        world.erp(
            "UPDATE customers SET email = 'no at sign' WHERE customer_code IN"
            " (SELECT customer_code FROM customers ORDER BY 1 LIMIT 3)"
        )
        world.batch()
        world.limit("crm", count=1, share=1e-6)
        world.erp(
            "UPDATE customers SET name = name || ' Group' WHERE customer_code IN"
            " (SELECT customer_code FROM customers ORDER BY 1 OFFSET 5 LIMIT 4)"
        )
        world.batch()
        world.engine = world.fresh_engine()
        yield world


@pytest.fixture
def page(office: World) -> Open:
    """`page(path)`: its answer for a steward; `form=` sends one."""

    def ask(
        path: str,
        form: Mapping[str, Any] | None = None,
        *,
        reader: Reader = STEWARD,
        language: str = "en",
    ) -> Answer:
        return opened_by(path, "GET" if form is None else "POST", reader, language, form or {})

    return ask
