"""Tables made from the model files: what the database lacks, as SQL that a person reviews.

`plan` compares, `write_migration` writes the next numbered file under `config/migrations`, and
`concord.hub.migrate` applies it. Nothing that holds data is ever dropped by a plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator

from psycopg import sql

from concord.errors import ConfigError, Problem
from concord.hub.catalog import Catalog, Table, read_catalog
from concord.hub.database import Connection
from concord.hub.migration_files import Statement, run_file, unapplied, write_migration
from concord.hub.sql import statement
from concord.model.spec import RULES, Config, Entity, Field
from concord.model.vocabulary import GOLDEN_COLUMNS, IMAGE_COLUMNS

__all__ = ["Statement", "compare", "plan", "write_migration"]

_TYPE_NAMES = {"timestamptz": "timestamp with time zone"}
_OWN_COLUMNS = {"image": frozenset(IMAGE_COLUMNS), "golden": frozenset(GOLDEN_COLUMNS)}


def plan(conn: Connection, config: Config) -> list[Statement]:
    """What must change so that the database fits the model files.

    Files under config/migrations that are not applied yet count as applied: they are run and
    rolled back, so `conn` must then be the owner's. Statements without SQL are notes.

    Raises:
        ConfigError: a field has another type than its column, or an unapplied file fails.
    """
    with conn.transaction(force_rollback=True):
        for file in unapplied(conn, config):
            run_file(conn, file)
        catalog = read_catalog(conn)
    return compare(catalog, config)


def compare(catalog: Catalog, config: Config) -> list[Statement]:
    """The statements that bring `catalog` to the model. Raises ConfigError on a changed type."""
    problems = [p for entity in config.entities for p in _retyped(catalog, config, entity)]
    if problems:
        raise ConfigError(problems)
    steps = [step for entity in config.entities for step in _entity(catalog, config, entity)]
    return [*steps, *_left_over(catalog, config)]


def _tables(entity: str) -> list[tuple[str, str, str]]:
    """Schema, table and template of an entity's four tables."""
    return [
        ("image", entity, "image_table"),
        ("image", f"{entity}_history", "image_history_table"),
        ("golden", entity, "golden_table"),
        ("golden", f"{entity}_history", "golden_history_table"),
    ]


def _entity(catalog: Catalog, config: Config, entity: Entity) -> Iterator[Statement]:
    for schema, table, template in _tables(entity.name):
        name = sql.Identifier(schema, table)
        columns = catalog.columns.get((schema, table))
        if columns is None:
            fields = sql.SQL(",\n    ").join(_column(f) for f in entity.fields)
            yield _step(entity.name, statement("hub", template, table=name, fields=fields))
            columns = {f.name: f.pg_type for f in entity.fields}
        for field in entity.fields:
            if field.name not in columns:
                add = sql.SQL("ALTER TABLE {} ADD COLUMN {}").format(name, _column(field))
                yield _step(f"{entity.name}.{field.name}", add)
        if template == "image_table":
            yield from _partitions(catalog, config, entity)
        yield from _indexes(catalog, entity, schema, table)
    for field in entity.documents:
        yield from _lines(catalog, entity, field)


def _lines(catalog: Catalog, entity: Entity, field: Field) -> Iterator[Statement]:
    """The table of a document's lines, derived from the golden record."""
    table = f"{entity.name}_{field.name}"
    name, columns = sql.Identifier("golden", table), catalog.columns.get(("golden", table))
    if columns is None:
        fields = sql.SQL(",\n    ").join(_column(f) for f in field.lines)
        yield _step(table, statement("hub", "lines_table", table=name, fields=fields))
        columns = {f.name: f.pg_type for f in field.lines}
    for line in field.lines:
        if line.name not in columns:
            add = sql.SQL("ALTER TABLE {} ADD COLUMN {}").format(name, _column(line))
            yield _step(f"{table}.{line.name}", add)
    yield from _indexes(catalog, entity, "golden", table)


def _holders(config: Config, entity: Entity) -> list[str]:
    """The systems that have a partition of the entity's images."""
    return [*entity.by_system, *([RULES] if entity.name in config.given else [])]


def _partitions(catalog: Catalog, config: Config, entity: Entity) -> Iterator[Statement]:
    there = catalog.partitions.get(entity.name, frozenset())
    for system in _holders(config, entity):
        partition = f"{entity.name}_{system}"
        if partition not in there:
            made = sql.SQL("CREATE TABLE {} PARTITION OF {} FOR VALUES IN ({})").format(
                sql.Identifier("image", partition),
                sql.Identifier("image", entity.name),
                sql.Literal(system),
            )
            subject = partition if (("image", entity.name) in catalog.columns) else entity.name
            yield _step(subject, made)
            if system == RULES:
                table = sql.Identifier("image", partition)
                yield _step(subject, statement("hub", "rules_index", table=table))


def _indexes(catalog: Catalog, entity: Entity, schema: str, table: str) -> Iterator[Statement]:
    wanted = _wanted_indexes(entity)[schema, table]
    there = catalog.indexes.get((schema, table), frozenset())
    subject = entity.name if (schema, table) not in catalog.columns else f"{entity.name} indexes"
    for name, definition in wanted.items():
        if name not in there:
            made = sql.SQL("CREATE INDEX {} ON {} {}").format(
                sql.Identifier(name), sql.Identifier(schema, table), definition
            )
            yield _step(subject, made)
    for name in sorted(there - wanted.keys()):
        if name.startswith(f"{table}_by_"):
            drop = sql.SQL("DROP INDEX {}").format(sql.Identifier(schema, name))
            yield _step(subject, drop, "No match key or reference needs this index any more.")


def _wanted_indexes(entity: Entity) -> dict[tuple[str, str], dict[str, sql.Composable]]:
    """Table -> index name -> columns. A name says what is indexed: a changed key is a new index."""
    name = entity.name
    image: dict[str, sql.Composable] = {f"{name}_by_golden_id": sql.SQL("(golden_id)")}
    for key in entity.keys:
        parts = sql.SQL(", ").join(_key_part(entity.field[f]) for f in key)
        live = sql.SQL("({}) WHERE deleted_at IS NULL").format(parts)
        image[_index_name(name, key)] = live
    golden: dict[str, sql.Composable] = {f"{name}_by_batch_id": sql.SQL("(batch_id)")}
    for field in entity.references:
        one = sql.SQL("({})").format(sql.Identifier(field.name))
        golden[_index_name(name, (field.name,))] = one
        if not any(key[0] == field.name for key in entity.keys):
            image[_index_name(name, (field.name,))] = one
    for found in entity.searched:  # by how it begins
        golden[_index_name(name, (found,))] = sql.SQL("(ops.fold({}) text_pattern_ops)").format(
            sql.Identifier(found)
        )
    lines: dict[tuple[str, str], dict[str, sql.Composable]] = {}
    for field in entity.documents:
        lines["golden", f"{name}_{field.name}"] = {}
    for field, line in entity.line_references:
        table = f"{name}_{field.name}"
        one = sql.SQL("({})").format(sql.Identifier(line.name))
        lines["golden", table][_index_name(table, (line.name,))] = one
        image[_index_name(name, (field.name,))] = sql.SQL("USING gin ({} jsonb_path_ops)").format(
            sql.Identifier(field.name)
        )
    history = f"{name}_history"
    return {
        **lines,
        ("image", name): image,
        ("image", history): {f"{history}_by_record": sql.SQL("(system, source_id, version)")},
        ("golden", name): golden,
        ("golden", history): {f"{history}_by_golden_id": sql.SQL("(golden_id, version)")},
    }


def _column(field: Field) -> sql.Composed:
    return sql.SQL("{} {}").format(sql.Identifier(field.name), sql.SQL(field.pg_type))


def _key_part(field: Field) -> sql.Composed:
    """Texts are compared in their folded form (ops.fold), as concord.matching does."""
    form = sql.SQL("ops.fold({})") if field.pg_type == "text" else sql.SQL("{}")
    return form.format(sql.Identifier(field.name))


def _index_name(entity: str, fields: tuple[str, ...]) -> str:
    name = f"{entity}_by_{'_'.join(fields)}"
    if len(name) <= 63:
        return name
    return f"{name[:54]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _retyped(catalog: Catalog, config: Config, entity: Entity) -> Iterator[Problem]:
    file = str((config.root / "model" / f"{entity.name}.yaml") if config.root else entity.name)
    four = [(schema, table) for schema, table, _ in _tables(entity.name)]
    fields = [(field, f"fields.{field.name}", four) for field in entity.fields]
    fields += [
        (line, f"fields.{field.name}.of.{line.name}", [("golden", f"{entity.name}_{field.name}")])
        for field in entity.documents
        for line in field.lines
    ]
    for field, place, tables in fields:
        wanted = _TYPE_NAMES.get(field.pg_type, field.pg_type)
        for schema, table in tables:
            found = catalog.columns.get((schema, table), {}).get(field.name, wanted)
            if found == wanted:
                continue
            change = sql.SQL("ALTER TABLE {} ALTER COLUMN {} TYPE {} USING {}::{};").format(
                sql.Identifier(schema, table),
                sql.Identifier(field.name),
                sql.SQL(field.pg_type),
                sql.Identifier(field.name),
                sql.SQL(field.pg_type),
            )
            what = f"type {field.type} needs {wanted}, but {schema}.{table} has {found}"
            hint = (
                "A change of type can lose values, so a person writes it: put it into the next file"
                f" of {file.rsplit('model', 1)[0]}migrations"
                f"{' for all four tables, beginning' if tables is four else ''} with"
                f" {change.as_string(None)}"
            )
            yield Problem(file, None, f"{place}.type", what, hint)
            break


def _left_over(catalog: Catalog, config: Config) -> Iterator[Statement]:
    """Notes about what the model files no longer mention. Data stays until a person drops it."""
    wanted: dict[Table, Collection[str]] = {}
    for entity in config.entities:
        wanted.update({(s, t): entity.field for s, t, _ in _tables(entity.name)})
        for field in entity.documents:
            names = ["position", *(line.name for line in field.lines)]
            wanted["golden", f"{entity.name}_{field.name}"] = names
    for table, columns in sorted(catalog.columns.items()):
        fields = wanted.get(table)
        label = ".".join(table)
        if fields is None:
            drop = sql.SQL("DROP TABLE {};").format(sql.Identifier(*table))
            yield _note(label, f"{label} belongs to no model file. If its data may go:", drop)
            continue
        for column in columns:
            if column not in fields and column not in _OWN_COLUMNS[table[0]]:
                drop = sql.SQL("ALTER TABLE {} DROP COLUMN {};").format(
                    sql.Identifier(*table), sql.Identifier(column)
                )
                text = f"{label}.{column} is in no model file. If its values may go:"
                yield _note(f"{label}.{column}", text, drop)
    for entity in config.entities:
        known = {f"{entity.name}_{system}" for system in _holders(config, entity)}
        for name in sorted(catalog.partitions.get(entity.name, frozenset()) - known):
            drop = sql.SQL("DROP TABLE {};").format(sql.Identifier("image", name))
            text = f"image.{name} belongs to a system that is gone. If its images may go:"
            yield _note(f"image.{name}", text, drop)


def _step(subject: str, composed: sql.Composable, note: str = "") -> Statement:
    return Statement(subject, composed.as_string(None), note)


def _note(subject: str, text: str, composed: sql.Composable) -> Statement:
    return Statement(subject, "", f"{text}\n  {composed.as_string(None)}")
