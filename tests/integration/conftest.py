"""A small company with documents, beside the shipped one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from concord.model.read import load_config
from concord.model.spec import Config
from concord.systems.registry import open_system
from tests.conftest import Postgres, TestHub
from tests.support import documents
from tests.support.documents import Documents
from tests.support.world import run_sql

TEMPLATES = {"hub": "documents_hub", "erp": "documents_erp", "crm": "documents_crm"}


@pytest.fixture(scope="session")
def document_config(pg: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The configuration; databases in its form stand ready to be copied."""
    config = load_config(documents.write_documents(tmp_path_factory.mktemp("documents") / "config"))
    pg.create(TEMPLATES["hub"], owner="concord_owner")
    documents.migrated(pg.url(TEMPLATES["hub"], "concord_owner"), config)
    for system, tables in (("erp", documents.ERP), ("crm", documents.CRM)):
        url = pg.create(TEMPLATES[system])
        run_sql(url, tables)
        opened = open_system(config.system[system], url)
        opened.execute(opened.prepare([e.by_system[system] for e in config.entities]))
    return config


@pytest.fixture
def documents_world(
    pg: Postgres, document_config: Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Documents]:
    """An empty hub, ERP and CRM of this test alone."""
    names = {kind: pg.name(f"documents_{kind}") for kind in TEMPLATES}
    for kind, name in names.items():
        owner = "concord_owner" if kind == "hub" else "postgres"
        pg.create(name, TEMPLATES[kind], owner)
    urls = {system: pg.url(names[system]) for system in ("erp", "crm")}
    suites = documents.no_suites(tmp_path_factory.mktemp("expectations"))
    yield Documents(document_config, TestHub(pg, names["hub"]), urls, suites)
    for name in names.values():
        pg.drop(name)
