-- trial_rule: nothing; the rule is only planned.
SELECT FROM {batch} AS seen WHERE {failing} LIMIT 0
