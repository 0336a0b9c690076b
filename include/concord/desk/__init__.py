"""The steward's desk: pages where people see what is wrong, why, what it costs, and put it right.

Pages are plain functions from `Ask` to `Answer`; `routes.ROUTES` lists them all. Who asks, and by
which rights, is told by whoever serves them: `concord.orchestration.pages` inside Airflow.
"""
