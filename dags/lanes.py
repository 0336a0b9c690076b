"""Airflow DAGs of all lanes: micro_batch_fast, nightly_reconcile and whichever lanes.yaml adds.

A lane is a block in include/config/lanes.yaml; how a DAG is made from it is in
include/concord/orchestration/factory.py, what its tasks do in steps.py beside that.
"""

from concord.model.read import load_config
from concord.orchestration.factory import lane_dags

globals().update(lane_dags(load_config()))
