"""All pages of the desk, each with the right that it needs."""

from __future__ import annotations

from concord.desk.pages import (
    certificates,
    common,
    conflicts,
    kpis,
    overview,
    quality,
    quarantine,
    questions,
    records,
    reviews,
    runs,
    undoing,
)
from concord.desk.web import Route

ROUTES: tuple[Route, ...] = (
    Route("GET", "/", overview.overview),
    Route("GET", "/now", overview.part),
    Route("GET", "/runs", runs.runs),
    Route("GET", "/runs/{batch:int}", runs.run),
    Route("GET", "/of-run", runs.of_run),
    Route("GET", "/of-dag", runs.of_dag),
    Route("GET", "/certificates", certificates.certificates),
    Route("GET", "/certificates/{number:int}", certificates.certificate),
    Route("GET", "/certificates/{number:int}/sheet", certificates.sheet),
    Route("GET", "/kpis", kpis.page),
    Route("GET", "/quality", quality.overview),
    Route("GET", "/quality.csv", quality.export_csv),
    Route("GET", "/quality.xlsx", quality.export_xlsx),
    Route("GET", "/quality/{system}/{entity}", quality.table),
    Route("GET", "/quality/{system}/{entity}/{rule}", quality.rule),
    Route("POST", "/incidents/{number:int}", quality.explain, "decide"),
    Route("GET", "/quarantine", quarantine.listing),
    Route("GET", "/quarantine/group", quarantine.group),
    Route("POST", "/quarantine/group", quarantine.decide_group, "decide"),
    Route("GET", "/quarantine/{number:int}", quarantine.one),
    Route("POST", "/quarantine/{number:int}", quarantine.decide, "decide"),
    Route("POST", "/quarantine/{number:int}/try", quarantine.attempt, "decide"),
    Route("GET", "/reviews", reviews.listing),
    Route("GET", "/reviews/{number:int}", reviews.one),
    Route("GET", "/reviews/{number:int}/effect", reviews.became),
    Route("POST", "/reviews/{number:int}", reviews.decide, "decide"),
    Route("GET", "/conflicts", conflicts.listing),
    Route("GET", "/conflicts/{number:int}", conflicts.one),
    Route("GET", "/records", records.search),
    Route("GET", "/records/{entity}/{id}", records.one),
    Route("GET", "/change-sets/{number:int}/undo", undoing.preview, "decide", hub=False),
    Route("POST", "/change-sets/{number:int}/undo", undoing.carry_out, "decide", hub=False),
    Route("GET", "/change-sets/{number:int}", questions.change_set, "decide"),
    Route("GET", "/initial-loads/{number:int}", questions.initial_load, "decide"),
    Route("GET", "/static/{name}", common.static, hub=False),
    Route("POST", "/language", common.language, hub=False),
    Route("GET", "/{path:path}", common.nowhere, hub=False),  # the last one
)
