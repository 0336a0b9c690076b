"""`concord sandbox audit` on a real ERP and CRM."""

from __future__ import annotations

import pytest

from concord.cli.__main__ import main
from tests.support.world import run_sql


@pytest.fixture
def urls(
    sandbox_urls: dict[str, str], tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    monkeypatch.setenv("CONCORD_ROOT", str(tmp_path))
    for system, url in sandbox_urls.items():
        monkeypatch.setenv(f"CONCORD_{system.upper()}_URL", url)
    return sandbox_urls


def test_it_says_when_both_sides_agree_and_what_deviates(
    urls: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sandbox", "audit"]) == 0
    assert capsys.readouterr().out == "Both sides agree.\n"
    run_sql(
        urls["crm"],
        "WITH a AS (INSERT INTO account (account_name, account_type) VALUES ('A', 'Company')"
        " RETURNING id) INSERT INTO contract (name, account_id, company, currency, number)"
        " SELECT 'Supply', id, 'Hamburg', 'EUR', 'CT-7' FROM a",
    )
    assert main(["sandbox", "audit"]) == 1
    assert capsys.readouterr().out == "contract: CT-7: ERP not there, CRM Draft\n"
