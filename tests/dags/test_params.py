"""What a person may ask for when triggering a lane by hand."""

from __future__ import annotations

from typing import Any

import pytest

from concord.model.spec import Config


def _resolve(dag_bag: Any, **values: Any) -> dict[str, Any]:
    params = dag_bag.dags["micro_batch_fast"].params
    return {name: params.get_param(name).__copy__().resolve(v) for name, v in values.items()}


def test_by_default_everything_is_taken_and_written(dag_bag: Any, business: Config) -> None:
    assert dag_bag.dags["micro_batch_fast"].params.dump() == {
        "dry_run": False,
        "systems": ["erp", "crm"],
        "entities": list(business.lane["fast"].entities),
    }


@pytest.mark.parametrize(
    "given",
    [{"dry_run": True}, {"systems": ["crm"]}, {"entities": ["contact", "party"]}],
    ids=str,
)
def test_a_sensible_choice_is_accepted(dag_bag: Any, given: dict[str, Any]) -> None:
    assert _resolve(dag_bag, **given) == given


@pytest.mark.parametrize(
    "given",
    [
        {"dry_run": "yes"},
        {"systems": []},
        {"systems": ["pos"]},
        {"systems": "erp"},
        {"systems": ["erp", "erp"]},
        {"entities": ["warranty"]},
    ],
    ids=str,
)
def test_a_wrong_choice_is_refused_before_anything_runs(
    dag_bag: Any, given: dict[str, Any]
) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        _resolve(dag_bag, **given)


@pytest.mark.parametrize("days", [0, -1, "30", 1.5])
def test_housekeeping_refuses_to_keep_nothing(dag_bag: Any, days: Any) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    param = dag_bag.dags["housekeeping"].params.get_param("keep_days").__copy__()
    with pytest.raises(ParamValidationError):
        param.resolve(days)
