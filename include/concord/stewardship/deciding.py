"""Deciding: a person's word on a review, in one transaction, final, told to whoever comes later.

The review is locked, what the person saw is compared with what is there, the word takes effect in
the hub, the review is closed and the audit gets its entry: all of it or nothing. Systems get what
follows from it by the next batch of the entity's lane, through plan and guard like every change.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from concord.errors import AlreadyDecided, ChangedSince, ConcordError, MayNot, Said
from concord.hub import audit
from concord.hub.database import Connection
from concord.model.spec import Config, Entity
from concord.stewardship import acts, choices, sides, sight
from concord.stewardship.acts import Act, Word
from concord.stewardship.choices import Choice
from concord.stewardship.reviews import Review, review
from concord.stewardship.sight import Value

LONGEST = 2_000  # characters of a comment


@dataclass(frozen=True)
class Decision:
    """What was decided: `before` and `after` by field, as the reader may see them."""

    review: int
    kind: str
    entity: str | None
    choice: str
    state: str
    actor: str
    at: datetime
    comment: str | None
    before: Mapping[str, Value] = field(default_factory=dict)
    after: Mapping[str, Value] = field(default_factory=dict)
    proposal: int | None = None  # number of the review with the rule that was proposed


def decide(
    conn: Connection,
    config: Config,
    review_id: int,
    choice: str,
    *,
    version: str | None,
    actor: str,
    comment: str | None = None,
    values: Mapping[str, str | None] | None = None,
    record: str | None = None,
    always: bool = False,
    may_see: Collection[str] = sight.PLAIN,
) -> Decision:
    """Decide one review.

    `version` is what `sides.detail` gave with what the person saw, None stands for whatever is
    there now. `values`, by field, are for the choice `own`; fields of the group that are left out
    keep theirs. `record` is for `same` the golden id; for `apart` of a double, and for a system
    with two records, the record's key. `always` proposes that the chosen system's value wins from
    now on (a review `proposal`). `may_see`: sensitivities that the person may see; he decides no
    others.

    Raises:
        AlreadyDecided: somebody was quicker.
        ChangedSince: what he saw is not there any more.
        MayNot: the review is about values that he may not see.
        ConcordError: no such review, choice, field or record, or a value that the type cannot hold.
    """
    word = Word(choice, _said(actor, "the name"), comment, dict(values or {}), record, always)
    with conn.transaction():
        found = review(conn, review_id, lock=True)
        _still_open(conn, found)
        seen = sides.gather(conn, config, found)
        if version is not None and version != sides.version(found, seen):
            why = (
                f"review {found.id} is not what it was when you looked at it: a value has changed"
                " since. Look at it again, then decide"
            )
            raise ChangedSince(Said(why, "review.other", id=found.id))
        _allowed(config, found, may_see)
        chosen = _choice(found, word, seen)
        act = acts.perform(conn, config, found, word, seen)
        at = _close(conn, found, chosen, word, act)
        _audit(conn, config, found, word, act)
    return _shown(config, found, chosen.closes, word, act, at, may_see)


def decision(
    conn: Connection, config: Config, review_id: int, *, may_see: Collection[str] = sight.PLAIN
) -> Decision:
    """What a person decided about a review. Raises ConcordError when nobody has."""
    found = review(conn, review_id)
    if found.decided is None or found.closed_at is None:
        raise ConcordError(f"nobody has decided review {review_id}: it is {found.state}")
    told = found.decided
    word = Word(told["choice"], found.closed_by or "", found.comment, {}, None, False)
    act = Act(told["before"], told["after"], proposal=told.get("proposal"))
    return _shown(config, found, found.state, word, act, found.closed_at, may_see)


def _said(text: str, what: str) -> str:
    text = text.strip()
    if not text:
        raise ConcordError(f"{what} of who decides is missing")
    return _storable(text, what)


def _storable(text: str, what: str) -> str:
    if len(text) > LONGEST:
        why = f"{what} has {len(text)} characters; it may have {LONGEST}"
        raise ConcordError(Said(why, "text.long", n=len(text), most=LONGEST))
    if "\0" in text or (not text.isascii() and not _is_unicode(text)):
        why = f"{what} holds characters that cannot be stored; write it anew"
        raise ConcordError(Said(why, "text.unstorable"))
    return text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _still_open(conn: Connection, found: Review) -> None:
    if found.open:
        return
    who = found.closed_by or "concord"
    when = f"{found.closed_at:%Y-%m-%d %H:%M:%S} UTC" if found.closed_at else "before"
    what = (found.decided or {}).get("choice") or found.state
    why = f" ({found.comment})" if found.comment else ""
    text = (
        f"review {found.id} was decided by {who} on {when}: {what}{why}. Nothing was changed by you"
    )
    raise AlreadyDecided(
        Said(text, "review.closed", id=found.id, who=who, when=when, choice=what, why=why)
    )


def _allowed(config: Config, found: Review, may_see: Collection[str]) -> None:
    unit = sides.unit_of(config, found)
    if unit is None:
        return
    entity = sides.entity_of(config, found)
    hidden = [f for f in unit.fields if entity.field[f].sensitivity not in may_see]
    if hidden:
        names = ", ".join(hidden)
        why = (
            f"review {found.id} is about {entity.name}.{names}, which you may not see:"
            " leave it to a person with that right"
        )
        raise MayNot(Said(why, "review.hidden", id=found.id, entity=entity.name, fields=names))


def _choice(found: Review, word: Word, seen: list[sides.Side]) -> Choice:
    """The choice by its name, with what it needs.

    Raises:
        ConcordError: this review has no such choice, or something is missing or too much.
    """
    systems = tuple(dict.fromkeys(s.system for s in seen if s.system != sides.GOLDEN and s.live))
    offered = {c.name: c for c in choices.choices(found, systems)}
    chosen = offered.get(word.choice)
    if chosen is None:
        known = ", ".join(offered)
        why = f"review {found.id} ({found.kind}) has no choice {word.choice!r}; it has {known}"
        raise ConcordError(
            Said(why, "review.no_choice", id=found.id, wanted=word.choice, known=known)
        )
    if word.comment is not None:
        _storable(word.comment, "the comment")
    missing = {
        "values": not word.values,
        "record": not word.record,
        "comment": not (word.comment or "").strip(),
    }
    if missing.get(chosen.needs):
        why = f"the choice {chosen.name} needs a {chosen.needs.rstrip('s')}"
        raise ConcordError(Said(why, "review.needs", choice=chosen.name, needs=chosen.needs))
    if word.values and chosen.needs != "values":
        raise ConcordError(f"the choice {chosen.name} takes no values; the choice own does")
    if word.always and chosen.name not in systems:
        why = "only the choice of a system can be proposed as a rule"
        raise ConcordError(Said(why, "review.not_always"))
    return chosen


def _close(conn: Connection, found: Review, chosen: Choice, word: Word, act: Act) -> datetime:
    told = {
        "choice": word.choice,
        "before": act.before,
        "after": act.after,
        "decision": act.decision,
        "proposal": act.proposal,
        "batch": act.batch,
        "salt": secrets.token_hex(8),  # so that the audit's digest gives no value away
    }
    row = conn.execute(
        "UPDATE ops.review SET state = %s, closed_at = clock_timestamp(), closed_by = %s,"
        " comment = %s, decided = %s WHERE review_id = %s RETURNING closed_at, decided",
        (chosen.closes, word.actor, word.comment, Jsonb(told), found.id),
    ).fetchone()
    assert row
    act.digest = digest(row[1])
    return row[0]  # type: ignore[no-any-return]


def digest(decided: Mapping[str, Any]) -> str:
    """What the audit keeps of `ops.review.decided`: whoever changes that later is found out."""
    return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()


def _audit(conn: Connection, config: Config, found: Review, word: Word, act: Act) -> None:
    """Who, what, before and after; values of fields that are not for everybody only as a digest."""
    entity = config.entity.get(found.entity or "")
    detail = {
        "kind": found.kind,
        "choice": word.choice,
        "subject": found.subject,
        "comment": word.comment,
        "before": _public(entity, act.before),
        "after": _public(entity, act.after),
        "decided": act.digest,
    }
    audit.append(conn, word.actor, "review.decide", str(found.id), detail)


def _public(entity: Entity | None, values: Mapping[str, str | None]) -> dict[str, str | None]:
    def open_(name: str) -> bool:
        return entity is None or name not in entity.field or (
            entity.field[name].sensitivity == "public"
        )  # fmt: skip

    return {f: v if open_(f) else "(kept in the review)" for f, v in values.items()}


def _shown(
    config: Config,
    found: Review,
    state: str,
    word: Word,
    act: Act,
    at: datetime,
    may_see: Collection[str],
) -> Decision:
    entity = config.entity.get(found.entity or "")

    def seen(values: Mapping[str, str | None]) -> dict[str, Value]:
        return {
            f: sight.value(entity.field[f], v, may_see)
            if entity and f in entity.field
            else Value(v)
            for f, v in values.items()
        }

    return Decision(
        found.id, found.kind, found.entity, word.choice, state, word.actor, at, word.comment,
        seen(act.before), seen(act.after), act.proposal,
    )  # fmt: skip
