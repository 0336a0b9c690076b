"""Reviews: questions that wait for a person, looked at side by side and decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from markupsafe import Markup

from concord.desk import shell
from concord.desk.pages.records import types_of
from concord.desk.web import Answer, Answered, Ask, NotThere, Refused, see
from concord.errors import ConcordError, Said
from concord.pipeline import decisions
from concord.pipeline.decisions import Part
from concord.report import changes
from concord.stewardship import allowed, conflicts, deciding, effect, finding, reviews, sides
from concord.stewardship.reviews import Order, Review

ORDERS: tuple[Order, ...] = ("money", "age", "closed")
ACTIONS = ("create", "update", "delete")
ASKED = ("mass_deletion", "schema")  # Airflow asks about these too, by the review's number
FIELD = "field:"  # before the name of a field, in a form


def listing(ask: Ask) -> Answer:
    """The list, what costs most first."""
    kind = ask.text("kind") or None
    order = next((o for o in ORDERS if o == ask.text("order")), ORDERS[0])
    after = ask.text("after") or None
    found = reviews.page(ask.conn, kind=kind, order=order, after=after)
    about = [(r.entity, r.golden_id) for r in found.items if r.entity and r.golden_id]
    return shell.page(
        ask,
        "reviews.html.j2",
        page=found,
        titles=finding.titles(ask.conn, ask.config, about, ask.reader.may_see),
        counts=reviews.counts(ask.conn),
        kind=kind,
        order=order,
        orders=ORDERS,
        currency=ask.config.company.currency,
    )


def one(ask: Ask) -> Answer:
    """One question with all that is needed to decide it, or what was decided."""
    found = _found(ask)
    if found.kind == "change_set":
        return _change_set(ask, found)
    detail = sides.detail(ask.conn, ask.config, found.id, may_see=ask.reader.may_see)
    return shell.page(
        ask,
        "review.html.j2",
        d=detail,
        r=found,
        differing=_differing(detail),
        types=types_of(ask.config, found.entity) if found.entity in ask.config.entity else {},
        allowed=_allowed(ask, detail),
        was=conflicts.of_review(ask.conn, ask.config, found, may_see=ask.reader.may_see),
        currency=ask.config.company.currency,
        label=_label(ask, detail),
        **outcome(ask, found),
    )


def became(ask: Ask) -> Answer:
    """What became of a decision so far, for its page to fetch again."""
    found = _found(ask)
    return shell.page(ask, "effect.html.j2", r=found, **outcome(ask, found))


def decide(ask: Ask) -> Answer:
    """A person's word on a question."""
    found = _found(ask)
    choice = ask.given("choice")
    if not choice:
        raise Refused(Said("nothing was chosen: take one of the choices", "form.choice"))
    if found.kind == "change_set":
        return _decide_change_set(ask, found, choice)
    deciding.decide(
        ask.conn,
        ask.config,
        found.id,
        choice,
        version=ask.given("version") or None,
        actor=ask.reader.actor,
        comment=ask.given("comment").strip() or None,
        values=_values(ask) if choice == "own" else None,
        record=ask.given(f"record:{choice}") or None,
        always=ask.given("always") == choice,
        may_see=ask.reader.may_see,
    )
    answer = see(ask, f"/reviews/{found.id}")
    if found.kind not in ASKED:
        return answer
    option = "Approve" if choice in ("agree", "accept") else "Reject"
    return replace(answer, answered=Answered("review", found.id, option))


def _decide_change_set(ask: Ask, found: Review, choice: str) -> Answer:
    number, comment = int(found.subject), ask.given("comment").strip() or None
    if choice not in ("approve", "part", "reject"):
        raise Refused(Said("a change set is approved, approved in part or rejected", "form.set"))
    part = _part(ask) if choice == "part" else None
    rejects = ask.given("rest") == "rejected" and part is not None
    decisions.decide(
        ask.conn,
        number,
        approve=choice != "reject",
        actor=ask.reader.actor,
        comment=comment,
        part=part if part is not None else Part(up_to=ask_up_to(ask)),
        rest="rejected" if rejects else "held",
    )
    option = {"approve": "Approve", "part": "Approve in part", "reject": "Reject"}[choice]
    form = _form(part, rejects, comment or "")
    answer = see(ask, f"/reviews/{found.id}")
    return Answer(
        answer.body,
        answer.status,
        headers=answer.headers,
        answered=Answered("change_set", number, option, form),
    )


def _form(part: Part | None, rejects: bool, comment: str) -> dict[str, Any]:
    """What the person said, in the fields of Airflow's form; what it has no field for, in words."""
    said = []
    if part and part.actions:
        said.append(", ".join(part.actions))
    if part and part.intents:
        said.append(f"{len(part.intents)} writes by number")
    return {
        "below": float(part.below) if part and part.below is not None else None,
        "rest": "reject" if rejects else "hold",
        "comment": ": ".join(["; ".join(said), comment] if said and comment else said or [comment]),
    }


def ask_up_to(ask: Ask) -> int | None:
    """The newest write that the person saw: what was planned into the set since is asked again."""
    text = ask.given("up_to")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _part(ask: Ask) -> Part:
    below: Decimal | None = None
    if text := ask.given("below").strip():
        try:
            below = Decimal(text)
        except InvalidOperation:
            below = Decimal("NaN")
        if not below.is_finite() or below <= 0:
            why = "the amount below which writes are approved is a number above zero"
            raise Refused(Said(why, "form.amount"))
    actions = tuple(a for a in ask.form.get("action", ()) if a in ACTIONS)
    intents = tuple(int(n) for n in ask.form.get("intent", ()) if n.isdecimal() and len(n) < 19)
    if below is None and not actions and not intents:
        why = "say which part: an amount, kinds of writes, or single writes"
        raise Refused(Said(why, "form.part"))
    return Part(intents=intents, actions=actions, below=below, up_to=ask_up_to(ask))


def _change_set(ask: Ask, found: Review) -> Answer:
    try:
        changed = changes.collect(ask.conn, ask.config, int(found.subject), ask.reader.may_see)
    except ConcordError as error:
        raise NotThere(str(error)) from None
    body = shell.render(
        ask, "changes_main.html.j2", c=changed, tone=changes.tone(changed.state), desk=True
    )
    return shell.page(
        ask,
        "change_set.html.j2",
        c=changed,
        r=found,
        tone=changes.tone(changed.state),
        body=Markup(body),
        actions=ACTIONS,
        **outcome(ask, found),
    )


def _found(ask: Ask) -> Review:
    try:
        return reviews.review(ask.conn, int(ask.params["number"]))
    except ConcordError as error:
        raise NotThere(str(error)) from None


def _values(ask: Ask) -> Mapping[str, str | None]:
    """The fields of the form; an empty one makes the field empty."""
    return {
        name.removeprefix(FIELD): values[0].strip() or None
        for name, values in ask.form.items()
        if name.startswith(FIELD)
    }


def outcome(ask: Ask, found: Review) -> dict[str, Any]:
    """What was decided, and what became of it; nothing of both while it is open."""
    if found.open or found.decided is None:
        return {"decision": None, "effect": None}
    told = deciding.decision(ask.conn, ask.config, found.id, may_see=ask.reader.may_see)
    return {"decision": told, "effect": effect.effect(ask.conn, ask.config, found.id)}


def _allowed(ask: Ask, detail: sides.Detail) -> dict[str, allowed.Allowed]:
    """What the code lists allow in those of the fields that have one."""
    entity = ask.config.entity.get(detail.review.entity or "")
    found = ((f, allowed.in_field(ask.config, entity, f)) for f in detail.fields) if entity else ()
    return {field: one for field, one in found if one is not None}


def _differing(detail: sides.Detail) -> set[str]:
    """Fields on which the sides do not say the same."""
    live = [side for side in detail.sides if side.live]
    return {
        field
        for field in detail.fields
        if len(
            {
                (side.said[field].text, side.said[field].hidden)
                for side in live
                if field in side.said
            }
        )
        > 1
    }


def _label(ask: Ask, detail: sides.Detail) -> str:
    """What the question is about, in a word that everybody may see."""
    golden = detail.review.golden_id
    if detail.review.kind == "mass_deletion":
        return ""
    entity = ask.config.entity.get(detail.review.entity or "")
    if golden is None or entity is None:
        return detail.review.subject
    row = sides.golden_row(ask.conn, entity, golden)
    name = next(
        (f.name for f in entity.fields if f.type == "text" and f.sensitivity == "public"), None
    )
    return (row[0].get(name) if row and name else None) or str(golden)
