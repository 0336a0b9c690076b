"""A small ERP and CRM to try everything on, and the people who work in them.

They are an example of a company's configuration, not a special case in the engine: nothing else
in Concord imports this room, and nothing of Concord stands in its databases. See README.md here.
"""
