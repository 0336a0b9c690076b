"""Mapping: what a system's raw values mean in canonical fields, and back. Pure: no I/O.

`canonical` reads a frame of raw texts, `to_system` and `to_system_frame` write canonical values in
a system's own forms, `shown` says how a written value will read when it comes back. Cleaning steps
are in `cleaning` (telephone numbers in `phones`), text forms of types in `formats`, lines of
documents in `lines`.
"""

from concord.mapping.faults import Unmappable
from concord.mapping.reading import Cleaned, canonical, read_along
from concord.mapping.writing import shown, to_system, to_system_frame

__all__ = [
    "Cleaned",
    "Unmappable",
    "canonical",
    "read_along",
    "shown",
    "to_system",
    "to_system_frame",
]
