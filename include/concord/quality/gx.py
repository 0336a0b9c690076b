"""Great Expectations, as far as we use it: one suite over one query, counts out, never values.

The only module that imports the library, and only when it runs: the import costs seconds.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any

from concord.errors import ConcordError, HubUnavailable
from concord.hub.database import SESSION, first_line, safe_address
from concord.quality.rules import Rule

READING = f"{SESSION} -c default_transaction_read_only=on"  # whatever a suite's query calls
ASSET = "judged"
COUNTS_ONLY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


class RuleBroken(ConcordError):
    """A rule could not be computed, or our count of its failing rows is not the library's."""


@dataclass(frozen=True)
class Verdict:
    """What Great Expectations says about one rule.

    `checked` and `failed` are numbers of rows; for a rule about a table, `failed` is 0 or 1.
    """

    success: bool
    checked: int
    failed: int
    observed: str | None = None  # for rules about a table


def judge(
    url: str,
    table: tuple[str, str],
    rules: Sequence[Rule],
    kwargs: Sequence[Mapping[str, Any]],
    rows: int,
) -> list[Verdict]:
    """One verdict a rule, in order, on a table (schema, name) of `rows` rows.

    A table and not a query: of a query the library would fetch every row, to learn its columns.
    `url` is a libpq URL; `kwargs` are the rules' own, resolved.

    Raises:
        RuleBroken: a rule could not be computed; names it with file and line.
        HubUnavailable: the connection was lost.
    """
    gx = load()
    suite = gx.ExpectationSuite(
        name=f"q{next(_numbers)}",
        expectations=[
            {"type": r.type, "kwargs": dict(k), "severity": r.severity, "meta": {"at": at}}
            for at, (r, k) in enumerate(zip(rules, kwargs, strict=True))
        ],
    )
    with _one_at_a_time, _lost_told(url, table[0]):
        batch = _batch(_source(url, table[0]), table[1])
        with _configurations_kept():
            results = batch.validate(suite, result_format=COUNTS_ONLY).results
    found = {r.expectation_config.meta["at"]: r for r in results}
    return [_verdict(rule, found[at], rows) for at, rule in enumerate(rules)]


@contextmanager
def _lost_told(url: str, schema: str) -> Iterator[None]:
    """Tell a lost connection as what it is, and do not use that connection again."""
    from great_expectations.datasource.fluent.interfaces import TestConnectionError
    from sqlalchemy.exc import OperationalError

    try:
        yield
    except (TestConnectionError, OperationalError):
        _sources.pop((os.getpid(), url, schema)).get_engine().dispose()
        raise HubUnavailable(
            f"the hub at {safe_address(url)} went away during validation"
        ) from None


def load() -> Any:
    """The library, imported with its telemetry off and its warnings about itself unheard."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations
    return great_expectations


def close() -> None:
    """Give back the connections that verdicts were reached on; the next verdict opens its own."""
    for (process, *_), source in _sources.items():
        if process == os.getpid():
            source.get_engine().dispose()
            source.get_execution_engine().close()


@contextmanager
def _configurations_kept() -> Iterator[None]:
    """Let an expectation make its configuration once instead of a hundred times.

    It is derived from what the expectation holds, which nothing changes while a suite runs; making
    it anew each time is a third of the library's work (measured with 82 rules on six tables).
    """
    from great_expectations.expectations.expectation import Expectation

    base: Any = Expectation
    made: dict[int, tuple[Any, Any]] = {}  # with the expectation, so that its id stays its own

    def kept(self: Any) -> Any:
        if id(self) not in made:
            made[id(self)] = (self, original.fget(self))
        return made[id(self)][1]

    original = base.configuration
    base.configuration = property(kept)
    try:
        yield
    finally:
        base.configuration = original


_one_at_a_time = Lock()  # the library is patched, and its table is the one that is judged
_numbers = count(1)
# By process, as connections do not survive a fork.
_sources: dict[tuple[int, str, str], Any] = {}


def _source(url: str, schema: str) -> Any:
    key = (os.getpid(), url, schema)
    if key not in _sources:
        _sources[key] = _connect(_context(), url, f"{READING} -c search_path={schema}")
    return _sources[key]


def _batch(source: Any, table: str) -> Any:
    """All rows of a table.

    There is one asset whose table changes: to add and delete one each time, the library writes out
    its whole project and looks for the table twice. A lost connection shows here: during validation
    the library would only log it, and try again.
    """
    from sqlalchemy import quoted_name, text

    if ASSET not in source.get_asset_names():
        source.add_table_asset(ASSET, table_name=table).add_batch_definition_whole_table(ASSET)
    source.get_execution_engine().execute_query(text("SELECT 1"))
    asset = source.get_asset(ASSET)
    asset.table_name = quoted_name(table, quote=False)
    return asset.get_batch_definition(ASSET).get_batch()


def _context() -> Any:
    """A project that keeps everything in memory, builds no pages and tells nobody."""
    gx = load()
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    in_memory = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    settings = DataContextConfig(
        store_backend_defaults=in_memory,
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=settings)


def _connect(context: Any, url: str, options: str) -> Any:
    from great_expectations.datasource.fluent.interfaces import (
        GxDatasourceWarning,
        TestConnectionError,
    )

    # "$" would be read as the name of a variable to put in.
    address = f"postgresql+psycopg://{url.partition('://')[2]}".replace("$", r"\$")
    try:
        with warnings.catch_warnings():
            # It advises its own PostgreSQL class, which refuses a socket.
            warnings.simplefilter("ignore", GxDatasourceWarning)
            return context.data_sources.add_sql(
                "hub", connection_string=address, kwargs={"connect_args": {"options": options}}
            )
    except TestConnectionError:
        raise HubUnavailable(
            f"the hub at {safe_address(url)} cannot be reached by Great Expectations"
        ) from None


def _verdict(rule: Rule, result: Any, rows: int) -> Verdict:
    raised = _exception(result.exception_info or {})
    if raised and "OperationalError" in raised:
        raise HubUnavailable(f"the hub went away during validation: {raised}")
    if raised:
        raise RuleBroken(f"{rule.place}: {rule.name}: the rule cannot be computed: {raised}")
    values = result.result
    if rule.query_file:
        return Verdict(bool(result.success), rows, int(values["observed_value"]))
    if "unexpected_count" in values:
        checked = int(values["element_count"]) - int(values.get("missing_count") or 0)
        # A sum over no rows is NULL: nothing to judge is nothing wrong.
        failed = int(values["unexpected_count"] or 0)
        return Verdict(bool(result.success) or checked == 0, checked, failed)
    return Verdict(bool(result.success), rows, int(not result.success), _observed(values))


def _exception(info: Mapping[str, Any]) -> str | None:
    """The first line of what was raised: at the top, or by one of several metrics."""
    for one in [info, *(v for v in info.values() if isinstance(v, dict))]:
        if one.get("raised_exception"):
            return first_line(Exception(one.get("exception_message") or "no message"))
    return None


def _observed(values: Mapping[str, Any]) -> str | None:
    """What was seen of a table: a number, or which columns are missing."""
    missing = ((values.get("details") or {}).get("mismatched") or {}).get("missing")
    if missing:
        return f"missing: {', '.join(missing)}"
    seen = values.get("observed_value")
    if isinstance(seen, float):
        return f"{seen:.4f}"
    return str(seen) if isinstance(seen, int) else None
