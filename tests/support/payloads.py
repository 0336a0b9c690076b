"""Hostile texts: five hundred that would run a script where a page takes one as its own."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import product

TAGS = (
    "img src=x", "svg", "body", "iframe", "video", "details open", "input autofocus", "a href=#",
    "math", "object data=x", "marquee", "select", "form", "style", "link rel=stylesheet href=x",
)  # fmt: skip
EVENTS = ("onerror", "onload", "onfocus", "ontoggle", "onmouseover", "onbegin", "onstart")
FORMS = (
    "<{tag} {event}=alert(1)>",
    '"><{tag} {event}=alert(1)>',
    "'><{tag} {event}=alert(1)>",
    "</td></textarea></title><{tag} {event}=alert(1)>",
)
SCRIPTS = (
    "<script>window.ran=1</script>", "<ScRiPt>window.ran=1</sCrIpT>", "<script src=//evil.example>",
    "<scr\0ipt>window.ran=1</script>", "</script><script>window.ran=1</script>",
    "{{ 7 * 7 }}", "{% raw %}", "${window.ran=1}", "<!--<script>", "<![CDATA[<script>]]>",
    "javascript:window.ran=1", "data:text/html,<script>window.ran=1</script>",
    "&lt;script&gt;window.ran=1&lt;/script&gt;", "\u202e<script>window.ran=1</script>",
    "<a href='javascript:window.ran=1'>x</a>", "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:window.ran=1'>",
    "<div hx-get=/x hx-trigger=load>", "<div hx-on:load=window.ran=1>", "<p data-print data-row>",
)  # fmt: skip


def payloads(number: int = 500) -> list[str]:
    """So many different ones."""
    made = [f.format(tag=t, event=e) for f, t, e in product(FORMS, TAGS, EVENTS)]
    out = [p.replace("\0", "") for p in (*SCRIPTS, *made)]
    out += [f"{p}{p[::-1]}" for p in made]
    found = list(dict.fromkeys(out))[:number]
    assert len(found) == number
    return found


class Found(HTMLParser):
    """What in a page could run: scripts without our address, handlers, addresses that are code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and not given.get("src", "").startswith("/concord/static/"):
            self.wrong.append(f"script {given}")
        if tag in ("iframe", "object", "embed", "base", "style", "math", "marquee"):
            self.wrong.append(tag)
        if tag == "meta" and given.get("http-equiv"):
            self.wrong.append(f"meta {given}")
        for name, value in given.items():
            if name.startswith(("on", "hx-on")) or name == "style":
                self.wrong.append(f"{tag} {name}")
            if name in ("href", "src", "action", "hx-get", "hx-post") and not value.startswith(
                ("/concord", "/dags/", "#", "?")
            ):
                self.wrong.append(f"{tag} {name}={value[:60]}")
