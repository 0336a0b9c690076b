-- The joins that the planner may choose, for the rest of this transaction.
SELECT set_config('enable_nestloop', %(nestloop)s, true),
    set_config('enable_hashjoin', %(others)s, true),
    set_config('enable_mergejoin', %(others)s, true),
    set_config('enable_seqscan', %(others)s, true)
