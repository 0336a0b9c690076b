"""Codes: what one system calls the codes of a list.

A system that no code of the list names uses the canonical codes themselves. In any other system
only the texts listed for it mean something, and a code without a text has none there.
"""

from __future__ import annotations

from concord.mapping.faults import Fault, Outcome
from concord.mapping.formats import Reader
from concord.mapping.text import squeeze
from concord.model.spec import RULES, CodeList


def texts_in(codes: CodeList, system: str) -> dict[str, tuple[str, ...]]:
    """Canonical code -> its texts in a system, the one to write first; may be empty."""
    if any(system in code.systems for code in codes.codes):
        return {code.code: code.systems.get(system, ()) for code in codes.codes}
    return {code.code: (code.code,) for code in codes.codes}


def code_reader(codes: CodeList, system: str) -> Reader:
    """Read a system's texts as canonical codes.

    Width and white space do not matter, and case does not where it tells no two codes apart.
    """
    exact: dict[str, str] = {}
    folded: dict[str, set[str]] = {}
    for code, texts in texts_in(codes, system).items():
        for text in texts:
            exact.setdefault(squeeze(text), code)
            folded.setdefault(squeeze(text).casefold(), set()).add(code)
    loose = {text: min(found) for text, found in folded.items() if len(found) == 1}
    where = "" if system == RULES else f" for {system}"
    fault = Fault(
        "unknown_code",
        f"is not in the code list {codes.name}{where}; config/codes/{codes.name}.yaml says "
        "what is allowed: correct it in the source or add it there",
    )

    def read(text: str) -> Outcome:
        text = squeeze(text)
        if not text:
            return None
        return exact.get(text) or loose.get(text.casefold()) or fault

    return read
