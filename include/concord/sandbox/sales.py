"""Sales people of the CRM at work: leads, deals, quotes, contracts, orders and tickets.

They use the CRM's own functions, as its screens do. Every deed is a transaction of its own, says
whether there was something to do it on, and raises Refused when the CRM says no.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from concord.sandbox.changes import invented
from concord.sandbox.crm_forms import CrmForms, Refused, body, gross
from concord.sandbox.world import pick

REASONS = ("price", "delivery time", "no budget", "competitor")
SUBJECTS = ("Where is my order?", "Damaged goods", "Wrong quantity", "Invoice not clear", "Thanks")


class SalesDesk(CrmForms):
    """Somebody who sells."""

    def order(self) -> bool:
        """Takes an order, sometimes after holding its first goods; less if stock is short."""
        account, offers = self.account(), pick(self.rng, self.offers)
        if account is None:
            return False
        lines, hold = self.lines(offers), None
        if self.rng.random() < 0.3 and lines[0]["product"] not in self.services:
            hold = self.hold(lines[0], offers[0].warehouse)
        try:
            self.place(account, offers[0], lines, hold=hold)
        except Refused:
            if hold:
                self.call("SELECT release_hold(%s)", hold)
            for line in lines:
                line["quantity"] = max(1, line["quantity"] // 3)
            self.place(account, offers[0], lines)
        return True

    def road_order(self) -> bool:
        """Types an order on the road: nothing is reserved, so stock can be short of it."""
        account, offers = self.account(), pick(self.rng, self.offers)
        if account is not None:
            self.import_order(account, offers[0], self.lines(offers, scale=2))
        return account is not None

    def change(self) -> bool:
        """The customer of a draft wants more, less, something else as well, or another day."""
        order = self.one_of(
            "SELECT o.id::text, o.company, o.warehouse_id::text, o.currency FROM sales_order o "
            "WHERE o.status = 'Draft' ORDER BY o.number DESC LIMIT 100"
        )
        if order is None:
            return False
        offers = self.offers_of(order[1], order[3])
        lines = self.lines_of(order[0])
        if not lines or offers is None or self.rng.random() < 0.2:
            later = self.day + timedelta(days=5 + int(self.rng.random() * 20))
            self.call("SELECT change_order(%s, requested => %s)", order[0], later)
            return True
        if self.rng.random() < 0.3:
            lines.append(self.line(pick(self.rng, offers)))
        else:
            changed = pick(self.rng, lines)
            changed["quantity"] = 1 + int(self.rng.random() * 12)
        self.call("SELECT change_order(%s, %s)", order[0], body(lines))
        return True

    def cancel(self) -> bool:
        """The customer of an order changes his mind."""
        order = self.one_of(
            "SELECT id::text FROM sales_order WHERE status IN ('Draft', 'Confirmed') "
            "AND coalesce(delivery, '') NOT IN ('Partly delivered', 'Delivered') "
            "ORDER BY number DESC LIMIT 200"
        )
        if order:
            self.call("SELECT cancel_order(%s)", order[0])
        return order is not None

    def lead(self) -> bool:
        """Somebody asks for the first time."""
        self.enter_lead(invented(self.rng, self.tax_is_known))
        return True

    def advance(self) -> bool:
        """Talks to a lead: it is worth while, or it is not."""
        row = self.one_of(
            "SELECT id::text, status FROM lead WHERE status IN ('New', 'Working') "
            "ORDER BY number LIMIT 50"
        )
        if row:
            better = "Working" if row[1] == "New" else "Qualified"
            next = better if self.rng.random() < 0.8 else "Lost"
            self.call("SELECT advance_lead(%s, %s)", row[0], next)
        return row is not None

    def opportunity(self) -> bool:
        """Opens a deal with a customer, or with a qualified lead that has none yet."""
        lead = self.one_of(
            "SELECT l.id::text FROM lead l WHERE l.status = 'Qualified' AND NOT EXISTS ("
            "SELECT FROM opportunity o WHERE o.lead_id = l.id) ORDER BY l.number LIMIT 50"
        )
        if lead is not None and self.rng.random() < 0.4:
            self.open_deal(None, lead[0])
            return True
        account = self.account()
        if account is not None:
            self.open_deal(account, None)
        return account is not None

    def decide(self) -> bool:
        """Brings a deal on: an offer, a win, or a loss. Some leads become accounts on the way."""
        row = self.one_of(
            "SELECT o.id::text, o.stage, o.account_id, o.lead_id::text, q.id::text, q.valid_until "
            "FROM opportunity o LEFT JOIN quote q ON q.opportunity_id = o.id AND q.status = 'Sent' "
            "WHERE o.stage IN ('Open', 'Proposal') ORDER BY o.number LIMIT 100"
        )
        if row is None:
            return False
        deal, stage, account, lead, quote, until = row
        draw = self.rng.random()
        if account is None and draw < 0.3:
            self.call("SELECT convert_lead(%s)", lead)
        elif account is not None and stage == "Open" and draw < 0.3:
            valid = self.day + timedelta(days=14)
            self.call("SELECT send_quote(%s, %s)", deal, valid)
        elif draw > 0.75 or (quote is not None and until < self.day):
            reason = pick(self.rng, REASONS)
            self.call("SELECT lose_opportunity(%s, %s, %s)", deal, reason, self.day)
        elif quote is not None:
            self.call("SELECT accept_quote(%s, %s)", quote, self.day)
        else:
            self.call("SELECT win_opportunity(%s, %s)", deal, self.day)
        return True

    def contract(self) -> bool:
        """Writes a contract that nobody has signed yet."""
        account, offers = self.account(), pick(self.rng, self.offers)
        if account is not None:
            self.call(
                "INSERT INTO contract (name, account_id, company, currency, ends_on) "
                "VALUES (%s, %s, %s, %s, %s)",
                *(f"Supply until {self.day.year + 1}", account, offers[0].company),
                *(offers[0].currency, date(self.day.year + 1, 12, 31)),
            )
        return account is not None

    def sign(self) -> bool:
        """Both sign a contract over one to three orders, which are placed at once.

        Its amount is what they come to with tax; of one in ten more was agreed than is ordered.
        """
        row = self.one_of(
            "SELECT id::text, account_id::text, company, currency FROM contract "
            "WHERE status = 'Draft' ORDER BY number LIMIT 20"
        )
        if row is None or (offers := self.offers_of(row[2], row[3])) is None:
            return False
        amount = Decimal(0)
        with self.connection.transaction():
            self.call("SELECT sign_contract(%s, %s)", row[0], self.day)
            for _ in range(1 + int(self.rng.random() * 3)):
                lines = self.lines(offers)
                try:
                    with self.connection.transaction():
                        self.place(row[1], offers[0], lines, contract=row[0])
                except Refused:
                    continue
                amount += gross(lines, row[2])
            if self.rng.random() < 0.1:
                amount += 500
            self.call("UPDATE contract SET amount = %s WHERE id = %s", amount, row[0])
        return True

    def ticket(self) -> bool:
        """A customer asks or complains, most often about an order."""
        row = self.one_of("SELECT account_id, id FROM sales_order ORDER BY number DESC LIMIT 200")
        account = row[0] if row else self.account()
        if account is not None:
            order = row[1] if row and self.rng.random() < 0.7 else None
            urgency = pick(self.rng, ("Low", "Normal", "Normal", "High"))
            self.call(
                "SELECT open_ticket(%s, %s, %s, %s, %s)",
                *(account, pick(self.rng, SUBJECTS), urgency, order, self.moment(8)),
            )
        return account is not None

    def answer(self) -> bool:
        """Closes a ticket; four of five customers say how satisfied they are."""
        row = self.one_of(
            "SELECT id FROM ticket WHERE status <> 'Closed' AND opened_at < %s "
            "ORDER BY number LIMIT 50",
            self.moment(13, 0),
        )
        if row:
            mark = pick(self.rng, (1, 2, 3, 4, 4, 5, 5, 5)) if self.rng.random() < 0.8 else None
            self.call("SELECT close_ticket(%s, %s, %s)", row[0], mark, self.moment(13))
        return row is not None
