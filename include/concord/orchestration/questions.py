"""Questions to a person that a DAG asks, and what becomes of the answers: no Airflow in here.

A question lives in the hub. Airflow shows it and brings the answer; whoever answers at the command
line instead answers the same question, and Airflow's is over then. What Airflow stores of it, its
subject, text and form, holds ids, counts and sums, and no value of any record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from concord.errors import ConcordError
from concord.hub.database import Hub
from concord.model.spec import Config
from concord.pipeline import decisions, initial

APPROVE, PART, REJECT = "Approve", "Approve in part", "Reject"

Counts = dict[str, int]


class Unusable(ConcordError):
    """The answer cannot be carried out as it was given; the question stays open."""


@dataclass(frozen=True)
class Asked:
    """A question as Airflow shows it: a line and Markdown."""

    subject: str
    body: str


class Question(Protocol):
    """One question."""

    def ask(self, hub: Hub, config: Config, base_url: str) -> Asked | None:
        """Its text, or None when it is over. Raises ConcordError when there is no such thing."""
        ...

    def over(self, hub: Hub) -> str | None:
        """What became of it, in words; None while it is open."""
        ...

    def answer(self, hub: Hub, option: str, form: Mapping[str, Any], actor: str) -> Counts:
        """Keep a person's answer. Raises Unusable, or AlreadyDecided when somebody was faster."""
        ...


BODY = """\
**{creates} to create, {updates} to change, {deletes} to delete** in {system}, entity {entity}.\
{money}

Why it asks: {reason}.

[What would be written, old and new]({link})

Nothing of it was written, and nothing else waits for it. What is approved goes out with the next \
batch of its lane. *Approve in part* takes what has less at stake than the amount below; the rest \
is asked about again, or rejected. From a terminal: `./concord approve {number}`.

**中文** 计划写入 {system} 的 {entity}：新增 {creates}、修改 {updates}、删除 {deletes}。
请打开上面的链接查看新旧值，然后批准、部分批准（按金额）或拒绝。批准的内容由下一批次写入。
"""


def about_held(params: Mapping[str, Any], run_id: str) -> Question:
    """The question of a run of `approve_change_set`: about a change set, or about a review."""
    from concord.orchestration.review_questions import AboutReview

    if params.get("review"):
        return AboutReview(int(params["review"]))
    return AboutChangeSet(int(params["change_set"]))


@dataclass(frozen=True)
class AboutChangeSet:
    """May a held change set be written?"""

    number: int

    def ask(self, hub: Hub, config: Config, base_url: str) -> Asked | None:
        """See `Question`. What is planned into it from here on is not part of the question."""
        with hub.connect() as conn:
            row = conn.execute(
                "UPDATE ops.change_set AS c SET asked_at = clock_timestamp(), asked_up_to ="
                " (SELECT max(intent_id) FROM ops.intent AS n"
                "  WHERE n.change_set_id = c.change_set_id)"
                " WHERE change_set_id = %s AND state = 'held' RETURNING system, entity, creates,"
                " updates, deletes, money, unpriced, reason",
                (self.number,),
            ).fetchone()
        if row is None:
            if self.over(hub) is None:
                raise ConcordError(f"there is no change set {self.number}")
            return None
        system, entity, creates, updates, deletes, money, unpriced, reason = row
        n = creates + updates + deletes
        stake = f" At stake: {money:,.2f} {config.company.currency}." if money else ""
        if unpriced:
            stake += f" The money of {unpriced} writes is not known."
        body = BODY.format(
            system=system,
            entity=entity,
            creates=creates,
            updates=updates,
            deletes=deletes,
            money=stake,
            reason=reason,
            number=self.number,
            link=f"{base_url}/concord/change-sets/{self.number}",
        )
        return Asked(f"Change set {self.number}: {n:,} writes to {system}.{entity}", body)

    def over(self, hub: Hub) -> str | None:
        """See `Question`."""
        with hub.connect() as conn:
            row = conn.execute(
                "SELECT state, decided_by, to_char(decided_at, 'YYYY-MM-DD HH24:MI')"
                " FROM ops.change_set WHERE change_set_id = %s",
                (self.number,),
            ).fetchone()
        if row is None or row[0] == "held":
            return None
        state, who, when = row
        if state == "superseded":
            return f"Change set {self.number} needs no answer: all its writes were planned anew."
        by = f" by {who} at {when} UTC" if who else ""
        return f"Change set {self.number} is {state}{by}."

    def answer(self, hub: Hub, option: str, form: Mapping[str, Any], actor: str) -> Counts:
        """See `Question`."""
        below = self._below(hub, form) if option == PART else None
        with hub.connect() as conn:
            row = conn.execute(
                "SELECT asked_up_to FROM ops.change_set WHERE change_set_id = %s", (self.number,)
            ).fetchone()
            part = decisions.Part(below=below, up_to=row[0] if row else None)
            try:
                done = decisions.decide(
                    conn,
                    self.number,
                    approve=option != REJECT,
                    actor=actor,
                    comment=str(form.get("comment") or "") or None,
                    part=part if part.described() else None,
                    rest="rejected" if below and form.get("rest") == "reject" else "held",
                )
            except decisions.NothingMeant as error:
                raise Unusable(str(error)) from None
        left = {"rest": done.rest, "left": done.left.writes} if done.rest and done.left else {}
        return {"change_set": self.number, done.state: done.whole.writes, **left}

    def _below(self, hub: Hub, form: Mapping[str, Any]) -> Decimal:
        """The amount of a part; a part that was decided on the desk may be no amount."""
        try:
            return _amount(form.get("below"))
        except Unusable:
            if (decided := self.over(hub)) is not None:
                raise decisions.AlreadyDecided(decided) from None
            raise


READINESS = """\
**{records} records** of {entities} entities were read on both sides: {matched} match, {doubles} \
are there twice within one system, {quarantined} are in quarantine, {parked} wait for what they \
refer to.

Would be written: **{creates} to create, {updates} to change, {deletes} to delete**.

[The whole profile]({link})

Nothing was written yet. After *Approve* everything is written in the order of references; it goes \
on where it stopped if it is interrupted. From a terminal: `./concord initial-load`.

**中文** 两侧共读取 {records} 条记录：匹配 {matched}、同系统内重复 {doubles}、隔离 {quarantined}。
批准后将新增 {creates}、修改 {updates}、删除 {deletes}；尚未写入任何内容。
"""


def about_initial_load(params: Mapping[str, Any], run_id: str) -> AboutInitialLoad:
    """The question of a run of `initial_load`."""
    return AboutInitialLoad(f"{initial.DAG}/{run_id}")


@dataclass(frozen=True)
class AboutInitialLoad:
    """May everything that the profile shows be written?"""

    run_id: str

    def ask(self, hub: Hub, config: Config, base_url: str) -> Asked | None:
        """See `Question`."""
        load = initial.find(hub, self.run_id)
        if load.state != "asked":
            return None
        found = initial.report(hub, config, load)
        names = ("records", "matched", "doubles", "quarantined", "parked")
        planned = [side.planned for side in found.sides]
        body = READINESS.format(
            entities=len(load.entities),
            **{name: f"{found.total(name):,}" for name in names},
            creates=f"{sum(p.creates for p in planned):,}",
            updates=f"{sum(p.updates for p in planned):,}",
            deletes=f"{sum(p.deletes for p in planned):,}",
            link=f"{base_url}/concord/initial-loads/{load.id}",
        )
        return Asked(f"Initial load {load.id}: {found.writes:,} writes", body)

    def over(self, hub: Hub) -> str | None:
        """See `Question`."""
        load = initial.find(hub, self.run_id)
        if load.state in ("profiling", "asked"):
            return None
        by = f" by {load.decided_by}" if load.decided_by else ""
        return f"Initial load {load.id} is {load.state}{by}."

    def answer(self, hub: Hub, option: str, form: Mapping[str, Any], actor: str) -> Counts:
        """See `Question`."""
        comment = str(form.get("comment") or "") or None
        with hub.connect() as conn:
            load = initial.decide(
                conn, self.run_id, approve=option == APPROVE, actor=actor, comment=comment
            )
        return {"initial_load": load.id, load.state: 1}


def _amount(given: Any) -> Decimal:
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise Unusable(f"`{PART}` needs the amount in `below`, a number above zero")
    return amount


def held(hub: Hub, most: int) -> list[tuple[str, int]]:
    """(`change_set` or `review`, number) of what waits for a person, `most` at most.

    Reviews come first, for they are few; then the newest change sets.
    """
    from concord.orchestration.review_questions import open_reviews

    with hub.connect() as conn:
        rows = conn.execute(
            "SELECT change_set_id FROM ops.change_set WHERE state = 'held'"
            " ORDER BY change_set_id DESC LIMIT %s",
            (most,),
        ).fetchall()
        reviews = open_reviews(conn, most)
    found = [("review", n) for n in reviews] + [("change_set", int(n)) for (n,) in rows]
    return found[:most]
