"""Opening systems by kind, and addresses that give nothing away."""

from __future__ import annotations

import pytest

from concord.errors import ConfigError
from concord.model.spec import SystemSpec
from concord.systems.registry import open_system


def spec(kind: str = "postgres") -> SystemSpec:
    return SystemSpec(name="erp", role="erp", kind=kind, connection="concord_erp")


def test_an_unknown_kind_is_named_with_those_that_are_known() -> None:
    with pytest.raises(ConfigError, match=r"systems\.erp\.kind.*kind oracle.*postgres"):
        open_system(spec("oracle"), "postgresql://u@h/d")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://joe:s3cret@db.example:6432/erp", "db.example:6432/erp"),
        ("postgresql://joe:s3cret@db.example/erp?sslmode=require", "db.example/erp"),
        ("postgresql://joe@/erp?host=/run/pg&password=s3cret", "local socket/erp"),
        ("postgresql://joe:s3cret@one:5432,two:5433/erp", "one,two:5432,5433/erp"),
        ("host=db.example user=joe password=s3cret dbname=erp", "db.example/erp"),
    ],
)
def test_an_address_names_host_and_database_and_never_the_password(url: str, address: str) -> None:
    system = open_system(spec(), url)
    assert system.address == address
    assert system.name == "erp"


@pytest.mark.parametrize("url", ["postgresql://joe:s3cret@h:port/erp?nonsense=s3cret", "s3cret x"])
def test_an_address_that_cannot_be_read_is_not_echoed(url: str) -> None:
    with pytest.raises(ConfigError, match="concord_erp is not a PostgreSQL address") as caught:
        open_system(spec(), url)
    assert "s3cret" not in str(caught.value)
