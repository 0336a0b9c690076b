"""A browser in front of a running Airflow, signed in as a viewer, a steward or an administrator."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from concord.launcher.api import Api
from concord.launcher.prepare_airflow import READER, STEWARD
from tests.support.launched import Concord

AXE = Path(__file__).with_name("axe") / "axe.js"
NAMES = ("chromium", "chromium-browser", "google-chrome")
ROLES = {"viewer": READER, "steward": STEWARD}
PASSWORD = "a password of this test alone"
SERIOUS = ("serious", "critical")


def chromium() -> str:
    """Where the browser is; without one these tests are skipped, but not in CI."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and not os.environ.get("BROWSER_NEEDED"):
        pytest.skip("no Chromium here: apt-get install chromium")
    assert found, "CI needs a browser: see .ci/run"
    return found


def create_users(api: Api) -> None:
    """A user of each role, made as an administrator makes them."""
    for name, role in ROLES.items():
        body = {
            "username": name, "email": f"{name}@example.com", "first_name": name,
            "last_name": "Test", "roles": [{"name": role}], "password": PASSWORD,
        }  # fmt: skip
        api._call("POST", "/auth/fab/v1/users", body)


@dataclass
class Browser:
    """One browser; each person has a window of his own, signed in when first asked for."""

    chrome: Any
    concord: Concord
    states: dict[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Airflow's address."""
        return f"http://localhost:{self.concord.port}"

    @contextmanager
    def window(self, who: str | None, *, ours: bool = True, **options: Any) -> Iterator[Any]:
        """A page; what its console says in error fails the test, where all it opens is ours."""
        state = self.states.get(who or "") or (self._sign_in(who) if who else None)
        context = self.chrome.new_context(storage_state=state, locale="en-GB", **options)
        context.set_default_timeout(60_000)  # a busy machine starts Airflow's own pages late
        page = context.new_page()
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
        page.on("console", lambda m: said.append(m.text) if "Content Security" in m.text else None)
        try:
            yield page
            assert not (ours and said)
        finally:
            context.close()

    def _sign_in(self, who: str) -> Any:
        admin = (self.concord.home / "airflow" / "admin_password").read_text().strip()
        with self.window(None, ours=False) as page:
            page.goto(f"{self.base}/concord/")
            page.get_by_role("link", name="Sign in").click()
            page.locator("input[name=username]").fill(who)
            page.locator("input[name=password]").fill(admin if who == "admin" else PASSWORD)
            page.locator("input[name=password]").press("Enter")
            page.get_by_text(f"Signed in as {who}").wait_for()  # and back where he wanted to go
            self.states[who] = page.context.storage_state()
        return self.states[who]


def accessibility(page: Any) -> list[str]:
    """Serious and critical findings of axe-core on a page, by WCAG 2.2 AA."""
    # Put into the page by the browser's own debugger: the page's policy lets no test's script in.
    page.evaluate(AXE.read_text("utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
        ".then(r => r.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.html).slice(0, 3)]))",
        tags,
    )
    return [f"{page.url}: {rule} {nodes}" for impact, rule, nodes in found if impact in SERIOUS]


@contextmanager
def browser(concord: Concord) -> Iterator[Browser]:
    """The browser, with the users that it signs in as."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    create_users(concord.api())
    with sync_playwright() as play:
        # Root, as in a container, has no sandbox of Chromium's; pages are our own.
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        chrome = play.chromium.launch(executable_path=path, args=flags)
        yield Browser(chrome, concord)
        chrome.close()
