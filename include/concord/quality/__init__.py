"""Quality: what the suites in `expectations/` say, and which rows of a batch break them.

Great Expectations says what holds and how many rows fail; our own predicates say which rows. The
two counts must agree, or the step fails.
"""
