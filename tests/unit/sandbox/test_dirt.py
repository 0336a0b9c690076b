from __future__ import annotations

import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from concord.sandbox.dirt import broken_email, swapped, typo

MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@given(st.text(min_size=1, max_size=40), st.integers(0, 99))
def test_a_typo_always_makes_another_name(name: str, seed: int) -> None:
    assert typo(Random(seed), name) != name


def test_a_typo_in_a_real_name_is_not_only_one_of_case() -> None:
    for seed in range(300):
        for name in ("Müller & Söhne GmbH", "深圳市明华电子有限公司", "Anna Lee", "王芳"):
            assert typo(Random(seed), name).casefold() != name.casefold()


def test_no_mail_reaches_a_broken_address() -> None:
    seen = {broken_email(Random(seed), "info@acme-1x.de.example") for seed in range(60)}
    assert seen == {"info@@acme-1x.de.example", "acme-1x@", "info.acme-1x.de.example"}
    assert not any(MAIL.fullmatch(email) for email in seen)


def test_a_swapped_key_has_the_same_characters() -> None:
    for seed in range(50):
        key = swapped(Random(seed), "91440305MA03WQN44G")
        assert sorted(key) == sorted("91440305MA03WQN44G")
        assert key[:9] == "91440305M"
