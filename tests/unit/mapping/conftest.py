"""One small made-up entity in two systems that write everything differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import pytest

from concord.mapping import Cleaned, canonical, shown, to_system
from concord.model.spec import (
    Authority,
    CleanStep,
    Code,
    CodeList,
    Column,
    Company,
    Entity,
    EntityMapping,
    Field,
    FieldType,
)

COUNTRY = CodeList(
    name="country",
    codes=(
        Code(code="CN", systems={"crm": ("China", "PR China", "中国")}),
        Code(code="DE", systems={"crm": ("Germany", "Deutschland")}),
        Code(code="NO", systems={"crm": ("Norway",)}),
        Code(code="HK"),
    ),
)
SIZE = CodeList(
    name="size",
    codes=(
        Code(code="small", systems={"crm": ("sm",)}),
        Code(code="huge", systems={"crm": ("SM",)}),
    ),
)
COMPANY = Company(
    name="Test", timezone="Asia/Shanghai", country="CN", currency="CNY", precedence=("erp", "crm")
)


def _field(name: str, kind: FieldType, *clean: str, **more: object) -> Field:
    steps = tuple(CleanStep(name=c, uses=("country",) if c == "phone" else ()) for c in clean)
    authority = Authority(kind="latest")
    return Field.model_validate(
        {"name": name, "type": kind, "clean": steps, "authority": authority, **more}
    )


FIELDS = (
    _field("phone", "text", "phone", max=30, sensitivity="personal"),
    _field("name", "text", "squeeze", required=True, max=40),
    _field("note", "text"),
    _field("tax_id", "text", "tax_id", max=30),
    _field("email", "text", "email"),
    _field("website", "text", "url"),
    _field("country", "code", codes="country"),
    _field("size", "code", codes="size"),
    _field("owner", "ref", to="thing"),
    _field("credit", "money", scale=2),
    _field("weight", "decimal"),
    _field("staff", "integer"),
    _field("active", "boolean"),
    _field("since", "date"),
    _field("seen", "timestamp"),
    _field("born", "date"),
)
ERP: dict[str, dict[str, object]] = {
    "since": {"format": "YYYYMMDD"},
    "credit": {"format": "1.234,56"},
    "weight": {"format": "1234,56"},
    "active": {"format": "Y/N"},
    "name": {"shorten": 12, "rest": "CRM keeps it"},
}
CRM: dict[str, dict[str, object]] = {
    "since": {"format": "DD/MM/YYYY"},
    "credit": {"format": "1,234.56"},
}
CRM |= {"born": {"rest": "the time is nobody's business"}}
CRM |= {
    "seen": {"format": "ISO"},
    "active": {"format": "1/0"},
    "note": {"write": False, "shorten": 5},
}


def _mapping(system: str, more: Mapping[str, Mapping[str, object]]) -> EntityMapping:
    columns = tuple(
        Column.model_validate(
            {"field": f.name, "column": f"{system}_{f.name}", **more.get(f.name, {})}
        )
        for f in FIELDS
    )
    return EntityMapping(system=system, entity="thing", table="t", id="id", columns=columns)


@dataclass(frozen=True)
class World:
    """The entity, and short ways to read and write single records."""

    entity: Entity
    codes: Mapping[str, CodeList]
    company: Company

    def frame(self, system: str, *rows: Mapping[str, str | None]) -> pd.DataFrame:
        """Raw rows given by field name, a missing field being NULL."""
        names = list(dict.fromkeys(n for row in rows for n in row))
        data = {f"{system}_{n}": [row.get(n) for row in rows] for n in names}
        return pd.DataFrame(data, index=range(7, 7 + len(rows)), dtype=object)

    def read(self, system: str, *rows: Mapping[str, str | None]) -> Cleaned:
        """`canonical` of raw rows given by field name."""
        raw = self.frame(system, *rows)
        return canonical(self.entity, self.entity.by_system[system], self.codes, self.company, raw)

    def value(self, system: str, field: str, text: str | None, **more: str) -> str | None:
        """The canonical value of one field of one record, which must be free of faults there."""
        done = self.read(system, {"name": "x", **more, field: text})
        assert done.errors[done.errors["field"] == field].empty
        value = done.values[field].iloc[0]
        assert value is None or isinstance(value, str)
        return value

    def fault(self, system: str, field: str, text: str | None) -> tuple[str, str]:
        """Rule and message of the only fault of one record, whose value must be None."""
        done = self.read(system, {"name": "x", field: text})
        assert list(done.errors["field"]) == [field]
        assert done.values[field].iloc[0] is None
        return done.errors["rule"].iloc[0], done.errors["message"].iloc[0]

    def write(self, system: str, **values: str | None) -> dict[str, str | None]:
        """`to_system`, with the system's prefix taken off the column names."""
        mapping = self.entity.by_system[system]
        out = to_system(self.entity, mapping, self.codes, values)
        return {column.removeprefix(f"{system}_"): text for column, text in out.items()}

    def shown(self, system: str, field: str, value: str | None) -> str | None:
        """`shown` in one system."""
        return shown(self.entity, self.entity.by_system[system], self.codes, field, value)


@pytest.fixture(scope="session")
def world() -> World:
    mappings = (_mapping("erp", ERP), _mapping("crm", CRM))
    entity = Entity(name="thing", fields=FIELDS, keys=(("tax_id",),), mappings=mappings)
    return World(entity, {"country": COUNTRY, "size": SIZE}, COMPANY)
