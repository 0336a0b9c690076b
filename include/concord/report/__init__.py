"""Report: one page a batch for stewards and controllers, in every language of the catalogue.

Made from the `ops` tables alone, and holding no value of any record beyond its key.
"""
