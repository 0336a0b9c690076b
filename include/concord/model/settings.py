"""What a company's configuration says of itself, its systems and its lanes; see spec.py."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

Scope = Literal["delta", "full"]


class Frozen(BaseModel):
    """Base of all configuration objects: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: MappingOf[str, Any] | None = None, deep: bool = False) -> Self:
        """A changed copy, without what was derived from the original's values."""
        fresh = super().model_copy(update=update, deep=deep)
        for derived in fresh.__dict__.keys() - type(self).model_fields.keys():
            del fresh.__dict__[derived]
        return fresh


class Limits(Frozen):
    """When a change set is held for a person (per system and entity)."""

    count: int = 500  # this many writes always pass
    share: float = 0.2  # above count: at most this share of the live records
    deletes: int = 20  # at most this many deletions, written or taken in
    money: Decimal | None = None  # at most this much at stake, in the company's currency
    first_load: int = 0  # at most this many writes where nothing was ever written


class SystemSpec(Frozen):
    """One ERP or CRM."""

    name: str
    role: Literal["erp", "crm"]
    kind: str  # adapter, see concord.systems
    label: str = ""
    connection: str  # Airflow connection id; without Airflow the variable <CONNECTION>_URL
    capture: Literal["auto", "log", "logical", "timestamp", "full"] = "auto"
    overlap_minutes: int = 60  # time-stamp capture reads this far back
    dry_run: bool = False
    slots: int = 2  # Airflow pool: tasks at once on this system
    limits: Limits = Limits()
    entity_limits: dict[str, Limits] = {}

    def limits_of(self, entity: str) -> Limits:
        """The limits of an entity: its own, else the system's."""
        return self.entity_limits.get(entity, self.limits)


class Signal(Frozen):
    """How a lane that starts on a change signal groups the signals."""

    pause_seconds: int = 3  # at least so long between two starts


class Lane(Frozen):
    """A priority class with its own schedule and freshness target."""

    name: str
    dag: str
    doc: str = ""
    schedule: str  # cron, in the company's zone
    scope: Scope
    entities: tuple[str, ...]
    deadline_minutes: int
    on_change: bool = False  # starts on the systems' change signals too, not by the clock alone
    signal: Signal = Signal()
    priority: int = 1  # of its tasks when slots are scarce: the greater goes first
    own_slots: int = 0  # of each system's slots, that no other lane takes
    owner: str = "data-engineering"
    tags: tuple[str, ...] = ()


class Mail(Frozen):
    """Where e-mail goes out. The password is in the variable CONCORD_SMTP_PASSWORD."""

    to: tuple[str, ...]
    sender: str
    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None  # None: the server asks for none


class Certificates(Frozen):
    """Where the head of the chain of certificates is kept, outside the hub."""

    anchor: str | None = None  # a file; None: certificates.log in Concord's own directory
    mail: Mail | None = None


class Company(Frozen):
    """Facts about the company that configuration and cleaning need."""

    name: str
    timezone: str
    country: str  # ISO 3166-1 alpha-2, default region of phone numbers
    currency: str  # ISO 4217
    rates: str | None = None  # entity with what one unit of other currencies is worth
    precedence: tuple[str, ...]  # systems, for ties that nothing else breaks
    languages: tuple[str, ...] = ("en", "zh")
    keep_days: int = 30  # housekeeping: batches, stages, reports
    certificates: Certificates = Certificates()
