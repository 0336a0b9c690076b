"""Mistakes that people make in names and keys."""

from __future__ import annotations

from random import Random

from concord.sandbox.world import words


def typo(rng: Random, text: str) -> str:
    """The text with one slip of a keyboard or an input method; always another text."""
    confused: dict[str, str] = words()["CN"]["confused"]
    wrong = [i for i, sign in enumerate(text) if sign in confused]
    if wrong and rng.random() < 0.8:
        at = wrong[int(rng.random() * len(wrong))]
        return text[:at] + confused[text[at]] + text[at + 1 :]
    inner = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i + 1].isalpha()]
    if not inner:
        return text + (text[-1:] or "x")
    at = inner[int(rng.random() * len(inner))]
    one, two = text[at], text[at + 1]
    slip = int(rng.random() * 3)
    if slip == 0 and one.lower() != two.lower():
        return text[:at] + two + one + text[at + 2 :]
    if slip == 1:
        return text[:at] + one + text[at:]
    return text[:at] + text[at + 1 :]


def swapped(rng: Random, key: str) -> str:
    """The key with two neighbouring characters exchanged in its second half; may be the same."""
    at = len(key) // 2 + int(rng.random() * (len(key) // 2 - 1))
    return key[:at] + key[at + 1] + key[at] + key[at + 2 :]


def broken_email(rng: Random, email: str) -> str:
    """An address that no mail can reach: two signs, no domain, or no sign at all."""
    mailbox, _, domain = email.partition("@")
    house = domain.partition(".")[0]
    alone = mailbox if house in ("mail", "old") else house  # still nobody else's
    return (f"{mailbox}@@{domain}", f"{alone}@", f"{mailbox}.{domain}")[int(rng.random() * 3)]
