"""What people do on the desk, in a browser in front of a running Airflow."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import psycopg
import pytest

from concord.launcher.postgres import Cluster
from concord.launcher.processes import wait_until
from concord.launcher.settings import socket_url
from tests.airflow.browser import Browser, accessibility
from tests.faults.sandbox_people import Sandbox
from tests.faults.working_tasks import Run
from tests.support.launched import ROOT, Concord
from tests.support.payloads import payloads

NEW = "Newcomer of the desk"
BAD, GOOD = "no at sign", "anna@newcomer.example"
LONG = 60_000  # milliseconds


def asking_company(home: Path) -> Path:
    """The shipped configuration, but large changes wait, and websites are a steward's matter."""
    root = Path(shutil.copytree(ROOT / "include" / "config", home / "config"))
    for name, old, new in (
        ("systems.yaml", "count: 5000, share: 0.2", "count: 150, share: 0.2"),
        ("model/party.yaml", "clean: [url], authority: crm", "clean: [url], authority: steward"),
    ):
        path = root / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    return root


@pytest.mark.browser
class DeskJourneys:
    """Tests of the desk; a module that has started Airflow makes them its own."""

    @staticmethod
    def batch(concord: Concord) -> None:
        assert Run.begin(concord.api(), "micro_batch_fast").end(180) == "success"

    @staticmethod
    def questions(concord: Concord, *, answered: bool) -> list[str]:
        """Who answered Airflow's questions about change sets, or "" for each that is open."""
        path = "/api/v2/dags/approve_change_set/dagRuns/~/hitlDetails"
        told = concord.api()._call("GET", path)["hitl_details"]
        return [
            str((one["responded_by_user"] or {}).get("name", ""))
            for one in told
            if one["response_received"] == answered
        ]

    def test_the_desk_is_in_airflows_navigation_and_leads_back_to_its_runs(
        self, desk: Browser
    ) -> None:
        with desk.window("steward", ours=False) as page:
            page.goto(f"{desk.base}/")
            page.get_by_role("link", name="Concord", exact=True).click()
            frame = page.frame_locator("iframe[title=Concord]")
            frame.get_by_role("link", name="Runs", exact=True).click()
            frame.get_by_role("heading", name="Runs", exact=True).wait_for()
            frame.locator("[data-row]").first.click()
            frame.get_by_role("link", name="Run in Airflow").click()
            page.wait_for_url(re.compile("/dags/micro_batch_fast|/dags/nightly_reconcile"))
            page.get_by_role("link", name="Concord", exact=True).last.click()  # the tab of the run
            own = page.frame_locator("iframe[title=Concord]")
            own.get_by_role("heading", name=re.compile("agree|arrived|held|failed")).wait_for()

    def test_a_quarantined_record_is_corrected_and_arrives_in_both_systems(
        self, desk: Browser, concord: Concord, people: Sandbox
    ) -> None:
        with people.connect("erp") as erp:
            erp.execute(
                "INSERT INTO customers (name, kind, country_code, email)"
                " VALUES (%s, 'O', 'GB', %s)",
                (NEW, BAD),
            )
        self.batch(concord)
        with desk.window("steward") as page:
            page.goto(f"{desk.base}/concord/quarantine?system=erp&entity=party")
            page.get_by_role("link", name="An e-mail address has one @").first.click()
            page.locator("table.list [data-row]").last.click()
            entry = page.url
            box = page.get_by_label("email", exact=True)
            assert box.input_value() == BAD
            box.fill("still none")
            page.get_by_role("button", name="Check by the rules").click()
            page.get_by_text("it would stay here").wait_for(timeout=LONG)
            box.fill(GOOD)
            page.get_by_role("button", name="Check by the rules").click()
            page.get_by_text("the next batch would take it").wait_for(timeout=LONG)
            page.get_by_role("button", name="Save and send again").click()
            page.get_by_text("The next batch judges it").wait_for()
            self.batch(concord)
            page.goto(entry)
            page.get_by_text("It passed and was taken").wait_for()
        with people.connect("crm") as crm, people.connect("erp") as erp:
            asked = "SELECT email_address FROM account WHERE account_name = %s"
            assert crm.execute(asked, (NEW,)).fetchall() == [(GOOD,)]
            asked = "SELECT email FROM customers WHERE name = %s"
            assert erp.execute(asked, (NEW,)).fetchall() == [(GOOD,)]

    def test_a_conflict_is_decided_and_both_systems_follow(
        self, desk: Browser, concord: Concord, people: Sandbox
    ) -> None:
        with people.connect("crm") as crm, people.connect("erp") as erp:
            erp.execute("UPDATE customers SET website = 'erp.example' WHERE name = %s", (NEW,))
            crm.execute("UPDATE account SET web = 'crm.example' WHERE account_name = %s", (NEW,))
        self.batch(concord)
        with desk.window("steward") as page:
            page.goto(f"{desk.base}/concord/reviews?kind=conflict")
            page.get_by_role("link", name="conflict").last.click()
            task = page.url
            page.get_by_role("radio", name="take the value of ERP").check()
            page.get_by_label("always so").last.check()
            page.get_by_role("textbox", name="Comment").fill("they told me so")
            page.get_by_role("button", name="Decide").click()
            page.get_by_text("Waiting for the next batch").wait_for()
            self.batch(concord)
            page.get_by_text("Applied in batch").wait_for(timeout=LONG)  # told by itself
            assert page.url == task
            page.get_by_role("link", name="Proposed as a rule").click()
            page.get_by_role("heading", name="a rule that was proposed").wait_for()
        with people.connect("crm") as crm, people.connect("erp") as erp:
            asked = "SELECT web FROM account WHERE account_name = %s"
            assert "erp.example" in str(crm.execute(asked, (NEW,)).fetchall())
            asked = "SELECT website FROM customers WHERE name = %s"
            assert "erp.example" in str(erp.execute(asked, (NEW,)).fetchall())

    def test_a_part_of_a_held_change_set_is_approved_as_oneself(
        self, desk: Browser, concord: Concord, people: Sandbox
    ) -> None:
        with people.connect("erp") as erp:
            erp.execute(
                "UPDATE customers SET name = name || ' Group' WHERE customer_code IN"
                " (SELECT customer_code FROM customers ORDER BY 1 LIMIT 190)"
            )
        self.batch(concord)
        assert wait_until(lambda: self.questions(concord, answered=False), 180, pause=2)
        with desk.window("steward") as page:
            page.goto(f"{desk.base}/concord/reviews?kind=change_set")
            page.locator("[data-row]").last.click()
            task = page.url
            page.get_by_role("radio", name="approve in part").check()
            boxes = page.locator("input[name=intent]")
            for n in range(3):
                boxes.nth(n).check()
            page.get_by_role("textbox", name="Comment").fill("three of them")
            page.get_by_role("button", name="Decide").click()
            page.get_by_text("three of them").first.wait_for()
            assert "steward" in self.questions(concord, answered=True)  # Airflow's own, at once
            self.batch(concord)
            page.goto(task)
            assert page.get_by_text("airflow:steward").count()
        with people.connect("crm") as crm:
            row = crm.execute("SELECT count(*) FROM account WHERE account_name LIKE '% Group'")
            assert row.fetchone() == (3,)

    def test_the_second_of_two_stewards_is_told_who_decided(self, desk: Browser) -> None:
        with desk.window("steward") as one, desk.window("admin") as other:
            one.goto(f"{desk.base}/concord/reviews?kind=double")
            one.locator("[data-row]").first.click()
            other.goto(one.url)
            for page in (one, other):
                page.get_by_role("radio", name="to be merged in their system").check()
                page.get_by_role("button", name="Decide").click()
            one.get_by_text("by airflow:steward").wait_for()
            other.get_by_role("heading", name="Somebody was faster").wait_for()
            other.get_by_text("was decided by airflow:steward").wait_for()

    def test_why_a_value_is_so_is_two_keys_and_a_name_away(self, desk: Browser) -> None:
        with desk.window("viewer") as page:
            page.goto(f"{desk.base}/concord/")
            page.keyboard.press("/")
            page.keyboard.type("C000020")
            page.keyboard.press("Enter")
            page.get_by_role("heading", name="Values, and why they are so").wait_for()
            assert page.get_by_text("owner erp").count()
            page.locator("body").click(position={"x": 2, "y": 300})
            page.keyboard.press("g")
            page.keyboard.press("n")
            page.get_by_role("heading", name="Runs").wait_for()

    def test_a_change_set_is_taken_back(
        self, desk: Browser, concord: Concord, people: Sandbox
    ) -> None:
        with people.connect("crm") as crm:
            found = "SELECT account_name FROM account WHERE account_name LIKE '% Group' LIMIT 1"
            (name,) = crm.execute(found).fetchone() or ("",)
        with desk.window("steward") as page:
            page.goto(f"{desk.base}/concord/records?q={name.replace(' ', '+')}")
            page.get_by_role("link", name="Take it back").first.click()
            page.get_by_role("textbox", name="Comment").fill("not after all")
            page.get_by_role("button", name="Take it back").click()
            page.get_by_role("heading", name="was taken back").wait_for(timeout=LONG)
        with people.connect("crm") as crm:
            row = crm.execute("SELECT count(*) FROM account WHERE account_name LIKE '% Group'")
            assert row.fetchone() == (0,)

    def test_a_report_is_printed_without_what_only_a_screen_needs(self, desk: Browser) -> None:
        with desk.window("viewer") as page:
            page.goto(f"{desk.base}/concord/quality")
            page.emulate_media(media="print")
            assert not page.locator("nav").first.is_visible()
            assert page.get_by_role("heading", name="Scores").is_visible()
            assert len(page.pdf(format="A4")) > 10_000

    def test_a_viewer_is_offered_nothing_and_a_stranger_is_shown_nothing(
        self, desk: Browser
    ) -> None:
        with desk.window("viewer") as page:
            page.goto(f"{desk.base}/concord/reviews?kind=double")
            page.locator("[data-row]").first.click()
            page.get_by_text("You may look at this and not decide it").wait_for()
            assert page.get_by_role("button", name="Decide").count() == 0
        with desk.window(None) as page:
            answer = page.goto(f"{desk.base}/concord/records?q=C000020")
            assert answer.status == 401
            assert page.locator("script").count() == 0

    def test_no_page_has_a_serious_barrier_in_either_theme_or_on_a_telephone(
        self, desk: Browser
    ) -> None:
        found: list[str] = []
        paths = ("/", "/quality", "/quarantine", "/reviews", "/records?q=Group", "/runs", "/runs/1",
                 "/certificates", "/certificates/1", "/kpis")  # fmt: skip
        for theme, width in (("light", 1200), ("dark", 390)):
            options = {"color_scheme": theme, "viewport": {"width": width, "height": 900}}
            with desk.window("steward", **options) as page:
                for path in paths:
                    page.goto(f"{desk.base}/concord{path}")
                    found += accessibility(page)
                    too_wide = "document.documentElement.scrollWidth > innerWidth"
                    assert not page.evaluate(too_wide), (path, width)
                for listing in ("/reviews?kind=double", "/quarantine"):
                    page.goto(f"{desk.base}/concord{listing}")
                    page.locator("[data-row]").last.click()
                    found += accessibility(page)
        assert found == [], found

    def test_five_hundred_hostile_texts_run_nothing_in_a_browser(
        self, desk: Browser, concord: Concord
    ) -> None:
        cluster = Cluster(concord.places, os.environ)
        with psycopg.connect(socket_url("concord_owner", "hub", cluster.socket)) as conn:
            for n, text in enumerate(payloads()):
                conn.execute(
                    "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes,"
                    " first_batch, last_batch) VALUES ('erp', 'party', %s,"
                    " jsonb_build_object(%s::text, %s::text), jsonb_build_array("
                    "  jsonb_build_object('rule', %s::text, 'column', %s::text,"
                    "  'message', %s::text, 'severity', 'critical')), 1, 1)",
                    (f"{n}{text}", text, text, text, text, text),
                )
        with desk.window("steward") as page:
            seen, path = 0, "/concord/quarantine?order=age"
            while path:
                page.goto(f"{desk.base}{path}")
                seen += page.locator("table.list").last.locator("[data-row]").count()
                ours = (
                    "s => [...s].every(x => x.src.startsWith(location.origin + '/concord/static/'))"
                )
                assert page.locator("script").count() == 3
                assert page.eval_on_selector_all("script", ours)
                assert page.evaluate("window.ran") is None
                link = page.locator("a[rel=next]")
                path = link.get_attribute("href") if link.count() else ""
                path = f"/concord/quarantine{path}" if path.startswith("?") else path
            assert seen >= 500
