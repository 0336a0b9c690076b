"""People at their desks, one of the ERP and one of the CRM: the small changes that they make."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any, NamedTuple

from concord.sandbox.changes import (
    COUNTRY_CODES,
    invented,
    mobile,
    moved,
    other_email,
    other_phone,
    somebody,
)
from concord.sandbox.database import CRM, ERP, Connection, script
from concord.sandbox.dirt import typo
from concord.sandbox.facts import ERP_NAME
from concord.sandbox.phones import international, national
from concord.sandbox.sides import ADDRESS_TYPES, COUNTRY_WORDS, ERP_STREET, KINDS, TERMS
from concord.sandbox.world import CURRENCIES, Address, pick
from concord.sandbox.writing import money, uuid

_LOWEST = "00000000-0000-0000-0000-000000000000"


class Picked(NamedTuple):
    """An ERP customer that somebody has on the screen."""

    code: str
    name: str
    country: str | None
    phone: str | None
    email: str | None
    tax: str | None


class ErpDesk:
    """Someone who works in the ERP. Each deed says whether there was something to do it on."""

    side = ERP

    def __init__(self, rng: Random, connection: Connection) -> None:
        self.rng, self.connection = rng, connection

    def customer(self) -> bool:
        """Enters a new customer with its address and its contacts."""
        new = invented(self.rng, self._tax_is_known)
        with self.connection.transaction():
            row = self.connection.execute(
                script("erp_new_customer"),
                {
                    "name": new.name[:ERP_NAME],
                    "kind": KINDS[new.organization][0],
                    "vat_no": new.tax,
                    "country_code": new.country,
                    "phone": international(new.phone, self.rng),
                    "email": new.email,
                    "terms_code": TERMS[new.terms][0],
                    "customer_since": f"{date.today():%Y%m%d}",
                    "credit_limit": new.credit,
                    "currency": new.currency,
                },
            ).fetchone()
            code = row[0] if row else ""
            self._new_address(code, new.addresses[0])
            for contact in new.contacts:
                tel = international(contact.phone, self.rng)
                self._new_contact(code, contact.name, contact.title, tel, contact.email)
        return True

    def pick_customer(self) -> Picked | None:
        """Some customer that has an address."""
        number = self._number("SELECT min(address_no), max(address_no) FROM customer_addresses")
        row = self.connection.execute(script("erp_pick"), {"from": number}).fetchone()
        return Picked(*row) if row else None

    def phone(self) -> bool:
        """Corrects a customer's telephone number."""
        picked = self.pick_customer()
        if picked:
            self.change_phone(picked)
        return picked is not None

    def change_phone(self, picked: Picked) -> None:
        """Enters another number for a customer."""
        self.connection.execute(
            "UPDATE customers SET phone = %s WHERE customer_code = %s",
            (other_phone(self.rng, picked.country, picked.phone, abroad=True), picked.code),
        )

    def email(self) -> bool:
        """Corrects a customer's e-mail address."""
        picked = self.pick_customer()
        if picked:
            self.connection.execute(
                "UPDATE customers SET email = %s WHERE customer_code = %s",
                (other_email(self.rng, picked.email, picked.name), picked.code),
            )
        return picked is not None

    def terms(self) -> bool:
        """Gives a customer other payment terms."""
        picked = self.pick_customer()
        if picked:
            self.connection.execute(
                "UPDATE customers SET terms_code = %s WHERE customer_code = %s",
                (pick(self.rng, list(TERMS.values()))[0], picked.code),
            )
        return picked is not None

    def address(self) -> bool:
        """A customer moved."""
        number = self._number("SELECT min(address_no), max(address_no) FROM customer_addresses")
        row = self.connection.execute(
            "SELECT address_no, country_code, street, city, region, zip FROM customer_addresses "
            "WHERE address_no >= %s ORDER BY address_no LIMIT 1",
            (number,),
        ).fetchone()
        if row:
            street, *rest = moved(self.rng, row[1], row[2:])
            self.connection.execute(
                "UPDATE customer_addresses SET street = %s, city = %s, region = %s, zip = %s "
                "WHERE address_no = %s",
                (street[:ERP_STREET], *rest, row[0]),
            )
        return row is not None

    def contact(self) -> bool:
        """Gives a contact another direct line."""
        number = self._number("SELECT min(contact_no), max(contact_no) FROM customer_contacts")
        found = self.connection.execute(
            "UPDATE customer_contacts SET tel = %s WHERE contact_no = (SELECT contact_no "
            "FROM customer_contacts WHERE contact_no >= %s ORDER BY contact_no LIMIT 1)",
            (mobile(self.rng), number),
        )
        return found.rowcount > 0

    def new_contact(self) -> bool:
        """Enters a new contact of a customer."""
        picked = self.pick_customer()
        if picked:
            name, title, email = somebody(self.rng, picked.country, picked.email, picked.name)
            self._new_contact(picked.code, name, title, mobile(self.rng), email)
        return picked is not None

    def _new_address(self, code: str, place: Address) -> None:
        values = {
            "customer_code": code,
            "addr_type": ADDRESS_TYPES[place.kind],
            "street": place.street[:ERP_STREET],
            "city": place.city,
            "region": place.region,
            "zip": place.postcode,
            "country_code": place.country,
        }
        self.connection.execute(script("erp_new_address"), values)

    def _new_contact(self, code: str, name: str, title: str, tel: str, email: str) -> None:
        values = {
            "customer_code": code,
            "full_name": name,
            "position": title,
            "tel": tel,
            "email": email,
        }
        self.connection.execute(script("erp_new_contact"), values)

    def _number(self, bounds: Any) -> int:
        """A number between the bounds that a query gives; 0 when there are none."""
        row = self.connection.execute(bounds).fetchone()
        low, high = row if row and row[0] is not None else (0, 0)
        return int(low) + int(self.rng.random() * (high - low + 1))

    def _tax_is_known(self, tax: str) -> bool:
        query = "SELECT FROM customers WHERE vat_no = %s LIMIT 1"
        return self.connection.execute(query, (tax,)).fetchone() is not None


class CrmDesk:
    """Someone who works in the CRM. Each deed says whether there was something to do it on."""

    side = CRM

    def __init__(self, rng: Random, connection: Connection) -> None:
        self.rng, self.connection = rng, connection

    def customer(self) -> bool:
        """Enters a new account with its address and its people."""
        new = invented(self.rng, self._tax_is_known)
        key = uuid(self.rng)
        account = {
            "id": key,
            "account_name": new.name,
            "account_type": KINDS[new.organization][1],
            "tax_number": new.tax,
            "country": COUNTRY_WORDS[new.country][0],
            "phone_number": national(new.phone, self.rng),
            "email_address": new.email,
            "web": new.website,
            "payment_term": TERMS[new.terms][1],
            "annual_revenue": money(new.revenue or None),
            "currency_code": CURRENCIES[new.country],
        }
        with self.connection.transaction():
            self.connection.execute(script("crm_new_account"), account)
            self._new_address(key, new.addresses[0])
            for contact in new.contacts:
                work_phone = international(contact.phone, self.rng)
                self._new_person(key, contact.name, contact.title, work_phone, contact.email)
        return True

    def phone(self) -> bool:
        """Corrects an account's telephone number."""
        row = self._account()
        if row:
            self.change_phone(row[0], COUNTRY_CODES.get(row[2]), row[3])
        return row is not None

    def change_phone(self, key: str, country: str | None, before: str | None) -> None:
        """Enters another number for an account."""
        self.connection.execute(
            "UPDATE account SET phone_number = %s WHERE id = %s",
            (other_phone(self.rng, country, before, abroad=False), key),
        )

    def email(self) -> bool:
        """Corrects an account's e-mail address."""
        row = self._account()
        if row:
            self.connection.execute(
                "UPDATE account SET email_address = %s WHERE id = %s",
                (other_email(self.rng, row[4], row[1]), row[0]),
            )
        return row is not None

    def rename(self) -> bool:
        """Mistypes an account's name; the ERP has authority over it."""
        row = self._account()
        if row:
            self.connection.execute(
                "UPDATE account SET account_name = %s WHERE id = %s",
                (typo(self.rng, row[1]), row[0]),
            )
        return row is not None

    def address(self) -> bool:
        """An account moved."""
        row = self._first(
            "SELECT id::text, country, line1, city, state, postcode FROM account_address "
            "WHERE id >= %s ORDER BY id LIMIT 1"
        )
        if row:
            self.connection.execute(
                "UPDATE account_address SET line1 = %s, city = %s, state = %s, postcode = %s "
                "WHERE id = %s",
                (*moved(self.rng, COUNTRY_CODES.get(row[1]), row[2:]), row[0]),
            )
        return row is not None

    def contact(self) -> bool:
        """Gives a person another direct line."""
        row = self._first("SELECT id::text FROM person WHERE id >= %s ORDER BY id LIMIT 1")
        if row:
            self.connection.execute(
                "UPDATE person SET work_phone = %s WHERE id = %s", (mobile(self.rng), row[0])
            )
        return row is not None

    def new_contact(self) -> bool:
        """Enters a new person of an account."""
        row = self._account()
        if row:
            country = COUNTRY_CODES.get(row[2])
            name, title, email = somebody(self.rng, country, row[4], row[1])
            self._new_person(row[0], name, title, mobile(self.rng), email)
        return row is not None

    def _account(self) -> tuple[Any, ...] | None:
        return self._first(
            "SELECT id::text, account_name, country, phone_number, email_address FROM account "
            "WHERE id >= %s ORDER BY id LIMIT 1"
        )

    def _first(self, query: Any) -> tuple[Any, ...] | None:
        """The first row at or after a random key, or the very first."""
        found = self.connection.execute(query, (uuid(self.rng),)).fetchone()
        return found or self.connection.execute(query, (_LOWEST,)).fetchone()

    def _new_address(self, key: str, place: Address) -> None:
        values = {
            "id": uuid(self.rng),
            "account_id": key,
            "kind": place.kind,
            "line1": place.street,
            "city": place.city,
            "state": place.region,
            "postcode": place.postcode,
            "country": COUNTRY_WORDS[place.country][0],
        }
        self.connection.execute(script("crm_new_address"), values)

    def _new_person(self, key: str, name: str, title: str, phone: str, email: str) -> None:
        values = {
            "id": uuid(self.rng),
            "account_id": key,
            "display_name": name,
            "title": title,
            "work_phone": phone,
            "email_address": email,
        }
        self.connection.execute(script("crm_new_person"), values)

    def _tax_is_known(self, tax: str) -> bool:
        query = "SELECT FROM account WHERE tax_number = %s LIMIT 1"
        return self.connection.execute(query, (tax,)).fetchone() is not None
