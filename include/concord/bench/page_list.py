"""The pages that `pages` asks for, as a person would, and what each has to show."""

from __future__ import annotations

from dataclasses import dataclass

LIMIT_SECONDS = 0.3
BIG = 777  # the number of the customer that has thousands of orders


@dataclass(frozen=True)
class Asked:
    """One page. In `path` and `shows`, `{n}` and `{ten}` (ends with a nought) are another
    customer's number each time, other names stand for what was looked up. `rows`: rows of lists
    that it has at least.
    """

    name: str
    path: str
    shows: tuple[str, ...] = ()
    rows: int = 0
    kind: str = "text/html"


CAUSE = "side=read&system=crm&entity=party&rule=rule3&column=country"

PAGES = (
    Asked("overview", "/", ("10,000",)),
    Asked("overview, its part", "/now", ("10,000",)),
    Asked("quality", "/quality", ("r17",), 40),
    Asked("quality, next incidents", "/quality?after={incident}", ("<h1>",), 1),
    Asked("quality as CSV", "/quality.csv", ("email_form",), kind="text/csv"),
    Asked(
        "quality as XLSX",
        "/quality.xlsx",
        ("xl/worksheets",),
        kind="application/vnd.openxmlformats",
    ),
    Asked("quality of an entity", "/quality/crm/party", ("email_form",), 5),
    Asked("quality of a rule", "/quality/crm/party/email_form", ("<svg",)),
    Asked("quarantine", "/quarantine", ("500",), 50),
    Asked("quarantine, next page", "/quarantine?after=1000~{quarantined}", (), 50),
    Asked("quarantine by age, next page", "/quarantine?order=age&after={quarantined}", (), 50),
    Asked("quarantine of an entity", "/quarantine?system=crm&entity=party", (), 50),
    Asked("quarantine of a rule", "/quarantine?system=crm&entity=party&rule=rule3", (), 50),
    Asked("quarantine, a cause", f"/quarantine/group?{CAUSE}", ("rule3",), 50),
    Asked("quarantine, a value", f"/quarantine/group?{CAUSE}&value=X3", ("X3",), 50),
    Asked("quarantine, a record", "/quarantine/{quarantined}", ("country",)),
    Asked("reviews", "/reviews", (), 50),
    Asked("reviews, next page", "/reviews?after=1000~{review}", (), 50),
    Asked("reviews by age", "/reviews?order=age&after={review}", (), 50),
    Asked("reviews of a kind", "/reviews?kind=double", (), 50),
    Asked("reviews closed", "/reviews?order=closed", (), 50),
    Asked("review: a conflict", "/reviews/{conflict}", ("+44",)),
    Asked("review: a double", "/reviews/{double}", ("twin",)),
    Asked("review: a change set of 10,000", "/reviews/{held_review}", ("{writes}", "Group")),
    Asked("review: what became of it", "/reviews/{decided}/effect"),
    Asked("a change set for Airflow", "/change-sets/{held}", ("Group",)),
    Asked("taking a change set back", "/change-sets/{written}/undo", ("<h1>",)),
    Asked("an initial load", "/initial-loads/{load}", ("party",)),
    Asked("conflicts of a batch", "/conflicts?batch=1", (), 50),
    Asked("conflicts, next page", "/conflicts?batch=1&after={met}", (), 50),
    Asked("conflicts of a record", "/conflicts?entity=party&record={met_by}", (), 1),
    Asked("a conflict", "/conflicts/{met}", ("phone",)),
    Asked("search: a key", "/records?q=GB{n}", ("Company ",)),
    Asked("search: an e-mail", "/records?q=a{n}@b.example", ("a{n}@b.example",)),
    Asked("search: a name", "/records?q=Name {ten}", ("Name {ten}",), 1),
    Asked("search: a short name", "/records?q=Company a", ("Company a",), 20),
    Asked("search: nothing", "/records?q=zzz{n}"),
    Asked("a record", "/records/party/{customer}", ("owner erp",)),
    Asked("a record as it was", "/records/party/{customer}?at={then}", ("Old ",)),
    Asked("a record with thousands of orders", "/records/party/{big}", ("BIG",), 5),
    Asked("an order", "/records/sales_order/{order}", ("SO",)),
    Asked("runs", "/runs", (), 50),
    Asked("runs, next page", "/runs?before={batch}", (), 50),
    Asked("runs of a lane", "/runs?lane=nightly", (), 1),
    Asked("runs of a DAG", "/of-dag?dag_id=nightly_reconcile", (), 1),
    Asked("a run of a DAG", "/of-run?dag_id=desk&run_id={run}", ("<h1>",)),
    Asked("runs that failed", "/runs?state=failed"),
    Asked("a run", "/runs/1", ("party",)),
    Asked("certificates", "/certificates", (), 1),
    Asked("a certificate", "/certificates/{certificate}", ("<h1>",)),
    Asked("a certificate's sheet", "/certificates/{certificate}/sheet", ("<h1>",)),
    Asked("KPIs of a week", "/kpis?days=7", ("<h1>",)),
    Asked("KPIs of 30 days", "/kpis?days=30", ("<h1>",)),
    Asked("KPIs of 90 days", "/kpis?days=90", ("<h1>",)),
)
