"""Bad input: every mistake is named with file, line, reason and what to do, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concord.errors import ConfigError, Problem
from concord.model.read import load_config
from tests.unit.model.small import FILES, change

PARTY, SITE, LANES = "model/party.yaml", "model/site.yaml", "lanes.yaml"
COMPANY, SYSTEMS, CODES = "company.yaml", "systems.yaml", "codes/country.yaml"
CONTROL = "controls/credit.yaml"
CRM = "    table: sales.account\n"

# file, text that stands there once, what is put in its place, words of the message
MISTAKES = [
    (CONTROL, "entity: party", "entity: partie", "unknown entity `partie`. Did you mean `party`?"),
    (
        CONTROL,
        "sum: credit",
        "sum: credits",
        "party has no field `credits`. Did you mean `credit`?",
    ),
    (CONTROL, "sum: credit", "sum: phone", "`phone` is of type text. Here it must be"),
    (CONTROL, "[currency]", "[since]", "`since` is of type date. Here it must be code or text"),
    (CONTROL, "[currency]", "[site.name]", "party has no reference `site`"),
    (CONTROL, "[currency]", "[]", "should have at least 1 item"),
    (CONTROL, "month: since", "month: name", "`name` is of type text. Here it must be date"),
    (CONTROL, ", zh: 信用额度", "", "there is no label in `zh`. Add it"),
    (CONTROL, "month: since", "held_as: {shop: party}", "unknown system `shop`"),
    (CONTROL, "month: since", "held_as: {crm: place}", "unknown entity `place`"),
    (CONTROL, "month: since", "held_as: {crm: site}", "site has no field `credit`"),
    (CONTROL, "month: since", "held_as: {crm: site}", "site has no tax_id, by which party is"),
    (CONTROL, "control: credit", "control: debit", "`debit` is not the name of the file"),
    (PARTY, "max: 100", "maxx: 100", "unknown key `maxx`. Did you mean `max`? Allowed:"),
    (PARTY, "id: no", "idd: no", "unknown key `idd`. Did you mean `id`?"),
    (PARTY, "type: money", "type: mony", "`mony` is not known. Did you mean `money`? Allowed:"),
    (PARTY, "max: 100", "max: many", "must be a whole number, not `many`"),
    (PARTY, "max: 100", "max: 0", "greater than or equal to 1"),
    (PARTY, "required: true", 'required: "yes"', "must be true or false, not `yes`"),
    (PARTY, "tax_id: vat", "tax_id: 12", 'not `12`. Put it in quotes: "12"'),
    (PARTY, "phone: tel\n", "phone:\n", "has no value. Fill it in, or remove the key"),
    (PARTY, "tax_id: vat", "taxid: vat", "unknown field `taxid`. Did you mean `tax_id`?"),
    (PARTY, "[phone, name]]", "[fone, name]]", "unknown field `fone`. Did you mean `phone`?"),
    (PARTY, "[phone, name]]", "[phone, phone]]", "the key stands here twice"),
    (PARTY, "codes: country", "codes: countri", "unknown code list `countri`"),
    (PARTY, "codes: country, ", "", "a code needs its list"),
    (PARTY, "clean: [squeeze]", "clean: [squeez]", "unknown cleaning step `squeez`"),
    (PARTY, "phone(country)", "phone(land)", "unknown field `land`"),
    (PARTY, "phone(country)", '"phone(country"', "`phone(country` is not a cleaning step"),
    (PARTY, "phone(country)", "phone(phone)", "cleaning goes in a circle: phone → phone"),
    (PARTY, "type: date,", "type: date, max: 3,", "`max` does not belong to type date"),
    (PARTY, "type: date,", "type: date, scale: 3,", "`scale` does not belong to type date"),
    (PARTY, "type: date,", "type: date, to: site,", "`to` does not belong to type date"),
    (PARTY, "type: date,", "type: date, codes: x,", "`codes` does not belong to type date"),
    (PARTY, "type: date,", "type: date, clean: [upper],", "`clean` does not belong to type date"),
    (PARTY, "max: 20, authority: erp", "max: 20, authority: epr", "unknown system or word `epr`"),
    (PARTY, "max: 20, authority: erp", "max: 20", "`authority` is missing"),
    (PARTY, "{aggregate: min}", "{aggregate: avg}", "`avg` is not known"),
    (PARTY, "{aggregate: min}", "{aggregate: min, priority: [erp]}", "2 kinds of authority"),
    (PARTY, "{aggregate: min}", "crm", "crm is to decide this, but has no column for it"),
    (
        PARTY,
        "[credit, currency], authority: erp",
        "[credit, currency], authority: crm",
        "crm is to decide this, but has no column for it",
    ),
    (PARTY, "[credit, currency]", "[credit, curency]", "unknown field `curency`"),
    (PARTY, "scale: 2}", "scale: 2, authority: latest}", "differs from that of its group `limit`"),
    (
        PARTY,
        "doc: together}",
        "doc: together}\n  other: {fields: [credit, name], authority: erp}",
        "`credit` is in group `limit` already",
    ),
    (PARTY, "  limit: {", "  name: {", "`name` is the name of a field as well"),
    (PARTY, "      currency: cur\n", "", "erp has only a part of the group: currency not mapped"),
    (PARTY, "  since: {type", "  Since: {type", "`Since` cannot be used as a name"),
    (PARTY, "  since: {type", f"  {'s' * 42}: {{type", "at most 41"),
    (PARTY, "  since: {type", "  version: {type", "is used by Concord's own columns"),
    (PARTY, "format: YYYYMMDD", "format: YYMMDD", "unknown format `YYMMDD`. Did you mean"),
    (PARTY, "tax_id: vat", "tax_id: {column: vat, format: ISO}", "type text takes no format"),
    (PARTY, ", rest: the CRM has it all", "", "shortening loses information. Add `rest:`"),
    (PARTY, "shorten: 60, ", "", "`rest` stands alone"),
    (PARTY, "shorten: 60", "shorten: 100", "`shorten` is not shorter than the field (100)"),
    (PARTY, "format: YYYYMMDD}", "shorten: 3, rest: x}", "type date cannot be shortened"),
    (PARTY, "tax_id: vat", "tax_id: tel", "two fields are written into column `tel`"),
    (PARTY, "tax_id: vat", "tax_id: no", "the key column cannot be a field as well"),
    (PARTY, "tax_id: vat", "tax_id: op", "a column called `op` cannot be staged"),
    (PARTY, CRM, f"    merged_into: tax\n{CRM}", "column `tax` is mapped already"),
    (PARTY, CRM, f"    merged_into: op\n{CRM}", "`op` cannot be staged"),
    (
        PARTY,
        CRM,
        f"    on_delete: restore\n    create: false\n{CRM}",
        "is to be made again, but nothing may be created there",
    ),
    (PARTY, "      tax_id: tax\n      phone: phone\n", "", "no match key is mapped in crm"),
    (PARTY, "entity: party", "entity: parti", "`parti` is not the name of the file"),
    (PARTY, "  crm:\n", "  cmr:\n", "unknown system `cmr`. Did you mean `crm`?"),
    (PARTY, "max: 20,", "max: 20, systems: {erp: v},", "has a column of erp here and under"),
    (PARTY, "max: 20,", "max: 20, systems: {emp: v},", "`emp` has no block under `systems`"),
    (SITE, "to: party, ", "", "a reference needs its entity"),
    (SITE, "to: party", "to: partner", "unknown entity `partner`"),
    (SITE, "name: label", 'name: "a\\"b"', "cannot be used as a name"),
    (
        LANES,
        "deadline_minutes: 60",
        "own_slots: 2\n    deadline_minutes: 60",
        "erp has 2 slots, and the lanes need 3",
    ),
    (LANES, "*/5 * * * *", "*/5 * * *", "it has 4 fields, not 5"),
    (LANES, "*/5 * * * *", "99 * * * *", "`99` is not a minute (0 to 59)"),
    (LANES, "MON-FRI", "FRI-MON", "`FRI-MON` is not a day of week"),
    (LANES, "dag: nightly", "dag: micro_batch_fast", "lane `fast` has the DAG `micro_batch_fast`"),
    (
        LANES,
        "[party, site]\n    deadline_minutes: 5",
        "[party, sites]\n    deadline_minutes: 5",
        "unknown entity `sites`. Did you mean `site`?",
    ),
    (LANES, "scope: full", "scope: whole", "`whole` is not known. Allowed: delta, full."),
    (COMPANY, "Europe/Vienna", "Europe/Viena", "Did you mean `Europe/Vienna`?"),
    (COMPANY, "Europe/Vienna", "../etc", "unknown time zone `../etc`"),
    (COMPANY, "country: AT", "country: AUT", "unknown country `AUT`"),
    (COMPANY, "currency: EUR", "currency: EURO", "unknown currency `EURO`"),
    (COMPANY, "[erp, crm]", "[erp]", "List each of these once: erp, crm."),
    (COMPANY, "[erp, crm]", "[erp, crm]\nlanguages: [de]", "unknown language `de`"),
    (COMPANY, "name: Small Ltd\n", "", "`name` is missing"),
    (COMPANY, "name: Small Ltd", 'name: " "', "is blank"),
    (SYSTEMS, "small_crm", "small_erp", "`small_erp` is the connection of erp already"),
    (SYSTEMS, "share: 0.5", "share: 5", "less than or equal to 1"),
    (CODES, "crm: Norway", "crm: Austria", "crm's `Austria` means `AT` already"),
    (CODES, ", crm: Norway", "", "the code has no text for crm"),
    (CODES, "crm: Norway", "crm: Norway, cmr: N", "unknown system `cmr`"),
    (CODES, "crm: Norway", "crm: 47", 'Put it in quotes: "47"'),
    (CODES, "crm: Norway", "crm: []", "at least 1 item"),
    (CODES, "codes: country", "codes: land", "`land` is not the name of the file"),
]


def problems(root: Path) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        load_config(root)
    return caught.value.problems


@pytest.mark.parametrize(
    ("file", "old", "new", "words"), MISTAKES, ids=[f"{m[0]}: {m[3][:40]}" for m in MISTAKES]
)
def test_a_mistake_is_named_with_its_file_and_line(
    small: Path, file: str, old: str, new: str, words: str
) -> None:
    line = change(small, file, old, new)
    fitting = [p for p in problems(small) if words in str(p)]
    assert fitting, "\n".join(map(str, problems(small)))
    assert fitting[0].file == str(small / file)
    # Some mistakes show in another line: what is missing is named at the key around it.
    assert fitting[0].line is not None
    if old not in ELSEWHERE:
        assert fitting[0].line == line


ELSEWHERE = {
    "      currency: cur\n",  # named where the group gives the authority
    "      tax_id: tax\n      phone: phone\n",  # named at the system
    "name: Small Ltd\n",
    "small_crm",
    "[credit, currency], authority: erp",
    "[erp, crm]",
    "doc: together}",
}


def test_all_mistakes_of_all_files_are_told_at_once(small: Path) -> None:
    change(small, PARTY, "max: 100", "maxx: 100")
    change(small, COMPANY, "country: AT", "country: AUT")
    change(small, LANES, "*/5 * * * *", "99 * * * *")
    change(small, CODES, "crm: Norway", "crm: Austria")
    files = {Path(p.file).name for p in problems(small)}
    assert files == {"party.yaml", "company.yaml", "lanes.yaml", "country.yaml"}


def test_a_broken_file_does_not_make_other_files_look_broken(small: Path) -> None:
    change(small, PARTY, "max: 100", "maxx: 100")
    change(small, SYSTEMS, "role: crm", "role: cmr")
    found = problems(small)
    assert {Path(p.file).name for p in found} == {"party.yaml", "systems.yaml"}
    assert len(found) == 2


def test_references_in_a_circle_are_named(small: Path) -> None:
    change(small, PARTY, "tax_id: {type: text, max: 20", "tax_id: {type: ref, to: site")
    (problem,) = [p for p in problems(small) if "circle" in p.what]
    assert "party → site → party" in problem.what
    assert problem.line == 5


@pytest.mark.parametrize(
    ("content", "words", "line"),
    [
        (b"", "the file is empty", 1),
        (b"# only a comment\n", "the file is empty", 1),
        (b"name: x\n\tcountry: AT\n", "indented with a tab character", 2),
        (b"name: x\nlabel: \xff\xfe\n", "not UTF-8", 2),
        (b"name: x\nname: y\n", "`name` stands here a second time (first in line 1)", 2),
        (b"name: [x\ncountry: AT\n", "not valid YAML", 2),
        (b"name: x\n---\nname: y\n", "not valid YAML: but found another document", 2),
        (b"- name\n", "must be a mapping (key: value), not a list", 1),
        (b"name: &a [*a]\n", "the anchor contains itself", 1),
        (b"name: !!python/object:os.system x\n", "is missing", 1),
        (b"name: !mine x\n", "the tag `!mine` is not used here", 1),
        (b"? [a, b]\n: x\n", "a key must be one word", 1),
        (b"name: \x00x\n", "not valid YAML", None),
    ],
)
def test_what_is_no_proper_file_is_named(
    small: Path, content: bytes, words: str, line: int | None
) -> None:
    (small / COMPANY).write_bytes(content)
    fitting = [p for p in problems(small) if words in str(p)]
    assert fitting, "\n".join(map(str, problems(small)))
    assert fitting[0].line == line


def test_missing_files_and_folders_are_named(small: Path, tmp_path: Path) -> None:
    (small / SYSTEMS).unlink()
    assert any("systems.yaml: the file is missing" in str(p) for p in problems(small))
    assert "no such directory" in str(problems(tmp_path / "nowhere")[0])


def test_a_file_that_would_be_passed_over_is_named(small: Path) -> None:
    (small / SITE).rename(small / "model/site.yml")
    assert any("the file is not read. Name it <name>.yaml" in str(p) for p in problems(small))


def test_a_reserved_word_is_no_system(small: Path) -> None:
    for path in small.rglob("*.yaml"):
        text = path.read_text().replace("crm:", "latest:").replace("crm]", "latest]")
        path.write_text(text.replace("[crm,", "[latest,").replace(": crm}", ": latest}"))
    assert any("`latest` cannot be a system's name" in p.what for p in problems(small))


def test_an_entity_cannot_take_the_name_of_anothers_table(small: Path) -> None:
    (small / SITE).rename(small / "model/party_erp.yaml")
    change(small, "model/party_erp.yaml", "entity: site", "entity: party_erp")
    assert any("a table that belongs to entity `party`" in p.what for p in problems(small))


def test_a_required_field_needs_a_column(small: Path) -> None:
    line = change(small, PARTY, "authority: {aggregate: min}", "authority: steward, required: true")
    change(small, PARTY, "      since: {column: since, format: YYYYMMDD}\n", "")
    (problem,) = problems(small)
    assert "no system has a column for it" in problem.what
    assert problem.line == line


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from(sorted(FILES)),
    start=st.integers(0, 900),
    cut=st.integers(0, 40),
    put=st.text(alphabet=" \n\t:{}[]-#&*!|>'\"%@`,?~\\aé0.\u2028\x00", max_size=8),
)
def test_no_edit_of_a_file_ends_in_anything_but_named_problems(
    small: Path, name: str, start: int, cut: int, put: str
) -> None:
    text = FILES[name]
    start = min(start, len(text))
    (small / name).write_text(text[:start] + put + text[start + cut :], encoding="utf-8")
    try:
        assert told(small)
    finally:
        (small / name).write_text(text, encoding="utf-8")


def told(root: Path) -> bool:
    """Whether the directory is read, or else only problems with file and words are raised."""
    try:
        load_config(root)
    except ConfigError as e:
        return bool(e.problems) and all(p.file and p.what for p in e.problems)
    return True
