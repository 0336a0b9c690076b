"""Words that configuration files may use: the one list that the reader and the engine share.

`concord.mapping` implements every cleaning step and format named here; a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(*lines: str) -> list[str]:
    return " ".join(lines).split()


NAME = r"^[a-z][a-z0-9_]{0,40}$"
"""Names of entities, fields, systems and lanes: they become identifiers in databases."""

COLUMN = r'^[^\s\x00-\x1f"][^\x00-\x1f"]{0,62}$'
"""A column of somebody else's system: nearly anything, but no quotes or control codes."""

TABLE = r'^[^\s\x00-\x1f"][^\x00-\x1f"]{0,126}$'
"""A table, with or without its schema, or an API's resource."""

CLEAN_STEPS = frozenset(
    {
        "squeeze",
        "upper",
        "lower",
        "digits",
        "email",
        "phone",
        "tax_id",
        "url",
        "postal_code",
        "company_name",
        "person_name",
    }
)

_NUMBERS = ("1234.56", "1,234.56", "1.234,56", "1234,56")

FORMATS: Mapping[str, tuple[str, ...]] = {
    "date": ("YYYYMMDD", "YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY"),
    "money": _NUMBERS,
    "decimal": _NUMBERS,
    "quantity": _NUMBERS,
    "boolean": ("Y/N", "1/0", "true/false", "T/F"),
    "timestamp": ("ISO",),
}
"""Field type -> how text columns may write it. Types that are absent take no format."""

AUTHORITY_WORDS = ("latest", "non_empty", "steward")
"""Authorities of one word; any other word is the name of the system that owns the field."""

LANGUAGES = ("en", "zh")

IMAGE_COLUMNS = _words(
    "system source_id golden_id raw raw_hash version changed settled fixed read_seq first_batch",
    "seen_batch deleted_at replaced_batch replaced_at",
)
GOLDEN_COLUMNS = _words(
    "golden_id provenance version batch_id created_at updated_at deleted_at",
    "replaced_batch replaced_at",
)

RESERVED_FIELDS = frozenset(
    [*IMAGE_COLUMNS, *GOLDEN_COLUMNS, "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "op"]
)
"""Columns that Concord or PostgreSQL keeps beside the canonical fields."""

RESERVED_SYSTEMS = frozenset({*AUTHORITY_WORDS, "golden", "history", "hub", "concord", "rules"})
"""Words that mean something else where a system's name may stand."""

STAGE_COLUMNS = frozenset(
    {"source_id", "op", "raw_hash", "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"}
)
"""Columns of a stage table beside the system's own."""

COUNTRIES = frozenset(
    _words(
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ",
        "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM",
        "DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS",
        "GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN",
        "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ",
        "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM",
        "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV",
        "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI",
        "VN VU WF WS YE YT ZA ZM ZW XK",
    )
)
"""ISO 3166-1 alpha-2, and XK, which telephone numbers know."""

CURRENCIES = frozenset(
    _words(
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP",
        "BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD",
        "FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY",
        "KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP",
        "MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR",
        "RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT",
        "TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER",
        "ZAR ZMW ZWG",
    )
)
"""ISO 4217 currencies in use."""
