from __future__ import annotations

from random import Random

import phonenumbers
import pytest

from concord.sandbox.phones import full_width, international, national, phone
from concord.sandbox.world import COUNTRIES, words

AREAS = [
    *((c, place[1], place[2]) for c in COUNTRIES for place in words()[c]["cities"]),
    *((c, "", lead) for c in COUNTRIES for lead in words()[c]["mobile"]),
]


@pytest.mark.parametrize(("country", "area", "lead"), AREAS)
def test_numbers_exist_in_their_countrys_numbering_plan(country: str, area: str, lead: str) -> None:
    for serial in range(0, 7_000_000, 250_007):
        number = phonenumbers.parse(phone(country, area, lead, serial).e164)
        assert phonenumbers.is_valid_number(number), number
        assert phonenumbers.region_code_for_number(number) == country


def test_every_way_of_writing_a_number_reads_as_that_number() -> None:
    rng = Random(1)
    for country, area, lead in AREAS:
        value = phone(country, area, lead, rng.randrange(7_000_000))
        texts = {f(value, rng) for f in (international, national) for _ in range(12)}
        assert len(texts) >= 4
        for text in (*texts, *map(full_width, texts)):
            read = phonenumbers.parse(text, country)
            form = phonenumbers.PhoneNumberFormat.E164
            assert phonenumbers.format_number(read, form) == value.e164, text
            assert len(text) <= 30


def test_serials_below_the_limit_have_numbers_of_their_own() -> None:
    made = {phone("CN", "755", "8", serial).number for serial in range(0, 7_000_000, 997)}
    assert len(made) == len(range(0, 7_000_000, 997))


def test_people_write_a_trunk_prefix_before_an_area_of_their_own_country() -> None:
    rng = Random(1)
    for country, area, lead in AREAS:
        for text in {national(phone(country, area, lead, 5), rng) for _ in range(12)}:
            trunk = country != "US" and (country != "CN" or area)
            assert text.lstrip("(").startswith("0") == bool(trunk), text
