"""The model's tables: a new field is one line and one migration, and no plan drops data."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from concord.errors import ConfigError
from concord.hub import migrate as migrate_module
from concord.hub.database import Hub
from concord.hub.migrate import migrate, pending
from concord.hub.model_migrations import Statement, plan, write_migration
from concord.model.read import load_config
from tests.conftest import TestHub

TABLES = ("image.party", "image.party_history", "golden.party", "golden.party_history")
FAX = (
    "  fax: {type: text, max: 30, clean: [phone(country)], authority: latest,"
    " systems: {erp: fax, crm: fax_number}}\n"
)


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def planned(hub: TestHub, root: Path) -> list[Statement]:
    with Hub(hub.owner_url).connect() as conn:
        return plan(conn, load_config(root))


def waiting(hub: TestHub, root: Path) -> list[str]:
    with hub.connect() as conn:
        return pending(conn, load_config(root))


def columns(hub: TestHub, table: str) -> dict[str, str]:
    with psycopg.connect(hub.owner_url) as conn:
        rows = conn.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            (table,),
        )
        return dict(rows.fetchall())


def test_the_shipped_migrations_make_the_shipped_model(hub: TestHub, config_copy: Path) -> None:
    assert planned(hub, config_copy) == []
    assert waiting(hub, config_copy) == []


def test_a_new_field_is_one_line_and_one_migration(hub: TestHub, config_copy: Path) -> None:
    edit(config_copy, "model/party.yaml", "groups:\n", FAX + "groups:\n")
    assert "ahead of the hub: party.fax" in waiting(hub, config_copy)[0]

    path = write_migration(load_config(config_copy), planned(hub, config_copy))
    assert path.name == "0007_party_fax.sql"
    assert path.read_text().count("ADD COLUMN") == 4
    assert "0007_party_fax.sql is not applied" in waiting(hub, config_copy)[0]

    assert migrate(hub.owner_url, load_config(config_copy)).files == ("0007_party_fax.sql",)
    for table in TABLES:
        assert columns(hub, table)["fax"] == "text"
    assert waiting(hub, config_copy) == []
    assert planned(hub, config_copy) == []
    mappings = load_config(config_copy).entity["party"].by_system
    assert [m.by_field["fax"].column for m in mappings.values()] == ["fax", "fax_number"]


def test_a_plan_counts_files_that_are_not_applied_yet(hub: TestHub, config_copy: Path) -> None:
    edit(config_copy, "model/party.yaml", "groups:\n", FAX + "groups:\n")
    write_migration(load_config(config_copy), planned(hub, config_copy))
    assert planned(hub, config_copy) == []
    assert "fax" not in columns(hub, "golden.party")


def test_a_new_entity_gets_its_four_tables(hub: TestHub, config_copy: Path) -> None:
    (config_copy / "model/site.yaml").write_text(
        "entity: site\nkey: [[party, name]]\nfields:\n"
        "  party: {type: ref, to: party, authority: crm}\n"
        "  head: {type: ref, to: contact, authority: crm}\n"
        "  name: {type: text, max: 9, authority: crm}\n"
        "  area: {type: decimal, authority: crm}\n"
        "systems:\n"
        "  crm: {table: sites, id: id, fields: {party: p, head: h, name: n, area: a}}\n"
    )
    path = write_migration(load_config(config_copy), planned(hub, config_copy))
    assert path.name == "0007_site.sql"
    migrate(hub.owner_url, load_config(config_copy))
    assert planned(hub, config_copy) == []
    assert columns(hub, "golden.site")["area"] == "numeric"
    assert columns(hub, "image.site_crm")["party"] == "uuid"
    with psycopg.connect(hub.owner_url) as conn:
        rows = conn.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'site'").fetchall()
    text = "\n".join(row[0] for row in rows)
    assert "(party, ops.fold(name)) WHERE (deleted_at IS NULL)" in text
    assert "image.site USING btree (head)" in text
    assert "golden.site USING btree (party)" in text


def test_a_new_system_gets_its_partitions(hub: TestHub, config_copy: Path) -> None:
    shop = "\n  shop: {role: crm, kind: postgres, connection: concord_shop}\n"
    edit(config_copy, "systems.yaml", "\n  crm:\n", shop + "  crm:\n")
    edit(config_copy, "company.yaml", "[erp, crm]", "[erp, crm, shop]")
    block = "  shop: {table: s, id: id, fields: {legal_name: n, tax_id: t}}\n"
    path = config_copy / "model/party.yaml"
    path.write_text(path.read_text().rstrip("\n") + "\n" + block)
    steps = planned(hub, config_copy)
    assert [s.sql for s in steps] == [
        """CREATE TABLE "image"."party_shop" PARTITION OF "image"."party" FOR VALUES IN ('shop')"""
    ]
    write_migration(load_config(config_copy), steps)
    migrate(hub.owner_url, load_config(config_copy))
    assert planned(hub, config_copy) == []


def test_a_changed_key_changes_the_index_alone(hub: TestHub, config_copy: Path) -> None:
    edit(config_copy, "model/party.yaml", "[phone, legal_name]", "[website]")
    sqls = [s.sql for s in planned(hub, config_copy)]
    assert len(sqls) == 2
    assert sqls[0].startswith('CREATE INDEX "party_by_website" ON "image"."party"')
    assert sqls[1] == 'DROP INDEX "image"."party_by_phone_legal_name"'


def test_a_removed_field_is_a_note_and_its_column_stays(hub: TestHub, config_copy: Path) -> None:
    path = config_copy / "model/party.yaml"
    lines = [s for s in path.read_text().splitlines(True) if "website" not in s]
    path.write_text("".join(lines))
    steps = planned(hub, config_copy)
    assert [s.sql for s in steps] == [""] * 4
    assert 'ALTER TABLE "golden"."party" DROP COLUMN "website";' in steps[0].note
    assert waiting(hub, config_copy) == []
    with pytest.raises(ConfigError, match="there is nothing to write"):
        write_migration(load_config(config_copy), steps)
    edit(config_copy, "model/party.yaml", "groups:\n", FAX + "groups:\n")
    text = write_migration(load_config(config_copy), planned(hub, config_copy)).read_text()
    assert '--   ALTER TABLE "golden"."party" DROP COLUMN "website";' in text
    migrate(hub.owner_url, load_config(config_copy))
    assert "website" in columns(hub, "golden.party")


def test_a_removed_entity_is_a_note(hub: TestHub, config_copy: Path) -> None:
    (config_copy / "model/address.yaml").unlink()
    edit_lanes = (config_copy / "lanes.yaml").read_text().replace(" address,", "")
    (config_copy / "lanes.yaml").write_text(edit_lanes)
    steps = planned(hub, config_copy)
    assert {s.subject for s in steps} == {
        "image.address", "image.address_history", "golden.address", "golden.address_history",
    }  # fmt: skip
    assert not any(s.sql for s in steps)


def test_a_changed_type_is_named_with_what_to_do(hub: TestHub, config_copy: Path) -> None:
    edit(
        config_copy,
        "model/party.yaml",
        "customer_since: {type: date,",
        "customer_since: {type: integer,",
    )
    for old in ("format: YYYYMMDD", "format: DD/MM/YYYY"):
        edit(config_copy, "model/party.yaml", f", {old}", "")
    with pytest.raises(ConfigError) as caught:
        planned(hub, config_copy)
    message = str(caught.value)
    assert "type integer needs bigint, but image.party has date" in message
    assert 'ALTER TABLE "image"."party" ALTER COLUMN "customer_since" TYPE bigint' in message
    assert "customer_since" in waiting(hub, config_copy)[0]


def test_a_file_changed_after_it_was_applied_is_refused(hub: TestHub, config_copy: Path) -> None:
    path = config_copy / "migrations/0001_party_address_contact.sql"
    path.write_text(path.read_text() + "\n-- another thought\n")
    with pytest.raises(ConfigError) as caught:
        migrate(hub.owner_url, load_config(config_copy))
    assert str(path) in str(caught.value)
    assert "changed after it was applied" in str(caught.value)
    assert "changed after it was applied" in waiting(hub, config_copy)[0]


def test_line_ends_do_not_change_a_file(hub: TestHub, config_copy: Path) -> None:
    path = config_copy / "migrations/0001_party_address_contact.sql"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert waiting(hub, config_copy) == []


def test_an_applied_file_that_is_gone_is_named(hub: TestHub, config_copy: Path) -> None:
    path = config_copy / "migrations/0001_party_address_contact.sql"
    path.unlink()
    with pytest.raises(ConfigError, match="applied to this hub, but is gone"):
        migrate(hub.owner_url, load_config(config_copy))


def test_a_failing_file_leaves_nothing_and_names_its_line(hub: TestHub, config_copy: Path) -> None:
    path = config_copy / "migrations/0007_bad.sql"
    path.write_text("CREATE TABLE golden.half (x int);\n\nCREATE TABL golden.rest (x int);\n")
    with pytest.raises(ConfigError) as caught:
        migrate(hub.owner_url, load_config(config_copy))
    assert (caught.value.problems[0].file, caught.value.problems[0].line) == (str(path), 3)
    with psycopg.connect(hub.owner_url) as conn:
        assert conn.execute("SELECT to_regclass('golden.half')").fetchone() == (None,)
        assert conn.execute("SELECT count(*) FROM ops.model_migration").fetchone() == (6,)


def test_a_file_is_applied_and_recorded_together_or_not_at_all(
    hub: TestHub, config_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise ConnectionError("cut off before the record was written")

    (config_copy / "migrations/0007_x.sql").write_text("CREATE TABLE golden.x (x int);")
    with monkeypatch.context() as patch:
        patch.setattr(migrate_module, "record_file", lost)
        with pytest.raises(ConnectionError):
            migrate(hub.owner_url, load_config(config_copy))
    assert migrate(hub.owner_url, load_config(config_copy)).files == ("0007_x.sql",)


def test_a_file_without_number_is_named(hub: TestHub, config_copy: Path) -> None:
    (config_copy / "migrations/fax.sql").write_text("SELECT 1")
    with pytest.raises(ConfigError, match="Name it NNNN_words"):
        migrate(hub.owner_url, load_config(config_copy))
