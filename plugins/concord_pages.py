"""Airflow plugin: the pages that approvals link to, at /concord in the web server.

What is on them, and who may see them, is in include/concord/orchestration/pages.py.
"""

from airflow.plugins_manager import AirflowPlugin

from concord.orchestration.pages import Pages


class ConcordPages(AirflowPlugin):
    """Mounts the pages."""

    name = "concord_pages"
    fastapi_apps = [{"app": Pages(), "url_prefix": "/concord", "name": "Concord"}]  # noqa: RUF012
