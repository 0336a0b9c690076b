"""Airflow DAG housekeeping: deletes daily what the hub has kept long enough."""

from concord.model.read import load_config
from concord.orchestration.factory import housekeeping_dag

dag = housekeeping_dag(load_config())
