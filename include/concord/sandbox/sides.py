"""Rows of the two sides' tables, and of the truth, from what each side believes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from random import Random

from concord.sandbox.dirt import broken_email, typo
from concord.sandbox.facts import ERP_NAME, RATES, Facts, alone, both, double
from concord.sandbox.phones import Phone, full_width, international, national
from concord.sandbox.world import Address, Contact, Customer, pick

Row = tuple[str | None, ...]

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
ERP_STREET, ERP_CONTACT = 60, 60  # characters

_FIRST_DAY = date(2023, 1, 1).toordinal()  # when the oldest row was last touched
_DAYS = 1095


class Sides:
    """Collects rows; `rows` and `truth` are taken and emptied by the caller, chunk by chunk.

    `rows` has, by table, tuples in the order of `database.COLUMNS`; `truth` has (true_id, system,
    entity, source_id, dirt).
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.truth: list[tuple[str, str, str, str, str]] = []
        self.codes = self.contact_nos = self.address_nos = 0
        self._doubles: list[tuple[Facts, bool]] = []

    def add(self, rng: Random, customer: Customer) -> str:
        """One customer on the sides that know it; says which: both, erp or crm."""
        draw = rng.random()
        if draw < RATES.shared:
            e, c = both(rng, customer)
            self._erp(rng, e, shared=True)
            self._crm(rng, c, shared=True)
            return "both"
        if draw < RATES.shared + RATES.erp_only:
            self._erp(rng, alone(rng, customer, erp=True), shared=False)
            return "erp"
        self._crm(rng, alone(rng, customer, erp=False), shared=False)
        return "crm"

    def add_doubles(self, rng: Random) -> None:
        """The second records of customers added so far."""
        waiting, self._doubles = self._doubles, []
        for facts, erp in waiting:
            again = double(rng, facts, erp)
            (self._erp if erp else self._crm)(rng, again, shared=True, again=True)

    def _erp(self, rng: Random, facts: Facts, *, shared: bool, again: bool = False) -> None:
        if not again and rng.random() < RATES.double:
            self._doubles.append((facts, True))
        customer = facts.customer
        self.codes += 1
        code, when = f"C{self.codes:06d}", moment(facts.touched)
        if len(facts.name) > ERP_NAME:
            facts.dirt.append("truncated")
        since = facts.since
        self.rows["customers"].append(
            (
                code, facts.name[:ERP_NAME].strip(), KINDS[customer.organization][0], facts.tax,
                facts.country, self._phone(rng, facts, RATES.national_erp), facts.email,
                facts.website, TERMS[facts.terms or "net30"][0], STATUSES[facts.status][0],
                None if since is None else day(since, "%Y%m%d"),
                None if facts.credit is None else f"{facts.credit}.00", facts.currency, when + "+00",
            )
        )  # fmt: skip
        self._note(facts.customer.true_id, "erp", "party", code, facts.dirt)
        for i, contact in enumerate(customer.contacts):
            if rng.random() < (0.3 if again else 0.75 if shared else 1.0):
                self._erp_contact(rng, f"{customer.true_id}.{i + 1}", contact, code, when)
        for address in customer.addresses:
            if address.kind == "billing" or (not again and rng.random() < 0.8):
                self._erp_address(rng, customer.true_id, address, code, when)

    def _crm(self, rng: Random, facts: Facts, *, shared: bool, again: bool = False) -> None:
        if not again and rng.random() < RATES.double:
            self._doubles.append((facts, False))
        customer = facts.customer
        key, when = uuid(rng), moment(facts.touched)
        since = facts.since
        word = facts.country_word or (facts.country and pick(rng, COUNTRY_WORDS[facts.country]))
        self.rows["account"].append(
            (
                key, facts.name, KINDS[customer.organization][1], self._tax(rng, facts), word,
                self._phone(rng, facts, RATES.national_crm), facts.email, facts.website,
                TERMS[facts.terms][1] if facts.terms else None, STATUSES[facts.status][1],
                None if since is None else day(since, "%d/%m/%Y"), money(facts.revenue),
                money(facts.credit), facts.currency, when,
            )
        )  # fmt: skip
        self._note(customer.true_id, "crm", "party", key, facts.dirt)
        for i, contact in enumerate(customer.contacts):
            if rng.random() < (0.3 if again else 0.9 if shared else 1.0):
                self._crm_contact(rng, f"{customer.true_id}.{i + 1}", contact, key, when)
        for address in customer.addresses:
            if address.kind == "billing" or (not again and rng.random() < 0.85):
                self._crm_address(rng, customer.true_id, address, key, when)

    def _tax(self, rng: Random, facts: Facts) -> str | None:
        tax, draw = facts.tax, rng.random()
        if tax is None or draw < 0.8:
            return tax
        if draw < 0.88:
            facts.dirt.append("tax_spaced")
            tax = tax.replace("-", "")
            return f"{tax[:2]} {' '.join(tax[i : i + 4] for i in range(2, len(tax), 4))}"
        if draw < 0.96:
            return tax.lower()
        if facts.customer.country == "CN":
            facts.dirt.append("full_width")
            return full_width(tax)
        return tax

    def _phone(self, rng: Random, facts: Facts, share: float) -> str | None:
        if facts.phone is None:
            return None
        if facts.country is None or rng.random() >= share:
            return international(facts.phone, rng)
        facts.dirt.append("national_phone")
        text = national(facts.phone, rng)
        if facts.country == "CN" and rng.random() < 0.02:
            facts.dirt.append("full_width")
            return full_width(text).replace(" ", "\u3000")
        return text

    def _erp_contact(
        self, rng: Random, true_id: str, contact: Contact, code: str, when: str
    ) -> None:
        self.contact_nos += 1
        number, dirt = str(self.contact_nos), list[str]()
        name, email = contact.name, contact.email if rng.random() >= 0.35 else None
        if rng.random() < (0.05 if email else 0.02):
            name = typo(rng, name)
            dirt.append("name_typo" if email else "link_scored")
        phone = contact_phone(rng, contact, 0.2, 0.1, dirt)
        email = self._contact_email(rng, email, dirt)
        title = contact.title if rng.random() < 0.7 else None
        self.rows["customer_contacts"].append(
            (number, code, name[:ERP_CONTACT], title, phone, email, when + "+00")
        )
        self._note(true_id, "erp", "contact", number, dirt)

    def _crm_contact(
        self, rng: Random, true_id: str, contact: Contact, account: str, when: str
    ) -> None:
        key, dirt = uuid(rng), list[str]()
        email = self._contact_email(rng, contact.email if rng.random() >= 0.08 else None, dirt)
        phone = contact_phone(rng, contact, 0.15, 0.03, dirt)
        title = contact.title if rng.random() < 0.9 else None
        self.rows["person"].append((key, account, contact.name, title, phone, email, when))
        self._note(true_id, "crm", "contact", key, dirt)

    def _contact_email(self, rng: Random, email: str | None, dirt: list[str]) -> str | None:
        if email is None:
            dirt.append("email_missing")
        elif rng.random() < RATES.broken_contact:
            dirt.append("broken_email")
            return broken_email(rng, email)
        return email

    def _erp_address(
        self, rng: Random, true_id: str, address: Address, code: str, when: str
    ) -> None:
        self.address_nos += 1
        number, dirt = str(self.address_nos), list[str]()
        street = _street(rng, address, 0.06, 0.0, dirt)
        if len(street) > ERP_STREET:
            dirt.append("truncated")
        self.rows["customer_addresses"].append(
            (
                number, code, ADDRESS_TYPES[address.kind], street[:ERP_STREET].strip(),
                address.city, address.region if rng.random() < 0.8 else None, address.postcode,
                address.country, when + "+00",
            )
        )  # fmt: skip
        self._note(f"{true_id}.{address.kind}", "erp", "address", number, dirt)

    def _crm_address(
        self, rng: Random, true_id: str, address: Address, account: str, when: str
    ) -> None:
        key, dirt = uuid(rng), list[str]()
        street = _street(rng, address, 0.02, 0.3, dirt)
        postcode = address.postcode if rng.random() < 0.95 else None
        word = pick(rng, COUNTRY_WORDS[address.country])
        self.rows["account_address"].append(
            (key, account, address.kind, street, address.city, address.region, postcode, word, when)
        )
        self._note(f"{true_id}.{address.kind}", "crm", "address", key, dirt)

    def _note(self, true_id: str, system: str, entity: str, key: str, dirt: list[str]) -> None:
        self.truth.append((true_id, system, entity, key, "|".join(dirt)))


def contact_phone(
    rng: Random, contact: Contact, missing: float, stale: float, dirt: list[str]
) -> str | None:
    """A contact's number; abroad always with country code, since contacts have no country."""
    draw = rng.random()
    if draw < missing:
        dirt.append("phone_missing")
        return None
    phone: Phone = contact.phone
    if draw < missing + stale:
        dirt.append("stale_phone")
        phone = contact.old_phone
    if phone.country == "CN" and rng.random() < 0.6:
        return national(phone, rng)
    return international(phone, rng)


def _street(rng: Random, address: Address, stale: float, short: float, dirt: list[str]) -> str:
    draw = rng.random()
    if draw < stale:
        dirt.append("stale_street")
        return address.old_street
    street = address.short if draw < stale + short else address.street
    if rng.random() < RATES.full_width:
        dirt.append("full_width")
        return full_width(street)
    return street


@cache
def day(ordinal: int, form: str) -> str:
    """A day as text; there are some thousands of them."""
    return date.fromordinal(ordinal).strftime(form)


def moment(touched: float) -> str:
    """A time of the three years that the sandbox's history covers, UTC: 0 its start, 1 its end."""
    days, rest = divmod(touched * _DAYS, 1.0)
    seconds = int(rest * 86_400)
    return (
        f"{day(_FIRST_DAY + int(days), '%Y-%m-%d')} "
        f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    )


def money(units: int | None) -> str | None:
    """Whole units as the CRM writes money: 1,250,000.00."""
    return None if units is None else f"{units:,}.00"


def uuid(rng: Random) -> str:
    """A random (version 4) UUID as text."""
    text = f"{rng.getrandbits(128):032x}"
    variant = "89ab"[int(text[16], 16) % 4]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"
