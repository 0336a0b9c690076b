"""Tax numbers in the forms of five countries, with their check characters.

Each is made from a serial number below `SERIALS`, so two serials never give the same number.
"""

from __future__ import annotations

SERIALS = 10_000_000

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015 leaves out I, O, S, V and Z
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_USCC_VALUE = {c: i for i, c in enumerate(_USCC)}
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997
_ORG_VALUE = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_EIN_PREFIXES = ("12", "20", "27", "36", "41", "46", "54", "61", "74", "81", "84", "92")


def social_credit_code(division: str, serial: int) -> str:
    """A Chinese unified social credit code, 18 characters; `division` has 6 digits."""
    body = ""
    for _ in range(6):
        serial, digit = divmod(serial, 31)
        body = _USCC[digit] + body
    organization = "MA" + body
    first = f"91{division}{organization}{_organization_check(organization)}"
    return first + _credit_check(first)


def _organization_check(body: str) -> str:
    total = sum(_ORG_VALUE[c] * w for c, w in zip(body, _ORG_WEIGHTS, strict=True))
    return "0123456789X0"[(11 - total % 11)]


def _credit_check(first: str) -> str:
    total = sum(_USCC_VALUE[c] * w for c, w in zip(first, _USCC_WEIGHTS, strict=True))
    return _USCC[-total % 31]


def german_vat(serial: int) -> str:
    """DE and nine digits, the last by ISO 7064 MOD 11,10."""
    digits = str(10_000_000 + serial % 90_000_000)
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return f"DE{digits}{(11 - product) % 10}"


def french_vat(serial: int) -> str:
    """FR, two key digits and a SIREN (nine digits, the last by Luhn)."""
    siren = str(30_000_000 + serial % 60_000_000)
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(siren)))
    siren += str(-total % 10)
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def british_vat(serial: int) -> str:
    """GB and nine digits, the last two by modulus 97."""
    digits = f"{serial % 10_000_000:07d}"
    total = sum(int(d) * w for d, w in zip(digits, range(8, 1, -1), strict=True))
    return f"GB{digits}{-total % 97:02d}"


def american_ein(serial: int) -> str:
    """An employer identification number, `12-3456789`; it has no check digit."""
    return f"{_EIN_PREFIXES[serial % len(_EIN_PREFIXES)]}-{serial % 10_000_000:07d}"


def tax_number(country: str, division: str, serial: int) -> str:
    """The tax number of a company of CN, DE, FR, GB or US; `division` is used for CN only."""
    if country == "CN":
        return social_credit_code(division, serial)
    if country == "US":
        return american_ein(serial)
    return {"DE": german_vat, "FR": french_vat, "GB": british_vat}[country](serial)


def is_valid(number: str) -> bool:
    """Whether a number in the form that `tax_number` makes has the right check characters."""
    if number[:2] in ("DE", "FR", "GB"):
        make, start, end, base = {
            "DE": (german_vat, 2, 10, 10_000_000),
            "FR": (french_vat, 4, 12, 30_000_000),
            "GB": (british_vat, 2, 9, 0),
        }[number[:2]]
        body = number[start:end]
        return body.isdigit() and make(int(body) - base) == number
    if number[2:3] == "-":
        return number[:2] in _EIN_PREFIXES and number[3:].isdigit() and len(number) == 10
    if len(number) != 18 or any(c not in _USCC_VALUE for c in number):
        return False
    return (
        _organization_check(number[8:16]) == number[16]
        and _credit_check(number[:17]) == (number[17])
    )
