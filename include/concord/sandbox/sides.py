"""Rows of the two sides' tables, and of the truth, from what each side believes."""

from __future__ import annotations

from collections import defaultdict
from random import Random

from concord.sandbox.database import Row, row
from concord.sandbox.dirt import typo
from concord.sandbox.facts import ERP_NAME, RATES, Facts, alone, both, double
from concord.sandbox.world import Address, Contact, Customer, pick
from concord.sandbox.writing import (
    contact_email,
    contact_phone,
    day,
    moment,
    money,
    party_phone,
    street,
    tax_number,
    uuid,
)

KINDS = {True: ("O", "Company"), False: ("P", "Individual")}
TERMS = {
    "prepaid": ("PRE", "Prepaid"),
    "cod": ("COD", "Cash on delivery"),
    "net14": ("N14", "Net 14"),
    "net30": ("N30", "Net 30"),
    "net60": ("N60", "Net 60"),
}
STATUSES = {"active": ("A", "Active"), "blocked": ("B", "On hold"), "closed": ("C", "Closed")}
COUNTRY_WORDS = {
    "CN": ("China", "China", "China", "PR China", "中国"),
    "DE": ("Germany", "Germany", "Deutschland"),
    "FR": ("France",),
    "GB": ("United Kingdom", "United Kingdom", "UK", "Great Britain"),
    "US": ("United States", "United States", "USA", "US"),
}
ADDRESS_TYPES = {"billing": "BI", "shipping": "SH"}
ERP_STREET = 60  # characters

Truth = tuple[str, str, str, str, str]  # true_id, system, entity, source_id, dirt


class Erp:
    """The ERP's rows: codes and short columns, keys counted up."""

    name = "erp"

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.codes = self.contacts = self.addresses = 0

    def party(self, rng: Random, facts: Facts) -> str:
        """Adds a customer; gives its key."""
        self.codes += 1
        code = f"C{self.codes:06d}"
        if len(facts.name) > ERP_NAME:
            facts.dirt.append("truncated")
        customer = row(
            "customers",
            customer_code=code,
            name=facts.name[:ERP_NAME].strip(),
            kind=KINDS[facts.customer.organization][0],
            vat_no=facts.tax,
            country_code=facts.country,
            phone=party_phone(rng, facts, RATES.national_erp),
            email=facts.email,
            website=facts.website,
            terms_code=TERMS[facts.terms or "net30"][0],
            status=STATUSES[facts.status][0],
            customer_since=None if facts.since is None else day(facts.since, "%Y%m%d"),
            credit_limit=None if facts.credit is None else f"{facts.credit}.00",
            currency=facts.currency,
            updated_at=moment(facts.touched) + "+00",
        )
        self.rows["customers"].append(customer)
        return code

    def contact(
        self, rng: Random, contact: Contact, code: str, touched: float, dirt: list[str]
    ) -> str:
        """Adds a contact; gives its key."""
        self.contacts += 1
        email = contact_email(rng, contact, 0.6, dirt)
        name = contact.name
        if (email or rng.random() < 0.3) and rng.random() < 0.05:
            name = typo(rng, name)
            dirt += ["name_typo"] if contact.mailed else ["name_typo", "link_scored"]
        person = row(
            "customer_contacts",
            contact_no=str(self.contacts),
            customer_code=code,
            full_name=name,
            position=contact.title if rng.random() < 0.7 else None,
            tel=contact_phone(rng, contact, 0.2, 0.1, dirt),
            email=email,
            updated_at=moment(touched) + "+00",
        )
        self.rows["customer_contacts"].append(person)
        return str(self.contacts)

    def address(
        self, rng: Random, address: Address, code: str, touched: float, dirt: list[str]
    ) -> str:
        """Adds an address; gives its key."""
        self.addresses += 1
        line = street(rng, address, 0.06, 0.0, dirt)
        if len(line) > ERP_STREET:
            dirt.append("truncated")
        place = row(
            "customer_addresses",
            address_no=str(self.addresses),
            customer_code=code,
            addr_type=ADDRESS_TYPES[address.kind],
            street=line[:ERP_STREET].strip(),
            city=address.city,
            region=address.region if rng.random() < 0.8 else None,
            zip=address.postcode,
            country_code=address.country,
            updated_at=moment(touched) + "+00",
        )
        self.rows["customer_addresses"].append(place)
        return str(self.addresses)


class Crm:
    """The CRM's rows: words, text for everything, random keys."""

    name = "crm"

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)

    def party(self, rng: Random, facts: Facts) -> str:
        """Adds an account; gives its key."""
        key = uuid(rng)
        country = facts.country and pick(rng, COUNTRY_WORDS[facts.country])
        account = row(
            "account",
            id=key,
            account_name=facts.name,
            account_type=KINDS[facts.customer.organization][1],
            tax_number=tax_number(rng, facts),
            country=facts.country_word or country,
            phone_number=party_phone(rng, facts, RATES.national_crm),
            email_address=facts.email,
            web=facts.website,
            payment_term=TERMS[facts.terms][1] if facts.terms else None,
            state=STATUSES[facts.status][1],
            customer_since=None if facts.since is None else day(facts.since, "%d/%m/%Y"),
            annual_revenue=money(facts.revenue),
            credit_limit=money(facts.credit),
            currency_code=facts.currency,
            modified_on=moment(facts.touched),
        )
        self.rows["account"].append(account)
        return key

    def contact(
        self, rng: Random, contact: Contact, account: str, touched: float, dirt: list[str]
    ) -> str:
        """Adds a person; gives its key."""
        key = uuid(rng)
        person = row(
            "person",
            id=key,
            account_id=account,
            display_name=contact.name,
            title=contact.title if rng.random() < 0.9 else None,
            work_phone=contact_phone(rng, contact, 0.15, 0.03, dirt),
            email_address=contact_email(rng, contact, 0.15, dirt),
            modified_on=moment(touched),
        )
        self.rows["person"].append(person)
        return key

    def address(
        self, rng: Random, address: Address, account: str, touched: float, dirt: list[str]
    ) -> str:
        """Adds an address; gives its key."""
        key = uuid(rng)
        place = row(
            "account_address",
            id=key,
            account_id=account,
            kind=address.kind,
            line1=street(rng, address, 0.02, 0.3, dirt),
            city=address.city,
            state=address.region,
            postcode=address.postcode if rng.random() < 0.95 else None,
            country=pick(rng, COUNTRY_WORDS[address.country]),
            modified_on=moment(touched),
        )
        self.rows["account_address"].append(place)
        return key


class Sides:
    """Spreads customers over the two sides and keeps the truth about every record.

    The rows in `erp.rows` and `crm.rows` (by table) and in `truth` are the caller's to take and to
    clear, chunk by chunk.
    """

    def __init__(self) -> None:
        self.erp, self.crm = Erp(), Crm()
        self.truth: list[Truth] = []
        self._doubles: list[tuple[Facts, Erp | Crm]] = []

    def add(self, rng: Random, customer: Customer) -> str:
        """One customer on the sides that know it; says which: both, erp or crm."""
        draw = rng.random()
        if draw < RATES.shared:
            e, c = both(rng, customer)
            self._add(rng, self.erp, e, contacts=0.75)
            self._add(rng, self.crm, c, contacts=0.9)
            return "both"
        side = self.erp if draw < RATES.shared + RATES.erp_only else self.crm
        self._add(rng, side, alone(rng, customer, erp=side is self.erp), contacts=1.0)
        return side.name

    def add_doubles(self, rng: Random) -> None:
        """The second records of customers added since the last call."""
        waiting, self._doubles = self._doubles, []
        for facts, side in waiting:
            again = double(rng, facts, erp=side is self.erp)
            self._add(rng, side, again, contacts=0.3, again=True)

    def _add(
        self, rng: Random, side: Erp | Crm, facts: Facts, *, contacts: float, again: bool = False
    ) -> None:
        if not again and rng.random() < RATES.double:
            self._doubles.append((facts, side))
        customer = facts.customer
        key = side.party(rng, facts)
        self._note(customer.true_id, side, "party", key, facts.dirt)
        for i, contact in enumerate(customer.contacts, 1):
            if rng.random() < contacts:
                dirt: list[str] = []
                found = side.contact(rng, contact, key, facts.touched, dirt)
                self._note(f"{customer.true_id}.{i}", side, "contact", found, dirt)
        for address in customer.addresses:
            if address.kind == "billing" or (not again and rng.random() < 0.8):
                dirt = []
                found = side.address(rng, address, key, facts.touched, dirt)
                self._note(f"{customer.true_id}.{address.kind}", side, "address", found, dirt)

    def _note(self, true_id: str, side: Erp | Crm, entity: str, key: str, dirt: list[str]) -> None:
        self.truth.append((true_id, side.name, entity, key, "|".join(dirt)))
