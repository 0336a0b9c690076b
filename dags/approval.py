"""Airflow DAGs that ask a person: ask_about_held, approve_change_set, initial_load.

What is asked, and what becomes of an answer, is in include/concord/orchestration/questions.py.
"""

from concord.model.read import load_config
from concord.orchestration.approvals import approve_dag, ask_dag, initial_load_dag

config = load_config()
asking, approving, loading = ask_dag(config), approve_dag(config), initial_load_dag(config)
