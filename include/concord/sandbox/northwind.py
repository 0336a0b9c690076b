"""Northwind's 91 customers: as they are into the ERP, and a CRM side derived from them.

The CRM differs where a rule can settle it: telephone numbers in international form, streets
abbreviated, other payment terms, e-mail addresses that the ERP lacks. Equal input gives equal rows.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import phonenumbers
from concord.errors import ConcordError, Problem
from concord.hub.database import safe_address
from concord.sandbox.database import CRM, ERP, Row, copy_in, create, opened
from concord.sandbox.sides import TERMS, money
from concord.sandbox.world import slug

COUNTRIES = {
    "Argentina": "AR", "Austria": "AT", "Belgium": "BE", "Brazil": "BR", "Canada": "CA",
    "Denmark": "DK", "Finland": "FI", "France": "FR", "Germany": "DE", "Ireland": "IE",
    "Italy": "IT", "Mexico": "MX", "Norway": "NO", "Poland": "PL", "Portugal": "PT", "Spain": "ES",
    "Sweden": "SE", "Switzerland": "CH", "UK": "GB", "USA": "US", "Venezuela": "VE",
}  # fmt: skip
CRM_WORDS = {"UK": "United Kingdom", "USA": "United States"}

LIMITS = {
    "customer_id": 12, "company_name": 80, "contact_name": 60, "contact_title": 40, "address": 60,
    "city": 40, "region": 40, "postal_code": 12, "country": 40, "phone": 30,
}  # fmt: skip
"""The columns that are read, and how many characters the ERP has for each."""
REQUIRED = ("customer_id", "company_name", "country")

_OTHERWISE = (
    ("straße", "str."), ("str. ", "straße "), ("Str. ", "Straße "), ("avenue ", "av. "),
    ("boulevard ", "bd "), ("Boulevard ", "Bd "), ("place ", "pl. "), ("Carrera ", "Cra. "),
    ("Avda. ", "Avenida "), ("Calle ", "C/ "), (" St.", " Street"), (" Rd.", " Road"),
    (" Blvd.", " Boulevard"), (" Road", " Rd"), ("Rua ", "R. "), ("Via ", "V. "),
)  # fmt: skip

_ERP_TIME, _CRM_TIME = "2025-06-02 08:00:00+00", "2025-06-30 08:00:00"
_NUMBERED = ("customer_contacts", "customer_addresses")  # the ERP gives these their keys

_CRM_ONLY = (  # name, mailbox, country, telephone, city, postcode, street, contact
    ("Nordlicht Gastronomie", "nordlicht", "Germany", "+49 40 3620471")
    + ("Hamburg", "20457", "Am Sandtorkai 14", "Silke Petersen"),
    ("Casa Oliveira", "casaoliveira", "Portugal", "+351 21 352 1407")
    + ("Lisboa", "1250-096", "Rua do Salitre 88", "Inês Oliveira"),
    ("Harbor Light Foods", "harborlight", "United States", "+1 617-555-0137")
    + ("Boston", "02110", "9 Long Wharf", "Grace Sullivan"),
    ("上海明凤食品有限公司", "mingfeng", "China", "+86 21 5890 3312")
    + ("上海市", "200120", "浦东新区滨河路12号", "林海燕"),
)


@dataclass(frozen=True)
class ImportSummary:
    """Customers by the sides that know them, and the rows written by table."""

    both: int
    erp_only: int
    crm_only: int
    rows: Mapping[str, int]


def import_northwind(directory: Path | str, erp_url: str, crm_url: str) -> ImportSummary:
    """Load `directory/customers.csv` into both sides; makes the tables where they are missing.

    Every seventh customer stays unknown to the CRM, which has a few that the ERP lacks.

    Raises:
        ConcordError: the file is missing or wrong (with file and line), or is loaded already.
        SystemUnavailable, NotAuthorised: see `database.opened`.
    """
    records = read_customers(Path(directory) / "customers.csv")
    erp = erp_rows(records)
    crm = crm_rows([r for i, r in enumerate(records, 1) if i % 7])
    create(erp_url, crm_url)
    with opened(ERP, erp_url) as to_erp, opened(CRM, crm_url) as to_crm:
        taken = to_erp.execute(
            "SELECT count(*) FROM customers WHERE customer_code = ANY (%s)",
            ([r["customer_id"] for r in records],),
        ).fetchone()
        if taken and taken[0]:
            raise ConcordError(
                f"erp at {safe_address(erp_url)} holds {taken[0]} of these customers already. "
                "Nothing was changed. Empty the sandbox first: ./concord sandbox seed --reset."
            )
        for connection, rows in ((to_erp, erp), (to_crm, crm)):
            for table, found in rows.items():
                copy_in(connection, table, found, numbered=table not in _NUMBERED)
    shared = len(crm["account"]) - len(_CRM_ONLY)
    return ImportSummary(
        both=shared,
        erp_only=len(records) - shared,
        crm_only=len(_CRM_ONLY),
        rows={table: len(found) for rows in (erp, crm) for table, found in rows.items()},
    )


def read_customers(file: Path) -> list[dict[str, str]]:
    """The records of a customers.csv, columns of LIMITS, text without outer blanks.

    Raises:
        ConcordError: what is wrong, with file and line, at most twenty problems at a time.
    """
    records: list[dict[str, str]] = []
    problems: list[Problem] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            missing = [c for c in LIMITS if c not in (reader.fieldnames or ())]
            if missing:
                hint = "Take customers.csv of the Northwind set, or add the column."
                raise _wrong(file, 1, "", f"the column {', '.join(missing)} is missing", hint)
            for record in reader:
                line = reader.line_num
                if None in record or None in record.values():
                    what = f"the record has not {len(reader.fieldnames or ())} values"
                    problems.append(Problem(str(file), line, "", what, "Quote values with commas."))
                    continue
                row = {c: record[c].strip() for c in LIMITS}
                seen = any(row["customer_id"] == other["customer_id"] for other in records)
                problems += _problems(file, line, row, seen)
                records.append(row)
    except (OSError, csv.Error, UnicodeDecodeError) as e:
        what = e.strerror or "cannot be read" if isinstance(e, OSError) else f"not UTF-8 CSV ({e})"
        hint = "Give the directory that holds Northwind's customers.csv."
        raise _wrong(file, None, "", what, hint) from None
    if problems:
        raise ConcordError("\n".join(str(p) for p in problems[:20]))
    if not records:
        raise _wrong(file, 1, "", "there is no customer in it", "Take a file with rows.")
    return records


def _wrong(file: Path, line: int | None, where: str, what: str, hint: str) -> ConcordError:
    return ConcordError(str(Problem(str(file), line, where, what, hint)))


def _problems(file: Path, line: int, row: Mapping[str, str], seen: bool) -> list[Problem]:
    def problem(column: str, what: str, hint: str) -> Problem:
        return Problem(str(file), line, column, what, hint)

    found = [problem(c, "is empty", "Every customer has one.") for c in REQUIRED if not row[c]]
    for column, limit in LIMITS.items():
        if len(row[column]) > limit:
            what = f"has {len(row[column])} characters, the ERP takes {limit}"
            found.append(problem(column, what, "Shorten it."))
        if "\x00" in row[column]:
            found.append(problem(column, "holds a NUL character", "Take it out."))
    if seen:
        found.append(problem("customer_id", "stands in an earlier line too", "Keep one of them."))
    if row["country"] and row["country"] not in COUNTRIES:
        known = ", ".join(COUNTRIES)
        found.append(problem("country", "is not a country known here", f"Known are {known}."))
    return found


def erp_rows(records: Sequence[Mapping[str, str]]) -> dict[str, list[Row]]:
    """The ERP's rows by table; contacts and addresses without their key."""
    rows: dict[str, list[Row]] = {table: [] for table in ERP.tables}
    for r in records:
        code, country = r["customer_id"], COUNTRIES[r["country"]]
        rows["customers"].append(
            (code, r["company_name"], "O", None, country, r["phone"] or None, None, None)
            + ("N30", "A", None, None, None, _ERP_TIME)
        )
        if r["contact_name"]:
            title = r["contact_title"] or None
            contact = (code, r["contact_name"], title, None, None, _ERP_TIME)
            rows["customer_contacts"].append(contact)
        place = (r[c] or None for c in ("address", "city", "region", "postal_code"))
        rows["customer_addresses"].append((code, "BI", *place, country, _ERP_TIME))
    return rows


def crm_rows(records: Sequence[Mapping[str, str]]) -> dict[str, list[Row]]:
    """The CRM's rows by table: these customers with differences, and those only it has."""
    rows: dict[str, list[Row]] = {table: [] for table in CRM.tables}
    for i, r in enumerate(records):
        word = CRM_WORDS.get(r["country"], r["country"])
        domain = f"{slug(r['company_name'])}.example"
        place = (shortened(r["address"]), r["city"], r["region"], r["postal_code"], word)
        email = None if i % 3 == 2 else f"office@{domain}"
        phone = international(r["phone"], COUNTRIES[r["country"]])
        web = f"https://www.{domain}" if i % 4 == 0 else None
        term = TERMS["net60" if i % 5 == 0 else "net30"][1]
        revenue = money(50_000 * (1 + i * 7 % 40)) if i % 2 else None
        account = (r["company_name"], word, phone, email, web, term, revenue)
        _add(rows, r["customer_id"], account, place)
        if r["contact_name"]:
            mailbox = ".".join(slug(part) for part in r["contact_name"].split())
            email = f"{mailbox}@{domain}" if i % 3 else None
            _add_person(rows, r["customer_id"], r["contact_name"], r["contact_title"], email)
    for name, mailbox, word, phone, city, postcode, street, person in _CRM_ONLY:
        email = f"office@{mailbox}.example"
        account = (name, word, phone, email, None, TERMS["net30"][1], money(400_000))
        _add(rows, mailbox, account, (street, city, "", postcode, word))
        _add_person(rows, mailbox, person, "", None)
    return rows


def _key(kind: str, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"northwind:{kind}:{name}"))


def _add(rows: dict[str, list[Row]], name: str, account: Row, place: tuple[str, ...]) -> None:
    legal_name, word, phone, email, web, term, revenue = account
    key = _key("account", name)
    rows["account"].append(
        (key, legal_name, "Company", None, word, phone, email, web, term, "Active", None, revenue)
        + (None, None, _CRM_TIME)
    )
    address = (p or None for p in place)
    rows["account_address"].append((_key("address", name), key, "billing", *address, _CRM_TIME))


def _add_person(
    rows: dict[str, list[Row]], name: str, full_name: str, title: str, email: str | None
) -> None:
    key, account = _key("person", name), _key("account", name)
    rows["person"].append((key, account, full_name, title or None, None, email, _CRM_TIME))


def international(text: str, country: str) -> str | None:
    """A valid number with its country code; anything else as it is."""
    if not text:
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_valid_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def shortened(street: str) -> str:
    """The street as other people write it; not every street has another way."""
    for one, other in _OTHERWISE:
        if one in street:
            return street.replace(one, other)
    return street
