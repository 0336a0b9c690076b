"""Digests of a PostgreSQL system: the same whatever its settings, for rows of every kind."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from concord.systems.digest import bucket_of, hash_sum, row_hash
from concord.systems.protocol import Digest
from tests.integration.systems.conftest import Shop, mapping_of

ODD = {
    "DateStyle": "SQL, DMY",
    "IntervalStyle": "sql_standard",
    "TimeZone": "Asia/Tokyo",
    "extra_float_digits": "-10",
    "bytea_output": "escape",
    "lc_monetary": "C",
    "default_transaction_isolation": "serializable",
}
MIXED = """
CREATE TABLE mixed (id text PRIMARY KEY, day date, moment timestamptz, naive timestamp,
    wait interval, ratio double precision, single real, blob bytea, amount numeric, flag boolean);
INSERT INTO mixed
SELECT 'K' || n, DATE '2026-02-01' + n, TIMESTAMPTZ '2026-02-01 10:00+00' + n * interval '1 hour',
    TIMESTAMP '2026-02-01 10:00' + n * interval '1 hour', n * interval '90 minutes', n / 7.0,
    n / 7.0, decode(lpad(to_hex(n), 4, '0'), 'hex'), n / 8.0, n % 2 = 0
FROM generate_series(1, 200) AS g (n);
INSERT INTO mixed (id) VALUES ('empty');
"""


def digests(shop: Shop, buckets: int = 8) -> list[Digest]:
    with shop.system.snapshot() as snapshot:
        return list(snapshot.digests(shop.mapping, buckets, snapshot.shape(shop.mapping)))


def test_digests_do_not_depend_on_settings_of_the_role_or_the_database(bare: Shop) -> None:
    bare.sql(MIXED)
    bare.mapping = mapping_of(
        "mixed", "id", "day", "moment", "naive", "wait", "ratio", "single", "blob", "amount", "flag"
    )
    before = digests(bare)
    dbname, role = bare.sql("SELECT current_database(), current_user")[0]
    try:
        for name, value in ODD.items():
            for kind, whose in (("DATABASE", dbname), ("ROLE", role)):
                bare.sql(
                    sql.SQL("ALTER {} {} SET {} = {}")
                    .format(sql.SQL(kind), sql.Identifier(whose), sql.Identifier(name), value)
                    .as_string()
                )
        with psycopg.connect(bare.url) as conn:  # they do count, for who does not set his own
            shown = conn.execute("SELECT day::text FROM mixed WHERE id = 'K1'").fetchone()
        after = digests(bare)
    finally:
        for name in ODD:
            for kind, whose in (("DATABASE", dbname), ("ROLE", role)):
                bare.sql(
                    sql.SQL("ALTER {} {} RESET {}")
                    .format(sql.SQL(kind), sql.Identifier(whose), sql.Identifier(name))
                    .as_string()
                )
    assert shown == ("02/02/2026",)
    assert after == before
    assert sum(d.count for d in after) == 201


def test_the_order_of_keys_in_a_collation_does_not_matter(bare: Shop) -> None:
    keys = ["a", "B", "ä", "Z", "zz", "ß", "ss", "1", "10", "2"]
    found = []
    there = bare.sql(
        "SELECT collname FROM pg_collation WHERE collencoding IN (-1, 6) AND collprovider <> 'i'"
    )
    for (collation,) in there:
        bare.sql(
            f'DROP TABLE IF EXISTS named; CREATE TABLE named (id text COLLATE "{collation}"'
            f' PRIMARY KEY, v text COLLATE "{collation}")'
        )
        for key in keys:
            bare.sql("INSERT INTO named VALUES (%s, %s)", key, f"v{key}")
        bare.mapping = mapping_of("named", "id", "v")
        found.append(digests(bare, 3))
    assert len(there) > 2
    assert all(one == found[0] for one in found)
    assert found[0] == [
        Digest(b, len(inside), hash_sum(inside))
        for b in range(3)
        if (inside := [(k, row_hash({"v": f"v{k}"})) for k in keys if bucket_of(k, 3) == b])
    ]


def test_buckets_come_in_order_and_records_without_a_key_apart(bare: Shop) -> None:
    bare.sql("CREATE TABLE loose (id text, v text)")
    bare.mapping = mapping_of("loose", "id", "v")
    assert digests(bare) == []
    bare.sql("INSERT INTO loose SELECT 'K' || n, 'v' FROM generate_series(1, 100) AS g (n)")
    bare.sql("INSERT INTO loose VALUES (NULL, 'v'), (NULL, 'w')")
    found = digests(bare)
    assert [d.bucket for d in found] == [*range(8), None]
    assert found[-1] == Digest(None, 2, "")


def test_a_record_that_is_there_twice_counts_twice(bare: Shop) -> None:
    bare.sql("CREATE TABLE loose (id text, v text)")
    bare.sql("INSERT INTO loose VALUES ('A', 'v'), ('A', 'v'), ('B', NULL)")
    bare.mapping = mapping_of("loose", "id", "v")
    records = [("A", row_hash({"v": "v"}))] * 2 + [("B", row_hash({"v": None}))]
    assert digests(bare, 1) == [Digest(0, 3, hash_sum(records))]
    with bare.system.snapshot() as snapshot:
        shape = snapshot.shape(bare.mapping)
        assert sorted(snapshot.hashes(bare.mapping, 1, [0], shape)) == sorted(records)


@pytest.mark.parametrize("columns", [0, 1, 24, 25, 120])
def test_a_record_of_any_number_of_columns_has_the_hash_of_its_texts(
    bare: Shop, columns: int
) -> None:
    names = [f"c{n:03}" for n in range(columns)]
    bare.sql(f"CREATE TABLE wide (id text PRIMARY KEY{''.join(f', {n} text' for n in names)})")
    values = {n: None if i % 3 == 0 else n * (i % 4) for i, n in enumerate(names)}
    bare.sql(
        sql.SQL("INSERT INTO wide ({}) VALUES ({})")
        .format(
            sql.SQL(", ").join(map(sql.Identifier, ["id", *names])),
            sql.SQL(", ").join(map(sql.Literal, ["A", *values.values()])),
        )
        .as_string()
    )
    bare.mapping = mapping_of("wide", "id", *names) if names else _without_columns(bare)
    expected = row_hash(values)
    assert bare.everything()["A"].raw_hash == expected
    assert digests(bare, 1) == [Digest(0, 1, hash_sum([("A", expected)]))]


def _without_columns(shop: Shop) -> object:
    return mapping_of("wide", "id", "x").model_copy(update={"columns": ()})
