-- What people of the sandbox ERP do with invoices: bill what is delivered, credit, cancel.

-- The day on which a customer has to pay an invoice of a company.
CREATE FUNCTION due_day(p_customer text, p_company text, p_day date) RETURNS date
LANGUAGE sql STABLE
RETURN p_day + (
    SELECT CASE coalesce(t.terms_code, c.terms_code)
           WHEN 'N14' THEN 14 WHEN 'N30' THEN 30 WHEN 'N60' THEN 60 ELSE 0 END
    FROM customers c LEFT JOIN customer_company t
        ON t.customer_code = c.customer_code AND t.company_code = p_company
    WHERE c.customer_code = p_customer);

-- An order's invoices by number, then the order: whoever pays takes them in the same order.
CREATE FUNCTION lock_billing(p_so bigint, p_deed text) RETURNS sales_orders LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM invoices WHERE so_id = p_so ORDER BY invoice_id FOR NO KEY UPDATE;
    RETURN lock_order(p_so, 'CF', p_deed);
END $$;

CREATE FUNCTION new_invoice(o sales_orders, p_kind text, p_day date, p_corrects text DEFAULT NULL)
RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO invoices (kind, company_code, customer_code, so_id, contract_id, corrects_no,
                          invoice_date, due_date, currency, rate)
    VALUES (p_kind, o.company_code, o.customer_code, o.so_id, o.contract_id, p_corrects, p_day,
            CASE p_kind WHEN 'C' THEN p_day ELSE due_day(o.customer_code, o.company_code, p_day) END,
            o.currency, rate_of(o.currency, p_day))
    RETURNING invoice_id
$$;

-- Adds up a draft and posts it: from here on it never changes.
CREATE FUNCTION post_invoice(p_invoice bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE invoices i
    SET net_total = s.net, tax_total = s.tax, total = s.net + s.tax, open_amount = s.net + s.tax,
        payment_status = paid_status(s.net + s.tax, s.net + s.tax), status = 'P'
    FROM (
        SELECT sum(l.net) AS net, round(sum(l.net) * c.tax_rate, 2) AS tax
        FROM invoice_lines l JOIN invoices h USING (invoice_id) JOIN companies c USING (company_code)
        WHERE l.invoice_id = p_invoice GROUP BY c.tax_rate) s
    WHERE i.invoice_id = p_invoice
$$;

-- Bills (`p_sign` 1) what is delivered and not invoiced, or credits (-1) what is invoiced and came
-- back. Rounding is that of the whole quantity, so that parts add up to it.
CREATE FUNCTION bill_difference(p_invoice bigint, p_so bigint, p_sign integer) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO invoice_lines (invoice_id, line_no, so_line_no, item_id, qty, uom, unit_price, net)
    SELECT p_invoice, row_number() OVER (ORDER BY line_no), line_no, item_id,
           qty_delivered - qty_invoiced, uom, price,
           round(price * qty_delivered, 2) - round(price * qty_invoiced, 2)
    FROM sales_order_lines,
        LATERAL (SELECT round(unit_price * (1 - discount_pct / 100), 4) AS price) p
    WHERE so_id = p_so AND sign(qty_delivered - qty_invoiced) = p_sign;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE sales_order_lines SET qty_invoiced = qty_delivered
    WHERE so_id = p_so AND sign(qty_delivered - qty_invoiced) = p_sign;
    PERFORM post_invoice(p_invoice);
    RETURN true;
END $$;

-- Invoices what is delivered and not invoiced yet; returns the invoice.
CREATE FUNCTION invoice_order(p_so bigint, p_day date DEFAULT current_date) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    o    sales_orders := lock_order(p_so, 'CF', 'invoiced');
    made bigint := new_invoice(o, 'I', p_day);
BEGIN
    IF NOT bill_difference(made, p_so, 1) THEN
        RAISE EXCEPTION 'Nothing of order % is delivered and not invoiced.', o.so_no;
    END IF;
    PERFORM refresh_order(p_so);
    RETURN made;
END $$;

-- Credits what was invoiced and came back; returns the credit note.
CREATE FUNCTION credit_returns(p_so bigint, p_day date DEFAULT current_date) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    o    sales_orders := lock_billing(p_so, 'credited');
    made bigint;
BEGIN
    made := new_invoice(o, 'C', p_day, (
        SELECT max(i.invoice_no) FROM invoices i JOIN invoice_lines b USING (invoice_id)
        JOIN sales_order_lines l ON l.so_id = i.so_id AND l.line_no = b.so_line_no
        WHERE i.so_id = p_so AND i.kind = 'I' AND i.status = 'P' AND l.qty_invoiced > l.qty_delivered));
    IF NOT bill_difference(made, p_so, -1) THEN
        RAISE EXCEPTION 'Nothing of order % is invoiced and came back.', o.so_no;
    END IF;
    PERFORM settle_credit(made, p_day);
    PERFORM refresh_order(p_so);
    RETURN made;
END $$;

CREATE FUNCTION billed_order(p_invoice bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    it invoices;
BEGIN
    SELECT * INTO it FROM invoices WHERE invoice_id = p_invoice;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no invoice with id %.', p_invoice;
    ELSIF it.kind <> 'I' OR it.so_id IS NULL THEN
        RAISE EXCEPTION 'Invoice % is not one of an order.', it.invoice_no;
    END IF;
    RETURN it.so_id;
END $$;

-- Credits a share of an invoice, for its price alone: the delivery stays invoiced.
CREATE FUNCTION credit_note(p_invoice bigint, p_share numeric, p_day date DEFAULT current_date)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    o    sales_orders := lock_billing(billed_order(p_invoice), 'credited');
    it   invoices;
    made bigint;
BEGIN
    SELECT * INTO it FROM invoices WHERE invoice_id = p_invoice;
    IF it.status <> 'P' THEN
        RAISE EXCEPTION 'Invoice % is not posted: there is nothing to credit.', it.invoice_no;
    ELSIF p_share <= 0 OR p_share > 1 THEN
        RAISE EXCEPTION 'The share to credit is above 0 and at most 1, not %.', p_share;
    END IF;
    o.contract_id := it.contract_id;
    made := new_invoice(o, 'C', p_day, it.invoice_no);
    INSERT INTO invoice_lines (invoice_id, line_no, item_id, qty, uom, unit_price, net)
    SELECT made, line_no, item_id, -round(qty * p_share, 6), uom, unit_price, -round(net * p_share, 2)
    FROM invoice_lines WHERE invoice_id = p_invoice;
    PERFORM post_invoice(made);
    PERFORM settle_credit(made, p_day);
    PERFORM refresh_order(o.so_id);
    RETURN made;
END $$;

-- Sets a new credit note off against what is open of its invoice, then of the order's others, by a
-- payment of nothing; what is left of it can be refunded.
CREATE FUNCTION settle_credit(p_note bigint, p_day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    note invoices;
    made bigint;
BEGIN
    SELECT * INTO note FROM invoices WHERE invoice_id = p_note;
    IF (SELECT sum(total) FROM invoices WHERE so_id = note.so_id AND status = 'P') < 0 OR
       (SELECT sum(total) FROM invoices WHERE so_id = note.so_id AND status = 'P'
        AND note.corrects_no IN (corrects_no, invoice_no)) < 0 THEN
        RAISE EXCEPTION 'More than invoice % would be credited.', note.corrects_no;
    END IF;
    IF note.open_amount = 0 OR NOT EXISTS (
        SELECT FROM invoices WHERE so_id = note.so_id AND status = 'P' AND open_amount > 0) THEN
        RETURN;
    END IF;
    INSERT INTO payments (company_code, customer_code, value_date, status, currency, rate, amount,
                          unallocated)
    VALUES (note.company_code, note.customer_code, p_day, 'P', note.currency, note.rate, 0, 0)
    RETURNING payment_id INTO made;
    WITH due AS (
        SELECT invoice_id, open_amount, coalesce(sum(open_amount) OVER (
                   ORDER BY (invoice_no = note.corrects_no) DESC, invoice_id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM invoices WHERE so_id = note.so_id AND status = 'P' AND open_amount > 0),
    parts AS (
        SELECT invoice_id, least(open_amount, -note.open_amount - before) AS amount
        FROM due WHERE before < -note.open_amount
    )
    INSERT INTO payment_allocations (payment_id, line_no, invoice_id, amount)
    SELECT made, row_number() OVER (ORDER BY amount < 0, invoice_id), invoice_id, amount
    FROM (SELECT invoice_id, amount FROM parts
          UNION ALL SELECT p_note, -sum(amount) FROM parts) both_sides;
END $$;

-- Cancels an invoice that was a mistake, as long as nobody has paid or credited anything of it; what
-- it billed can be invoiced again.
CREATE FUNCTION cancel_invoice(p_invoice bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    o  sales_orders := lock_billing(billed_order(p_invoice), 'corrected');
    it invoices;
BEGIN
    SELECT * INTO it FROM invoices WHERE invoice_id = p_invoice;
    IF it.status <> 'P' OR it.open_amount <> it.total
        OR EXISTS (SELECT FROM invoices WHERE corrects_no = it.invoice_no) THEN
        RAISE EXCEPTION 'Invoice % is paid, credited or cancelled: correct it by a credit note.',
            it.invoice_no;
    END IF;
    UPDATE sales_order_lines l SET qty_invoiced = l.qty_invoiced - b.qty
    FROM invoice_lines b
    WHERE b.invoice_id = p_invoice AND l.so_id = o.so_id AND l.line_no = b.so_line_no;
    UPDATE invoices SET status = 'X', open_amount = 0 WHERE invoice_id = p_invoice;
    PERFORM refresh_order(o.so_id);
END $$;
