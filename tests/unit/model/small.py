"""A small company's configuration in texts that tests change one at a time."""

from __future__ import annotations

from pathlib import Path

COMPANY = """\
name: Small Ltd
timezone: Europe/Vienna
country: AT
currency: EUR
precedence: [erp, crm]
"""

SYSTEMS = """\
systems:
  erp: {role: erp, kind: postgres, connection: small_erp}
  crm:
    role: crm
    kind: postgres
    connection: small_crm
    limits: {count: 100, share: 0.5}
"""

LANES = """\
lanes:
  fast:
    dag: micro_batch_fast
    schedule: "*/5 * * * *"
    scope: delta
    entities: [party, site]
    deadline_minutes: 5
  nightly:
    dag: nightly
    schedule: "0 2 * * MON-FRI"
    scope: full
    entities: [party, site]
    deadline_minutes: 60
"""

PARTY = """\
entity: party
key: [tax_id, [phone, name]]
fields:
  name: {type: text, max: 100, required: true, clean: [squeeze], authority: erp}
  tax_id: {type: text, max: 20, authority: erp}
  phone: {type: text, max: 30, clean: [phone(country)], authority: latest}
  country: {type: code, codes: country, authority: {priority: [crm, erp]}}
  since: {type: date, authority: {aggregate: min}}
  credit: {type: money, scale: 2}
  currency: {type: text, max: 3}
groups:
  limit: {fields: [credit, currency], authority: erp, doc: together}
systems:
  erp:
    table: customers
    id: no
    fields:
      name: {column: title, shorten: 60, rest: the CRM has it all}
      tax_id: vat
      phone: tel
      country: land
      since: {column: since, format: YYYYMMDD}
      credit: {column: credit, write: false}
      currency: cur
  crm:
    table: sales.account
    id: id
    fields:
      name: name
      tax_id: tax
      phone: phone
      country: country
"""

SITE = """\
entity: site
key: [[party, name]]
fields:
  party: {type: ref, to: party, required: true, authority: crm}
  name: {type: text, max: 50, authority: crm}
systems:
  erp: {table: sites, id: no, fields: {party: customer, name: label}}
  crm: {table: site, id: id, fields: {party: account, name: name}}
"""

COUNTRY = """\
codes: country
values:
  AT: {label: Austria, crm: [Austria, Österreich]}
  NO: {label: Norway, crm: Norway}
  "01": {label: Elsewhere, crm: Other}
"""

CREDIT = """\
control: credit
label: {en: Credit, zh: 信用额度}
entity: party
sum: credit
by: [currency]
month: since
"""

FILES = {
    "company.yaml": COMPANY,
    "systems.yaml": SYSTEMS,
    "lanes.yaml": LANES,
    "model/party.yaml": PARTY,
    "model/site.yaml": SITE,
    "codes/country.yaml": COUNTRY,
    "controls/credit.yaml": CREDIT,
}


def write_small(root: Path) -> Path:
    """Write the small configuration and return its directory."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def change(root: Path, name: str, old: str, new: str) -> int:
    """Replace `old`, which stands once in the file, and return its line, from 1."""
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1
