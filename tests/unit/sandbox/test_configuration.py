"""The sandbox knows nothing of the configuration; these tests hold the two together."""

from __future__ import annotations

import pytest

from concord.model.spec import Config
from concord.sandbox import northwind
from concord.sandbox.database import COLUMNS
from concord.sandbox.sides import ADDRESS_TYPES, COUNTRY_WORDS, KINDS, STATUSES, TERMS


def test_every_mapped_column_is_one_that_the_sandbox_fills(config: Config) -> None:
    for entity in config.entities:
        for mapping in entity.mappings:
            columns = {mapping.id, mapping.modified, *(c.column for c in mapping.columns)}
            assert columns <= {*COLUMNS[mapping.table], None}, (entity.name, mapping.system)


@pytest.mark.parametrize(
    ("codes", "used"),
    [
        ("payment_terms", TERMS),
        ("party_status", STATUSES),
        ("party_kind", {"organization": KINDS[True], "person": KINDS[False]}),
        ("address_kind", {kind: (erp, kind) for kind, erp in ADDRESS_TYPES.items()}),
    ],
)
def test_the_code_lists_know_both_sides_codes(
    config: Config, codes: str, used: dict[str, tuple[str, str]]
) -> None:
    known = {code.code: code.systems for code in config.code_list[codes].codes}
    for code, (erp, crm) in used.items():
        assert erp in known[code]["erp"]
        assert crm in known[code]["crm"]


def test_the_code_list_knows_the_countries_words(config: Config) -> None:
    crm = {w: c.code for c in config.code_list["country"].codes for w in c.systems["crm"]}
    for code, words in COUNTRY_WORDS.items():
        assert {crm[word] for word in words} == {code}
    for word, code in northwind.COUNTRIES.items():
        assert crm[northwind.CRM_WORDS.get(word, word)] == code
