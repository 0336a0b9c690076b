-- What people of the sandbox ERP do with money: receive, allocate, pay back, reverse. Amounts open
-- and statuses follow by themselves from the allocations, see payment_allocated().

CREATE FUNCTION allocate(p_payment bigint, p_invoices bigint[], p_amounts numeric[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(p_invoices) IS DISTINCT FROM cardinality(p_amounts) THEN
        RAISE EXCEPTION 'Each invoice needs its amount.';
    END IF;
    INSERT INTO payment_allocations (payment_id, line_no, invoice_id, amount)
    SELECT p_payment, n + coalesce((SELECT max(line_no) FROM payment_allocations
                                    WHERE payment_id = p_payment), 0), invoice_id, amount
    FROM unnest(p_invoices, p_amounts) WITH ORDINALITY AS a (invoice_id, amount, n);
END $$;

-- Locks the invoices by number; all are one customer's, of one company, in one currency.
CREATE FUNCTION lock_invoices(p_invoices bigint[]) RETURNS invoices LANGUAGE plpgsql AS $$
DECLARE
    it    invoices;
    count integer;
BEGIN
    PERFORM FROM invoices WHERE invoice_id = ANY (p_invoices) ORDER BY invoice_id FOR NO KEY UPDATE;
    GET DIAGNOSTICS count = ROW_COUNT;
    IF count = 0 OR count <> cardinality(p_invoices) THEN
        RAISE EXCEPTION 'An invoice is unknown or given twice: %.', p_invoices;
    END IF;
    SELECT * INTO it FROM invoices WHERE invoice_id = p_invoices[1];
    IF EXISTS (SELECT FROM invoices WHERE invoice_id = ANY (p_invoices)
               AND (customer_code, company_code, currency)
                   IS DISTINCT FROM (it.customer_code, it.company_code, it.currency)) THEN
        RAISE EXCEPTION 'The invoices are not all of customer %, company % and currency %.',
            it.customer_code, it.company_code, it.currency;
    END IF;
    RETURN it;
END $$;

-- One payment for one or several invoices. What `p_amount` has over the amounts is an advance.
CREATE FUNCTION pay(p_invoices bigint[], p_amounts numeric[], p_day date DEFAULT current_date,
                    p_bank_ref text DEFAULT NULL, p_amount numeric DEFAULT NULL,
                    p_currency text DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    it    invoices := lock_invoices(p_invoices);
    whole numeric := (SELECT sum(a) FROM unnest(p_amounts) a);
    made  bigint;
BEGIN
    IF 0 >= ANY (p_amounts) OR coalesce(p_amount, whole) < whole THEN
        RAISE EXCEPTION 'A payment of % cannot cover %.', coalesce(p_amount, whole), p_amounts;
    ELSIF p_currency <> it.currency THEN
        RAISE EXCEPTION 'The payment is in %, invoice % in %.', p_currency, it.invoice_no, it.currency;
    END IF;
    INSERT INTO payments (kind, company_code, customer_code, value_date, status, bank_ref, currency,
                          rate, amount, unallocated)
    VALUES ('P', it.company_code, it.customer_code, p_day, 'P', p_bank_ref, it.currency,
            rate_of(it.currency, p_day), coalesce(p_amount, whole), coalesce(p_amount, whole))
    RETURNING payment_id INTO made;
    PERFORM allocate(made, p_invoices, p_amounts);
    RETURN made;
END $$;

-- Money that came before its invoice.
CREATE FUNCTION pay_advance(p_customer text, p_company text, p_currency text, p_amount numeric,
                            p_day date DEFAULT current_date, p_bank_ref text DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
BEGIN
    IF p_amount <= 0 THEN
        RAISE EXCEPTION 'An advance is above 0, not %.', p_amount;
    END IF;
    INSERT INTO payments (kind, company_code, customer_code, value_date, status, bank_ref, currency,
                          rate, amount, unallocated)
    VALUES ('A', p_company, p_customer, p_day, 'P', p_bank_ref, p_currency,
            rate_of(p_currency, p_day), p_amount, p_amount)
    RETURNING payment_id INTO made;
    RETURN made;
END $$;

CREATE FUNCTION lock_payment(p_payment bigint) RETURNS payments LANGUAGE plpgsql AS $$
DECLARE
    it payments;
BEGIN
    SELECT * INTO it FROM payments WHERE payment_id = p_payment FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no payment with id %.', p_payment;
    ELSIF it.status <> 'P' OR it.undone_by IS NOT NULL OR it.kind NOT IN ('P', 'A') THEN
        RAISE EXCEPTION 'Payment % is undone already, or is itself a paying back.', it.payment_no;
    END IF;
    RETURN it;
END $$;

-- Settles invoices with what is left of a payment.
CREATE FUNCTION allocate_advance(p_payment bigint, p_invoices bigint[], p_amounts numeric[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it  payments := lock_payment(p_payment);
    one invoices := lock_invoices(p_invoices);
BEGIN
    IF one.customer_code <> it.customer_code THEN
        RAISE EXCEPTION 'Payment % is of customer %, invoice % of customer %.', it.payment_no,
            it.customer_code, one.invoice_no, one.customer_code;
    ELSIF 0 >= ANY (p_amounts) OR (SELECT sum(a) FROM unnest(p_amounts) a) > it.unallocated THEN
        RAISE EXCEPTION 'Payment % has % left: it cannot cover %.', it.payment_no, it.unallocated,
            p_amounts;
    END IF;
    PERFORM allocate(p_payment, p_invoices, p_amounts);
END $$;

-- Pays money back: of an invoice, which is open again, or what a credit note still owes.
CREATE FUNCTION refund(p_invoice bigint, p_amount numeric, p_day date DEFAULT current_date)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    it   invoices := lock_invoices(ARRAY[p_invoice]);
    most numeric;
    made bigint;
BEGIN
    SELECT CASE it.kind WHEN 'C' THEN -it.open_amount ELSE coalesce(sum(a.amount), 0) END INTO most
    FROM payment_allocations a JOIN payments p USING (payment_id)
    WHERE a.invoice_id = p_invoice AND p.amount <> 0;
    IF p_amount <= 0 OR p_amount > most THEN
        RAISE EXCEPTION 'Invoice % has % to pay back, not %.', it.invoice_no, most, p_amount;
    END IF;
    INSERT INTO payments (kind, company_code, customer_code, value_date, status, currency, rate,
                          amount, unallocated)
    VALUES ('R', it.company_code, it.customer_code, p_day, 'P', it.currency,
            rate_of(it.currency, p_day), -p_amount, -p_amount)
    RETURNING payment_id INTO made;
    PERFORM allocate(made, ARRAY[p_invoice], ARRAY[-p_amount]);
    RETURN made;
END $$;

-- Undoes a whole payment by its opposite; its invoices are open again.
CREATE FUNCTION undo_payment(p_payment bigint, p_kind text, p_day date) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    it   payments := lock_payment(p_payment);
    made bigint;
BEGIN
    IF it.amount = 0 THEN
        RAISE EXCEPTION 'Payment % sets a credit note off: it stays.', it.payment_no;
    END IF;
    INSERT INTO payments (kind, company_code, customer_code, value_date, status, currency, rate,
                          amount, unallocated)
    VALUES (p_kind, it.company_code, it.customer_code, p_day, 'P', it.currency, it.rate, -it.amount,
            -it.amount)
    RETURNING payment_id INTO made;
    INSERT INTO payment_allocations (payment_id, line_no, invoice_id, amount)
    SELECT made, line_no, invoice_id, -amount FROM payment_allocations WHERE payment_id = p_payment;
    UPDATE payments SET undone_by = made WHERE payment_id = p_payment;
    RETURN made;
END $$;

-- The bank takes the money back.
CREATE FUNCTION charge_back(p_payment bigint, p_day date DEFAULT current_date) RETURNS bigint
LANGUAGE sql RETURN undo_payment(p_payment, 'B', p_day);

-- The payment was booked by mistake.
CREATE FUNCTION reverse_payment(p_payment bigint, p_day date DEFAULT current_date) RETURNS bigint
LANGUAGE sql RETURN undo_payment(p_payment, 'V', p_day);
