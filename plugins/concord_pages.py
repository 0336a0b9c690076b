"""Airflow plugin: the steward's desk, at /concord in the web server and in its navigation.

What is on it is in include/concord/desk, who may see it in include/concord/orchestration/door.py.
"""

from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

from concord.orchestration.pages import PREFIX, Pages, views


class ConcordPages(AirflowPlugin):
    """Mounts the desk."""

    name = "concord_pages"
    fastapi_apps = [{"app": Pages(), "url_prefix": PREFIX, "name": "Concord"}]  # noqa: RUF012
    external_views = views(urlsplit(conf.get("api", "base_url", fallback="")).path)
