-- What each account shows of its business.
SELECT id::text, account_name, nullif(replace(credit_limit, ',', ''), '')::numeric AS credit_limit, currency_code,
       open_balance, overdue, credit_room, last_order_on, orders_open
FROM account
