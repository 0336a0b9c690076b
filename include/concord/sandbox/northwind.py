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
from concord.sandbox.database import CRM, ERP, Row, copy_in, create, opened, row
from concord.sandbox.world import slug
from concord.sandbox.writing import money

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

_CRM_ONLY_COLUMNS = (
    *("customer_id", "company_name", "contact_name", "phone"),
    *("address", "city", "postal_code", "country"),
)
_CRM_ONLY = (
    "nordlicht|Nordlicht Gastronomie|Silke Petersen|+49 40 3620471|Am Sandtorkai 14|Hamburg|20457"
    "|Germany",
    "casaoliveira|Casa Oliveira|Inês Oliveira|+351 21 352 1407|Rua do Salitre 88|Lisboa|1250-096"
    "|Portugal",
    "harborlight|Harbor Light Foods|Grace Sullivan|+1 617-555-0137|9 Long Wharf|Boston|02110"
    "|United States",
    "mingfeng|上海明凤食品有限公司|林海燕|+86 21 5890 3312|浦东新区滨河路12号|上海市|200120|China",
)


@dataclass(frozen=True)
class ImportSummary:
    """Customers by the sides that know them, and the rows written by table."""

    both: int
    erp_only: int
    crm_only: int
    rows: Mapping[str, int]

    def __str__(self) -> str:
        return (
            f"{self.both + self.erp_only} customers in the ERP; {self.both} of them also in the "
            f"CRM, which has {self.crm_only} of its own."
        )


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
                found = {c: record[c].strip() for c in LIMITS}
                seen = any(found["customer_id"] == other["customer_id"] for other in records)
                problems += _problems(file, line, found, seen)
                records.append(found)
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


def _problems(file: Path, line: int, record: Mapping[str, str], seen: bool) -> list[Problem]:
    def problem(column: str, what: str, hint: str) -> Problem:
        return Problem(str(file), line, column, what, hint)

    found = [problem(c, "is empty", "Every customer has one.") for c in REQUIRED if not record[c]]
    for column, limit in LIMITS.items():
        if len(record[column]) > limit:
            what = f"has {len(record[column])} characters, the ERP takes {limit}"
            found.append(problem(column, what, "Shorten it."))
        if "\x00" in record[column]:
            found.append(problem(column, "holds a NUL character", "Take it out."))
    if seen:
        found.append(problem("customer_id", "stands in an earlier line too", "Keep one of them."))
    if record["country"] and record["country"] not in COUNTRIES:
        known = ", ".join(COUNTRIES)
        found.append(problem("country", "is not a country known here", f"Known are {known}."))
    return found


def erp_rows(records: Sequence[Mapping[str, str]]) -> dict[str, list[Row]]:
    """The ERP's rows by table; contacts and addresses have no key yet."""
    rows: dict[str, list[Row]] = {table: [] for table in ERP.tables}
    for r in records:
        code, country = r["customer_id"], COUNTRIES[r["country"]]
        customer = row(
            "customers",
            customer_code=code,
            name=r["company_name"],
            kind="O",
            country_code=country,
            phone=r["phone"] or None,
            terms_code="N30",
            status="A",
            updated_at=_ERP_TIME,
        )
        rows["customers"].append(customer)
        if r["contact_name"]:
            contact = row(
                "customer_contacts",
                customer_code=code,
                full_name=r["contact_name"],
                position=r["contact_title"] or None,
                updated_at=_ERP_TIME,
            )
            rows["customer_contacts"].append(contact)
        address = row(
            "customer_addresses",
            customer_code=code,
            addr_type="BI",
            street=r["address"] or None,
            city=r["city"] or None,
            region=r["region"] or None,
            zip=r["postal_code"] or None,
            country_code=country,
            updated_at=_ERP_TIME,
        )
        rows["customer_addresses"].append(address)
    return rows


def crm_rows(records: Sequence[Mapping[str, str]]) -> dict[str, list[Row]]:
    """The CRM's rows by table: these customers with differences, and those only it has."""
    rows: dict[str, list[Row]] = {table: [] for table in CRM.tables}
    for i, r in enumerate(records):
        changed = {
            **r,
            "country": CRM_WORDS.get(r["country"], r["country"]),
            "phone": international(r["phone"], COUNTRIES[r["country"]]),
            "address": otherwise(r["address"]),
        }
        _add_account(rows, changed, domain=f"{slug(r['company_name'])}.example", number=i)
    for text in _CRM_ONLY:
        record = dict(zip(_CRM_ONLY_COLUMNS, text.split("|"), strict=True))
        _add_account(rows, record, domain=f"{record['customer_id']}.example", number=0)
    return rows


def _add_account(
    rows: dict[str, list[Row]], r: Mapping[str, str], *, domain: str, number: int
) -> None:
    """One account with its address and its person; `number` decides what sales know of it."""
    key, address_key, person_key = (
        str(uuid5(NAMESPACE_URL, f"northwind:{kind}:{r['customer_id']}"))
        for kind in ("account", "address", "person")
    )
    account = row(
        "account",
        id=key,
        account_name=r["company_name"],
        account_type="Company",
        country=r["country"],
        phone_number=r["phone"] or None,
        email_address=None if number % 3 == 2 else f"office@{domain}",
        web=f"https://www.{domain}" if number % 4 == 1 else None,
        payment_term="Net 60" if number % 5 == 4 else "Net 30",
        state="Active",
        annual_revenue=money(50_000 * (1 + number * 7 % 40)) if number % 2 else None,
        modified_on=_CRM_TIME,
    )
    rows["account"].append(account)
    address = row(
        "account_address",
        id=address_key,
        account_id=key,
        kind="billing",
        line1=r["address"] or None,
        city=r["city"] or None,
        state=r.get("region") or None,
        postcode=r["postal_code"] or None,
        country=r["country"],
        modified_on=_CRM_TIME,
    )
    rows["account_address"].append(address)
    if r["contact_name"]:
        mailbox = ".".join(slug(part) or "office" for part in r["contact_name"].split())
        person = row(
            "person",
            id=person_key,
            account_id=key,
            display_name=r["contact_name"],
            title=r.get("contact_title") or None,
            email_address=f"{mailbox}@{domain}" if number % 3 else None,
            modified_on=_CRM_TIME,
        )
        rows["person"].append(person)


def international(text: str, country: str) -> str:
    """A valid number with its country code; anything else as it is."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_valid_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def otherwise(street: str) -> str:
    """The street as other people write it; not every street has another way."""
    for one, other in _OTHERWISE:
        if one in street:
            return street.replace(one, other)
    return street
