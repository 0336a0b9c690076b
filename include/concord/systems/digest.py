"""Row hashes and digests: the one definition that adapters, hub and tests share.

row hash: md5, as a uuid, over the binary form of a PostgreSQL text[]: first the names of the mapped
columns that exist, sorted, key excluded, as a JSON array, then the columns' raw texts in this
order. Every text stands behind its length, so no two rows run together. PostgreSQL makes that form
in one pass over its values, at half the cost of a text put together by `||`.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

TEXT = 25  # the type oid of text
NULL = struct.pack(">i", -1)  # stands for a NULL instead of length and octets


def names_text(names: Iterable[str]) -> str:
    """The columns that a row hash is over, as its first text."""
    return json.dumps(sorted(names), ensure_ascii=False, separators=(",", ":"))


def row_hash(values: Mapping[str, str | None]) -> UUID:
    """Hash of one record's raw text values (key column excluded)."""
    texts = [names_text(values), *(values[name] for name in sorted(values))]
    # dimensions, whether there are NULLs, element type, elements, number of the first
    parts = [struct.pack(">5i", 1, None in texts, TEXT, len(texts), 1)]
    for text in texts:
        data = b"" if text is None else text.encode()
        parts.append(NULL if text is None else struct.pack(">i", len(data)) + data)
    return UUID(bytes=hashlib.md5(b"".join(parts), usedforsecurity=False).digest())


def bucket_of(source_id: str, buckets: int) -> int:
    """The bucket of a key: first four bytes of its md5, modulo the number of buckets."""
    first = hashlib.md5(source_id.encode(), usedforsecurity=False).digest()[:4]
    return int.from_bytes(first, "big") % buckets


def pair_quarters(source_id: str, raw_hash: UUID) -> tuple[int, int, int, int]:
    """What one record adds to its bucket's digest: the md5 of key and row hash, in four signed
    32-bit numbers.
    """
    both = hashlib.md5(f"{source_id}:{raw_hash.hex}".encode(), usedforsecurity=False).digest()
    a, b, c, d = struct.unpack(">4i", both)
    return a, b, c, d


def hash_sum(records: Iterable[tuple[str, UUID]]) -> str:
    """Digest of a bucket's records: each quarter summed over them, as `a:b:c:d`.

    The quarters of a record's key and values go together through md5, so values that two records
    have swapped, or that changed in two records alike, do not cancel each other; and since they are
    added, not xor-ed, neither does a record that is there twice.
    """
    sums = [0, 0, 0, 0]
    for source_id, raw_hash in records:
        sums = [a + b for a, b in zip(sums, pair_quarters(source_id, raw_hash), strict=True)]
    return ":".join(map(str, sums))


def lines_text(lines: Sequence[Mapping[str, str | None]]) -> str:
    """Raw text of a document's lines, which come in the order of their key.

    Columns by name, no blanks, characters as they are but for the quotes, backslashes and control
    characters that JSON escapes.
    """
    ordered = [dict(sorted(line.items())) for line in lines]
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))


def lines_of(text: str) -> list[dict[str, str | None]]:
    """The lines that a raw text holds. Raises ValueError when it holds no such thing."""
    lines = json.loads(text)
    if not isinstance(lines, list) or not all(map(_is_line, lines)):
        raise ValueError("not lines")
    return lines


def _is_line(found: object) -> bool:
    return isinstance(found, dict) and all(v is None or isinstance(v, str) for v in found.values())
