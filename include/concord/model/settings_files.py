"""The forms of company.yaml, systems.yaml and lanes.yaml; see files.py."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from concord.model.files import (
    Amount,
    Connection,
    Flag,
    Form,
    Name,
    Natural,
    Positive,
    Share,
    Text,
    Words,
)
from concord.model.settings import Scope


class MailForm(Form):
    """Where e-mail goes out; the password is in the variable CONCORD_SMTP_PASSWORD."""

    to: list[Words] = Field(min_length=1)
    sender: Words
    host: Words
    port: Positive = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Words | None = Field(None, description="Without: the server asks for no password")


class CertificatesForm(Form):
    """Where the head of the chain of certificates is kept, outside the hub."""

    anchor: Words | None = Field(None, description="A file; one line a certificate is added")
    mail: MailForm | None = Field(None, description="Send each line to these people as well")


class CompanyForm(Form):
    """config/company.yaml: facts about the company."""

    name: Words
    timezone: Text = Field(description="IANA name, such as Asia/Shanghai")
    country: Text = Field(description="ISO 3166-1 alpha-2, such as CN")
    currency: Text = Field(description="ISO 4217, such as CNY")
    rates: Text | None = Field(
        None,
        description="Entity with fields currency, valid_from and rate: what one unit of a currency"
        " is worth in the company's",
    )
    precedence: list[Text] = Field(description="All systems; the first wins a tie")
    languages: list[Text] = Field(["en", "zh"], min_length=1)
    keep_days: Positive = Field(30, description="Batches, stages and reports are kept so long")
    certificates: CertificatesForm = CertificatesForm()  # type: ignore[call-arg]


class EntityLimitsForm(Form):
    """Limits of one entity that differ from its system's."""

    count: Natural | None = None
    share: Share | None = None
    deletes: Natural | None = None
    money: Amount | None = None
    first_load: Natural | None = None


class LimitsForm(Form):
    """When a change set is held for a person, per system and entity."""

    count: Natural = Field(500, description="This many writes always pass")
    share: Share = Field(0.2, description="Above count: at most this share of the live records")
    deletes: Natural = Field(20, description="At most this many deletions")
    money: Amount | None = Field(
        None, description="At most this much money at stake, in the company's currency"
    )
    first_load: Natural = Field(
        0, description="At most this many writes where nothing of the entity was ever written"
    )
    entities: dict[Name, EntityLimitsForm] = Field(
        {}, description="Entities with limits of their own; a key left out is as above"
    )


class SystemForm(Form):
    """One ERP or CRM."""

    role: Literal["erp", "crm"]
    kind: Name = Field(description="Adapter, such as postgres")
    label: Text = ""
    connection: Connection = Field(
        description="Airflow connection; outside Airflow the variable <CONNECTION>_URL"
    )
    capture: Literal["auto", "log", "logical", "timestamp", "full"] = "auto"
    overlap_minutes: Natural = Field(60, description="Time-stamp capture reads this far back")
    dry_run: Flag = Field(False, description="Plan and show, write nothing")
    slots: Positive = Field(2, description="Tasks at once on this system")
    limits: LimitsForm = LimitsForm()  # type: ignore[call-arg]


class SystemsForm(Form):
    """config/systems.yaml: the systems that are kept in agreement."""

    systems: dict[Name, SystemForm] = Field(min_length=1)


class SignalForm(Form):
    """How a lane that starts on a change signal groups the signals."""

    pause_seconds: Positive = Field(3, description="At least so long between two starts")


class LaneForm(Form):
    """A priority class with its own schedule; it becomes one DAG."""

    dag: Name = Field(description="DAG id")
    doc: Text = ""
    schedule: Text = Field(description="Cron of five fields, in the company's time zone")
    scope: Scope
    entities: list[Text] = Field(min_length=1)
    deadline_minutes: Positive
    on_change: Flag = Field(False, description="Start on the systems' change signals too")
    signal: SignalForm = SignalForm()  # type: ignore[call-arg]
    priority: Positive = Field(1, description="When slots are scarce, the greater goes first")
    own_slots: Natural = Field(0, description="Of each system's slots, that no other lane takes")
    owner: Words = "data-engineering"
    tags: list[Text] = Field([])


class LanesForm(Form):
    """config/lanes.yaml: how often what is handled."""

    lanes: dict[Name, LaneForm] = Field(min_length=1)
