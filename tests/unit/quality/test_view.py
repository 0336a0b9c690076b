"""What counts as blank is the same to the rules and to the mapping."""

from __future__ import annotations

from concord.mapping.text import blank
from concord.quality import view


def test_blank_means_to_a_rule_what_it_means_to_the_mapping() -> None:
    theirs = {c for n in range(1, 0x110000) if not 0xD800 <= n < 0xE000 and blank(c := chr(n))}
    assert set(view.BLANKS) == theirs


def test_a_read_column_knows_the_column_it_is_read_from() -> None:
    assert view.base("customer_since__date") == "customer_since"
    assert view.base("country__code") == "country"
    assert view.base("country") == "country"
    assert view.base("a__b") == "a__b"
    assert view.base("__date") == "__date"
