"""Both READMEs show commands that exist, the same ones, and links that lead somewhere."""

from __future__ import annotations

import argparse
import itertools
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

from concord.cli.__main__ import parser
from concord.launcher import catalogue
from concord.launcher.commands import main
from concord.sandbox import seed

ROOT = Path(__file__).resolve().parents[3]
READMES = ("README.md", "README.zh-CN.md")
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [*(ROOT / name for name in READMES), *DOCS]
MADE_BY_HAND = {"docs/images/dags.png", "docs/images/report.png"}
"""Screenshots of the running product, taken before a release."""

SHELL = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`(\./concord [^`]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def shell_commands(page: Path) -> list[list[str]]:
    """The `./concord` lines of the page's sh blocks, as words without comments."""
    lines = "\n".join(SHELL.findall(text(page))).splitlines()
    return [_words(line) for line in lines if line.startswith("./concord")]


def _words(line: str) -> list[str]:
    words = shlex.split(line, comments=True)
    return words[1 : words.index(">")] if ">" in words else words[1:]


def inline_commands(page: Path) -> list[list[str]]:
    """Commands within sentences, which may leave their arguments out."""
    return [shlex.split(found)[1:] for found in INLINE.findall(CODE.sub("", text(page)))]


def subcommands(made: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def test_a_command_that_is_shown_stands_in_the_launchers_list() -> None:
    known = {entry.name for entry in (*catalogue.LAUNCHER, *catalogue.ENGINE)}
    for page in PAGES:
        for words in [*shell_commands(page), *inline_commands(page)]:
            assert words[0] in known, f"{name(page)}: ./concord {' '.join(words)}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_engine_commands_in_blocks_are_accepted_with_their_arguments(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = {entry.name for entry in catalogue.ENGINE}
    for words in shell_commands(page):
        if words[0] in engine:
            try:
                parser().parse_args(words)
            except SystemExit:
                pytest.fail(f"./concord {' '.join(words)}: {capsys.readouterr().err}")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_in_sentences_have_known_subcommands_and_options(page: Path) -> None:
    top = subcommands(parser())
    for words in inline_commands(page):
        made = top.get(words[0])
        if made is None or words[0] in {entry.name for entry in catalogue.LAUNCHER}:
            continue
        rest = words[1:]
        if nested := subcommands(made):
            assert rest, f"{name(page)}: ./concord {words[0]} needs a command of its own"
            assert rest[0] in nested, f"{name(page)}: ./concord {' '.join(words)}"
            made, rest = nested[rest[0]], rest[1:]
        for option in (w for w in rest if w.startswith("--")):
            assert option in made.format_help(), f"{name(page)}: ./concord {' '.join(words)}"


def test_launcher_options_that_are_shown_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    own = {entry.name for entry in catalogue.LAUNCHER}
    shown = [w for page in PAGES for w in [*shell_commands(page), *inline_commands(page)]]
    for words in shown:
        options = [word for word in words if word.startswith("--")]
        if words[0] in own and options:
            with pytest.raises(SystemExit):
                main([words[0], "--help"])
            said = capsys.readouterr().out
            assert all(option in said for option in options), " ".join(words)


def test_both_languages_show_the_same_blocks_and_headings() -> None:
    english, chinese = (text(ROOT / name) for name in READMES)
    first, second = (shell_commands(ROOT / name) for name in READMES)
    assert first == second
    assert first
    assert _without_comments(english) == _without_comments(chinese)
    assert _levels(english) == _levels(chinese)
    assert len(LINK.findall(english)) == len(LINK.findall(chinese))


def test_the_customer_to_try_it_with_is_on_both_sides_of_the_example() -> None:
    named = {c for page in READMES for c in re.findall(r"name = '([^']+)'", text(ROOT / page))}
    assert len(named) == 1
    for sides in seed._chunks(200, 1, Counter(), None):
        for side in (sides.erp.rows, sides.crm.rows):
            rows_of_all = itertools.chain.from_iterable(side.values())
            assert named & set(itertools.chain.from_iterable(rows_of_all))


def _without_comments(page: str) -> list[str]:
    """Every block's lines without comments, which are translated."""
    lines = "\n".join(CODE.findall(page)).splitlines()
    return [re.sub(r"\s+#.*", "", line) for line in lines]


def _levels(page: str) -> list[int]:
    return [len(mark) for mark in re.findall(r"^(#+) ", CODE.sub("", page), re.MULTILINE)]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_and_images_lead_to_files_and_headings_that_are_there(page: Path) -> None:
    for target in LINK.findall(CODE.sub("", text(page))):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        shown = str(found.relative_to(ROOT))
        assert found.exists() or shown in MADE_BY_HAND, f"{name(page)} links to {target}"
        if anchor:
            assert anchor in _anchors(text(found)), f"{name(page)} links to {target}"


def _anchors(page: str) -> set[str]:
    """Headings as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", page), re.MULTILINE)
    plain = [h.replace("&lt;", "<").replace("&gt;", ">").lower() for h in headings]
    return {re.sub(r"[^\w\- ]", "", h).strip().replace(" ", "-") for h in plain}
