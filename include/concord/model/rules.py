"""What must hold between the files: names, codes, lanes, references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from unicodedata import normalize
from zoneinfo import ZoneInfo, available_timezones

from concord.model.cron import cron_problem
from concord.model.documents import Document, Findings, Where, closest
from concord.model.spec import RULES, CodeList, Company, Entity, Field, Lane, SystemSpec
from concord.model.vocabulary import (
    COUNTRIES,
    CURRENCIES,
    LANGUAGES,
    RESERVED_SYSTEMS,
)


def check_company(
    company: Company, systems: Collection[str] | None, doc: Document, findings: Findings
) -> None:
    """Time zone, country, currency, languages and the order of systems."""
    try:
        ZoneInfo(company.timezone)
    except (ValueError, OSError, KeyError):
        what = f"unknown time zone `{company.timezone}`"
        near = closest(company.timezone, sorted(available_timezones())).split("Allowed:")[0]
        findings.add(doc, ("timezone",), what, f"{near}Use an IANA name, such as Asia/Shanghai.")
    if company.country not in COUNTRIES:
        what = f"unknown country `{company.country}`"
        findings.add(doc, ("country",), what, "Use two letters of ISO 3166-1, such as CN or DE.")
    if company.currency not in CURRENCIES:
        what = f"unknown currency `{company.currency}`"
        findings.add(doc, ("currency",), what, "Use three letters of ISO 4217, such as CNY or EUR.")
    for i, language in enumerate(company.languages):
        if language not in LANGUAGES:
            what = f"unknown language `{language}`"
            findings.add(doc, ("languages", i), what, closest(language, LANGUAGES))
    if systems is not None and sorted(company.precedence) != sorted(systems):
        hint = f"List each of these once: {', '.join(systems)}."
        findings.add(doc, ("precedence",), "the order of systems is not complete", hint)


def check_systems(systems: tuple[SystemSpec, ...], doc: Document, findings: Findings) -> None:
    """Names that mean something else, and connections used twice."""
    seen: dict[str, str] = {}
    for system in systems:
        where = ("systems", system.name)
        if system.name in RESERVED_SYSTEMS:
            words = ", ".join(sorted(RESERVED_SYSTEMS))
            what = f"`{system.name}` cannot be a system's name"
            findings.add(doc, where, what, f"These mean something else: {words}.")
        if system.connection in seen:
            what = f"`{system.connection}` is the connection of {seen[system.connection]} already"
            findings.add(doc, (*where, "connection"), what, "Give each system its own.")
        seen[system.connection] = system.name


def check_lanes(
    lanes: tuple[Lane, ...], entities: Collection[str], doc: Document, findings: Findings
) -> None:
    """Schedules, DAG names and entities."""
    seen: dict[str, str] = {}
    for lane in lanes:
        where = ("lanes", lane.name)
        reason = cron_problem(lane.schedule)
        if reason is not None:
            what = f"`{lane.schedule}` is not a schedule: {reason}"
            hint = 'Five fields: minute hour day month weekday, such as "*/15 * * * *".'
            findings.add(doc, (*where, "schedule"), what, hint)
        if lane.dag in seen:
            what = f"lane `{seen[lane.dag]}` has the DAG `{lane.dag}` already"
            findings.add(doc, (*where, "dag"), what, "Give each lane its own DAG.")
        seen[lane.dag] = lane.name
        for i, name in enumerate(lane.entities):
            place = (*where, "entities", i)
            if name not in entities:
                hint = closest(name, list(entities))
                findings.add(doc, place, f"unknown entity `{name}`", hint)
            elif name in lane.entities[:i]:
                findings.add(doc, place, f"`{name}` stands here twice", "Remove one.")


def check_slots(
    systems: tuple[SystemSpec, ...], lanes: tuple[Lane, ...], doc: Document, findings: Findings
) -> None:
    """Every lane finds a slot on every system: its own, or one that is left to all."""
    own = [lane for lane in lanes if lane.own_slots]
    kept = sum(lane.own_slots for lane in own)
    needed = kept + (len(own) < len(lanes))
    for system in systems:
        if own and system.slots < needed:
            what = f"{system.name} has {system.slots} slots, and the lanes need {needed}"
            hint = f"{kept} are kept for single lanes; raise `slots` in systems.yaml."
            findings.add(doc, ("lanes", own[-1].name, "own_slots"), what, hint)


def check_codes(
    codes: CodeList, systems: Collection[str] | None, doc: Document, findings: Findings
) -> None:
    """Each system's texts: known, complete, and each read in one way only."""
    used = {s for code in codes.codes for s in code.systems}
    for code in codes.codes:
        for system in used - set(code.systems):
            what = f"the code has no text for {system}"
            hint = f"Add `{system}: ...`: without it the code is lost on the way there."
            findings.add(doc, ("values", code.code), what, hint)
        for system in code.systems:
            if systems is not None and system not in systems:
                hint = closest(system, [*systems, "label"])
                where = ("values", code.code, system)
                findings.add(doc, where, f"unknown system `{system}`", hint)
    readings: dict[tuple[str, str], str] = {}
    for code in codes.codes:
        for system, texts in code.systems.items():
            for text in texts:
                form = " ".join(normalize("NFKC", text).split())  # as concord.mapping reads it
                first = readings.setdefault((system, form), code.code)
                if first != code.code:
                    what = f"{system}'s `{text}` means `{first}` already"
                    hint = "One text of a system can stand for one code only."
                    findings.add(doc, ("values", code.code, system), what, hint)


def in_reference_order(
    entities: Mapping[str, Entity], docs: Mapping[str, Document], findings: Findings
) -> tuple[Entity, ...]:
    """Entities with what they refer to first; a circle goes to `findings`."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, entity in sorted(entities.items()):
        sorter.add(name, *sorted(to for to in entity.refers_to if to in entities))
    try:
        return tuple(entities[name] for name in sorter.static_order())
    except CycleError as e:
        circle = [str(name) for name in reversed(e.args[1])]
        first = entities[circle[0]]
        place = next(place for place, _, field in _references(first) if field.to == circle[1])
        what = f"references go in a circle: {' → '.join(circle)}"
        hint = "Records are written parents first: leave one of these references out."
        findings.add(docs[first.name], (*place, "to"), what, hint)
        return ()


def check_references(
    entities: Mapping[str, Entity], docs: Mapping[str, Document], findings: Findings
) -> None:
    """A reference can be held in a system only if what it names is there as well."""
    for name, entity in entities.items():
        for mapping in entity.mappings:
            for place, top, field in _references(entity):
                column = mapping.by_field.get(top.name)
                inside = {c.field for c in column.lines.columns} if column and column.lines else ()
                held = column is not None and (field is top or field.name in inside)
                to = entities.get(field.to or "")
                if held and to is not None and mapping.system not in to.by_system:
                    what = f"{mapping.system} holds this reference, but no {to.name}"
                    hint = f"Map {to.name} under systems.{mapping.system}, or leave this one out."
                    findings.add(docs[name], (*place, "to"), what, hint)


def check_posted(
    entity: Entity, codes: Mapping[str, CodeList], doc: Document, findings: Findings
) -> None:
    """The values that post a document must be codes of their field."""
    posted = entity.posted
    field = entity.field.get(posted.field) if posted else None
    listed = codes.get(field.codes or "") if field else None
    if posted is None or listed is None:
        return
    known = [code.code for code in listed.codes]
    for i, value in enumerate(posted.values):
        if value not in known:
            what = f"`{value}` is no code of {listed.name}"
            findings.add(doc, ("posted", "values", i), what, closest(value, known))


def _references(entity: Entity) -> Iterator[tuple[Where, Field, Field]]:
    """Place, field of the entity and referring field (the same, or one of its lines) of each."""
    for field in entity.references:
        yield ("fields", field.name), field, field
    for field, line in entity.line_references:
        yield ("fields", field.name, "of", line.name), field, line


def check_tables(
    entities: Mapping[str, Entity],
    docs: Mapping[str, Document],
    systems: Collection[str] | None,
    findings: Findings,
) -> None:
    """Entities whose table would have the name of another entity's partition, history or lines."""
    taken: dict[str, list[str]] = defaultdict(list)
    for name, entity in entities.items():
        ends = ["history", RULES, *(systems or ())]
        for end in ends:
            taken[f"{name}_{end}"].append(name)
        for field in entity.documents:
            taken[f"{name}_{field.name}"].append(name)
            if field.name == "history":
                what = "`history` is the name of another table of the entity"
                findings.add(docs[name], ("fields", field.name), what, "Rename the field.")
    for name in entities:
        for other in taken.get(name, ()):
            what = f"`{name}` is the name of a table that belongs to entity `{other}`"
            findings.add(docs[name], ("entity",), what, "Rename the entity.")
