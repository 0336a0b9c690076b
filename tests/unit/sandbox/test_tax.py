from __future__ import annotations

from random import Random

import pytest

from concord.sandbox.tax import SERIALS, is_valid, tax_number

PUBLISHED = [
    "9144030071526726XG",  # companies' own public numbers
    "914403001922038216",
    "91330100799655058B",
    "91110108558521630L",
    "DE136695976",
    "DE123475223",
    "FR40303265045",
    "GB980780684",
]


@pytest.mark.parametrize("number", PUBLISHED)
def test_numbers_that_authorities_gave_out_have_the_check_characters_we_compute(
    number: str,
) -> None:
    assert is_valid(number)


@pytest.mark.parametrize("number", PUBLISHED)
def test_one_wrong_character_is_noticed(number: str) -> None:
    for at, sign in enumerate(number):
        if sign.isdigit() and number[2:] != number[:2] and at >= 2:
            wrong = number[:at] + str((int(sign) + 1) % 10) + number[at + 1 :]
            assert not is_valid(wrong), wrong


@pytest.mark.parametrize("country", ["CN", "DE", "FR", "GB", "US"])
def test_each_serial_has_a_valid_number_of_its_own(country: str) -> None:
    serials = [*range(500), *Random(1).sample(range(500, SERIALS), 1500)]
    made = {tax_number(country, "440305", serial) for serial in serials}
    assert len(made) == len(serials)
    assert all(map(is_valid, made))
