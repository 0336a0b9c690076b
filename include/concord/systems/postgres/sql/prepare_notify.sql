    -- A signal to whoever listens, once a transaction; not for what Concord itself writes. A
    -- transaction that has signalled cannot be prepared, so where that is allowed there is none.
    IF FOUND AND current_setting('concord.writing', true) IS DISTINCT FROM 'on'
        AND current_setting('max_prepared_transactions') = '0'
    THEN
        PERFORM pg_notify('concord_changed', '');
    END IF;
