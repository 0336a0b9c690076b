"""Validate: every failing row is set aside with its causes, and no other; twice does as once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal
from psycopg.types.json import Jsonb

from concord.errors import HubUnavailable
from concord.hub.database import Hub
from concord.quality import gx, predicates, run
from concord.quality.gx import RuleBroken
from concord.quality.predicates import Kind
from concord.quality.rules import Suites
from concord.systems.digest import row_hash

from .conftest import PARTY, TODAY, Stage

CRM_PARTY = [("crm", "party")]


def rows(hub: Hub, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with hub.connect() as conn:
        return conn.execute(query, values).fetchall()


def quarantined(hub: Hub) -> dict[str, list[str]]:
    """Key -> rules, of the open entries."""
    found = rows(hub, "SELECT source_id, causes FROM ops.quarantine WHERE state = 'open'")
    return {key: [c["rule"] for c in causes] for key, causes in found}


def validate(hub: Hub, suites: Suites, batch: int, tables: Any = None) -> Any:
    return run.validate_batch(hub, suites, batch, tables or CRM_PARTY, today=TODAY)


BROKEN: list[tuple[Mapping[str, str | None], list[str]]] = [
    ({"account_name": None}, ["name_given"]),
    ({"account_name": ""}, ["name_given"]),
    ({"account_name": "\u3000 \u200b"}, ["name_given"]),
    ({"account_name": "x" * 201}, ["name_length"]),
    ({"account_name": "x" * 10_000_000}, ["name_length"]),
    ({"account_type": "Robot"}, ["kind_known"]),
    ({"account_type": None}, ["kind_given"]),
    ({"country": "Atlantis"}, ["country_known"]),
    ({"country": "n/a"}, ["country_known"]),
    ({"payment_term": "Net 31"}, ["terms_known"]),
    ({"state": "Asleep"}, ["status_known"]),
    ({"currency_code": "XXX"}, ["currency_known"]),
    ({"email_address": "info@@acme.example"}, ["email_form"]),
    ({"email_address": "info@"}, ["email_form"]),
    ({"email_address": "info.acme.example"}, ["email_form"]),
    ({"email_address": "info@acme"}, ["email_form"]),
    ({"email_address": "a@x.example; b@y.example"}, ["email_form"]),
    ({"customer_since": "2020-02-01"}, ["since_readable"]),
    ({"customer_since": "31/02/2020"}, ["since_readable"]),
    ({"customer_since": "02/02/2026"}, ["since_past"]),
    ({"customer_since": "31/12/1899"}, ["since_past"]),
    ({"annual_revenue": "lots"}, ["revenue_readable"]),
    ({"credit_limit": "10.000,00"}, ["credit_readable"]),
    ({"account_name": " ", "email_address": "acme", "country": "?"},
     ["name_given", "country_known", "email_form"]),
]  # fmt: skip
FINE: list[Mapping[str, str | None]] = [
    {},
    {"country": "PR China"},
    {"country": " ＣＨＩＮＡ "},
    {"country": "中国"},
    {"country": None},
    {"email_address": None},
    {"email_address": "Anna <Anna@Acme.example>"},
    {"email_address": "INFO＠ACME．example"},
    {"email_address": " info@acme.example;"},
    {"email_address": "n/a"},
    {"email_address": "-"},
    {"email_address": "无"},
    {"customer_since": "01/02/2026"},
    {"customer_since": "31/01/2026"},
    {"customer_since": None},
    {"annual_revenue": None, "credit_limit": None, "currency_code": None},
    {"account_name": "上海明凤食品有限公司", "phone_number": "０２１－５８９０３３１２"},
    {"account_name": "x" * 200},
]
WARNED: list[tuple[Mapping[str, str | None], str]] = [
    ({"tax_number": None}, "tax_id_given"),
    ({"tax_number": "  "}, "tax_id_given"),
    ({"phone_number": "110"}, "phone_length"),
    ({"credit_limit": "-5.00"}, "credit_not_negative"),
    ({"currency_code": None}, "currency_with_credit"),
]


def test_every_broken_row_is_quarantined_with_its_causes_and_no_good_one_is(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    bad = [{**PARTY, **change, "source_id": f"bad{n}"} for n, (change, _) in enumerate(BROKEN)]
    good = [{**PARTY, **change, "source_id": f"good{n}"} for n, change in enumerate(FINE)]
    warned = [{**PARTY, **change, "source_id": f"warn{n}"} for n, (change, _) in enumerate(WARNED)]
    stage([*bad, *good, *warned, {**PARTY, "source_id": "gone", "op": "D"}])

    [result] = validate(hub, shipped, batch)

    assert quarantined(hub) == {f"bad{n}": rules for n, (_, rules) in enumerate(BROKEN)}
    assert result.quarantined == len(BROKEN)
    assert result.rows == len(bad) + len(good) + len(warned)
    assert result.held is None
    assert {r.checked for r in result.rules if r.rule.name == "name_given"} == {result.rows}
    failed = dict(rows(hub, "SELECT rule, failed FROM ops.validation WHERE severity = 'warning'"))
    for _, rule in WARNED:
        assert failed[rule] >= 1
    kept = rows(hub, f"SELECT count(*) FROM stage.b{batch}_crm_party")
    assert kept == [(len(bad) + len(good) + len(warned) + 1,)]


def test_an_entry_says_what_the_source_said_and_why_it_failed(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    values = {**PARTY, "email_address": "info@", "tax_number": None}
    stage([{**values, "source_id": "7"}])
    validate(hub, shipped, batch)
    [(system, entity, side, raw, digest, causes, first, last)] = rows(
        hub,
        "SELECT system, entity, side, raw, raw_hash, causes, first_batch, last_batch"
        " FROM ops.quarantine",
    )
    assert (system, entity, side, first, last) == ("crm", "party", "read", batch, batch)
    assert raw == values
    assert digest == row_hash(values)
    assert causes == [
        {
            "rule": "email_form",
            "column": "email_address",
            "expectation": "expect_column_values_to_match_regex_list",
            "severity": "critical",
            "owner": "sales-operations",
            "message": "An e-mail address has one @ and a domain with a dot",
            "meaning": {
                "en": "An e-mail address has one @ and a domain with a dot",
                "zh": "电子邮件地址只含一个 @，且域名中有点号",
            },
        }
    ]


def test_a_cause_names_the_column_of_the_source_not_what_it_was_read_into(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    stage([{**PARTY, "country": "Atlantis", "customer_since": "1/1/3000"}])
    validate(hub, shipped, batch)
    [(causes,)] = rows(hub, "SELECT causes FROM ops.quarantine")
    assert [c["column"] for c in causes] == ["country", "customer_since"]


def test_validating_twice_leaves_what_validating_once_leaves(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    stage([{**PARTY, "account_name": ""}, PARTY])
    validate(hub, shipped, batch)
    what = (
        "SELECT quarantine_id, source_id, raw, causes, state, first_batch FROM ops.quarantine",
        "SELECT rule, success, checked, failed, observed FROM ops.validation ORDER BY rule",
    )
    once = [rows(hub, q) for q in what]
    validate(hub, shipped, batch)
    assert [rows(hub, q) for q in what] == once


def test_a_row_that_fails_again_in_a_later_batch_keeps_its_entry_with_the_new_causes(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    stage([{**PARTY, "account_name": "", "source_id": "1"}])
    validate(hub, shipped, batch)
    values = {**PARTY, "country": "Atlantis"}
    stage([{**values, "source_id": "1"}])
    with hub.connect() as conn:
        later = conn.execute(
            "INSERT INTO ops.batch (run_id, lane, scope, systems, entities)"
            " VALUES ('r2', 'fast', 'delta', '{}', '{}') RETURNING batch_id"
        ).fetchone()[0]  # type: ignore[index]
        conn.execute(f"ALTER TABLE stage.b{batch}_crm_party RENAME TO b{later}_crm_party")
    validate(hub, shipped, later)
    [(raw, causes, first, last)] = rows(
        hub, "SELECT raw, causes, first_batch, last_batch FROM ops.quarantine"
    )
    assert (raw, first, last) == (values, batch, later)
    assert [c["rule"] for c in causes] == ["country_known"]


def quarantine(hub: Hub, key: str, values: Mapping[str, Any], fix: Mapping[str, Any]) -> None:
    """An entry of an earlier batch that a steward has corrected and sends again."""
    with hub.connect() as conn:
        conn.execute(
            "INSERT INTO ops.quarantine (system, entity, source_id, raw, raw_hash, causes, state,"
            " fix, first_batch, last_batch) VALUES ('crm', 'party', %s, %s, %s, '[]', 'replay',"
            " %s, 0, 0)",
            (key, Jsonb(dict(values)), row_hash(values), Jsonb(dict(fix))),
        )


def test_a_replayed_row_is_judged_with_its_correction(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    values = {**PARTY, "email_address": "info@", "tax_number": "x"}
    quarantine(hub, "1", values, {"email_address": "info@acme.example", "tax_number": None})
    stage([{**values, "source_id": "1"}])
    [result] = validate(hub, shipped, batch)
    assert result.quarantined == 0
    assert rows(hub, f"SELECT email_address, tax_number FROM stage.b{batch}_crm_party") == [
        ("info@acme.example", None)
    ]
    # Unify heals it: by the entry it knows what was corrected.
    assert rows(hub, "SELECT state, last_batch FROM ops.quarantine") == [("replay", 0)]


def test_a_correction_that_does_not_help_reopens_the_entry_with_the_sources_own_values(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    values = {**PARTY, "email_address": "info@"}
    quarantine(hub, "1", values, {"email_address": "still@wrong"})
    stage([{**values, "source_id": "1"}])
    for _ in range(2):  # a second try finds the correction in the stage already
        validate(hub, shipped, batch)
        [(raw, state, causes)] = rows(hub, "SELECT raw, state, causes FROM ops.quarantine")
        assert (raw, state) == (values, "open")
        assert [c["rule"] for c in causes] == ["email_form"]


def test_a_correction_made_on_another_state_of_the_row_is_not_used(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    quarantine(hub, "1", {**PARTY, "email_address": "old@"}, {"email_address": "a@b.example"})
    values = {**PARTY, "email_address": "new@"}
    stage([{**values, "source_id": "1"}])
    validate(hub, shipped, batch)
    assert rows(hub, "SELECT raw, state, raw_hash FROM ops.quarantine") == [
        (values, "open", row_hash(values))
    ]


def test_a_correction_that_its_column_cannot_take_is_said_and_breaks_nothing_else(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    first = {**PARTY, "credit_limit": "100.00", "email_address": "info@"}
    fix = {"credit_limit": "a lot", "email_address": "info@acme.example"}
    quarantine(hub, "1", first, fix)
    stage(
        [{**first, "source_id": "1"}, {**PARTY, "credit_limit": "5", "source_id": "2"}],
        types={"credit_limit": "numeric"},
    )
    validate(hub, shipped, batch)
    assert quarantined(hub) == {"1": ["fix_readable"]}


def test_a_key_that_stands_twice_holds_the_entity_and_sets_no_row_aside(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    stage([{**PARTY, "source_id": "1"}, {**PARTY, "source_id": "1"}, {**PARTY, "account_name": ""}])
    [result] = validate(hub, shipped, batch)
    assert result.held == "key_unique: Every key stands once in the batch (2)"
    assert quarantined(hub) == {}
    assert rows(
        hub, "SELECT success, failed, level FROM ops.validation WHERE rule = 'key_unique'"
    ) == [(False, 2, "batch")]


def test_an_entry_of_an_earlier_try_is_closed_when_the_row_passes_now(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    stage([{**PARTY, "payment_term": "Net 7", "source_id": "1"}])
    validate(hub, shipped, batch)
    suite = shipped.of("crm", "party")
    looser = replace(suite, rules=tuple(r for r in suite.rules if r.name != "terms_known"))
    changed = Suites({("crm", "party"): looser}, shipped.zone)
    validate(hub, changed, batch)
    assert rows(hub, "SELECT state, closed_by FROM ops.quarantine") == [("healed", "validate")]


def test_a_column_that_was_not_read_stops_no_row_and_is_warned_of(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    stage([{k: v for k, v in PARTY.items() if k != "country"}])
    [result] = validate(hub, shipped, batch)
    by_name = {r.rule.name: r for r in result.rules}
    assert quarantined(hub) == {}
    assert by_name["columns_read"].observed == "missing: country"
    assert not by_name["columns_read"].success
    assert by_name["country_known"].observed == "not read: country__code"
    assert by_name["country_known"].checked == 0


def test_a_table_that_is_not_there_or_holds_deletions_only_is_not_judged(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    stage([{**PARTY, "op": "D"}])
    results = validate(hub, shipped, batch, [("crm", "party"), ("erp", "party")])
    assert [(r.system, r.rows, r.rules) for r in results] == [("crm", 0, ()), ("erp", 0, ())]
    assert rows(hub, "SELECT * FROM ops.validation") == []


GOLDEN: Mapping[str, str | None] = {
    "legal_name": "Acme", "kind": "organization", "tax_id": "1", "country": "DE",
    "phone": "+49301234567", "email": "info@acme.example", "website": None,
    "payment_terms": "net30", "status": "active", "customer_since": "2020-01-01",
    "annual_revenue": "1", "credit_limit": "1", "currency": "EUR",
}  # fmt: skip
GOLDEN_ID = "0190f3a2-0000-7000-8000-00000000000"


def golden(hub: Hub, batch: int, number: int, **changes: str | None) -> None:
    """A golden record that a batch made or changed."""
    values = {**GOLDEN, **changes, "golden_id": f"{GOLDEN_ID}{number}", "batch_id": str(batch)}
    values |= {"provenance": "{}", "version": "1"}
    columns = SQL(", ").join(map(Identifier, values))
    with hub.connect() as conn:
        conn.execute(
            SQL("DELETE FROM golden.party WHERE golden_id = {}").format(values["golden_id"])
        )
        conn.execute(
            SQL("INSERT INTO golden.party ({}) VALUES ({})").format(
                columns, SQL(", ").join(map(Literal, values.values()))
            )
        )


def test_golden_records_of_the_batch_are_judged_and_heal_when_they_pass(
    hub: Hub, batch: int, shipped: Suites
) -> None:
    golden(hub, batch, 1, country="XX")
    golden(hub, batch, 2)
    golden(hub, batch - 1, 3, country="YY")
    [result] = validate(hub, shipped, batch, [("golden", "party")])
    assert quarantined(hub) == {f"{GOLDEN_ID}1": ["country_known"]}
    assert result.rows == 2
    assert {r.rule.name for r in result.rules if not r.success} == {
        "country_known",
        "tax_id_shared",
    }
    golden(hub, batch, 1)
    validate(hub, shipped, batch, [("golden", "party")])
    assert quarantined(hub) == {}
    assert rows(hub, "SELECT tablename FROM pg_tables WHERE schemaname = 'stage'") == []


def test_two_counts_that_differ_stop_the_step_and_let_no_row_through(
    hub: Hub, stage: Stage, batch: int, shipped: Suites, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage([{**PARTY, "account_name": ""}])
    name = "expect_column_values_to_not_be_null"
    wrong: Callable[[Any], Any] = lambda kwargs: psycopg.sql.SQL("false")  # noqa: E731
    blind: Kind = replace(predicates.KINDS[name], expr=wrong)
    monkeypatch.setitem(predicates.KINDS, name, blind)
    with pytest.raises(RuleBroken, match=r"crm/party.json:\d+: name_given: .* 1 failing .* 0"):
        validate(hub, shipped, batch)
    assert rows(hub, "SELECT * FROM ops.validation") == []


def test_a_retyped_column_names_the_rule_that_cannot_be_asked_of_it(
    hub: Hub, stage: Stage, batch: int, shipped: Suites
) -> None:
    stage([{**PARTY, "email_address": "5"}], types={"email_address": "bigint"})
    with pytest.raises(RuleBroken, match=r"email_form: .* is for text, and email_address"):
        validate(hub, shipped, batch)


def test_a_hub_that_cannot_be_reached_is_worth_another_try(shipped: Suites) -> None:
    with pytest.raises(HubUnavailable):
        validate(Hub("postgresql://nobody@/none?host=/nowhere"), shipped, 1)
    with pytest.raises(HubUnavailable, match="local socket/none"):
        gx.judge("postgresql://u:secret$x@/none?host=/nowhere", ("a", "b"), [], [], 1)
