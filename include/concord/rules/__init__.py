"""Rules: business rules, which want records to be there that no system has typed in.

What a rule wants are records of a system of their own, `rules`; the pipeline takes them in like any
other's. `due` notes whom a change touches, `evaluate` asks the rules and stages what they want,
`check` and `rehearse` are for the people who write them.
"""
